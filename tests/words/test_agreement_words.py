"""Agreement between experts in words: with its interval, and never as a coefficient."""

import pytest

from bot.words.agreement_words import agreement_sentences
from routing.evidence.agreement import Agreement, AgreementReport, Difference, TaskAgreement
from tests.plain_words import assert_plain

OPEN = Agreement(None, None, None)


def words(cases: int = 140, alpha: float | None = 0.85, *differences: Difference) -> str:
    percent, beyond = Agreement(0.91, 0.86, 0.95), Agreement(alpha, alpha, alpha)
    report = AgreementReport(cases, 2 * cases, 3, percent, OPEN, beyond, OPEN)
    (sentence,) = agreement_sentences((TaskAgreement("fraud", report, differences),))
    assert_plain((sentence,))
    return sentence


def test_the_share_comes_with_its_interval_and_what_it_rests_on() -> None:
    start = (
        "fraud: two experts who answer the same case say the same in 91% (between 86% and 95%, 140 cases)."
    )
    assert words().startswith(start)


@pytest.mark.parametrize(
    ("alpha", "worth"),
    [
        (0.85, "labels to rely on."),
        (0.7, "enough for first conclusions."),
        (0.3, "the question may need a clearer guideline."),
        (None, "140 cases)."),
    ],
)
def test_it_says_what_that_is_worth(alpha: float | None, worth: str) -> None:
    assert words(140, alpha).endswith(worth)


def test_what_experts_differ_on_is_named() -> None:
    assert words(140, 0.85, Difference("fraud", "ok", 12)).endswith(
        "They differ most often on fraud or ok (12)."
    )


def test_a_few_cases_tell_nothing() -> None:
    assert words(19) == (
        "fraud: 19 cases had answers of two or more experts, too few to tell how far they agree."
    )
