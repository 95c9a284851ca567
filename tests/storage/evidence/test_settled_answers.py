"""Answers to what experts decided are read in their order, with how each came about."""

from dataclasses import replace

from routing.case.decision import Method
from routing.evidence.grades import GradableAnswer
from routing.label import ExpertConfidence, ExpertId
from storage.cases import labels
from storage.engine.database import Database, Transaction
from storage.evidence.settled_answers import of_task
from tests.storage.examples import ANNA, BEN, HOUR, NOW, label_of, prediction, store
from tests.storage.history import SINCE, UNTIL, decide, undo


def answer(tx: Transaction, number: int, expert: ExpertId, label: str, **more: object) -> None:
    stored = label_of(f"case_{number}", label=label, expert=expert)
    labels.add(tx, replace(stored, **more))  # type: ignore[arg-type]  # fields by name


def of(database: Database, most: int = 100) -> tuple[GradableAnswer, ...]:
    with database.read() as tx:
        return of_task(tx, "fraud", SINCE, UNTIL, most)


def test_an_answer_comes_with_what_is_kept_of_it(database: Database) -> None:
    shown, sure = NOW - HOUR, ExpertConfidence.HIGH
    with database.write() as tx:
        store(tx, [prediction(1)])
        answer(tx, 1, ANNA, "ok", is_assigned=True, shown_at=shown, expert_confidence=sure, is_sealed=True)
        answer(tx, 1, BEN, "ok", is_sealed=False)
        decide(tx, 1, "ok", method=Method.CONSENSUS)
    first = GradableAnswer("case_1", ANNA, "ok", NOW, None, True, True, sure, shown, {"country": "DE"})
    assert of(database) == (
        first,
        GradableAnswer("case_1", BEN, "ok", NOW, None, False, slices={"country": "DE"}),
    )
    assert [each.expert for each in of(database, most=1)] == [BEN]


def test_what_is_undecided_undone_or_taken_back_is_not_read(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in (1, 2, 3, 4)])
        for number in (1, 2, 3, 4):
            answer(tx, number, ANNA, "ok")
        for number in (2, 3):
            decide(tx, number, "ok", method=Method.CONSENSUS)
        decide(tx, 4, "ok", method=Method.EXPIRED)
        undo(tx, 2)
        labels.withdraw(tx, f"label_case_3_{ANNA.user_id}_1", NOW)
    assert of(database) == ()


def test_what_settles_a_case_is_told_and_is_no_answer_of_its_own(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2)])
        answer(tx, 1, ANNA, "ok", is_adjudication=False)
        answer(tx, 1, BEN, "fraud", is_adjudication=True)
        decide(tx, 1, "fraud", method=Method.ADJUDICATED)
        answer(tx, 2, ANNA, "ok")  # of before it was kept which answer settles
        decide(tx, 2, "ok", method=Method.OVERRIDDEN)
    assert [(each.label, each.adjudicated, each.is_independent) for each in of(database)] == [
        ("ok", "fraud", True),
        ("fraud", "fraud", False),
        ("ok", "ok", False),
    ]
