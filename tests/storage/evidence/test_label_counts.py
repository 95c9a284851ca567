"""Labels are counted by model and by what was known when; only standing decisions of experts count."""

from datetime import timedelta

from routing.case.decision import Method
from routing.prediction import ModelRef, Origin
from storage.cases import decisions
from storage.engine.database import Database
from storage.evidence import label_counts
from storage.evidence.tier_window import TierWindow
from tests.storage.examples import HOUR, NOW, prediction, routing, store
from tests.storage.history import SINCE, UNTIL, decide, undo

FOREST = ModelRef("forest", "1")
MOMENT = timedelta(microseconds=1)


def test_labels_are_counted_by_task_and_model(database: Database) -> None:
    with database.write() as tx:
        made = [prediction(number, version=version) for number, version in ((1, "1"), (2, "1"), (3, "2"))]
        store(tx, [*made, prediction(4, task="spam"), prediction(5), prediction(6, origin=Origin.RED_TEAM)])
        for number in (1, 2, 3, 4, 6):
            decide(tx, number, "ok")
        undo(tx, 2)
    with database.read() as tx:
        found = label_counts.by_model(tx, ["fraud"], SINCE, UNTIL)
    assert found == {("fraud", FOREST): 1, ("fraud", ModelRef("forest", "2")): 1}


def test_labels_of_a_model_are_counted_by_when_they_were_given(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in (1, 2, 3)])
        decide(tx, 1, "ok", after=HOUR)
        decide(tx, 2, "ok", after=2 * HOUR)
        decide(tx, 3, "ok", after=HOUR, method=Method.EXPIRED)
    with database.read() as tx:
        counts = [
            label_counts.of_model(tx, "fraud", FOREST, since, until)
            for since, until in ((NOW, UNTIL), (NOW + HOUR + MOMENT, UNTIL), (NOW, NOW + 2 * HOUR))
        ]
        other = label_counts.of_model(tx, "fraud", ModelRef("forest", "2"), NOW, UNTIL)
    assert (counts, other) == ([2, 1, 1], 0)


def test_what_was_known_of_what_came_in_then_can_be_counted_later(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in (1, 2)])
        store(tx, [prediction(3, received_at=NOW + HOUR), prediction(4, routed=routing(tier="high"))])
        store(tx, [prediction(5, version="2")])
        for number in (1, 3, 4, 5):
            decide(tx, number, "ok", after=2 * HOUR)
        decide(tx, 2, "ok", after=3 * HOUR)
    early = TierWindow("fraud", "low", FOREST, NOW, NOW + HOUR)
    late = TierWindow("fraud", "low", FOREST, NOW + HOUR, UNTIL)
    with database.read() as tx:
        moments = (NOW + 2 * HOUR, NOW + 2 * HOUR + MOMENT, UNTIL)
        assert [label_counts.decided_before(tx, early, moment) for moment in moments] == [0, 1, 2]
        assert label_counts.decided_before(tx, late, UNTIL) == 1


def test_the_feed_grows_with_every_decision_and_every_undo(database: Database) -> None:
    with database.read() as tx:
        assert decisions.changes(tx) == 0
    with database.write() as tx:
        store(tx, [prediction(1)])
        decide(tx, 1, "ok")
        assert decisions.changes(tx) == 1
        undo(tx, 1)
        undo(tx, 1)
        assert decisions.changes(tx) == 2
