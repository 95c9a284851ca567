"""Drift is looked for once a day, told once, and suspends what the policy says it does."""

import random
from datetime import datetime, timedelta

import pytest

from bot.usecases.learning import drift
from bot.usecases.learning.drift import LOOK
from bot.usecases.learning.drift_spans import (
    ANCHOR,
    ENOUGH,
    FEWEST,
    FEWEST_NEW,
    MOST_WEEKS,
    REFERENCE,
    WEEK,
    spans,
)
from bot.usecases.thresholds import certify, label_sets
from routing.evidence.alarm import Alarm, AlarmKind
from routing.evidence.calibrator import Calibrator
from routing.measures.drift.drift import MIN_CASES
from storage.engine.database import Database
from storage.leads import mutes
from storage.measured import alarms, certificates, profiles
from storage.measured.alarms import StoredAlarm
from storage.measured.certificates import CertificateKey
from storage.measured.profiles import StoredProfile
from tests.usecases.traffic import DAY, MODEL, Traffic, calibrated, shares, traffic
from tests.worlds.clocks import FRIDAY
from tests.worlds.policies import PROMISED

SUSPENDING = PROMISED.replace(
    "audit = 0.5", 'audit = 0.5\nsuspend_on = ["new_model", "changed_labels", "drift"]'
)
HERE, ELSEWHERE = {"country": "DE"}, {"country": "PT"}


class Sure(random.Random):
    """Draws from the upper half of what is asked for."""

    def uniform(self, a: float, b: float) -> float:
        return super().uniform((a + b) / 2, b)


def drifted(database: Database, policy: str = PROMISED) -> Traffic:
    """Payments came from one country in the reference, and come from another in the last days."""
    made = traffic(database, policy)
    label_sets.note_new(made.ctx)
    made.clock.moment = spans(FRIDAY).reference_until - 3 * DAY
    calibrated(made.ctx)
    made.day(400, fields=HERE)
    certify.certify_due(made.ctx)
    made.clock.moment = FRIDAY - 2 * DAY
    made.day(250, fields=ELSEWHERE)
    made.clock.moment = FRIDAY
    return made


def trickled(database: Database, a_week: int, here: int = 26, elsewhere: int = MOST_WEEKS) -> Traffic:
    """So few payments a week until FRIDAY; those of the last weeks come from another country."""
    made = traffic(database)
    for week in range(-here - elsewhere, 0):
        made.clock.moment = FRIDAY + week * WEEK + DAY
        made.day(a_week, fields=HERE if week < -elsewhere else ELSEWHERE)
    made.clock.moment = FRIDAY
    return made


def looked_at(world: Traffic) -> datetime | None:
    with world.ctx.database.read() as tx:
        return profiles.made_at(tx, LOOK).get("fraud")


def raised(world: Traffic) -> list[StoredAlarm]:
    with world.ctx.database.read() as tx:
        return alarms.since(tx, ["fraud"], FRIDAY - WEEK, FRIDAY + REFERENCE)


def test_the_fewest_cases_are_those_of_the_measure() -> None:
    assert FEWEST == MIN_CASES


@pytest.mark.parametrize("days", [0, 1, 27, 28, 300])
def test_the_reference_ends_before_the_window_and_stays_for_four_weeks(days: int) -> None:
    found = spans(FRIDAY + days * DAY)
    assert found.until - found.since == WEEK
    assert found.reference_until - found.reference_since == REFERENCE
    assert timedelta() <= found.since - found.reference_until < REFERENCE
    assert (found.reference_until - ANCHOR) % REFERENCE == timedelta()


def test_what_changed_is_an_alarm_that_the_team_is_told_with_examples(database: Database) -> None:
    world = drifted(database)
    world.news()
    assert drift.detect_due(world.ctx) == 1
    (stored,) = raised(world)
    alarm = Alarm.from_json(stored.payload)
    assert (alarm.kind, alarm.subject, alarm.task) == (AlarmKind.FIELD, "country", "fraud")
    (told,) = world.news()
    assert told.details == (alarm.sentence,)
    assert (told.case_ids, told.alarm_keys) == (alarm.case_ids, (stored.key,))
    assert len(told.case_ids) == 3


def test_a_day_is_looked_at_once_and_a_change_told_once_per_reference(database: Database) -> None:
    world = drifted(database)
    assert drift.detect_due(world.ctx) == 1
    assert drift.detect_due(world.ctx) == 0
    world.clock.moment += DAY
    assert drift.detect_due(world.ctx) == 0
    assert len(raised(world)) == 1


def test_a_look_that_failed_is_had_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    world = drifted(database)
    with monkeypatch.context() as broken:
        broken.setattr(drift, "_alarms", None)
        with pytest.raises(ExceptionGroup):
            drift.detect_due(world.ctx)
    assert drift.detect_due(world.ctx) == 1


