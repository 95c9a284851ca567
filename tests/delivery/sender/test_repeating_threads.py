"""The delivery threads go on while there is work, wake when told, survive errors and stop."""

import threading

from bot.delivery.sender.repeating_threads import Loop, Wake
from tests.patience import PATIENCE


def test_a_loop_goes_on_without_pause_while_there_is_work() -> None:
    left, done = list(range(50)), threading.Event()

    def step() -> bool:
        if left:
            left.pop()
            return True
        done.set()
        return False

    loop = Loop("test", step, Wake(), idle_seconds=3600)
    loop.start()
    assert done.wait(PATIENCE)
    loop.ask_to_stop()
    assert loop.join(PATIENCE)


def test_a_wake_ends_the_idle_wait() -> None:
    wake, began, woken = Wake(), threading.Event(), threading.Event()

    def step() -> bool:
        (woken if began.is_set() else began).set()
        return False

    loop = Loop("test", step, wake, idle_seconds=3600)
    loop.start()
    began.wait(PATIENCE)
    wake()
    assert woken.wait(PATIENCE)
    loop.ask_to_stop()
    assert loop.join(PATIENCE)


def test_a_wake_given_during_the_step_is_not_lost() -> None:
    wake = Wake()
    seen = wake.count
    wake()
    waiting = threading.Thread(target=wake.wait, args=(seen, 3600))
    waiting.start()
    waiting.join(PATIENCE)
    assert not waiting.is_alive()


def test_nobody_waits_for_a_wake_that_has_ended() -> None:
    wake = Wake()
    waiting = threading.Thread(target=wake.wait, args=(wake.count, 3600))
    waiting.start()
    wake.end()
    waiting.join(PATIENCE)
    assert not waiting.is_alive()
    assert wake.is_over
    wake.wait(wake.count, 3600)


def test_an_error_of_one_step_does_not_end_the_loop() -> None:
    tries, again = [0], threading.Event()

    def step() -> bool:
        tries[0] += 1
        if tries[0] == 1:
            raise ValueError("poison")
        again.set()
        return False

    loop = Loop("test", step, Wake(), idle_seconds=0.001)
    loop.start()
    assert again.wait(PATIENCE)
    loop.ask_to_stop()
    assert loop.join(PATIENCE)


def test_a_loop_that_was_never_started_is_stopped_already() -> None:
    loop = Loop("test", lambda: False, Wake())
    loop.ask_to_stop()
    assert loop.join(PATIENCE)
