"""Volume and time to decision by day, where days are those of a time zone."""

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from routing.prediction import Origin
from storage.engine.database import Database
from storage.evidence import day_volumes
from storage.evidence.day_volumes import DayVolume
from tests.storage.examples import HOUR, NOW, prediction, store
from tests.storage.history import accepted, audited, decide

LISBON = ZoneInfo("Europe/Lisbon")
MIDNIGHTS = tuple(datetime(2026, 11, day, tzinfo=LISBON) for day in (20, 21, 22))
DAY = timedelta(days=1)


def by_day(database: Database) -> tuple[DayVolume, ...]:
    with database.read() as tx:
        return day_volumes.by_day(tx, ["fraud"], MIDNIGHTS)


def test_each_day_counts_what_came_in_by_its_fate(database: Database) -> None:
    with database.write() as tx:
        store(
            tx,
            [
                prediction(1, received_at=MIDNIGHTS[0]),
                prediction(2, routed=accepted()),
                prediction(3, routed=audited()),
                prediction(4, routed=accepted(), received_at=MIDNIGHTS[1]),
                prediction(5, received_at=MIDNIGHTS[2]),
                prediction(6, received_at=MIDNIGHTS[0] - timedelta(microseconds=1)),
                prediction(7, origin=Origin.SYNTHETIC),
                prediction(8, task="spam"),
            ],
        )
    first, second = by_day(database)
    assert (first.since, first.until, second.until) == MIDNIGHTS
    assert (first.received, first.auto_accepted, first.audited, first.reviewed) == (3, 1, 1, 2)
    assert (second.received, second.auto_accepted, second.audited, second.reviewed) == (1, 1, 0, 0)


def test_traffic_belongs_to_the_day_on_which_it_happened(database: Database) -> None:
    """A backlog that comes after an outage: the days before all of them are no day of theirs."""
    late, moment = MIDNIGHTS[1] + HOUR, timedelta(microseconds=1)
    happened = [
        MIDNIGHTS[0] + HOUR,
        MIDNIGHTS[1] - moment,
        MIDNIGHTS[1],
        MIDNIGHTS[0] - HOUR,
        MIDNIGHTS[0] - HOUR - moment,
        MIDNIGHTS[0] - 30 * DAY,
        MIDNIGHTS[2] + moment,
    ]
    with database.write() as tx:
        store(
            tx,
            [
                prediction(number, received_at=late, occurred_at=occurred_at)
                for number, occurred_at in enumerate(happened)
            ],
        )
    first, second = by_day(database)
    assert (first.received, second.received) == (3, 2)


def test_times_to_decision_belong_to_the_day_of_the_decision(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in (1, 2, 3)])
        decide(tx, 1, "ok", after=2 * HOUR)
        decide(tx, 2, "ok", after=HOUR)
        decide(tx, 3, "ok", after=DAY)
    assert [day.seconds_to_decision for day in by_day(database)] == [(3600.0, 7200.0), (86400.0,)]


def test_days_without_traffic_are_there_and_empty(database: Database) -> None:
    assert by_day(database) == tuple(DayVolume(since, until) for since, until in pairwise(MIDNIGHTS))


def test_what_came_in_is_counted_for_one_task_over_a_period(database: Database) -> None:
    with database.write() as tx:
        arrived = [prediction(number, received_at=NOW + number * HOUR) for number in range(4)]
        store(tx, [*arrived, prediction(8, origin=Origin.SYNTHETIC), prediction(9, task="spam")])
        assert day_volumes.received(tx, "fraud", NOW, NOW + 3 * HOUR) == 3


@pytest.mark.parametrize("midnights", [(), (NOW,), (NOW, NOW), (NOW, NOW - DAY)])
def test_midnights_that_make_no_days_are_refused(database: Database, midnights: tuple[datetime, ...]) -> None:
    with database.read() as tx, pytest.raises(ValueError, match="Midnights"):
        day_volumes.by_day(tx, ["fraud"], midnights)


def test_what_a_tier_accepted_counts_its_audits_and_nothing_else(database: Database) -> None:
    with database.write() as tx:
        store(
            tx,
            [
                prediction(1),
                prediction(2, routed=accepted()),
                prediction(3, routed=audited()),
                prediction(4, routed=accepted(), received_at=MIDNIGHTS[1]),
                prediction(5, routed=accepted(), origin=Origin.SYNTHETIC),
                prediction(6, routed=accepted(), task="spam"),
            ],
        )
        given = MIDNIGHTS[0], MIDNIGHTS[1]
        assert day_volumes.accepted(tx, "fraud", "low", *given) == 2
        assert day_volumes.accepted(tx, "fraud", "high", *given) == 0
