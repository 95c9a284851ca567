"""When an open socket is taken for dead."""

from dataclasses import dataclass

from bot.process.socket_pulse import Pulse


@dataclass
class Connection:
    """slack_sdk's, as far as it is looked at."""

    session_id: str = "first"
    last_ping_pong_time: float | None = 1.0


def looks(pulse: Pulse, connection: Connection, times: int) -> list[bool]:
    return [pulse.look(connection) for _ in range(times)]


def test_a_socket_that_is_answered_in_time_is_kept() -> None:
    pulse, connection = Pulse(most_looks=3), Connection()
    for moment in range(9):
        connection.last_ping_pong_time = float(moment)
        assert looks(pulse, connection, 3) == [False] * 3
    assert not pulse.is_silent


def test_a_socket_without_an_answer_is_given_up() -> None:
    pulse = Pulse(most_looks=3)
    assert looks(pulse, Connection(), 4) == [False, False, False, True]
    assert pulse.is_silent


def test_another_socket_that_has_not_been_answered_yet_is_no_sign_of_life() -> None:
    pulse = Pulse(most_looks=3)
    looks(pulse, Connection(), 4)
    another = Connection("second", None)
    assert looks(pulse, another, 4) == [False, False, False, True]
    assert pulse.is_silent


def test_the_first_answer_ends_the_silence() -> None:
    pulse = Pulse(most_looks=3)
    looks(pulse, Connection(), 4)
    another = Connection("second", None)
    looks(pulse, another, 1)
    another.last_ping_pong_time = 2.0
    looks(pulse, another, 1)
    assert not pulse.is_silent
