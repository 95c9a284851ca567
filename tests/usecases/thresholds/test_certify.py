"""A threshold is granted where labels show it, once, and comes into force; every attempt is on record."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.usecases.context import Context, PolicyHolder
from bot.usecases.outgoing import NEWS, News
from bot.usecases.thresholds import certify, in_force, label_sets
from bot.usecases.thresholds.attempt import Basis, calibrator_changes
from bot.usecases.thresholds.evidence_arrays import traffic_of
from bot.usecases.thresholds.grant import CellTest
from routing.cell import EVERYTHING
from routing.evidence.calibrator import IDENTITY, Calibrator
from routing.evidence.promise import Certificate, Promise
from routing.measures.estimation.coverage_curve import Traffic as Evidence
from routing.policy import load_policy
from routing.prediction import ModelRef
from storage import audit
from storage.delivery import outbox
from storage.engine.database import Database
from storage.evidence import model_evidence
from storage.evidence.tier_window import TierWindow
from storage.measured import certificates
from storage.measured.calibrators import StoredCalibrator
from storage.measured.certificates import Attempt, CertificateKey
from storage.sql.column_types import EPOCH
from tests.plain_words import assert_plain
from tests.usecases.traffic import DAY, HOUR, MODEL, Traffic, calibrated, shares, traffic
from tests.worlds.clocks import FRIDAY
from tests.worlds.policies import PROMISED

KEY = CertificateKey("fraud", "ordinary", MODEL)


@pytest.fixture
def world(database: Database) -> Traffic:
    """Traffic on each database; the label set was seen before any came, and no calibrator is in force."""
    made = traffic(database)
    label_sets.note_new(made.ctx)
    calibrated(made.ctx)
    return made


def last(ctx: Context) -> Attempt:
    with ctx.database.read() as tx:
        (found,) = certificates.last(tx, KEY)
    return found


def attempts(ctx: Context) -> int:
    with ctx.database.read() as tx:
        return certificates.attempts(tx, KEY)


def news(ctx: Context) -> list[News]:
    with ctx.database.write() as tx:
        claims = outbox.claim(tx, {NEWS}, "test", ctx.clock.now(), HOUR, 50)
    return [News.from_payload(claim.item.payload) for claim in claims]


def test_a_model_with_few_errors_is_certified_and_its_traffic_accepted(world: Traffic) -> None:
    before = world.day(400)
    assert shares(before) == (0, 0)
    assert certify.certify_due(world.ctx) == 1
    granted = last(world.ctx)
    assert granted.threshold is not None
    assert 0.7 < granted.threshold < 0.9
    accepted, audited = shares(world.day(200))
    assert 0.1 < accepted < 0.4
    assert 0.1 < audited < 0.4


def test_a_grant_goes_on_record_and_is_told_to_the_team(world: Traffic) -> None:
    world.day(400)
    certify.certify_due(world.ctx)
    granted = last(world.ctx)
    with world.ctx.database.read() as tx:
        (entry,) = audit.of_subject(tx, str(granted.certificate_id), 9)
    assert (entry.actor, entry.action) == ("measures", "threshold.granted")
    assert entry.data["threshold"] == granted.threshold
    assert entry.data["version"] == "3"
    (told,) = news(world.ctx)
    assert told.team == "risk"
    assert told.sentence == (
        f"What gbm 3 predicts goes through by itself now in fraud where it is at least "
        f"{100 * (granted.threshold or 0):.3g} % sure."
    )
    assert told.details[0] == "The answers show that at most 1 in 20 of it is wrong."
    assert told.details[-1].startswith(
        "Right means right as one says: the numbers rest on labels as they are"
    )
    assert_plain((told.sentence, *told.details, told.advice))


def test_a_model_that_errs_gets_none_and_is_told_what_is_missing(world: Traffic) -> None:
    world.day(400, sure=0.3)
    assert certify.certify_due(world.ctx) == 0
    attempt = last(world.ctx)
    assert (attempt.certificate_id, attempt.threshold) == (None, None)
    assert "1 in 20 wrong" in attempt.answer["why"]
    assert news(world.ctx) == []
    assert shares(world.day(50)) == (0, 0)


def test_predictions_of_the_same_input_are_next_to_no_evidence(world: Traffic) -> None:
    world.day(400, text="the same payment")
    assert certify.certify_due(world.ctx) == 0
    assert (
        "These cases come in groups that may be wrong together: 400 count like"
        in last(world.ctx).answer["why"]
    )


def test_a_group_ends_when_the_policy_says(database: Database) -> None:
    world = traffic(database)
    label_sets.note_new(world.ctx)
    calibrated(world.ctx)
    for _ in range(10):
        world.day(40, text="the same payment")
    with world.ctx.database.read() as tx:
        window = TierWindow("fraud", "ordinary", MODEL, EPOCH, world.clock.moment)
        scores = model_evidence.scores(tx, window)
    for group_for, groups in ((timedelta(days=7), 2), (DAY, 10), (timedelta(days=60), 1)):
        group = traffic_of(scores, group_for).group
        assert group is not None
        assert len(set(group.tolist())) == groups
    assert load_policy(PROMISED, "policy.toml").task("fraud").group_for == timedelta(days=7)


def test_no_attempt_is_spent_on_too_few_labels_or_on_hardly_any_new_ones(world: Traffic) -> None:
    world.day(54)
    assert certify.certify_due(world.ctx) == 0
    assert attempts(world.ctx) == 0
    world.day(346, sure=0.3)
    certify.certify_due(world.ctx)
    assert attempts(world.ctx) == 1
    certify.certify_due(world.ctx)
    world.day(90, sure=0.3)
    certify.certify_due(world.ctx)
    assert attempts(world.ctx) == 1
    world.day(300, sure=0.3)
    certify.certify_due(world.ctx)
    assert (attempts(world.ctx), last(world.ctx).attempt) == (2, 2)


def test_what_experts_still_have_time_for_is_no_evidence(world: Traffic) -> None:
    world.day(400)
    world.clock.moment -= DAY - 3 * HOUR
    certify.certify_due(world.ctx)
    assert attempts(world.ctx) == 0


def test_a_new_model_version_starts_without(world: Traffic) -> None:
    world.day(400)
    certify.certify_due(world.ctx)
    (first, *_) = fresh = world.day(40, model=ModelRef("gbm", "4"))
    assert shares(fresh) == (0, 0)
    assert "no threshold is certified yet for model gbm 4 (tier ordinary)" in first.routing.reasons


def test_a_second_replica_that_certifies_at_once_grants_nothing(
    world: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.day(400)
    store, granted = certify._store, []

    def late(ctx: Context, basis: Basis, tests: Sequence[Attempt]) -> int:
        monkeypatch.setattr(certify, "_store", store)
        granted.append(certify.certify_due(ctx))  # the other one, in the meantime
        return store(ctx, basis, tests)

    monkeypatch.setattr(certify, "_store", late)
    assert certify.certify_due(world.ctx) == 0
    assert granted == [1]
    assert attempts(world.ctx) == 1
    assert len(news(world.ctx)) == 1


def test_what_was_labeled_before_a_calibrator_that_keeps_the_order_is_evidence_as_it_reads_it(
    world: Traffic,
) -> None:
    world.day(400)
    calibrated(world.ctx, 2, 2.0)
    assert certify.certify_due(world.ctx) == 1
    granted = last(world.ctx)
    assert granted.threshold is not None
    # Reviewed as they came in, at their raw confidence; 0.8 and more is never wrong.
    assert granted.threshold < Calibrator("temperature", (2.0,)).calibrate(0.9)
    assert shares(world.day(100))[0] > 0.1


def test_only_what_came_after_a_calibrator_that_changes_the_order_is_evidence(world: Traffic) -> None:
    world.day(400)
    calibrated(world.ctx, 2, 2.0, uses_probabilities=True)
    certify.certify_due(world.ctx)
    assert attempts(world.ctx) == 0
    world.clock.moment += HOUR
    world.day(400)
    assert certify.certify_due(world.ctx) == 1
    granted = Certificate.from_json(last(world.ctx).answer)
    assert granted.labels < 300
    of_all = Calibrator("temperature", (2.0,), uses_probabilities=True)
    assert last(world.ctx).calibrator_version == of_all.version
    assert shares(world.day(100))[0] > 0.1


def test_a_fit_that_is_not_used_leaves_the_evidence_as_it_is(world: Traffic) -> None:
    world.day(400)
    calibrated(world.ctx, 2)
    assert certify.certify_due(world.ctx) == 1
    assert last(world.ctx).calibrator_version is None


PLATT = Calibrator("platt", (1.5, -0.25))
BETA = Calibrator("beta", (1.0, 0.0, 0.5))
FLAT = Calibrator("platt", (0.0, 0.5))
STEPS = Calibrator("isotonic", knots=((0.5, 0.4), (0.9, 0.8)))
OF_ALL = Calibrator("temperature", (2.0,), uses_probabilities=True)


def fits(*used: Calibrator | None) -> list[StoredCalibrator]:
    """One fit a day; None for one that is not used."""
    return [
        StoredCalibrator(
            task="fraud",
            model=MODEL,
            sequence=number,
            version=(calibrator or IDENTITY).version,
            calibrator=(calibrator or IDENTITY).to_json(),
            report={},
            is_used=calibrator is not None,
            fitted_at=FRIDAY + number * DAY,
        )
        for number, calibrator in enumerate(used)
    ]


@pytest.mark.parametrize(
    ("used", "changes"),
    [
        ((), {}),
        ((None, None), {}),
        ((PLATT,), {0: True}),
        ((PLATT, PLATT), {0: True}),
        ((None, BETA, PLATT), {1: True, 2: True}),
        ((PLATT, None, None), {0: True, 1: True}),
        ((FLAT, PLATT), {0: False, 1: False}),
        ((STEPS, PLATT), {0: False, 1: False}),
        ((PLATT, OF_ALL), {0: True, 1: False}),
    ],
)
def test_a_calibrator_changes_what_is_in_force_and_only_some_change_the_order(
    used: tuple[Calibrator | None, ...], changes: dict[int, bool]
) -> None:
    days = {(at - FRIDAY) // DAY: keeps_order for at, keeps_order in calibrator_changes(fits(*used))}
    assert days == changes


def test_a_looser_threshold_comes_by_a_new_certificate(world: Traffic) -> None:
    world.day(400)
    certify.certify_due(world.ctx)
    first = last(world.ctx)
    world.clock.moment += HOUR
    world.day(600, unsure=0.0)
    assert certify.certify_due(world.ctx) == 1
    second = last(world.ctx)
    assert first.threshold is not None
    assert second.threshold is not None
    assert second.threshold < first.threshold
    assert second.attempt == 2
    told = news(world.ctx)[-1].sentence
    assert told.endswith(
        f"at least {100 * second.threshold:.3g} % sure (until now from {100 * first.threshold:.3g} % on)."
    )
    assert shares(world.day(100))[0] > 0.35


def test_a_threshold_that_would_not_change_is_not_granted_again(world: Traffic) -> None:
    world.day(400)
    certify.certify_due(world.ctx)
    first = last(world.ctx)
    world.clock.moment += HOUR
    world.day(600)
    assert certify.certify_due(world.ctx) == 0
    assert attempts(world.ctx) == 2
    assert last(world.ctx).certificate_id is None
    held = world.ctx.standing.present.thresholds["fraud", "ordinary", "gbm", "3", EVERYTHING.key]
    assert held.certificate_id == first.certificate_id


def revoke(world: Traffic) -> None:
    with world.ctx.database.write() as tx:
        (granted,) = certificates.last_granted(tx, KEY)
        assert certificates.revoke(tx, str(granted.certificate_id), world.clock.moment, "it erred")


def test_evidence_begins_anew_after_a_revocation(world: Traffic) -> None:
    world.day(400)
    certify.certify_due(world.ctx)
    world.clock.moment += HOUR
    world.day(300)
    revoke(world)
    in_force.refresh(world.ctx)
    world.clock.moment += HOUR
    since = world.day(50)
    assert certify.certify_due(world.ctx) == 0
    assert attempts(world.ctx) == 1
    since += world.day(400)
    assert certify.certify_due(world.ctx) == 1
    granted = Certificate.from_json(last(world.ctx).answer)
    confidences = [one.submission.prediction.confidence or 0.0 for one in since]
    assert granted.accepted == sum(one >= granted.threshold for one in confidences)
    assert shares(world.day(100))[0] > 0.1


def test_what_was_revoked_meanwhile_is_not_loosened(world: Traffic, monkeypatch: pytest.MonkeyPatch) -> None:
    world.day(400)
    certify.certify_due(world.ctx)
    world.clock.moment += HOUR
    world.day(600, unsure=0.0)
    store = certify._store

    def late(ctx: Context, basis: Basis, tests: Sequence[Attempt]) -> int:
        revoke(world)
        return store(ctx, basis, tests)

    monkeypatch.setattr(certify, "_store", late)
    assert certify.certify_due(world.ctx) == 0
    assert attempts(world.ctx) == 1


def test_labels_given_under_another_label_set_are_no_evidence(world: Traffic) -> None:
    world.day(400)
    third = '\n  {name = "third", description = "a new one", example = "new"},\n]\n[[tasks'
    changed = load_policy(PROMISED.replace("\n]\n[[tasks", third), "policy.toml")
    ctx = replace(world.ctx, active=PolicyHolder.of(changed))
    assert label_sets.note_new(ctx) == 1
    certify.certify_due(ctx)
    assert attempts(ctx) == 0
    assert label_sets.note_new(ctx) == 0


def test_a_threshold_waits_for_the_first_fit(database: Database) -> None:
    made = traffic(database)
    label_sets.note_new(made.ctx)
    made.day(400)
    assert certify.certify_due(made.ctx) == 0
    assert attempts(made.ctx) == 0


def test_nothing_is_read_where_nothing_is_promised(database: Database) -> None:
    promise = "accept_above = { error = 0.05, confidence = 0.9 }"
    made = traffic(database, PROMISED.replace(promise, "accept_above = 0.9"))
    calibrated(made.ctx)
    made.day(400)
    assert certify.certify_due(made.ctx) == 0
    assert attempts(made.ctx) == 0


ABROAD = """[[tasks.fraud.tiers]]
name = "abroad"
when = 'has(input.fields.country) && input.fields.country == "PT"'
channel = "fraud"
accept_above = "always_review"
due_in = "4h"
"""


def test_a_tier_without_a_promise_has_its_own_way(database: Database) -> None:
    made = traffic(database, PROMISED.replace("[[tasks.fraud.tiers]]", f"{ABROAD}[[tasks.fraud.tiers]]"))
    label_sets.note_new(made.ctx)
    calibrated(made.ctx)
    made.day(400, fields={"country": "PT"})
    assert certify.certify_due(made.ctx) == 0
    with made.ctx.database.read() as tx:
        assert certificates.last(tx, replace(KEY, tier="abroad")) == []


@pytest.mark.parametrize(("errors", "is_wanted"), [(0, False), (4, False), (30, True)])
def test_a_stricter_threshold_is_wanted_only_where_the_one_in_force_errs(
    errors: int, is_wanted: bool
) -> None:
    """Of 100 audited predictions from 0.8 on so many were wrong, all below 0.9; 5 % are promised."""
    stricter = Certificate(0.9, Promise(0.05, 0.9), "census_and_audit", 2, 0.01, 100, 50, 0, 0.04)
    test = CellTest(EVERYTHING, certainties(errors), 0.8, stricter)
    assert test.is_wanted is is_wanted
    assert replace(test, conclusion=replace(stricter, threshold=0.8)).is_wanted is False
    assert replace(test, conclusion=replace(stricter, threshold=0.7)).is_wanted is True


def certainties(errors: int) -> Evidence:
    scores = [0.85] * 50 + [0.95] * 50
    wrong = [True] * errors + [False] * (100 - errors)
    return Evidence.of(scores, [0.5] * 100, [True] * 100, [True] * 100, wrong)
