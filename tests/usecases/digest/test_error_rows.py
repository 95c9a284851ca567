"""What second opinions found speaks for the answers that nobody checked, in every row that has enough."""

from dataclasses import replace

import pytest

from bot.usecases.digest.error_rows import PeriodCounts, asked_again, error_rows
from routing.digest.model_quality import About, AskedAgain, ErrorRow
from routing.evidence.estimate import Stratum
from routing.evidence.phases import LateGroup
from routing.prediction import ModelRef
from storage.evidence.late_answers import LateCount
from storage.evidence.model_evidence import TrafficCount
from storage.evidence.second_opinions import CheckedCase
from tests.worlds.clocks import MONDAY

MODEL = ModelRef("forest", "1")
AUDITS = Stratum(0.2, 400, 80, 80, 4, True)
REVIEWS = Stratum(1.0, 100, 100, 100, 20, False)
NOTHING = PeriodCounts((), ())


def counts(*checked: CheckedCase) -> PeriodCounts:
    traffic = (
        TrafficCount("fraud", "low", MODEL, {"country": "PT"}, stratum) for stratum in (AUDITS, REVIEWS)
    )
    return PeriodCounts(tuple(traffic), checked)


def case(chance: float, *, is_checked: bool, loss: float = 0.0, is_claim: bool = False) -> CheckedCase:
    return CheckedCase(
        case_id="case_1",
        decided_at=MONDAY,
        task="fraud",
        tier="low",
        model=MODEL,
        is_audit=True,
        inclusion_probability=0.2,
        is_claim=is_claim,
        check_chance=chance,
        is_checked=is_checked,
        is_blind=is_checked,
        loss=loss,
    )


def values(now: PeriodCounts, before: PeriodCounts = NOTHING) -> dict[About, ErrorRow]:
    return {row.about: row for row in error_rows(now, before)}


def value(row: ErrorRow) -> float:
    assert row.now.period is not None
    return row.now.period.value


# Of 80 audits 4 count as wrong: 2 claims that were confirmed, and 2 of 20 checked confirmations.
CHECKED = (
    *[case(1.0, is_checked=True, loss=1.0, is_claim=True)] * 2,
    *[case(0.25, is_checked=True, loss=1.0)] * 2,
    *[case(0.25, is_checked=True)] * 18,
    *[case(0.25, is_checked=False)] * 58,
)


def test_checked_confirmations_stand_for_those_that_were_not() -> None:
    rows = values(counts(*CHECKED))
    accepted = (2 + 78 * 2 / 20) / 80
    assert value(rows[About.ACCEPTED]) == pytest.approx(accepted)
    for about in (About.ALL, About.TIER, About.MODEL):
        assert value(rows[about]) == pytest.approx((400 * accepted + 20) / 500)
    assert value(rows[About.SLICE]) == pytest.approx((400 * 4 / 80 + 20) / 500), (
        "too few are checked of a slice"
    )
    future, plain = rows[About.ALL].now.future, values(counts())[About.ALL].now.future
    assert future is not None
    assert plain is not None
    assert future.high > plain.high


def test_where_no_confirmation_was_checked_by_chance_labels_stay_as_they_are() -> None:
    claims = [case(1.0, is_checked=True, loss=1.0, is_claim=True)] * 4
    assert values(counts(*claims)) == values(counts())


def test_the_period_before_is_corrected_by_its_own_checks() -> None:
    row = values(counts(), counts(*CHECKED))[About.ACCEPTED]
    assert row.before is not None
    assert row.before.period is not None
    assert row.before.period.value == pytest.approx((2 + 78 * 2 / 20) / 80)
    assert value(row) == pytest.approx(4 / 80)


def late(chance: float, size: int, asked: int, labeled: int, errors: int, task: str = "fraud") -> LateCount:
    group = LateGroup(AUDITS.key, chance, size, asked, labeled, errors)
    return LateCount(task, "low", MODEL, {"country": "PT"}, group)


def test_late_answers_stand_for_all_that_was_silent_in_every_row() -> None:
    late_answers = (late(1.0, 20, 20, 10, 3), late(0.5, 20, 10, 5, 0))
    rows = values(replace(counts(), late=late_answers))
    # Of 80 decided audits 65 were in time, 1 of these wrong; 20 and 20 were not.
    accepted = (1 + 20 * 3 / 10) / (65 + 40)
    assert value(rows[About.ACCEPTED]) == pytest.approx(accepted)
    for about in (About.ALL, About.TIER, About.MODEL, About.SLICE):
        assert value(rows[about]) == pytest.approx((400 * accepted + 20) / 500)


def test_while_no_answer_came_late_labels_stay_as_they_are() -> None:
    assert values(replace(counts(), late=(late(1.0, 9, 9, 0, 0),))) == values(counts())


def test_a_checked_answer_that_came_late_speaks_for_the_late() -> None:
    checked = replace(case(0.5, is_checked=True, loss=1.0), again_chance=0.25)
    rows = values(replace(counts(checked), late=(late(0.25, 40, 20, 10, 2),)))
    assert value(rows[About.ACCEPTED]) == pytest.approx((2 + 40 * (1 + 1) / 10) / (70 + 40))


def test_what_became_of_the_silent_is_counted_by_task() -> None:
    rows = (late(1.0, 20, 20, 10, 3), late(0.5, 20, 10, 5, 0), late(1.0, 2, 2, 1, 0, task="abuse"))
    assert list(asked_again(rows)) == [AskedAgain("abuse", 2, 2, 1), AskedAgain("fraud", 40, 30, 15)]