@pytest.mark.parametrize(("a_week", "weeks"), [(200, 1), (199, 2), (40, 5), (25, 8)])
def test_a_window_goes_back_by_whole_weeks_until_it_holds_enough(
    database: Database, a_week: int, weeks: int
) -> None:
    references = -(-ENOUGH // (4 * a_week))
    world = trickled(database, a_week, here=4 * references + 4, elsewhere=weeks)
    assert drift.detect_due(world.ctx) == 1
    (stored,) = raised(world)
    last = "week" if weeks == 1 else f"{weeks} weeks"
    held = f"{weeks * a_week} cases of the last {last} with {references * 4 * a_week:,} of the "
    assert f"; compared were {held}{references * 4} weeks before." in Alarm.from_json(stored.payload).sentence


def test_less_than_eight_weeks_can_gather_is_not_looked_at(database: Database) -> None:
    world = trickled(database, 24)
    assert drift.detect_due(world.ctx) == 0
    assert looked_at(world) is None


def test_a_window_without_enough_before_it_is_not_looked_at(database: Database) -> None:
    world = trickled(database, 200, here=0, elsewhere=1)
    assert drift.detect_due(world.ctx) == 0
    assert looked_at(world) is None


def test_the_next_look_waits_until_enough_is_new(database: Database) -> None:
    world = trickled(database, 40, elsewhere=0)
    drift.detect_due(world.ctx)
    assert looked_at(world) == FRIDAY
    world.day(FEWEST_NEW - 1, fields=HERE)
    drift.detect_due(world.ctx)
    assert looked_at(world) == FRIDAY
    world.day(1, fields=HERE)
    drift.detect_due(world.ctx)
    assert looked_at(world) == FRIDAY + 2 * DAY


@pytest.mark.parametrize(("last", "spent"), [(None, 1), (2 * DAY, 2), (10 * DAY, 10), (300 * DAY, 56)])
def test_a_look_spends_what_the_days_since_the_last_one_added(
    database: Database, last: timedelta | None, spent: int
) -> None:
    world = drifted(database)
    if last is not None:
        with world.ctx.database.write() as tx:
            profiles.save(tx, StoredProfile("fraud", LOOK, {}, FRIDAY - last))
    drift.detect_due(world.ctx)
    (stored,) = raised(world)
    alarm = Alarm.from_json(stored.payload)
    tests = 6  # of confidence, labels, the country, and three of texts
    assert alarm.adjusted_p_value / alarm.p_value == pytest.approx(tests * 365 / spent)


def test_a_new_calibrator_is_no_drift(database: Database) -> None:
    world = traffic(database)
    world.clock.moment = spans(FRIDAY).reference_until - 3 * DAY
    world.day(400, fields=HERE)
    calibrated(world.ctx, temperature=4.0)
    world.clock.moment = FRIDAY - 2 * DAY
    world.day(250, fields=HERE)
    world.clock.moment = FRIDAY
    assert drift.detect_due(world.ctx) == 0
    assert looked_at(world) == FRIDAY


def test_confidence_is_told_as_calibrated_now(database: Database) -> None:
    world = traffic(database)
    world.clock.moment = spans(FRIDAY).reference_until - 3 * DAY
    calm = world.day(400, fields=HERE)
    world.clock.moment = FRIDAY - 2 * DAY
    world.rng = Sure(7)
    world.day(250, fields=HERE)
    world.clock.moment = FRIDAY
    fitted = calibrated(world.ctx, temperature=2.0)
    assert drift.detect_due(world.ctx) == 1
    (stored,) = raised(world)
    by = Calibrator.from_json(fitted.calibrator)
    mean = sum(by.apply(one.submission.prediction) for one in calm) / len(calm)
    assert f"before {100 * mean:.0f} %" in Alarm.from_json(stored.payload).sentence


def test_traffic_that_stays_as_it_was_raises_nothing(database: Database) -> None:
    world = traffic(database)
    for start in (spans(FRIDAY).reference_until - 3 * DAY, FRIDAY - 2 * DAY):
        world.clock.moment = start
        world.day(300, fields=HERE)
    assert drift.detect_due(world.ctx) == 0
    assert raised(world) == []


def test_drift_revokes_the_thresholds_of_tiers_that_it_suspends(database: Database) -> None:
    world = drifted(database, SUSPENDING)
    drift.detect_due(world.ctx)
    with world.ctx.database.read() as tx:
        (granted,) = certificates.last_granted(tx, CertificateKey("fraud", "ordinary", MODEL))
    assert str(granted.revoked_reason).startswith("what comes in has changed: ")
    assert shares(world.day(30, fields=ELSEWHERE)) == (0, 0)
    changed, revoked = [one.sentence for one in world.news()][1:]
    assert changed == "fraud: what comes in has changed."
    assert revoked.startswith(
        "Nothing that gbm 3 predicts in fraud goes through by itself any more, everything"
    )


def test_other_tiers_keep_theirs(database: Database) -> None:
    world = drifted(database)
    drift.detect_due(world.ctx)
    with world.ctx.database.read() as tx:
        assert len(certificates.standing(tx)) == 1


def test_what_a_team_muted_is_stored_but_not_told(database: Database) -> None:
    world = drifted(database)
    world.news()
    with world.ctx.database.write() as tx:
        mutes.mute(tx, "risk", "alarm:fraud:field::country", "U0LEAD", FRIDAY + DAY)
    assert drift.detect_due(world.ctx) == 1
    assert len(raised(world)) == 1
    assert world.news() == []
