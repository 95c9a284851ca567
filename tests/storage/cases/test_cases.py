"""Cases: their state, what was said about them, and the queues."""

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.case.case import Case, CaseStatus
from routing.label import Abstention
from storage.cases import cases, decisions, labels
from storage.engine.database import Database
from storage.errors import CaseUnknown, DataRefused
from tests.storage.examples import (
    ANNA,
    BEN,
    HOUR,
    NOW,
    SECOND,
    case_of,
    decision_of,
    label_of,
    prediction,
    store,
)


def opened(database: Database, count: int = 1) -> list[Case]:
    with database.write() as tx:
        return store(tx, [prediction(number) for number in range(1, count + 1)])


def due(case: Case, **changed: object) -> Case:
    return replace(case, **changed)  # type: ignore[arg-type]


def test_a_case_comes_back_as_it_was_opened(database: Database) -> None:
    (case,) = opened(database)
    with database.read() as tx:
        assert cases.get(tx, "case_1") == case


def test_a_case_comes_back_with_everything_said(database: Database) -> None:
    (case,) = opened(database)
    first, second = label_of("case_1", why="see above"), label_of("case_1", expert=BEN, label="fraud")
    doubt = Abstention("case_1", BEN, NOW, "not my field")
    decision = decision_of("case_1")
    with database.write() as tx:
        for label in (first, second):
            labels.add(tx, label)
        labels.add_abstention(tx, doubt)
        decisions.add(tx, decision)
        cases.save(tx, replace(case, status=CaseStatus.DECIDED))
        expected = replace(
            case,
            status=CaseStatus.DECIDED,
            labels=(first, second),
            abstentions=(doubt,),
            decisions=(decision,),
        )
        assert cases.lock(tx, "case_1") == expected


def test_every_column_of_the_state_is_saved(database: Database) -> None:
    (case,) = opened(database)
    changed = replace(
        case,
        status=CaseStatus.DISPUTED,
        routing=replace(case.routing, tier="high", channel="seniors", quorum=3),
        due_at=NOW + 9 * HOUR,
        assigned_to=ANNA,
        snoozed_until=NOW + HOUR,
        snoozed_by=BEN,
        expires_at=NOW + 2 * HOUR,
        steps_taken=2,
        held_steps=(0, 1),
        next_step_at=NOW + 3 * HOUR,
    )
    with database.write() as tx:
        cases.save(tx, changed)
        assert cases.get(tx, "case_1") == changed


@pytest.mark.parametrize("verb", [cases.get, cases.lock])
def test_an_unknown_case_is_named(database: Database, verb: object) -> None:
    with pytest.raises(CaseUnknown, match="case_9"), database.write() as tx:
        verb(tx, "case_9")  # type: ignore[operator]


def test_saving_an_unknown_case_is_an_error(database: Database) -> None:
    with pytest.raises(CaseUnknown), database.write() as tx:
        cases.save(tx, case_of(prediction(1)))


def test_a_case_without_its_prediction_is_refused(database: Database) -> None:
    with pytest.raises(DataRefused), database.write() as tx:
        cases.add_many(tx, [case_of(prediction(1))])


def test_the_queue_is_soonest_due_first_and_without_decided_cases(database: Database) -> None:
    stored = opened(database, 4)
    with database.write() as tx:
        cases.save(tx, due(stored[0], due_at=NOW + 3 * HOUR))
        elsewhere = replace(stored[1].routing, channel="seniors")
        cases.save(tx, due(stored[1], due_at=NOW + 1 * HOUR, routing=elsewhere))
        cases.save(tx, due(stored[2], due_at=NOW + 2 * HOUR, status=CaseStatus.DISPUTED))
        cases.save(tx, due(stored[3], status=CaseStatus.DECIDED))
        assert [case.case_id for case in cases.queue(tx, None, 9)] == ["case_2", "case_3", "case_1"]
        assert [case.case_id for case in cases.queue(tx, "reviews", 9)] == ["case_3", "case_1"]
        assert [case.case_id for case in cases.queue(tx, None, 1)] == ["case_2"]


def test_open_cases_of_a_person_are_those_assigned(database: Database) -> None:
    stored = opened(database, 3)
    with database.write() as tx:
        cases.save(tx, due(stored[0], assigned_to=ANNA))
        cases.save(tx, due(stored[1], assigned_to=BEN))
        cases.save(tx, due(stored[2], assigned_to=ANNA, status=CaseStatus.DECIDED))
        assert [case.case_id for case in cases.open_for(tx, ANNA, 9)] == ["case_1"]
        assert [case.case_id for case in cases.open_for(tx, None, 9)] == ["case_1", "case_2"]


@pytest.mark.parametrize(("column", "verb"), [("next_step_at", "due_steps"), ("expires_at", "expiring")])
def test_what_time_brings_is_listed_until_the_case_closes(database: Database, column: str, verb: str) -> None:
    stored = opened(database, 4)
    moments = (NOW, NOW - HOUR, NOW + SECOND, NOW)
    with database.write() as tx:
        for case, moment in zip(stored, moments, strict=True):
            cases.save(tx, due(case, **{column: moment}))
        cases.save(tx, due(stored[3], **{column: NOW}, status=CaseStatus.EXPIRED))
        assert getattr(cases, verb)(tx, NOW, 9) == ["case_2", "case_1"]


def test_a_case_decided_late_keeps_microseconds(database: Database) -> None:
    (case,) = opened(database)
    precise = replace(case, due_at=NOW + timedelta(microseconds=1))
    with database.write() as tx:
        cases.save(tx, precise)
        assert cases.get(tx, "case_1").due_at == precise.due_at


def test_due_moments_of_many_cases_are_read_at_once(database: Database) -> None:
    opened(database, 2)
    with database.read() as tx:
        assert cases.due_at_of(tx, ["case_1", "case_2", "case_9"]) == {
            "case_1": NOW + 4 * HOUR,
            "case_2": NOW + 4 * HOUR,
        }


def test_assignees_are_those_of_open_cases_once(database: Database) -> None:
    stored = opened(database, 3)
    with database.write() as tx:
        cases.save(tx, due(stored[0], assigned_to=ANNA))
        cases.save(tx, due(stored[1], assigned_to=ANNA))
        cases.save(tx, due(stored[2], assigned_to=BEN, status=CaseStatus.DECIDED))
        assert cases.assignees(tx) == [ANNA]
