from dataclasses import replace

import sqlalchemy as sa

from routing.answer import Answer
from routing.case.decision import Method
from storage.cases import decisions, labels
from storage.engine.database import Database, Transaction
from storage.evidence import model_evidence
from storage.tables import decisions as decisions_table
from storage.tables import labels as labels_table
from tests.storage.examples import decision_of, label_of, prediction, store
from tests.storage.history import SINCE, UNTIL

STEP = Answer("4", 4)


def as_earlier_versions_wrote(tx: Transaction) -> None:
    """Two cases, predicted "fraud" and decided otherwise; the second by a time-out."""
    store(tx, [prediction(1), prediction(2)])
    labels.add(tx, label_of("case_1"))
    decisions.add(tx, decision_of("case_1"))
    decisions.add(tx, replace(decision_of("case_2"), method=Method.EXPIRED))
    for table in (labels_table, decisions_table):
        tx.execute(sa.update(table).values(answer=None, key=None))
    tx.execute(sa.update(decisions_table).values(loss=None))


def test_an_answer_is_kept_as_the_question_has_it(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
        labels.add(tx, replace(label_of("case_1"), answer=STEP))
        decisions.add(tx, replace(decision_of("case_1"), answer=STEP, loss=0.25))
    with database.read() as tx:
        (label,), (decision,) = (
            labels.of_cases(tx, ["case_1"])["case_1"],
            decisions.of_cases(tx, ["case_1"])["case_1"],
        )
    assert (label.answer, label.label) == (STEP, "4")
    assert (decision.answer, decision.label, decision.loss) == (STEP, "4", 0.25)


def test_what_earlier_versions_left_empty_is_read_all_the_same(database: Database) -> None:
    with database.write() as tx:
        as_earlier_versions_wrote(tx)
    with database.read() as tx:
        (label,) = labels.of_cases(tx, ["case_1"])["case_1"]
        labeled = model_evidence.labeled(tx, "fraud", SINCE, UNTIL)
    assert label.answer == Answer("ok", "ok")
    assert list(labeled.loss) == [1.0]
