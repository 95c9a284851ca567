"""The writer: one transaction for what waits, one culprit for what fails, nothing lost at the end."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.http.batch_writer import MOST_PER_FLUSH, Writer
from bot.http.case_answers import answer
from bot.http.problems import RequestRefused
from bot.usecases.intake.admission import PostedItem
from bot.usecases.intake.outcome import Admission, Outcome, Reception
from bot.usecases.intake.receive import Posting
from routing.errors import UnknownTask
from routing.prediction import CaseInput, ModelRef, Prediction, Submission
from routing.routing import Disposition, Routing
from storage.cases.predictions import NewPrediction
from storage.errors import DatabaseUnavailable, DataRefused
from tests.patience import PATIENCE
from tests.worlds.clocks import FRIDAY

Receive = Callable[[Sequence[Posting]], list[Outcome]]


def item(name: str) -> PostedItem:
    prediction = Prediction("fraud", 0.6, ModelRef("payments", "3"))
    return PostedItem(Submission("shop", name, "fraud", CaseInput(), prediction, FRIDAY), name.encode())


def posting(*names: str) -> Posting:
    is_batch = len(names) > 1
    return Posting("shop", tuple(item(name) for name in names), b"", is_batch=is_batch)


def names(one: Posting) -> list[str]:
    return [part.submission.external_id for part in one.items if isinstance(part, PostedItem)]


def reception(one: Posting) -> Reception:
    return Reception(tuple(map(admission, names(one))), one.is_batch)


def admission(name: str) -> Admission:
    routing = Routing(Disposition.AUTO_ACCEPTED, "ordinary", "fraud", 1, timedelta(0), 0.0, False, ())
    prediction = NewPrediction(f"case_{name}", item(name).submission, b"", routing, "1", FRIDAY)
    return Admission(prediction, None)


class Store:
    """Stores whatever it is given; waits while it is told to, fails for what it is told to."""

    def __init__(self, fails: dict[str, Exception] | None = None) -> None:
        self.fails = fails or {}
        self.flushes: list[list[str]] = []
        self.may_go = threading.Event()
        self.may_go.set()
        self.is_busy = threading.Event()

    def __call__(self, postings: Sequence[Posting]) -> list[Outcome]:
        self.is_busy.set()
        self.may_go.wait(PATIENCE)
        flush = [name for one in postings for name in names(one)]
        for name in flush:
            if name in self.fails:
                raise self.fails[name]
        self.flushes.append(flush)
        return [reception(one) for one in postings]


async def all_of(writer: Writer, *postings: Posting) -> list[Outcome | BaseException]:
    return await asyncio.gather(*(writer.submit(one, 10) for one in postings), return_exceptions=True)


def run(store: Receive, *postings: Posting) -> list[Outcome | BaseException]:
    writer = Writer(store)
    writer.start()
    try:
        return asyncio.run(all_of(writer, *postings))
    finally:
        writer.close(30)


def status(outcome: Outcome | BaseException) -> int:
    if isinstance(outcome, RequestRefused):
        return outcome.status
    assert isinstance(outcome, Reception)
    return answer(outcome).status


def test_what_came_during_one_transaction_goes_into_the_next() -> None:
    store = Store()
    store.may_go.clear()
    writer = Writer(store)
    writer.start()

    async def scene() -> list[Outcome | BaseException]:
        first = asyncio.create_task(writer.submit(posting("first"), 10))
        await asyncio.to_thread(store.is_busy.wait, 30)
        rest = asyncio.create_task(all_of(writer, *(posting(f"p{n}") for n in range(20))))
        while writer.queue_depth < 20:
            await asyncio.sleep(0)
        store.may_go.set()
        return [await first, *await rest]

    outcomes = asyncio.run(scene())
    writer.close(30)
    assert [status(outcome) for outcome in outcomes] == [202] * 21
    assert store.flushes == [["first"], [f"p{n}" for n in range(20)]]


def test_only_the_culprit_is_refused() -> None:
    store = Store({"p5": DataRefused("NUL")})
    outcomes = run(store, *(posting(f"p{n}") for n in range(16)))
    assert [status(outcome) for outcome in outcomes] == [202] * 5 + [422] + [202] * 10
    assert sorted(name for flush in store.flushes for name in flush) == sorted(
        f"p{n}" for n in range(16) if n != 5
    )


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (DataRefused("x"), 422),
        (UnknownTask("x"), 422),
        (ValueError("x"), 503),
        (DatabaseUnavailable("x"), 503),
    ],
)
def test_the_culprit_is_told_whose_fault_it_is(error: Exception, expected: int) -> None:
    (outcome,) = run(Store({"p": error}), posting("p"))
    assert status(outcome) == expected
    assert isinstance(outcome, RequestRefused)
    assert ("retry-after" in outcome.headers) == (expected == 503)


def test_a_batch_with_a_culprit_stores_the_others_in_their_order() -> None:
    (outcome,) = run(Store({"c": DataRefused("x")}), posting("a", "b", "c", "d", "e"))
    assert isinstance(outcome, Reception)
    told = answer(outcome).body["answers"]
    assert [one["status"] for one in told] == [202, 202, 422, 202, 202]
    assert [one.get("external_id") for one in told] == ["a", "b", None, "d", "e"]


def test_a_batch_of_one_that_cannot_be_stored_is_answered_as_a_batch() -> None:
    alone = replace(posting("c"), is_batch=True)
    (outcome,) = run(Store({"c": DataRefused("x")}), alone)
    assert isinstance(outcome, Reception)
    assert [one["status"] for one in answer(outcome).body["answers"]] == [422]


def test_an_absent_database_is_not_asked_again_for_each_posting() -> None:
    asked: list[int] = []

    def absent(postings: Sequence[Posting]) -> list[Outcome]:
        asked.append(len(postings))
        raise DatabaseUnavailable("down")

    outcomes = run(absent, *(posting(f"p{n}") for n in range(8)))
    assert [status(outcome) for outcome in outcomes] == [503] * 8
    assert sum(asked) == 8


def test_a_full_queue_refuses_at_once() -> None:
    store = Store()
    store.may_go.clear()
    writer = Writer(store, most_waiting=2)
    writer.start()

    async def scene() -> tuple[list[Outcome | BaseException], list[Outcome | BaseException]]:
        first = asyncio.create_task(writer.submit(posting("first"), 10))
        await asyncio.to_thread(store.is_busy.wait, 30)
        waiting = asyncio.create_task(all_of(writer, posting("a"), posting("b")))
        while writer.queue_depth < 2:
            await asyncio.sleep(0)
        refused = await all_of(writer, posting("c"))
        store.may_go.set()
        return refused, [await first, *await waiting]

    refused, stored = asyncio.run(scene())
    writer.close(30)
    assert [status(outcome) for outcome in refused] == [503]
    assert [status(outcome) for outcome in stored] == [202, 202, 202]


def test_a_queue_too_large_in_bytes_refuses_and_recovers() -> None:
    writer = Writer(Store(), most_bytes=15)
    writer.start()
    large = asyncio.run(asyncio.wait_for(_refusal(writer, 16), PATIENCE))
    assert large.status == 503
    for _ in range(3):
        assert status(asyncio.run(writer.submit(posting("a"), 15))) == 202
    writer.close(30)


async def _refusal(writer: Writer, size: int) -> RequestRefused:
    with pytest.raises(RequestRefused) as caught:
        await writer.submit(posting("a"), size)
    return caught.value


def test_closing_answers_what_waits_and_takes_no_more() -> None:
    store = Store()
    store.may_go.clear()
    writer = Writer(store)
    writer.start()

    async def scene() -> list[Outcome | BaseException]:
        waiting = asyncio.create_task(all_of(writer, *(posting(f"p{n}") for n in range(9))))
        await asyncio.to_thread(store.is_busy.wait, 30)
        closing = asyncio.create_task(asyncio.to_thread(writer.close, 30))
        while writer.is_open:
            await asyncio.sleep(0)
        late = await all_of(writer, posting("late"))
        store.may_go.set()
        await closing
        return [*await waiting, *late]

    outcomes = asyncio.run(scene())
    assert [status(outcome) for outcome in outcomes] == [202] * 9 + [503]


def test_one_transaction_holds_no_more_than_a_thousand_unless_one_batch_is_larger() -> None:
    store = Store()
    store.may_go.clear()
    writer = Writer(store)
    writer.start()
    half = MOST_PER_FLUSH // 2
    sizes = [1, half, half, half, MOST_PER_FLUSH + 5]

    async def scene() -> None:
        batches = [posting(*(f"{number}-{n}" for n in range(size))) for number, size in enumerate(sizes)]
        first = asyncio.create_task(writer.submit(batches[0], 1))
        await asyncio.to_thread(store.is_busy.wait, 30)
        rest = asyncio.create_task(all_of(writer, *batches[1:]))
        while writer.queue_depth < 4:
            await asyncio.sleep(0)
        store.may_go.set()
        await first
        await rest

    asyncio.run(scene())
    writer.close(30)
    assert [len(flush) for flush in store.flushes] == [1, MOST_PER_FLUSH, half, MOST_PER_FLUSH + 5]


def test_a_caller_who_has_gone_disturbs_nobody() -> None:
    store = Store()
    store.may_go.clear()
    writer = Writer(store)
    writer.start()

    async def scene() -> Outcome:
        gone = asyncio.create_task(writer.submit(posting("gone"), 1))
        stays = asyncio.create_task(writer.submit(posting("stays"), 1))
        await asyncio.to_thread(store.is_busy.wait, 30)
        gone.cancel()
        await asyncio.sleep(0)
        store.may_go.set()
        return await stays

    assert status(asyncio.run(scene())) == 202
    writer.close(30)


def test_an_event_loop_that_has_ended_disturbs_nobody() -> None:
    store = Store()
    store.may_go.clear()
    writer = Writer(store)
    writer.start()

    async def leave() -> None:
        task = asyncio.create_task(writer.submit(posting("gone"), 1))
        await asyncio.to_thread(store.is_busy.wait, 30)
        task.cancel()

    asyncio.run(leave())
    store.may_go.set()
    assert status(asyncio.run(writer.submit(posting("stays"), 1))) == 202
    writer.close(30)
