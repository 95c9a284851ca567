"""What became of a person's own answers, counted."""

from dataclasses import replace

from routing.case.decision import Method
from routing.label import ExpertId
from storage.cases import labels
from storage.engine.database import Database, Transaction
from storage.evidence.own_answers import OwnOutcomes, outcomes
from tests.storage.examples import ANNA, BEN, HOUR, NOW, label_of, prediction, store
from tests.storage.history import decide, undo


def answer(tx: Transaction, number: int, label: str, *, expert: ExpertId = ANNA, turn: int = 1) -> None:
    labels.add(tx, label_of(f"case_{number}", label=label, expert=expert, number=turn))


def of(database: Database, expert: ExpertId = ANNA, limit: int = 100) -> OwnOutcomes:
    with database.read() as tx:
        return outcomes(tx, expert, limit)


def test_answers_are_held_against_what_others_decided_too(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in range(1, 5)])
        for number, mine, decided, method in (
            (1, "ok", "ok", Method.CONSENSUS),
            (2, "ok", "fraud", Method.ADJUDICATED),
            (3, "fraud", "fraud", Method.CONSENSUS),
            (4, "ok", "ok", Method.SINGLE),
        ):
            answer(tx, number, mine)
            decide(tx, number, decided, method=method)
        answer(tx, 1, "fraud", expert=BEN)
    assert of(database) == OwnOutcomes(decided=3, became=2, corrected=2)
    assert of(database, BEN) == OwnOutcomes(decided=1)


def test_what_was_taken_back_or_is_not_decided_counts_for_nothing(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in range(1, 4)])
        for number in (1, 2, 3):
            answer(tx, number, "ok")
        labels.withdraw(tx, f"label_case_1_{ANNA.user_id}_1", NOW)
        for number in (1, 2):
            decide(tx, number, "ok", method=Method.CONSENSUS)
        undo(tx, 2)
    assert of(database) == OwnOutcomes()


def test_of_several_rounds_the_latest_counts(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
        answer(tx, 1, "fraud")
        answer(tx, 1, "ok", turn=2)
        decide(tx, 1, "ok", after=2 * HOUR, method=Method.CONSENSUS)
    assert of(database) == OwnOutcomes(decided=1, became=1, corrected=1)


def test_who_settled_a_disagreement_is_not_held_against_it(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
        labels.add(tx, replace(label_of("case_1", label="ok"), is_adjudication=True))
        decide(tx, 1, "ok", method=Method.ADJUDICATED)
    assert of(database) == OwnOutcomes(corrected=1)


def test_only_the_latest_are_looked_at(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in range(1, 4)])
        for number in (1, 2, 3):
            answer(tx, number, "ok")
            decide(tx, number, "ok", method=Method.CONSENSUS)
    assert of(database, limit=2) == OwnOutcomes(decided=2, became=2, corrected=2)
