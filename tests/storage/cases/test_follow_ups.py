"""Draws are kept for ever, whose turn it is until nobody else is asked."""

from datetime import timedelta

from routing.triage.follow_up import FollowUp
from storage.cases import cases, follow_ups
from storage.cases.follow_ups import Turn
from storage.engine.database import Database
from tests.storage.examples import HOUR, NOW, prediction, store

DRAWN, LEFT = FollowUp("case_1", 0.5, True), FollowUp("case_2", 0.5, False)


def test_the_first_draw_of_a_case_stands(database: Database) -> None:
    again = FollowUp("case_2", 1.0, True)
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2)])
        assert follow_ups.add(tx, [DRAWN, LEFT], NOW, NOW + HOUR) == 2
        assert follow_ups.add(tx, [DRAWN, again], NOW, NOW + HOUR) == 0
        assert [cases.get(tx, each).is_asked_again for each in ("case_1", "case_2")] == [True, False]
        assert follow_ups.turn(tx, "case_1") == Turn(NOW, NOW + HOUR)
        assert follow_ups.turn(tx, "case_2") is None


def test_whose_turn_it_is_comes_until_nobody_is_asked_any_more(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2)])
        follow_ups.add(tx, [DRAWN, LEFT], NOW, NOW + HOUR)
        assert follow_ups.due(tx, NOW - timedelta(seconds=1), 9) == []
        assert follow_ups.due(tx, NOW, 9) == ["case_1"]
        follow_ups.schedule(tx, "case_1", NOW + HOUR)
        assert follow_ups.due(tx, NOW, 9) == []
        follow_ups.schedule(tx, "case_1", None)
        follow_ups.schedule(tx, "case_1", NOW)
        assert follow_ups.turn(tx, "case_1") is None


def test_the_mark_changes_when_an_ask_begins_or_ends(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2)])
        marks = [follow_ups.mark(tx, NOW)]
        follow_ups.add(tx, [DRAWN], NOW, NOW + HOUR)
        marks += [follow_ups.mark(tx, NOW), follow_ups.mark(tx, NOW + HOUR)]
        follow_ups.schedule(tx, "case_1", None)
        assert follow_ups.mark(tx, NOW) == marks[2]
    assert len(set(marks)) == 3
