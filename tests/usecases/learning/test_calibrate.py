"""Calibrators are fitted as labels arrive, kept whether used or not, and left alone under a certificate."""

from dataclasses import replace

import pytest

from bot.usecases.learning import calibrate
from bot.usecases.thresholds import certify, in_force, label_sets
from routing.evidence.calibrator import CalibratorFit
from routing.measures.calibration.recalibration import LABELS_NEEDED
from routing.prediction import ModelRef
from storage import audit
from storage.engine.database import Database
from storage.evidence import model_evidence
from storage.evidence.label_columns import LabelColumns
from storage.measured import calibrators
from storage.measured.calibrators import StoredCalibrator
from tests.usecases.traffic import DAY, HOUR, MODEL, Traffic, calibrated, traffic
from tests.worlds.policies import PROMISED

FIXED = PROMISED.replace("{ error = 0.05, confidence = 0.9 }\naudit = 0.5", '"always_review"')


@pytest.fixture
def world(database: Database) -> Traffic:
    """Traffic on each database, under a policy that has everything reviewed."""
    return traffic(database, FIXED)


def fitted(world: Traffic) -> list[StoredCalibrator]:
    with world.ctx.database.read() as tx:
        return calibrators.history(tx, "fraud")


def overconfident(world: Traffic, n: int = 300, **more: bool) -> None:
    world.day(n, sure=0.4, unsure=0.4, **more)  # type: ignore[arg-type]  # flags by name


def test_the_fewest_labels_are_those_of_the_measure() -> None:
    assert min(LABELS_NEEDED.values()) == calibrate.FEWEST


def test_an_overconfident_model_gets_a_calibrator_that_comes_into_force(world: Traffic) -> None:
    overconfident(world)
    assert calibrate.fit_due(world.ctx) == 1
    (one,) = fitted(world)
    assert one.is_used
    assert (one.sequence, one.report["n"], one.model) == (1, 300, MODEL)
    in_force.refresh(world.ctx)
    calibrator = world.ctx.standing.present.calibrators["fraud", "gbm", "3"]
    assert calibrator.version == one.version
    assert calibrator.calibrate(0.95) < 0.8
    assert CalibratorFit.from_json(one.report).calibrator == calibrator
    with world.ctx.database.read() as tx:
        (entry,) = audit.of_subject(tx, "fraud:gbm:3", 9)
    assert entry.data["version"] == one.version


def test_labels_of_predictions_without_a_confidence_are_left_out(world: Traffic) -> None:
    world.day(100, has_confidence=False)
    assert calibrate.fit_due(world.ctx) == 0
    overconfident(world, 100)
    assert calibrate.fit_due(world.ctx) == 1
    (one,) = fitted(world)
    assert one.report["n"] == 100


def test_probabilities_of_all_labels_are_used_where_every_prediction_has_them(world: Traffic) -> None:
    overconfident(world, probabilities=True)
    with world.ctx.database.read() as tx:
        labeled = model_evidence.labeled(tx, "fraud", world.clock.moment - DAY, world.clock.moment)
    assert calibrate._fit(labeled).losses.keys() >= {"temperature"}
    calibrate.fit_due(world.ctx)
    (one,) = fitted(world)
    methods = one.report["losses"]
    assert set(methods) == {"temperature", "platt", "beta"}


def test_a_label_that_the_model_never_named_was_impossible_to_it(world: Traffic) -> None:
    overconfident(world, probabilities=True)
    with world.ctx.database.read() as tx:
        labeled = model_evidence.labeled(tx, "fraud", world.clock.moment - DAY, world.clock.moment)
    unknown = replace(labeled, decided=tuple("new" if one == "legit" else one for one in labeled.decided))
    fit = calibrate._fit(unknown)
    assert (fit.n, fit.is_used) == (300, True)


def test_labels_weigh_by_their_chance_of_being_given(world: Traffic) -> None:
    overconfident(world)
    with world.ctx.database.read() as tx:
        labeled = model_evidence.labeled(tx, "fraud", world.clock.moment - DAY, world.clock.moment)
    chances = labeled.inclusion_probability[:]
    for place, (said, so) in enumerate(zip(labeled.predicted, labeled.decided, strict=True)):
        chances[place] = 1.0 if said == so else 0.25
    weighted = calibrate._fit(replace(labeled, inclusion_probability=chances))
    assert weighted.calibrator.calibrate(0.75) < calibrate._fit(labeled).calibrator.calibrate(0.75) - 0.1


