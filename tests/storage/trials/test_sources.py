"""Only what several people have looked at, and what stands, comes again."""

from routing.case.decision import Method
from routing.prediction import Origin
from storage.engine.database import Database
from storage.trials import draws, sources
from storage.trials.draws import TrialAnswer, TrialDraw
from tests.storage.examples import HOUR, NOW, prediction, routing, store
from tests.storage.history import decide, undo


def names(database: Database, limit: int = 10) -> list[str]:
    with database.read() as tx:
        return [source.case_id for source in sources.confirmed(tx, "fraud", "low", NOW + 5 * HOUR, limit)]


def test_the_latest_confirmed_cases_of_the_tier_come_first(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in range(1, 7)])
        for number, method in enumerate(
            (Method.CONSENSUS, Method.SINGLE, Method.ADJUDICATED, Method.OVERRIDDEN, Method.EXPIRED), 1
        ):
            decide(tx, number, "ok", after=number * HOUR - HOUR, method=method)
        decide(tx, 6, "ok", after=5 * HOUR, method=Method.CONSENSUS)
    assert names(database) == ["case_4", "case_3", "case_1"]
    assert names(database, limit=1) == ["case_4"]


def test_what_is_of_no_use_does_not_come(database: Database) -> None:
    with database.write() as tx:
        store(
            tx,
            [
                prediction(1, origin=Origin.SYNTHETIC),
                prediction(2, routed=routing(tier="high")),
                prediction(3, task="team"),
                prediction(4),
                prediction(5),
                prediction(6),
            ],
        )
        for number in range(1, 7):
            decide(tx, number, "ok", method=Method.CONSENSUS)
        undo(tx, 4)
        draw = TrialDraw("case_1", Origin.GOLD, "fraud", "low", 0.1, NOW, NOW)
        draws.add_many(tx, [draw])
        draws.put_in(tx, draw, TrialAnswer("case_9", "case_5", "ok"))
    assert names(database) == ["case_6"]


def test_a_source_has_what_was_posted_and_the_answer_that_stands(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
        decide(tx, 1, "ok", method=Method.CONSENSUS)
    with database.read() as tx:
        (source,) = sources.confirmed(tx, "fraud", "low", NOW + 2 * HOUR, 10)
    assert (source.key, source.received_at) == ("ok", NOW)
    assert source.submission == prediction(1).submission
