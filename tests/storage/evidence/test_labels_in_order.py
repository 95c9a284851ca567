"""What a test over weeks reads: labels in the order of their predictions, none before its turn."""

from dataclasses import replace
from datetime import datetime, timedelta

from routing.case.decision import Method
from routing.prediction import ModelRef, Origin
from routing.triage.follow_up import FollowUp
from storage.cases import follow_ups
from storage.cases.predictions import NewPrediction
from storage.engine.database import Database
from storage.evidence import labels_in_order
from storage.evidence.labels_in_order import AuditInOrder, LabelInOrder
from tests.storage.examples import HOUR, NOW, prediction, routing, store
from tests.storage.history import SINCE, UNTIL, accepted, audited, calibrated, decide

MODEL = ModelRef("forest", "1")
GERMAN = {"country": "DE"}


def draw(number: int, confidence: float = 0.9, **of: object) -> NewPrediction:
    """An audit, received so many minutes after the first."""
    at = NOW + timedelta(minutes=number)
    return calibrated(prediction(number, received_at=at, routed=audited(), **of), confidence)


def of_accepted(
    database: Database, threshold: float = 0.8, after: timedelta = 2 * HOUR
) -> list[LabelInOrder]:
    with database.read() as tx:
        return list(labels_in_order.of_accepted(tx, "fraud", "low", MODEL, SINCE, NOW + after, threshold))


def names(labels: list[LabelInOrder]) -> list[str]:
    return [label.case_id for label in labels]


def test_labels_come_as_their_predictions_did_not_as_they_were_decided(database: Database) -> None:
    with database.write() as tx:
        store(tx, [draw(1), draw(2), draw(3)])
        decide(tx, 3, "ok", after=timedelta(minutes=10))
        decide(tx, 1, "fraud", after=timedelta(minutes=30))
        decide(tx, 2, "ok", after=timedelta(minutes=20))
    labels = of_accepted(database)
    assert names(labels) == ["case_1", "case_2", "case_3"]
    assert [label.is_error for label in labels] == [False, True, True]
    assert {label.inclusion_probability for label in labels} == {0.1}


def test_what_still_has_time_keeps_what_came_later_waiting(database: Database) -> None:
    with database.write() as tx:
        store(tx, [draw(1), draw(2), draw(3)])
        decide(tx, 1, "fraud")
        decide(tx, 3, "ok")
    assert names(of_accepted(database)) == ["case_1"]


def test_what_is_overdue_is_passed_over(database: Database) -> None:
    with database.write() as tx:
        store(tx, [draw(1), draw(2), draw(3)])
        decide(tx, 1, "fraud")
        decide(tx, 2, "ok", method=Method.EXPIRED)
        decide(tx, 3, "ok")
    assert names(of_accepted(database, after=5 * HOUR)) == ["case_1", "case_3"]


def test_only_audits_that_the_threshold_accepts_count(database: Database) -> None:
    unsure, reviewed = draw(2, confidence=0.7), replace(draw(3), routing=routing())
    passed = replace(draw(4), routing=accepted())
    others = [draw(5, version="2"), draw(6, origin=Origin.SYNTHETIC)]
    with database.write() as tx:
        store(tx, [draw(1), unsure, reviewed, passed, *others])
        for number in (1, 2, 3, 5, 6):
            decide(tx, number, "ok")
    assert names(of_accepted(database)) == ["case_1"]
    with database.read() as tx:
        everything = labels_in_order.of_everything(tx, "fraud", MODEL, SINCE, UNTIL)
    assert [(label.case_id, label.inclusion_probability) for label in everything] == [
        ("case_1", 0.1),
        ("case_2", 0.1),
        ("case_3", 1.0),
    ]


def test_what_came_in_before_or_after_does_not_count(database: Database) -> None:
    with database.write() as tx:
        store(tx, [draw(-26 * 60), draw(1), draw(130)])
        for number in (-26 * 60, 1, 130):
            decide(tx, number, "ok")
    assert names(of_accepted(database)) == ["case_1"]


def audits(database: Database, now: datetime = NOW + 2 * HOUR) -> tuple[AuditInOrder, ...]:
    with database.read() as tx:
        return labels_in_order.audits(tx, "fraud", "low", MODEL, SINCE, now)


def test_audits_come_in_the_order_received_with_what_is_not_decided_yet(database: Database) -> None:
    before = SINCE - timedelta(microseconds=1)
    with database.write() as tx:
        store(
            tx,
            [
                calibrated(prediction(1, routed=audited(0.25)), 0.9375),
                prediction(2, confidence=0.875, routed=audited(), received_at=SINCE),
                prediction(3),
                prediction(4, routed=audited(), received_at=before),
                prediction(5, routed=audited(), version="2"),
                prediction(6, routed=audited(), task="spam"),
                prediction(7, routed=replace(audited(), tier="high")),
                prediction(8, routed=audited(), received_at=NOW + timedelta(minutes=1)),
            ],
        )
        for number in range(1, 8):
            decide(tx, number, "ok" if number == 1 else "fraud", after=number * HOUR)
    quick, late, waiting = audits(database)
    assert quick.group_key != late.group_key
    assert (quick.case_id, quick.is_error, quick.is_labeled, quick.has_time) == ("case_2", False, True, False)
    assert (late.case_id, late.is_error, late.calibrated, late.slices) == ("case_1", True, 0.9375, GERMAN)
    assert late.inclusion_probability == 0.25
    assert (waiting.case_id, waiting.is_labeled, waiting.has_time) == ("case_8", False, True)


def test_audits_of_a_case_that_is_overdue_have_no_time(database: Database) -> None:
    with database.write() as tx:
        store(tx, [draw(1), draw(2)])
        decide(tx, 2, "ok")
    assert labels_in_order.settled(audits(database)) == []
    assert [audit.is_silent for audit in audits(database)] == [False, False]
    overdue = audits(database, NOW + 5 * HOUR)
    assert [audit.is_silent for audit in overdue] == [True, False]
    assert [audit.case_id for audit in labels_in_order.settled(overdue)] == ["case_2"]


def test_an_audit_that_others_are_asked_about_has_time_until_that_ends(database: Database) -> None:
    late = NOW + 5 * HOUR
    drawn = [FollowUp("case_1", 0.5, True), FollowUp("case_2", 0.5, False)]
    with database.write() as tx:
        store(tx, [draw(1), draw(2), draw(3)])
        follow_ups.add(tx, drawn, late, late + HOUR)
    assert [(each.has_time, each.is_silent) for each in audits(database, late)] == [
        (True, False),
        (False, True),
        (False, True),
    ]
    over = audits(database, late + HOUR)
    assert [each.is_silent for each in over] == [True, True, True]
    assert [(each.again_chance, each.stands_for) for each in over] == [(0.5, 2.0), (0.5, 0.0), (None, 1.0)]
    with database.write() as tx:
        decide(tx, 1, "ok")
    (first, *_) = audits(database, late + HOUR)
    assert (first.is_late, first.is_silent, first.is_error) == (True, False, True)
