"""Of answers to a case, those count that were given independently by at least two people."""

from dataclasses import replace

from routing.label import ExpertId
from storage.cases import labels
from storage.engine.database import Database, Transaction
from storage.evidence.shared_answers import Answer, shared
from tests.storage.examples import ANNA, BEN, NOW, label_of, prediction, store
from tests.storage.history import SINCE, UNTIL

A, B = (f"{expert.team_id}:{expert.user_id}" for expert in (ANNA, BEN))


def answer(tx: Transaction, number: int, expert: ExpertId, label: str, turn: int = 1, **more: bool) -> None:
    given = label_of(f"case_{number}", label=label, expert=expert, number=turn)
    labels.add(tx, replace(given, **more))  # type: ignore[arg-type]  # fields by name


def of(database: Database, most: int = 100) -> tuple[Answer, ...]:
    with database.read() as tx:
        return shared(tx, "fraud", SINCE, UNTIL, most)


def test_the_latest_answers_of_two_people_are_kept(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2)])
        answer(tx, 1, ANNA, "fraud")
        answer(tx, 1, ANNA, "ok", turn=2)
        answer(tx, 1, BEN, "fraud")
        answer(tx, 2, ANNA, "ok")
    assert set(of(database)) == {("case_1", A, "ok"), ("case_1", B, "fraud")}
    assert of(database, most=1) == ()


def test_what_was_taken_back_settled_or_seen_of_others_says_nothing(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in (1, 2, 3)])
        for number in (1, 2, 3):
            answer(tx, number, ANNA, "ok")
        answer(tx, 1, BEN, "ok", is_adjudication=True)
        answer(tx, 2, BEN, "ok", is_sealed=False)
        answer(tx, 3, BEN, "ok")
        labels.withdraw(tx, f"label_case_3_{BEN.user_id}_1", NOW)
    assert of(database) == ()
