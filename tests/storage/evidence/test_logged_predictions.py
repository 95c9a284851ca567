"""What a replay reads: every production prediction of a period, with what experts decided."""

from datetime import timedelta

import pytest

from routing.case.decision import Method
from routing.prediction import Origin
from storage.engine.database import Database
from storage.evidence import logged_predictions
from storage.evidence.logged_predictions import LoggedPrediction, TrafficExtent
from tests.storage.examples import HOUR, NOW, prediction, store
from tests.storage.history import SINCE, UNTIL, accepted, audited, calibrated, decide, sliced, undo


def logged(database: Database, *tasks: str) -> list[LoggedPrediction]:
    with database.read() as tx:
        return [
            one for some in logged_predictions.logged(tx, tasks or ("fraud",), SINCE, UNTIL) for one in some
        ]


def test_predictions_come_whole_with_their_routing_and_what_was_decided(database: Database) -> None:
    stored = [
        calibrated(prediction(1, confidence=0.5), 0.75),
        prediction(2, routed=accepted(0.25)),
        sliced(prediction(3, routed=audited()), country="FR"),
    ]
    with database.write() as tx:
        store(tx, stored)
        decide(tx, 3, "ok", after=2 * HOUR)
    assert logged(database) == [
        LoggedPrediction(stored[0].submission, stored[0].routing, NOW, None, None),
        LoggedPrediction(stored[1].submission, stored[1].routing, NOW, None, None),
        LoggedPrediction(stored[2].submission, stored[2].routing, NOW, 1.0, NOW + 2 * HOUR),
    ]


def test_only_decisions_of_experts_that_stand_count(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in (1, 2, 3)])
        decide(tx, 1, "ok", method=Method.EXPIRED)
        decide(tx, 2, "ok")
        undo(tx, 2)
        decide(tx, 3, "ok")
        decide(tx, 3, "fraud", after=3 * HOUR, sequence=2)
    assert [one.loss for one in logged(database)] == [None, None, 0.0]


def test_only_production_of_the_period_and_the_tasks_is_read(database: Database) -> None:
    moment = timedelta(microseconds=1)
    with database.write() as tx:
        store(
            tx,
            [
                prediction(1, received_at=SINCE),
                prediction(2, received_at=UNTIL),
                prediction(3, received_at=SINCE - moment),
                prediction(4, origin=Origin.SYNTHETIC),
                prediction(5, origin=Origin.RED_TEAM),
                prediction(6, task="spam"),
            ],
        )
    assert [one.submission.external_id for one in logged(database)] == ["order-1"]
    assert len(logged(database, "fraud", "spam")) == 2
    with database.read() as tx:
        assert logged_predictions.extent(tx, ("spam", "fraud"), SINCE, UNTIL) == TrafficExtent(2, SINCE)
        assert logged_predictions.extent(tx, ("other",), SINCE, UNTIL) == TrafficExtent(0, None)


def test_many_come_in_portions_in_the_order_of_arrival(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.evidence.logged_predictions.ROWS_PER_FETCH", 3)
    with database.write() as tx:
        store(tx, [prediction(number) for number in range(8)])
    with database.read() as tx:
        portions = list(logged_predictions.logged(tx, ("fraud",), SINCE, UNTIL))
    assert [len(some) for some in portions] == [3, 3, 2]
    assert [one.submission.external_id for some in portions for one in some] == [
        f"order-{n}" for n in range(8)
    ]


def test_the_newest_begin_where_those_that_came_in_together_do(database: Database) -> None:
    moments = [NOW, NOW, NOW + HOUR, NOW + HOUR, NOW + 2 * HOUR]
    with database.write() as tx:
        store(tx, [prediction(number, received_at=at) for number, at in enumerate(moments)])
    with database.read() as tx:
        found = [
            logged_predictions.newest_since(tx, ["fraud"], SINCE, UNTIL, most) for most in (1, 2, 3, 4, 5, 6)
        ]
        other = logged_predictions.newest_since(tx, ["spam"], SINCE, UNTIL, 1)
    last, middle = NOW + 2 * HOUR, NOW + HOUR
    assert found == [last, last, middle, middle, SINCE, SINCE]
    assert other == SINCE


def test_all_that_came_in_at_the_same_moment_is_the_newest(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in range(3)])
    with database.read() as tx:
        assert logged_predictions.newest_since(tx, ["fraud"], SINCE, UNTIL, 2) == NOW
