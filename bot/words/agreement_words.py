"""How far the experts of a task agree, in words: of all of them together, never of a person."""

from collections.abc import Iterator

from bot.words.numbers import counted
from routing.evidence.agreement import AgreementReport, TaskAgreement
from routing.evidence.estimate import FEWEST, between

RELIABLE, TENTATIVE = 0.8, 0.667
"""Krippendorff's customary bounds (2004): labels to rely on, and labels for first conclusions."""


def agreement_sentences(agreements: tuple[TaskAgreement, ...]) -> Iterator[str]:
    """How often two experts say the same, what that is worth, and on what they differ."""
    for row in agreements:
        yield f"{row.task}: {_share(row.report)}{_worth(row.report)}{_differing(row)}"


def _share(report: AgreementReport) -> str:
    percent = report.percent
    cases = counted(report.cases, "case")
    if report.cases < FEWEST or percent.value is None or percent.low is None or percent.high is None:
        return f"{cases} had answers of two or more experts, too few to tell how far they agree."
    share = f"{percent.value:.0%} ({between(percent.low, percent.high, 0)}, {cases})"
    return f"two experts who answer the same case say the same in {share}."


def _worth(report: AgreementReport) -> str:
    beyond = report.alpha.value
    if report.cases < FEWEST or beyond is None:
        return ""
    if beyond >= RELIABLE:
        return " That is far beyond chance: labels to rely on."
    if beyond >= TENTATIVE:
        return " That is beyond chance, enough for first conclusions."
    return " Chance alone would give much of that: the question may need a clearer guideline."


def _differing(row: TaskAgreement) -> str:
    if not row.differences:
        return ""
    pairs = ", ".join(f"{pair.first} or {pair.second} ({pair.n:,})" for pair in row.differences)
    return f" They differ most often on {pairs}."
