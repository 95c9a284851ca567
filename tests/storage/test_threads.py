"""The threads in which experts may answer."""

from dataclasses import replace

from routing.case import CaseStatus
from storage import cases, projections, threads
from storage.database import Database, Transaction
from storage.projections import Claim
from tests.storage.examples import HOUR, NOW, prediction, store


def claimed(tx: Transaction, at: int = 1) -> Claim:
    held = projections.claim(tx, "me", NOW + at * HOUR, HOUR, HOUR)
    assert held is not None
    return held


def test_threads_of_waiting_cases_come_the_most_urgent_first(database: Database) -> None:
    with database.write() as tx:
        opened = store(tx, [prediction(number) for number in (1, 2, 3, 4)])
        for case, risk in zip(opened, (3, 2, 1, 0), strict=True):
            projections.want(tx, case.case_id, "C1", risk, case.due_at, NOW)
        for hour in (1, 2, 3):  # the message of case_1 is not posted yet
            held = claimed(tx, hour)
            projections.finish(tx, held, f"{held.projection.case_id}.1", 1)
        cases.save(tx, replace(opened[3], status=CaseStatus.DECIDED))
        assert threads.of_open_cases(tx, 9) == [("C1", "case_3.1"), ("C1", "case_2.1")]
        assert threads.of_open_cases(tx, 1) == [("C1", "case_3.1")]


def test_a_message_may_appear_while_its_post_is_not_answered(database: Database) -> None:
    with database.write() as tx:
        (case,) = store(tx, [prediction(1)])
        projections.want(tx, case.case_id, "C1", 1, case.due_at, NOW)
        held = claimed(tx)
        states = [threads.may_appear(tx, "C1")]
        projections.record_attempt(tx, held, "attempt_1", NOW)
        states += [threads.may_appear(tx, "C1"), threads.may_appear(tx, "C2")]
        projections.finish(tx, held, "1.1", 1)
        states.append(threads.may_appear(tx, "C1"))
    assert states == [False, True, False, False]
