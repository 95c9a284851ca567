"""Marked disagreements: the newest first, each case once, and only while its mark stands."""

from dataclasses import replace

from routing.evidence.marked_cases import MarkedCase, MarkedCases
from routing.label import ExpertId, Mark
from storage.cases import labels
from storage.engine.database import Database, Transaction
from storage.evidence import expert_answers, marked_cases, own_answers
from tests.storage.examples import ANNA, HOUR, NOW, label_of, store
from tests.storage.history import SINCE, UNTIL, decide, said

GAP, BOTH = Mark.GUIDELINE_GAP, Mark.BOTH_DEFENSIBLE
TOM = ExpertId("T1", "U0TOM")
UMA = ExpertId("T1", "U0UMA")


def mark(tx: Transaction, number: int, of: Mark | None, *, expert: ExpertId = TOM, turn: int = 1) -> str:
    """Settle a case, and mark it; the id of the label."""
    given = label_of(f"case_{number}", expert=expert, number=turn, at=NOW + number * HOUR)
    labels.add(tx, replace(given, is_adjudication=True, mark=of))
    return given.label_id


def listed(tx: Transaction) -> list[tuple[str, Mark]]:
    return [(case.case_id, case.mark) for case in marked_cases.listed(tx, ["fraud"], 10)]


def test_the_newest_come_first_page_by_page(database: Database) -> None:
    with database.write() as tx:
        store(tx, [said(number, f"the {number}th\nparcel") for number in range(3)])
        for number, of in enumerate((GAP, BOTH, GAP)):
            mark(tx, number, of)
        assert listed(tx) == [("case_2", GAP), ("case_1", BOTH), ("case_0", GAP)]
        (second,) = marked_cases.listed(tx, ["fraud"], 1, 1)
        assert second == MarkedCase("case_1", "fraud", BOTH, "ok", "the 1th parcel")
        assert marked_cases.count(tx, ["fraud"]) == 3
        assert marked_cases.count(tx, ["other"]) == 0


def test_a_period_has_its_own_counts_and_newest(database: Database) -> None:
    with database.write() as tx:
        store(tx, [said(number, "a parcel") for number in range(3)])
        for number, of in enumerate((GAP, BOTH, GAP)):
            mark(tx, number, of)
        week = marked_cases.of_period(tx, ["fraud"], NOW, NOW + 2 * HOUR, 1)
        assert (week.gaps, week.both, [case.case_id for case in week.newest]) == (1, 1, ["case_1"])
        assert marked_cases.of_period(tx, ["other"], SINCE, UNTIL, 2) == MarkedCases()


def test_a_mark_ends_with_the_answer_that_it_stands_on(database: Database) -> None:
    with database.write() as tx:
        store(tx, [said(number, "a parcel") for number in range(4)])
        taken_back = mark(tx, 0, GAP)
        labels.withdraw(tx, taken_back, NOW + HOUR)
        mark(tx, 1, GAP)
        mark(tx, 1, None, turn=2)
        mark(tx, 2, GAP)
        mark(tx, 2, BOTH, expert=UMA)
        mark(tx, 3, GAP)
        labels.withdraw(tx, mark(tx, 3, None, turn=2), NOW + HOUR)
        assert listed(tx) == [("case_3", GAP), ("case_2", BOTH)]


def test_what_is_defensible_either_way_says_nothing_of_an_expert(database: Database) -> None:
    with database.write() as tx:
        store(tx, [said(number, "a parcel") for number in range(2)])
        for number, of in enumerate((GAP, BOTH)):
            labels.add(tx, label_of(f"case_{number}", label="fraud"))
            mark(tx, number, of)
            decide(tx, number, "ok")
        answers = expert_answers.of_task(tx, "fraud", SINCE, UNTIL, 100).answers
        assert {case_id for case_id, _, _ in answers} == {"case_0"}
        assert own_answers.outcomes(tx, ANNA, 100) == own_answers.OwnOutcomes(0, 0, 0)
        with_gap_alone = own_answers.outcomes(tx, TOM, 100)
        assert with_gap_alone.became == 0
