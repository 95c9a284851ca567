"""Answers to what was put in are held against what is settled: the first of each person, in time."""

from collections.abc import Sequence
from dataclasses import replace

from routing.prediction import Origin
from storage.cases import labels
from storage.engine.database import Database, Transaction
from storage.trials import draws, outcomes
from storage.trials.draws import TrialAnswer, TrialDraw
from storage.trials.outcomes import PlantedCount
from tests.storage.examples import ANNA, BEN, HOUR, NOW, label_of, prediction, store
from tests.storage.history import SINCE, UNTIL


def put_in(tx: Transaction, origin: Origin, numbers: Sequence[int]) -> None:
    """Cases of this origin, made of cases a thousand before them, whose settled answer is "ok"."""
    store(tx, [prediction(1000 + number) for number in numbers])
    store(tx, [prediction(number, origin=origin) for number in numbers])
    for number in numbers:
        draw = TrialDraw(f"case_{1000 + number}", origin, "fraud", "low", 0.1, NOW, NOW)
        draws.add_many(tx, [draw])
        draws.put_in(tx, draw, TrialAnswer(f"case_{number}", draw.drawn_for, "ok"))


def test_caught_is_what_was_answered_otherwise_than_the_model_did(database: Database) -> None:
    with database.write() as tx:
        put_in(tx, Origin.PLANTED, range(1, 5))
        put_in(tx, Origin.GOLD, (5,))
        for number, label in ((1, "ok"), (2, "fraud"), (5, "ok")):
            labels.add(tx, label_of(f"case_{number}", label=label))
        # Whoever heard of the case takes theirs back, and says it better.
        labels.add(tx, replace(label_of("case_3", label="fraud"), withdrawn_at=NOW + HOUR))
        labels.add(tx, label_of("case_3", label="ok", number=2))
    with database.read() as tx:
        assert outcomes.planted(tx, ("fraud",), SINCE, UNTIL) == (PlantedCount("fraud", "low", 1, 3, 1),)
        assert outcomes.planted(tx, ("team",), SINCE, UNTIL) == ()


def test_what_may_still_be_answered_in_time_is_not_missed_yet(database: Database) -> None:
    with database.write() as tx:
        put_in(tx, Origin.PLANTED, (1, 2))
        labels.add(tx, label_of("case_1"))
    with database.read() as tx:
        assert outcomes.planted(tx, ("fraud",), SINCE, NOW + HOUR) == (PlantedCount("fraud", "low", 1, 1, 0),)
        assert outcomes.planted(tx, ("fraud",), NOW + HOUR, UNTIL) == ()


def test_gold_tells_of_each_person_by_their_first_answer(database: Database) -> None:
    with database.write() as tx:
        put_in(tx, Origin.GOLD, (1, 2))
        put_in(tx, Origin.PLANTED, (3,))
        for number, expert, label, turn in (
            (1, ANNA, "fraud", 1),
            (1, ANNA, "ok", 2),
            (1, BEN, "ok", 1),
            (2, ANNA, "ok", 1),
            (3, ANNA, "ok", 1),
        ):
            labels.add(tx, label_of(f"case_{number}", label=label, expert=expert, number=turn))
    with database.read() as tx:
        answers = outcomes.gold(tx, ("fraud",), SINCE, UNTIL)
    assert [(each.case_id, each.expert, each.is_right) for each in answers] == [
        ("case_1", ANNA, False),
        ("case_1", BEN, True),
        ("case_2", ANNA, True),
    ]


def test_gold_tells_nothing_of_who_answered_the_source_or_settled_the_case(database: Database) -> None:
    with database.write() as tx:
        put_in(tx, Origin.GOLD, (1,))
        labels.add(tx, label_of("case_1001", expert=ANNA))
        labels.add(tx, label_of("case_1", expert=ANNA))
        labels.add(tx, replace(label_of("case_1", expert=BEN), is_adjudication=True))
    with database.read() as tx:
        assert outcomes.gold(tx, ("fraud",), SINCE, UNTIL) == ()
