"""Objections: a person's first is kept, with their words, and the feed tells of each."""

from dataclasses import replace

from routing.case.case import CaseStatus
from routing.case.contest import Contest
from routing.label import ExpertId
from storage.cases import cases, cases_naming_experts, contests, decisions
from storage.engine.database import Database
from tests.storage.examples import ANNA, BEN, NOW, decision_of, prediction, store

OBJECTION = Contest("case_1", ANNA, 1, 2, NOW, "It was paid twice.", is_override=True)


def test_a_person_objects_once_to_a_case_wherever_they_are_seen_from(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2)])
        assert contests.add(tx, OBJECTION)
        assert not contests.add(tx, replace(OBJECTION, sequence=2, reason="And again."))
        assert not contests.add(tx, replace(OBJECTION, expert=ExpertId("T2", ANNA.user_id)))
        assert contests.add(tx, replace(OBJECTION, expert=BEN))
        assert contests.add(tx, replace(OBJECTION, case_id="case_2"))


def test_objections_come_back_with_their_case_in_the_order_they_came(database: Database) -> None:
    second = replace(OBJECTION, expert=BEN, reason="The address is another.", is_override=False)
    with database.write() as tx:
        store(tx, [prediction(1)])
        decisions.add(tx, decision_of("case_1"))
        contests.add(tx, OBJECTION)
        contests.add(tx, second)
        assert cases.get(tx, "case_1").contests == (OBJECTION, second)


def test_a_case_names_whoever_objected(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
        contests.add(tx, OBJECTION)
        assert cases_naming_experts.of_people(tx, [ANNA], 10) == {"case_1"}
        assert cases_naming_experts.of_people(tx, [BEN], 10) == set()


def test_the_feed_tells_of_each_objection_once_and_holds_no_answers_then(database: Database) -> None:
    decision = decision_of("case_1")
    with database.write() as tx:
        (case,) = store(tx, [prediction(1)])
        decisions.add(tx, decision)
        cases.save(tx, replace(case, status=CaseStatus.DISPUTED))
        assert decisions.contest(tx, decision, 1)
        assert not decisions.contest(tx, decision, 1)
        lines = decisions.feed(tx, "shop", 0, 10)
    assert [(line.event, line.decision.sequence, line.labels) for line in lines] == [
        ("decided", 1, ()),
        ("contested", 1, ()),
    ]
