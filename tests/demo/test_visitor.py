"""Proves what a visitor of the demo finds who looks around and answers nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import FastClock
from bot.demo.examples import held_out
from bot.demo.run import Play
from bot.demo.script import WATCHED, HeldOutExample, Script
from bot.demo.stage import DIGITS, LEADS, NEWCOMER, ONCOLOGY, URGENT, Stage, stage
from bot.demo.traffic import JsonObject, NoAnswer, Poster
from bot.usecases.deadlines.escalate import escalate_due
from routing.case.case import Case
from storage.cases import cases
from storage.delivery import message_queue, outbox
from tests.patience import eventually
from tests.worlds.clocks import MONDAY

VISIT = timedelta(hours=24)
"""At the demo's pace 24 minutes."""


class VisitClock(FastClock):
    """An accelerated clock that can be taken further."""

    leap = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.leap


@dataclass
class PlayClock:
    """The same time to the play, which it takes two minutes further with each look: experts are quick."""

    shared: VisitClock

    def now(self) -> datetime:
        self.shared.leap += timedelta(minutes=2)
        return self.shared.now()


@pytest.fixture
def clock() -> VisitClock:
    return VisitClock(MONDAY, speed=10.0)


@pytest.fixture
def started(tmp_path: Path, clock: VisitClock) -> Iterator[Stage]:
    with stage(tmp_path, clock, replace(WATCHED, pace=20.0), 0) as started:
        yield started


def waiting(started: Stage) -> list[Case]:
    with started.application.ctx.database.read() as tx:
        return cases.queue(tx, None, 1_000)


def is_silent(started: Stage) -> bool:
    with started.application.ctx.database.read() as tx:
        return outbox.oldest_undelivered_at(tx) is None and not message_queue.is_waiting(tx)


def calls_to(user_id: str, started: Stage) -> list[str]:
    """Every message that rings for the person: a mention, or a direct message."""
    state = started.sandbox.state
    direct = [message.text for message in state.messages_in(state.im_of(user_id).id)]
    seen = [message for place in (DIGITS, ONCOLOGY, LEADS) for message in state.messages_in(place)]
    return direct + [message.text for message in seen if f"<@{user_id}>" in message.words]


def test_for_a_visitor_who_only_looks_nothing_is_overdue_and_nobody_calls(
    started: Stage, clock: VisitClock
) -> None:
    paced = replace(started, clock=PlayClock(clock))  # type: ignore[arg-type]  # it only tells the time
    play = Play(paced, Script(held_out(50, seed=7), 7, answered_share=0.5, spread_seconds=0.0))
    play.start()
    eventually(lambda: play.posted == 50 and all(case.tier != URGENT for case in waiting(started)))
    play.stop()
    clock.advance_to(MONDAY + VISIT)
    escalate_due(started.application.ctx)
    started.application.ticks.queue_digests()
    eventually(lambda: is_silent(started))
    left = waiting(started)
    assert len(left) >= 3
    assert [case.case_id for case in left if case.due_at <= clock.now()] == []
    assert [case.case_id for case in left if case.steps_taken] == []
    assert calls_to(NEWCOMER, started) == []


class SlowWebhook(Poster):
    """The demo's own webhook on a machine so busy that each first answer comes after the service gave up."""

    def __init__(self, poster: Poster) -> None:
        self._poster = poster
        self._asked: set[str] = set()

    def post(self, example: HeldOutExample, occurred_at: datetime) -> JsonObject:
        answer = self._poster.post(example, occurred_at)
        if answer["case_id"] not in self._asked:
            self._asked.add(answer["case_id"])
            raise NoAnswer
        return answer


def test_a_slow_webhook_is_asked_again_and_nothing_is_lost_or_doubled(started: Stage) -> None:
    slow = replace(started, poster=SlowWebhook(started.poster))
    play = Play(slow, Script(held_out(12, seed=7), 7, answered_share=0.0, spread_seconds=0.0))
    play.start()
    eventually(lambda: play.posted == 12 and is_silent(started))
    play.stop()
    report = play.report()
    assert (report.counts.cases, report.lost, report.duplicated) == (12, 0, 0)
