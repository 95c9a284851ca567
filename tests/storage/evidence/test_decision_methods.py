"""How decisions came about, counted for what the numbers rest on."""

from routing.case.decision import Method
from routing.evidence.truth import Truth, TruthCount
from storage.engine.database import Database
from storage.evidence import decision_methods
from tests.storage.examples import HOUR, prediction, store
from tests.storage.history import SINCE, UNTIL, audited, decide, undo


def counted(database: Database) -> tuple[TruthCount, ...]:
    with database.read() as tx:
        return decision_methods.counts(tx, ["fraud"], SINCE, UNTIL)


def test_decisions_are_counted_by_what_they_rest_on_and_by_stratum(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2), prediction(3), prediction(4, routed=audited())])
        decide(tx, 1, "fraud", method=Method.CONSENSUS)
        decide(tx, 2, "ok", method=Method.CONSENSUS)
        decide(tx, 3, "ok", method=Method.ADJUDICATED)
        decide(tx, 4, "ok")
    assert set(counted(database)) == {
        TruthCount("fraud", (1.0, False), Truth.AGREED, 2),
        TruthCount("fraud", (1.0, False), Truth.ADJUDICATED, 1),
        TruthCount("fraud", (0.1, True), Truth.SINGLE, 1),
    }


def test_only_what_stands_and_what_experts_decided_counts(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2), prediction(3), prediction(4, task="spam")])
        decide(tx, 1, "ok", method=Method.EXPIRED)
        decide(tx, 2, "ok")
        undo(tx, 2)
        decide(tx, 3, "ok")
        decide(tx, 3, "fraud", after=2 * HOUR, sequence=2, method=Method.ADJUDICATED)
        decide(tx, 4, "ok")
    assert counted(database) == (TruthCount("fraud", (1.0, False), Truth.ADJUDICATED, 1),)