def test_a_fit_that_is_no_better_than_none_is_kept_and_not_used(world: Traffic) -> None:
    world.day(200, sure=0.1, unsure=0.33)
    assert calibrate.fit_due(world.ctx) == 1
    (one,) = fitted(world)
    assert not one.is_used
    assert "no method lowers the held-out log loss" in one.report["why"]
    in_force.refresh(world.ctx)
    assert world.ctx.standing.present.calibrators == {}


def test_nothing_is_fitted_to_too_few_labels_or_without_enough_new_ones(world: Traffic) -> None:
    overconfident(world, 29)
    assert calibrate.fit_due(world.ctx) == 0
    overconfident(world, 71)
    assert calibrate.fit_due(world.ctx) == 1
    overconfident(world, 19)
    assert calibrate.fit_due(world.ctx) == 0
    overconfident(world, 1)
    assert calibrate.fit_due(world.ctx) == 1
    assert [one.sequence for one in fitted(world)] == [1, 2]


def test_a_promise_waits_for_twice_the_labels(database: Database) -> None:
    world = traffic(database)
    overconfident(world, 100)
    assert calibrate.fit_due(world.ctx) == 1
    overconfident(world, 99)
    assert calibrate.fit_due(world.ctx) == 0
    overconfident(world, 1)
    assert calibrate.fit_due(world.ctx) == 1


def test_where_a_promise_is_sought_a_calibrator_leaves_the_order_of_predictions_as_it_is(
    database: Database,
) -> None:
    world = traffic(database)
    overconfident(world, probabilities=True)
    calibrate.fit_due(world.ctx)
    (first,) = fitted(world)
    calibrator = CalibratorFit.from_json(first.report).calibrator
    assert first.is_used
    assert calibrator.keeps_order
    assert not calibrator.uses_probabilities


def test_every_model_version_has_its_own(world: Traffic) -> None:
    overconfident(world, 100)
    world.day(100, sure=0.4, model=ModelRef("gbm", "4"))
    assert calibrate.fit_due(world.ctx) == 2
    assert {one.model.version for one in fitted(world)} == {"3", "4"}


def test_a_second_replica_loses_quietly(world: Traffic, monkeypatch: pytest.MonkeyPatch) -> None:
    overconfident(world)
    fit, stored = calibrate._fit, []

    def late(labeled: LabelColumns, *, keeps_order: bool) -> CalibratorFit:
        monkeypatch.setattr(calibrate, "_fit", fit)
        stored.append(calibrate.fit_due(world.ctx))  # the other one, in the meantime
        return fit(labeled, keeps_order=keeps_order)

    monkeypatch.setattr(calibrate, "_fit", late)
    assert calibrate.fit_due(world.ctx) == 0
    assert stored == [1]
    assert len(fitted(world)) == 1


def test_the_calibrator_stays_while_a_certificate_holds(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = traffic(database)
    label_sets.note_new(world.ctx)
    world.day(400)
    assert calibrate.fit_due(world.ctx) == 1
    in_force.refresh(world.ctx)
    world.clock.moment += HOUR
    world.day(400)
    assert certify.certify_due(world.ctx) == 1
    world.day(1_000)
    monkeypatch.setattr(calibrate, "_fit", None)  # not even fitted
    assert calibrate.fit_due(world.ctx) == 0
    assert len(fitted(world)) == 1


def test_a_certificate_that_is_granted_while_a_fit_is_made_keeps_its_calibrator(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = traffic(database)
    label_sets.note_new(world.ctx)
    calibrated(world.ctx)
    world.day(400)
    fit = calibrate._fit

    def slow(labeled: LabelColumns, *, keeps_order: bool) -> CalibratorFit:
        assert certify.certify_due(world.ctx) == 1
        return fit(labeled, keeps_order=keeps_order)

    monkeypatch.setattr(calibrate, "_fit", slow)
    assert calibrate.fit_due(world.ctx) == 0
    assert [one.sequence for one in fitted(world)] == [1]
