"""Which decided cases had a second opinion, and the chance that they had one."""

from dataclasses import replace
from datetime import timedelta

from routing.case.ask import Ask, AskPurpose, AskState
from routing.case.case import CaseStatus
from routing.case.decision import Decision, Method
from routing.triage.follow_up import FollowUp
from storage.cases import asks, cases, decisions, follow_ups, labels
from storage.engine.database import Database, Transaction
from storage.evidence import second_opinions
from storage.evidence.decisions_in_force import Window
from storage.evidence.second_opinions import CheckedCase
from tests.answers import chosen
from tests.storage.examples import ANNA, BEN, HOUR, NOW, label_of, prediction, routing, store

WEEK = Window(("fraud",), NOW - HOUR, NOW + timedelta(days=7))
PREDICTED, OTHER = "fraud", "ok"


def decide(
    tx: Transaction,
    number: int,
    *answers: str,
    chance: float | None = 0.25,
    is_audit: bool = False,
    is_provisional: bool = False,
) -> None:
    """A case that Anna answered, and Ben by name where there is a second answer, decided by the last."""
    routed = replace(routing(is_audit=is_audit), second_opinion_chance=chance, inclusion_probability=0.5)
    case_id = f"case_{number}"
    store(tx, [prediction(number, routed=routed)])
    for expert, answer in zip((ANNA, BEN), answers, strict=False):
        labels.add(tx, label_of(case_id, expert=expert, label=answer))
    if len(answers) > 1:
        asks.add(tx, Ask(case_id, BEN, AskPurpose.SECOND_OPINION, NOW, NOW + HOUR, AskState.ANSWERED))
    decision = Decision(
        f"dec_{number}",
        case_id,
        1,
        chosen(answers[-1]),
        Method.SINGLE,
        NOW + number * HOUR,
        "p",
        1,
        (ANNA,),
        loss=float(answers[-1] != PREDICTED),
        is_provisional=is_provisional,
    )
    decisions.add(tx, decision)
    status = CaseStatus.OPEN if is_provisional else CaseStatus.DECIDED
    cases.save(tx, replace(cases.lock(tx, case_id), status=status))


def read(tx: Transaction) -> dict[str, CheckedCase]:
    return {case.case_id: case for case in second_opinions.decided_cases(tx, WEEK)}


def test_each_case_says_whether_it_was_checked_and_by_what_chance(database: Database) -> None:
    with database.write() as tx:
        decide(tx, 1, PREDICTED)
        decide(tx, 2, PREDICTED, OTHER)
        decide(tx, 3, OTHER, OTHER, is_audit=True)
        decide(tx, 4, PREDICTED, is_audit=True, chance=0.0)
        checked = read(tx)

    assert list(checked) == ["case_1", "case_2", "case_3", "case_4"]
    assert [(case.is_checked, case.check_chance) for case in checked.values()] == [
        (False, 0.25),
        (True, 0.25),
        (True, 1.0),
        (False, 0.0),
    ]
    assert [(case.is_claim, case.loss) for case in checked.values()] == [
        (False, 0.0),
        (False, 1.0),
        (True, 1.0),
        (False, 0.0),
    ]
    assert [case.is_blind for case in checked.values()] == [False, True, True, False]
    assert checked["case_3"].is_audit
    assert checked["case_3"].inclusion_probability == 0.5


def test_tiers_without_second_opinions_and_provisional_decisions_are_left_out(database: Database) -> None:
    with database.write() as tx:
        decide(tx, 1, PREDICTED, chance=None)
        decide(tx, 2, PREDICTED, is_provisional=True)
        assert read(tx) == {}


def test_a_correction_keeps_its_place_and_what_was_taken_back_counts_for_nothing(database: Database) -> None:
    with database.write() as tx:
        decide(tx, 1, PREDICTED, OTHER)
        labels.add(tx, label_of("case_1", expert=ANNA, number=2, label=OTHER, at=NOW + HOUR))
        decide(tx, 2, PREDICTED, OTHER)
        labels.withdraw(tx, "label_case_2_U2_1", NOW)
        decide(tx, 3, PREDICTED)
        labels.withdraw(tx, "label_case_3_U1_1", NOW)
        checked = read(tx)

    assert checked["case_1"].is_claim
    assert not checked["case_2"].is_checked
    assert "case_3" not in checked


def test_what_was_asked_again_says_by_what_chance_and_the_others_are_left(database: Database) -> None:
    with database.write() as tx:
        for number in (1, 2, 3):
            decide(tx, number, PREDICTED)
        drawn = [FollowUp("case_1", 0.5, True), FollowUp("case_2", 0.5, False)]
        follow_ups.add(tx, drawn, NOW, NOW + HOUR)
        assert {name: case.again_chance for name, case in read(tx).items()} == {"case_1": 0.5, "case_3": None}
