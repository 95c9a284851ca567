"""A digest is due once a week by the team's own clock, and says what the database holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.usecases.context import Context
from bot.usecases.digest import weekly
from bot.usecases.digest.period import Period
from bot.usecases.digest.weekly import latest_period
from bot.usecases.outgoing import DIGEST
from routing.digest.digest import Digest, Share
from routing.digest.model_quality import About
from routing.policy import Team
from storage.delivery import outbox
from storage.engine.database import Database
from tests.worlds.clocks import MONDAY, StillClock
from tests.worlds.delivery import decide, delivering, open_case

WEEK = timedelta(days=7)
NEXT_MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # 9:00 in Berlin


@pytest.fixture
def clock() -> StillClock:
    return StillClock(MONDAY)


@pytest.fixture
def ctx(database: Database, clock: StillClock) -> Context:
    return delivering(database, clock)


def team(**changes: str) -> Team:
    fields = {"channel": "leads", "timezone": "Europe/Berlin", "tasks": ("fraud",), **changes}
    return Team.model_validate(fields)


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)  # type: ignore[misc, arg-type]  # year to minute


def queued(ctx: Context) -> list[Period]:
    with ctx.database.write() as tx:
        claims = outbox.claim(tx, {DIGEST}, "test", ctx.clock.now(), WEEK, 100)
    return [Period.from_payload(claim.item.payload) for claim in claims]


@pytest.mark.parametrize(
    ("now", "since", "until"),
    [
        (utc(2026, 11, 23, 8, 0), utc(2026, 11, 16, 8, 0), utc(2026, 11, 23, 8, 0)),
        (utc(2026, 11, 23, 7, 59), utc(2026, 11, 9, 8, 0), utc(2026, 11, 16, 8, 0)),
        (utc(2026, 10, 26, 8, 0), utc(2026, 10, 19, 7, 0), utc(2026, 10, 26, 8, 0)),  # the clock went back
        (utc(2026, 3, 30, 7, 0), utc(2026, 3, 23, 8, 0), utc(2026, 3, 30, 7, 0)),  # the clock went forward
        (utc(2028, 3, 6, 8, 0), utc(2028, 2, 28, 8, 0), utc(2028, 3, 6, 8, 0)),  # over 29 February
    ],
)
def test_a_week_is_seven_days_of_the_teams_calendar(now: datetime, since: datetime, until: datetime) -> None:
    period = latest_period("leads", team(), now)
    assert (period.since_at, period.until_at) == (since, until)


def test_a_digest_due_in_the_skipped_hour_comes_an_hour_later_by_the_new_clock() -> None:
    sunday = team(digest_day="sun", digest_at="02:30")
    assert latest_period("leads", sunday, utc(2026, 3, 29, 12, 0)).until_at == utc(2026, 3, 29, 1, 30)


def test_a_digest_due_in_the_doubled_hour_is_one_digest() -> None:
    sunday = team(digest_day="sun", digest_at="02:30")
    moments = [utc(2026, 10, 25, 0, 30) + number * timedelta(minutes=10) for number in range(20)]
    assert {latest_period("leads", sunday, moment).key for moment in moments} == {"digest:leads:2026-10-25"}


def test_a_period_survives_the_outbox() -> None:
    period = latest_period("leads", team(), NEXT_MONDAY)
    assert Period.from_payload(period.to_payload()) == period


def test_a_digest_is_queued_once_whoever_ticks(ctx: Context, clock: StillClock) -> None:
    open_case(ctx)
    clock.moment = NEXT_MONDAY
    assert [weekly.queue_due(ctx), weekly.queue_due(ctx)] == [1, 0]
    clock.advance(timedelta(days=2))
    assert weekly.queue_due(ctx) == 0
    clock.moment = NEXT_MONDAY + WEEK
    assert weekly.queue_due(ctx) == 1
    assert [period.until_at for period in queued(ctx)] == [NEXT_MONDAY, NEXT_MONDAY + WEEK]


def test_a_digest_missed_for_a_day_is_sent_late_and_one_missed_for_long_is_not(
    ctx: Context, clock: StillClock
) -> None:
    open_case(ctx)
    clock.moment = NEXT_MONDAY + timedelta(days=4)
    assert weekly.queue_due(ctx) == 0
    clock.moment = NEXT_MONDAY + timedelta(days=1)
    assert weekly.queue_due(ctx) == 1


def test_nothing_is_sent_before_anything_came_in(ctx: Context, clock: StillClock) -> None:
    clock.moment = NEXT_MONDAY
    assert weekly.queue_due(ctx) == 0


def test_a_digest_counts_what_the_database_holds(ctx: Context, clock: StillClock) -> None:
    made = [open_case(ctx, f"order-{number}") for number in range(30)]
    clock.advance(timedelta(hours=2))
    for number, case in enumerate(made[:25]):
        decide(ctx, case, label="fraud" if number < 20 else "fine")
    clock.moment = NEXT_MONDAY
    period = latest_period("leads", ctx.policy.teams["leads"], clock.now())
    digest = weekly.kept_digest(ctx, period)
    assert (digest.received.now, digest.reviewed.now, digest.decided.now) == (30, 30, 25)
    assert isinstance(digest.concordance.now, Share)
    assert (digest.concordance.now.value, digest.concordance.now.n) == (0.8, 25)
    assert (digest.confusions[0].predicted, digest.confusions[0].decided) == ("fraud", "fine")
    assert len(digest.oldest_open) == 5
    assert digest.received.before == 0
    assert digest.quality is not None
    everything = digest.quality.row(About.ALL)
    assert everything is not None
    assert everything.now.period is not None
    assert (everything.now.received, everything.now.labeled) == (30, 25)
    assert everything.now.period.value == pytest.approx(0.2)
    assert [day.decided for day in digest.quality.days if day.decided] == [25]
    assert digest.quality.calibration is not None


def test_a_digest_that_was_made_does_not_change(ctx: Context, clock: StillClock) -> None:
    case = open_case(ctx, "order-1")
    clock.moment = NEXT_MONDAY
    period = latest_period("leads", ctx.policy.teams["leads"], clock.now())
    first = weekly.kept_digest(ctx, period)
    decide(ctx, case, label="fine")
    assert weekly.kept_digest(ctx, period) == first


def test_of_two_who_make_a_digest_at_the_same_time_both_tell_the_numbers_that_are_kept(
    ctx: Context, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_case(ctx, "order-1")
    clock.moment = NEXT_MONDAY
    period = latest_period("leads", ctx.policy.teams["leads"], clock.now())
    firsts: list[Digest] = []

    def made_late(*args: Any) -> Digest:
        """What somebody measures from more rows while another is the first to keep."""
        monkeypatch.undo()
        firsts.append(weekly.kept_digest(ctx, period))
        clock.moment = period.since_at
        open_case(ctx, "order-2")
        clock.moment = NEXT_MONDAY
        return weekly.digest_of(*args)

    monkeypatch.setattr(weekly, "digest_of", made_late)

    assert weekly.kept_digest(ctx, period) == firsts[0]
