"""A fixed threshold that lets more errors pass than the team allows is told of once, and stays in force."""

from dataclasses import replace

import pytest

from bot.usecases.context import PolicyHolder
from bot.usecases.learning import hourly
from bot.usecases.thresholds import target_watch
from bot.usecases.thresholds.target_watch import ADVICE, Watchtower
from bot.usecases.thresholds.threshold_table import threshold_rows
from routing.evidence.alarm import Alarm, AlarmKind
from routing.evidence.error_watch import EVERYTHING_IN, ErrorWatch
from routing.policy import load_policy
from storage.engine.database import Database
from storage.evidence import model_evidence
from storage.leads import mutes
from storage.measured import alarms
from tests.usecases.traffic import DAY, MODEL, Traffic, shares, traffic
from tests.worlds.policies import PROMISED

FIXED = PROMISED.replace("{ error = 0.05, confidence = 0.9 }", "0.8").replace(
    "[tasks.fraud]", "target_error = 0.05\n[tasks.fraud]", 1
)


@pytest.fixture
def world(database: Database) -> Traffic:
    """A world on each database whose tier accepts from 0.8 on; its team allows 1 in 20."""
    return traffic(database, FIXED)


def raised(world: Traffic) -> list[Alarm]:
    with world.ctx.database.read() as tx:
        stored = alarms.since(tx, ["fraud"], world.clock.moment - 90 * DAY, world.clock.moment + DAY)
    return [Alarm.from_json(row.payload) for row in stored]


def watches(world: Traffic, days: int = 7) -> list[ErrorWatch]:
    """What a digest of the last days has."""
    policy, until = world.ctx.policy, world.clock.moment
    since = until - days * DAY
    with world.ctx.database.read() as tx:
        counts = model_evidence.strata(tx, ("fraud",), since, until)
        rows, _ = threshold_rows(tx, policy, policy.teams["risk"], counts, since, until)
        return list(Watchtower(tx, policy, 0.05, counts, since, until).watches(rows))


def test_errors_within_the_target_alarm_nobody(world: Traffic) -> None:
    world.day(400, sure=0.02)
    assert target_watch.alarm_due(world.ctx) == 0
    (watch,) = watches(world)
    assert (watch.tier, watch.model, watch.is_above) == ("ordinary", MODEL, False)


def test_errors_above_it_alarm_with_examples_and_revoke_nothing(world: Traffic) -> None:
    world.day(200, sure=0.4)
    assert target_watch.alarm_due(world.ctx) == 1
    (alarm,) = raised(world)
    assert (alarm.kind, alarm.subject, len(alarm.case_ids)) == (AlarmKind.ERROR, "ordinary", 3)
    (news,) = world.news()
    assert news.sentence == alarm.sentence
    assert "more of what goes through by itself is wrong than the 1 in 20 that you allow" in news.sentence
    assert (news.advice, news.case_ids) == (ADVICE, alarm.case_ids)
    assert shares(world.day(100))[0] > 0.1


def test_a_breach_is_told_once_however_long_it_lasts(world: Traffic) -> None:
    alarms_of_days = []
    for _ in range(4):
        world.day(200, sure=0.4)
        alarms_of_days.append(target_watch.alarm_due(world.ctx))
    assert alarms_of_days == [1, 0, 0, 0]


def test_it_is_looked_at_once_a_day(world: Traffic) -> None:
    assert target_watch.alarm_due(world.ctx) == 0
    world.day(200, sure=0.4)
    world.clock.moment -= DAY
    assert target_watch.alarm_due(world.ctx) == 0
    world.clock.moment += DAY
    assert hourly.measure_due(world.ctx)["target_alarms"] == 1


def test_without_a_target_nothing_is_held_against_anything(database: Database) -> None:
    world = traffic(database, FIXED.replace("target_error = 0.05\n", ""))
    world.day(200, sure=0.4)
    assert target_watch.alarm_due(world.ctx) == 0


def test_a_promise_is_watched_by_its_own_test(database: Database) -> None:
    world = traffic(database, PROMISED.replace("[tasks.fraud]", "target_error = 0.05\n[tasks.fraud]", 1))
    world.day(200, sure=0.4)
    assert target_watch.alarm_due(world.ctx) == 0


def test_who_muted_it_is_not_told_but_it_is_stored(world: Traffic) -> None:
    world.day(200, sure=0.4)
    with world.ctx.database.write() as tx:
        mutes.mute(tx, "risk", "alarm:fraud:error::ordinary", "U0LEAD", world.clock.moment + DAY)
    assert target_watch.alarm_due(world.ctx) == 1
    assert world.news() == []


def test_audits_that_a_stricter_threshold_would_not_accept_do_not_count(world: Traffic) -> None:
    world.day(200, sure=0.4)
    stricter = load_policy(FIXED.replace("accept_above = 0.8", "accept_above = 0.9995"), "policy.toml")
    later = replace(world, ctx=replace(world.ctx, active=PolicyHolder.of(stricter)))
    assert target_watch.alarm_due(later.ctx) == 0


def test_a_digest_has_the_evidence_of_all_weeks_and_the_figures_of_its_own(world: Traffic) -> None:
    world.day(200, sure=0.4)
    world.clock.moment += 10 * DAY
    world.day(40, sure=0.0)
    (watch,) = watches(world)
    assert watch.is_above
    assert watch.errors == 0
    assert 0 < watch.labeled < 30
    assert watch.received > watch.labeled


def test_the_same_rows_give_the_same_state_later(world: Traffic) -> None:
    world.day(300, sure=0.1)
    assert watches(world) == watches(world)


def test_where_nothing_goes_through_all_that_comes_in_is_held_against_the_target(database: Database) -> None:
    everything = FIXED.replace("accept_above = 0.8", "accept_above = 0.9999")
    world = traffic(database, everything)
    world.day(200, sure=0.5, unsure=0.5)
    fixed, all_in = watches(world)
    assert (fixed.labeled, fixed.is_above) == (0, False)
    assert (all_in.tier, all_in.received, all_in.is_above) == (EVERYTHING_IN, 200, True)
    assert all_in.error == pytest.approx(0.5, abs=0.12)
