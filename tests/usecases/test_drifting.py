"""Drift is looked for once a day, told once, and suspends what the policy says it does."""

from datetime import timedelta

import pytest

from bot.usecases import certifying, drifting, label_sets
from bot.usecases.drifting import ANCHOR, REFERENCE, WEEK, spans
from bot.usecases.outgoing import NEWS, News
from routing.alarm import Alarm, AlarmKind
from routing.measures.drift import MIN_CASES
from storage import alarms, certificates, mutes, outbox
from storage.alarms import StoredAlarm
from storage.certificates import CertificateKey
from storage.database import Database
from tests.usecases.traffic import DAY, HOUR, MODEL, POLICY, Traffic, calibrated, shares, traffic
from tests.usecases.world import NOW

SUSPENDING = POLICY.replace(
    "audit = 0.5", 'audit = 0.5\nsuspend_on = ["new_model", "changed_labels", "drift"]'
)
HERE, ELSEWHERE = {"country": "DE"}, {"country": "PT"}


def drifted(database: Database, policy: str = POLICY) -> Traffic:
    """Payments came from one country in the reference, and come from another in the last days."""
    made = traffic(database, policy)
    label_sets.tick(made.ctx)
    made.clock.at = spans(NOW).reference_until - 3 * DAY
    calibrated(made.ctx)
    made.day(400, fields=HERE)
    certifying.tick(made.ctx)
    made.clock.at = NOW - 2 * DAY
    made.day(250, fields=ELSEWHERE)
    made.clock.at = NOW
    return made


def raised(world: Traffic) -> list[StoredAlarm]:
    with world.ctx.database.read() as tx:
        return alarms.since(tx, ["fraud"], NOW - WEEK, NOW + REFERENCE)


def news(world: Traffic) -> list[News]:
    with world.ctx.database.write() as tx:
        claims = outbox.claim(tx, {NEWS}, "test", world.clock.at, HOUR, 50)
    return [News.from_payload(claim.item.payload) for claim in claims]


def test_the_fewest_cases_are_those_of_the_measure() -> None:
    assert drifting.FEWEST == MIN_CASES


@pytest.mark.parametrize("days", [0, 1, 27, 28, 300])
def test_the_reference_ends_before_the_window_and_stays_for_four_weeks(days: int) -> None:
    found = spans(NOW + days * DAY)
    assert found.until - found.since == WEEK
    assert found.reference_until - found.reference_since == REFERENCE
    assert timedelta() <= found.since - found.reference_until < REFERENCE
    assert (found.reference_until - ANCHOR) % REFERENCE == timedelta()


def test_what_changed_is_an_alarm_that_the_team_is_told_with_examples(database: Database) -> None:
    world = drifted(database)
    news(world)
    assert drifting.tick(world.ctx) == 1
    (stored,) = raised(world)
    alarm = Alarm.from_json(stored.payload)
    assert (alarm.kind, alarm.subject, alarm.task) == (AlarmKind.FIELD, "country", "fraud")
    (told,) = news(world)
    assert told.details == (alarm.sentence,)
    assert (told.case_ids, told.alarm_keys) == (alarm.case_ids, (stored.key,))
    assert len(told.case_ids) == 3


def test_a_day_is_looked_at_once_and_a_change_told_once_per_reference(database: Database) -> None:
    world = drifted(database)
    assert drifting.tick(world.ctx) == 1
    assert drifting.tick(world.ctx) == 0
    world.clock.at += DAY
    assert drifting.tick(world.ctx) == 0
    assert len(raised(world)) == 1


def test_a_look_that_failed_is_had_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    world = drifted(database)
    with monkeypatch.context() as broken:
        broken.setattr(drifting, "_found", None)
        with pytest.raises(ExceptionGroup):
            drifting.tick(world.ctx)
    assert drifting.tick(world.ctx) == 1


def test_traffic_that_stays_as_it_was_raises_nothing(database: Database) -> None:
    world = traffic(database)
    for start in (spans(NOW).reference_until - 3 * DAY, NOW - 2 * DAY):
        world.clock.at = start
        world.day(300, fields=HERE)
    assert drifting.tick(world.ctx) == 0
    assert raised(world) == []


def test_drift_revokes_the_thresholds_of_tiers_that_it_suspends(database: Database) -> None:
    world = drifted(database, SUSPENDING)
    drifting.tick(world.ctx)
    with world.ctx.database.read() as tx:
        granted = certificates.last_granted(tx, CertificateKey("fraud", "ordinary", MODEL))
    assert granted is not None
    assert str(granted.revoked_reason).startswith("the traffic has drifted: ")
    assert shares(world.day(30, fields=ELSEWHERE)) == (0, 0)
    assert [one.sentence.split(":")[0] for one in news(world)][1:] == ["fraud", "fraud, tier ordinary"]


def test_other_tiers_keep_theirs(database: Database) -> None:
    world = drifted(database)
    drifting.tick(world.ctx)
    with world.ctx.database.read() as tx:
        assert len(certificates.standing(tx)) == 1


def test_what_a_team_muted_is_stored_but_not_told(database: Database) -> None:
    world = drifted(database)
    news(world)
    with world.ctx.database.write() as tx:
        mutes.mute(tx, "risk", "alarm:fraud:field:", "U0LEAD", NOW + DAY)
    assert drifting.tick(world.ctx) == 1
    assert len(raised(world)) == 1
    assert news(world) == []
