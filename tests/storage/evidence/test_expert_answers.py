"""What each expert answered, as rules that weigh answers are fitted to it: experts and adjudication alone."""

from dataclasses import replace

from routing.case.decision import Method
from routing.label import ExpertId
from routing.prediction import Origin
from storage.cases import labels
from storage.engine.database import Database
from storage.evidence import expert_answers
from storage.evidence.expert_answers import ExpertAnswers
from tests.storage.examples import BEN, HOUR, NOW, label_of, prediction, store
from tests.storage.history import SINCE, UNTIL, decide, undo

CARL = ExpertId("T1", "U3")


def read(database: Database, limit: int = 99) -> ExpertAnswers:
    with database.read() as tx:
        return expert_answers.of_task(tx, "fraud", SINCE, UNTIL, limit)


def test_the_answers_in_force_come_with_what_was_predicted(database: Database) -> None:
    stored = prediction(1)
    with database.write() as tx:
        store(tx, [stored, prediction(2), prediction(3)])
        labels.add(tx, label_of("case_1", label="fraud"))
        labels.add(tx, label_of("case_1", number=2))
        labels.add(tx, label_of("case_1", expert=BEN, label="fraud"))
        labels.add(tx, label_of("case_2", label="fraud"))
        labels.add(tx, label_of("case_2", number=2))
        labels.withdraw(tx, "label_case_2_U1_2", NOW)
        labels.add(tx, label_of("case_3"))
        labels.withdraw(tx, "label_case_3_U1_1", NOW)
    answers = read(database)
    assert sorted(answers.answers) == [
        ("case_1", "U1", "ok"),
        ("case_1", "U2", "fraud"),
        ("case_2", "U1", "fraud"),
    ]
    assert answers.predictions.keys() == {"case_1", "case_2"}
    assert answers.predictions["case_1"] == stored.submission.prediction
    assert answers.adjudicated == {}


def test_a_person_seen_from_two_workspaces_answers_once(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
        labels.add(tx, label_of("case_1", label="fraud"))
        labels.add(tx, replace(label_of("case_1", expert=ExpertId("T2", "U1")), label_id="again"))
    assert read(database).answers == (("case_1", "U1", "ok"),)


def test_only_production_of_the_task_and_period_counts(database: Database) -> None:
    odd = [
        prediction(1, task="spam"),
        prediction(2, origin=Origin.SYNTHETIC),
        prediction(3, received_at=UNTIL),
        prediction(4, received_at=SINCE - HOUR),
    ]
    with database.write() as tx:
        store(tx, odd)
        for number in (1, 2, 3, 4):
            labels.add(tx, label_of(f"case_{number}"))
    assert read(database) == ExpertAnswers((), {}, {})


def test_what_settled_a_disagreement_is_the_truth_and_no_answer(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in (1, 2, 3)])
        for number in (1, 2, 3):
            labels.add(tx, label_of(f"case_{number}", label="fraud"))
            labels.add(tx, label_of(f"case_{number}", expert=BEN))
        labels.add(tx, replace(label_of("case_1", expert=CARL), is_adjudication=True))
        decide(tx, 1, "ok", method=Method.ADJUDICATED)
        # Of before it was kept what an answer was: the decision tells. It is Anna's in these examples.
        decide(tx, 2, "fraud", method=Method.ADJUDICATED)
        decide(tx, 3, "fraud", method=Method.ADJUDICATED)
        undo(tx, 3)
    answers = read(database)
    assert answers.adjudicated == {"case_1": "ok", "case_2": "fraud"}
    assert sorted(answers.answers) == [
        ("case_1", "U2", "ok"),
        ("case_2", "U2", "ok"),
        ("case_3", "U1", "fraud"),
        ("case_3", "U2", "ok"),
    ]


def test_what_was_decided_by_count_settles_nothing(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
        labels.add(tx, label_of("case_1"))
        decide(tx, 1, "ok", method=Method.CONSENSUS)
    assert read(database).adjudicated == {}


def test_the_latest_answers_are_read_where_there_are_too_many(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in (1, 2, 3)])
        for number in (3, 1, 2):
            labels.add(tx, label_of(f"case_{number}"))
    assert sorted(case for case, _, _ in read(database, limit=2).answers) == ["case_1", "case_2"]


def test_an_answer_with_another_in_view_is_left_out(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
        labels.add(tx, replace(label_of("case_1", label="fraud"), is_sealed=True))
        labels.add(tx, replace(label_of("case_1", expert=BEN), is_sealed=False))
    assert read(database).answers == (("case_1", "U1", "fraud"),)
