"""Both arms are counted by the draw, whatever came of it."""

from dataclasses import replace
from datetime import datetime

from storage.cases import labels
from storage.engine.database import Database
from storage.evidence import blind_arms
from storage.evidence.blind_arms import BlindArm
from tests.storage.examples import ANNA, BEN, HOUR, NOW, label_of, prediction, routing, store
from tests.storage.history import SINCE, UNTIL


def arms(database: Database, until: datetime = UNTIL) -> tuple[BlindArm, ...]:
    with database.read() as tx:
        return blind_arms.of_tasks(tx, ("fraud",), SINCE, until)


def drawn(*hidden: bool | None) -> list[object]:
    return [
        prediction(
            number,
            routed=replace(routing(), blind_chance=None if blind is None else 0.5, is_blind=bool(blind)),
        )
        for number, blind in enumerate(hidden, 1)
    ]


def test_the_first_answer_counts_and_the_unanswered_are_in_both_arms(database: Database) -> None:
    with database.write() as tx:
        store(tx, drawn(True, True, True, False, False, None))  # type: ignore[arg-type]  # predictions
        for number, label in ((1, "fraud"), (2, "ok"), (4, "fraud"), (6, "fraud")):
            labels.add(tx, label_of(f"case_{number}", label=label))
        labels.add(tx, label_of("case_2", label="fraud", expert=BEN))
    assert arms(database) == (
        BlindArm("fraud", "low", False, agreed=1, drawn=2),
        BlindArm("fraud", "low", True, agreed=1, drawn=3),
    )


def test_an_answer_that_was_taken_back_does_not_count(database: Database) -> None:
    with database.write() as tx:
        store(tx, drawn(True))  # type: ignore[arg-type]  # predictions
        labels.add(tx, replace(label_of("case_1", label="fraud", expert=ANNA), withdrawn_at=NOW))
        labels.add(tx, label_of("case_1", label="ok", expert=BEN))
    assert arms(database) == (BlindArm("fraud", "low", True, agreed=0, drawn=1),)


def test_what_may_still_be_answered_in_time_is_in_neither(database: Database) -> None:
    with database.write() as tx:
        store(tx, drawn(True, False))  # type: ignore[arg-type]  # predictions
    assert arms(database, until=NOW + HOUR) == ()
