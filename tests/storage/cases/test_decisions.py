"""Decisions and the feed that services read."""

from storage.cases import decisions
from storage.engine.database import Database
from tests.storage.examples import NOW, decision_of, prediction, store


def test_a_decision_of_the_same_sequence_is_stored_once(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
        assert decisions.add(tx, decision_of("case_1"))
        assert not decisions.add(tx, decision_of("case_1", label="fraud"))
        assert decisions.add(tx, decision_of("case_1", sequence=2))


def test_the_feed_goes_on_from_its_cursor(database: Database) -> None:
    made = [decision_of(f"case_{number}", at=NOW) for number in (1, 2, 3)]
    with database.write() as tx:
        store(tx, [prediction(number) for number in (1, 2, 3)])
        for decision in made:
            decisions.add(tx, decision)
    with database.read() as tx:
        first, second = decisions.feed(tx, "shop", 0, 2)
        (third,) = decisions.feed(tx, "shop", second.cursor, 2)
        assert decisions.feed(tx, "shop", third.cursor, 2) == []
    assert [entry.decision for entry in (first, second, third)] == made
    assert [entry.external_id for entry in (first, second, third)] == ["order-1", "order-2", "order-3"]
    assert {entry.event for entry in (first, second, third)} == {"decided"}


def test_a_service_sees_only_its_own_decisions(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2, service="bank")])
        decisions.add(tx, decision_of("case_1"))
        decisions.add(tx, decision_of("case_2"))
        assert [entry.external_id for entry in decisions.feed(tx, "bank", 0, 9)] == ["order-2"]


def test_every_revision_of_what_a_decision_rests_on_is_announced_once(database: Database) -> None:
    decision = decision_of("case_1")
    with database.write() as tx:
        store(tx, [prediction(1)])
        decisions.add(tx, decision)
        told = [decisions.amend(tx, decision, revision) for revision in (2, 2, 3)]
        events = [(entry.event, entry.decision) for entry in decisions.feed(tx, "shop", 0, 9)]
    assert told == [True, False, True]
    assert events == [("decided", decision), ("amended", decision), ("amended", decision)]


def test_an_undone_decision_is_announced_once(database: Database) -> None:
    decision = decision_of("case_1")
    with database.write() as tx:
        store(tx, [prediction(1)])
        decisions.add(tx, decision)
        assert decisions.reopen(tx, decision)
        assert not decisions.reopen(tx, decision)
        told = [(entry.event, entry.decision) for entry in decisions.feed(tx, "shop", 0, 9)]
    assert told == [("decided", decision), ("reopened", decision)]
