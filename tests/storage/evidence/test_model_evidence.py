"""What measures read of production traffic and of the decisions about it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from routing.case.decision import Method
from routing.cell import EVERYTHING, Cell
from routing.evidence.estimate import Stratum
from routing.prediction import ModelRef, Origin
from storage.engine.database import Database, Transaction
from storage.evidence import label_counts, labels_in_order, model_evidence
from storage.evidence.label_columns import LabelColumns
from storage.evidence.model_evidence import Scores, TrafficCount
from storage.evidence.tier_window import TierWindow
from storage.tables import predictions
from tests.storage.examples import HOUR, NOW, prediction, routing, store
from tests.storage.history import (
    SINCE,
    UNTIL,
    accepted,
    audited,
    calibrated,
    decide,
    sliced,
    undo,
)

FOREST = ModelRef("forest", "1")
GERMAN = {"country": "DE"}


def counted(database: Database, *tasks: str) -> tuple[TrafficCount, ...]:
    with database.read() as tx:
        return model_evidence.strata(tx, tasks or ("fraud",), SINCE, UNTIL)


def scored(database: Database, cell: Cell = EVERYTHING) -> Scores:
    with database.read() as tx:
        return model_evidence.scores(tx, TierWindow("fraud", "low", FOREST, SINCE, UNTIL, cell))


def audits(database: Database) -> list[bool]:
    """Of each audit that is labeled: is it wrong?"""
    with database.read() as tx:
        drawn = labels_in_order.audits(tx, "fraud", "low", FOREST, SINCE, NOW + 9 * HOUR)
    return [audit.is_error for audit in labels_in_order.settled(drawn)]


def labeled(database: Database, model: ModelRef | None = None) -> LabelColumns:
    with database.read() as tx:
        return model_evidence.labeled(tx, "fraud", SINCE, UNTIL, model)


def test_strata_count_what_came_in_was_asked_labeled_and_wrong(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in (1, 2, 3)])
        store(tx, [prediction(number, routed=accepted()) for number in (4, 5, 6, 7)])
        store(tx, [prediction(number, routed=audited()) for number in (8, 9)])
        store(tx, [prediction(10, routed=accepted(0.0))])
        for number, label in ((1, "fraud"), (2, "ok"), (8, "ok")):
            decide(tx, number, label)
    strata = [one.stratum for one in counted(database)]
    assert strata == [
        Stratum(inclusion_probability=0.0, received=1, asked=0, labeled=0, errors=0, is_accepted=True),
        Stratum(inclusion_probability=0.1, received=6, asked=2, labeled=1, errors=1, is_accepted=True),
        Stratum(inclusion_probability=1.0, received=3, asked=3, labeled=2, errors=1, is_accepted=False),
    ]


def test_strata_are_told_apart_by_task_tier_model_and_slices(database: Database) -> None:
    with database.write() as tx:
        store(
            tx,
            [
                prediction(1),
                prediction(2, routed=routing(tier="high")),
                prediction(3, version="2"),
                prediction(4, task="spam"),
                sliced(prediction(5)),
                sliced(prediction(6), country="FR"),
                prediction(7, task="other"),
            ],
        )
    found = counted(database, "spam", "fraud")
    names = {(one.task, one.tier, one.model.version, *one.slices.items()) for one in found}
    german = ("country", "DE")
    assert names == {
        ("fraud", "low", "1", german),
        ("fraud", "high", "1", german),
        ("fraud", "low", "2", german),
        ("spam", "low", "1", german),
        ("fraud", "low", "1"),
        ("fraud", "low", "1", ("country", "FR")),
    }
    assert len(found) == 6
    assert all(one.stratum.received == 1 for one in found)


def test_only_what_was_received_in_the_period_is_counted_with_later_decisions(database: Database) -> None:
    moment = timedelta(microseconds=1)
    with database.write() as tx:
        store(
            tx,
            [
                prediction(1, received_at=SINCE),
                prediction(2, received_at=UNTIL),
                prediction(3, received_at=SINCE - moment),
            ],
        )
        decide(tx, 1, "ok", after=UNTIL - NOW + HOUR)
        decide(tx, 3, "ok")
    (only,) = counted(database)
    assert (only.stratum.received, only.stratum.labeled) == (1, 1)
    assert len(scored(database)) == 1


def test_what_its_rule_could_not_be_judged_on_is_no_evidence_for_a_threshold(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2, routed=replace(routing(), unreadable="amount is missing"))])
    assert len(scored(database)) == 1


def time_out(tx: Transaction) -> None:
    decide(tx, 1, "ok", method=Method.EXPIRED)


def taken_back(tx: Transaction) -> None:
    decide(tx, 1, "ok")
    undo(tx, 1)


@pytest.mark.parametrize("happens", [time_out, taken_back])
def test_a_decision_by_time_out_or_taken_back_labels_nothing(
    database: Database, happens: Callable[[Transaction], None]
) -> None:
    with database.write() as tx:
        store(tx, [prediction(1, routed=audited())])
        happens(tx)
    (only,) = counted(database)
    assert (only.stratum.asked, only.stratum.labeled, only.stratum.errors) == (1, 0, 0)
    assert list(scored(database).is_labeled) == [0]
    assert (len(labeled(database)), audits(database)) == (0, [])


def test_a_correction_replaces_the_decision(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1, routed=audited())])
        decide(tx, 1, "ok")
        decide(tx, 1, "fraud", after=2 * HOUR, sequence=2)
    (only,) = counted(database)
    assert (only.stratum.labeled, only.stratum.errors) == (1, 0)
    assert (list(scored(database).is_labeled), list(scored(database).is_error)) == ([1], [0])
    assert labeled(database).decided == ("fraud",)
    assert audits(database) == [False]


@pytest.mark.parametrize("origin", [Origin.SYNTHETIC, Origin.RED_TEAM])
def test_only_production_counts(database: Database, origin: Origin) -> None:
    with database.write() as tx:
        store(tx, [prediction(1, origin=origin, routed=audited())])
        decide(tx, 1, "ok")
    assert (counted(database), len(scored(database)), len(labeled(database)), audits(database)) == (
        (),
        0,
        0,
        [],
    )


def test_scores_hold_every_prediction_in_columns(database: Database) -> None:
    with database.write() as tx:
        store(
            tx,
            [
                calibrated(prediction(1, confidence=0.5), 0.75),
                sliced(prediction(2, confidence=0.625, routed=audited(0.25))),
                prediction(3, confidence=0.875, routed=accepted(0.25)),
                prediction(4, routed=routing(tier="high")),
                prediction(5, version="2"),
                prediction(6, task="spam"),
            ],
        )
        decide(tx, 1, "fraud")
        decide(tx, 2, "ok")
    found = scored(database)
    rows = zip(
        found.calibrated,
        found.inclusion_probability,
        found.is_asked,
        found.is_labeled,
        found.is_error,
        strict=True,
    )
    assert sorted(rows) == [(0.625, 0.25, 1, 1, 1), (0.75, 1.0, 1, 1, 0), (0.875, 0.25, 0, 0, 0)]


def test_the_labeled_of_what_came_in_are_those_that_its_strata_count_without_probabilities(
    database: Database,
) -> None:
    before, after = SINCE - timedelta(hours=1), UNTIL - timedelta(hours=1)
    with database.write() as tx:
        late = prediction(3, received_at=after, routed=audited(0.25))
        store(tx, [prediction(1), prediction(2, received_at=before), late, prediction(4)])
        for number in (1, 2):
            decide(tx, number, "ok")
        decide(tx, 3, "fraud", after=UNTIL - NOW + HOUR)
    with database.read() as tx:
        found = model_evidence.labeled_of_received(tx, "fraud", SINCE, UNTIL)
        strata = [count.stratum for count in model_evidence.strata(tx, ["fraud"], SINCE, UNTIL)]
    assert (found.case_id, found.labels, found.probabilities) == (("case_1", "case_3"), (), (None, None))
    assert sum(stratum.labeled for stratum in strata) == len(found)
    assert set(zip(found.inclusion_probability, map(bool, found.is_accepted), strict=True)) == {
        stratum.key for stratum in strata if stratum.labeled
    }


def test_labeled_predictions_come_in_columns_in_the_order_of_decision(database: Database) -> None:
    second = sliced(prediction(2, confidence=0.625, version="2", routed=audited(0.25)), country="FR")
    with database.write() as tx:
        store(tx, [calibrated(prediction(1, confidence=0.5), 0.75), second, prediction(3)])
        decide(tx, 1, "ok", after=2 * HOUR)
        decide(tx, 2, "fraud")
    found = labeled(database)
    assert (found.case_id, found.predicted, found.decided) == (
        ("case_2", "case_1"),
        ("fraud", "fraud"),
        ("fraud", "ok"),
    )
    assert (found.model, found.tier) == ((ModelRef("forest", "2"), FOREST), ("low", "low"))
    assert (list(found.confidence), list(found.calibrated)) == ([0.625, 0.5], [0.625, 0.75])
    assert (list(found.inclusion_probability), list(found.is_accepted)) == ([0.25, 1.0], [1, 0])
    assert (found.received_at, found.decided_at) == ((NOW, NOW), (NOW + HOUR, NOW + 2 * HOUR))
    assert [dict(found.slices[number]) for number in found.slice_number] == [{"country": "FR"}, GERMAN]
    assert labeled(database, FOREST).case_id == ("case_1",)


def test_probabilities_share_one_order_of_labels(database: Database) -> None:
    given = [{"fraud": 0.75, "ok": 0.25}, None, {"ok": 0.5, "other": 0.375, "fraud": 0.125}]
    with database.write() as tx:
        for number, probabilities in enumerate(given, start=1):
            stored = prediction(number)
            predicted = replace(stored.submission.prediction, probabilities=probabilities)
            store(tx, [replace(stored, submission=replace(stored.submission, prediction=predicted))])
            decide(tx, number, "ok", after=number * HOUR)
    found = labeled(database)
    assert found.labels == ("fraud", "ok", "other")
    rows = [None if row is None else list(row) for row in found.probabilities]
    assert rows == [[0.75, 0.25, 0.0], None, [0.125, 0.5, 0.375]]


def test_many_labeled_predictions_are_read_in_portions(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engine.packed_columns.ROWS_PER_FETCH", 3)
    with database.write() as tx:
        store(tx, [prediction(number) for number in range(8)])
        for number in range(8):
            decide(tx, number, "ok", after=number * HOUR)
    assert labeled(database).case_id == tuple(f"case_{number}" for number in range(8))
    assert len(scored(database)) == 8


def test_the_scores_of_a_cell_are_those_of_its_slices(database: Database) -> None:
    hard = 'a "b", c'
    with database.write() as tx:
        for number, country in enumerate(("DE", hard, "PT", None), 1):
            slices = {"country": country} if country else {}
            store(tx, [calibrated(sliced(prediction(number), **slices), number / 10)])
    named = [Cell("country", (value,), is_rest=False) for value in ("DE", hard)]
    asked = [EVERYTHING, *named, Cell("country", ("DE", hard))]
    found = [sorted(scored(database, cell).calibrated) for cell in asked]
    assert found == [[0.1, 0.2, 0.3, 0.4], [0.1], [0.2], [0.3, 0.4]]


def test_scores_may_be_read_as_a_later_calibrator_would_have_it(database: Database) -> None:
    with database.write() as tx:
        store(tx, [calibrated(prediction(number, confidence=number / 4), 0.9) for number in (1, 2, 3)])
    window = TierWindow("fraud", "low", FOREST, SINCE, UNTIL)
    with database.read() as tx:
        alone = model_evidence.scores(tx, window, calibrate=lambda confidence: confidence / 2)
        whole, none = model_evidence.scores_of_each(
            tx,
            [window, replace(window, cell=Cell("country", ("XX",), is_rest=False))],
            lambda confidence: confidence / 2,
        )
    assert list(alone.calibrated) == list(whole.calibrated) == [0.125, 0.25, 0.375]
    assert len(none) == 0


def test_scores_say_what_shares_a_group_and_when_it_came_in(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in (1, 2, 3)])
        tx.execute(sa.update(predictions).where(predictions.c.row_id != 3).values(group_key=-7))
        tx.execute(sa.update(predictions).where(predictions.c.row_id == 3).values(group_key=None))
        moments = (
            tx.execute(sa.select(predictions.c.received_at).order_by(predictions.c.row_id)).scalars().all()
        )
    columns = scored(database)
    assert list(columns.group_key) == [-7, -7, 3]
    assert list(columns.received_at) == [moment.timestamp() for moment in moments]


def test_what_is_reviewed_for_its_novelty_is_no_evidence_for_a_threshold(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2, routed=replace(routing(), is_novel=True))])
    assert len(scored(database)) == 1


def test_without_a_confidence_a_prediction_counts_in_traffic_and_in_no_threshold(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2, confidence=None), prediction(3, confidence=None)])
        for number in (1, 2):
            decide(tx, number, "ok")
    (count,) = counted(database)
    assert (count.stratum.received, count.stratum.labeled, count.stratum.errors) == (3, 2, 2)
    assert list(scored(database).calibrated) == [0.7]
    with database.read() as tx:
        assert label_counts.by_model(tx, ["fraud"], SINCE, UNTIL) == {("fraud", FOREST): 1}
        assert label_counts.of_model(tx, "fraud", FOREST, SINCE, UNTIL) == 1


def test_what_is_labeled_without_a_confidence_can_be_told_apart(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1, confidence=None), prediction(2), prediction(3, confidence=None)])
        for number in (1, 2, 3):
            decide(tx, number, "ok")
    found = labeled(database)
    assert (found.case_id, list(found.has_confidence)) == (("case_1", "case_2", "case_3"), [0, 1, 0])
    sure = found.with_confidence()
    assert (sure.case_id, list(sure.confidence), list(sure.slice_number)) == (("case_2",), [0.7], [0])
    assert (sure.labels, sure.slices) == (found.labels, found.slices)
