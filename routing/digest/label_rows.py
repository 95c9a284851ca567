"""Lines of a digest about the labels that its numbers rest on, and about the experts who gave them."""

from collections.abc import Iterator

from routing.digest.model_quality import Quality
from routing.digest.row import Cell, DigestRow, measured_rows
from routing.evidence.agreement import Agreement, TaskAgreement
from routing.evidence.expertise import TaskAnchoring, TaskConfidence
from routing.evidence.oversight import Caught

COEFFICIENTS = ("percent", "fleiss", "alpha", "ac1")


def label_rows(quality: Quality) -> Iterator[DigestRow]:
    """What is known of the labels that the errors rest on."""
    for row in quality.truths:
        shares: dict[str, Cell] = {
            "truth": row.truth,
            "as_two_agree": row.two,
            "as_adjudicated": row.adjudicated,
        }
        yield from measured_rows("truth", row.task, shares, row.n)
    for agreement in quality.agreements:
        yield from _agreement(agreement)
    for anchoring in quality.anchorings:
        yield from _anchoring(anchoring)
    for again in quality.asked_again:
        counts = {"silent": again.silent, "asked_again": again.asked, "answered": again.answered}
        yield from measured_rows("not answered in time", again.task, counts)
    for confidence in quality.confidences:
        yield from _own_confidence(confidence)
    yield from _trials(quality)


def _agreement(row: TaskAgreement) -> Iterator[DigestRow]:
    report, section = row.report, "agreement between experts"
    for measure in COEFFICIENTS:
        coefficient: Agreement = getattr(report, measure)
        value, low, high = coefficient.value, coefficient.low, coefficient.high
        yield DigestRow(section, row.task, measure, value, low, high, report.cases)
    yield from measured_rows(
        section, row.task, {"answers": report.answers, "experts": report.experts}, report.cases
    )
    for pair in row.differences:
        yield DigestRow("experts differ", f"{row.task}: {pair.first} / {pair.second}", "cases", pair.n)


def _anchoring(row: TaskAnchoring) -> Iterator[DigestRow]:
    section, effect = "agreement with the model", row.effect
    for name, arm in (("shown", effect.shown), ("hidden", effect.hidden)):
        yield from measured_rows(section, f"{row.task}, {name}", {"agreed": arm.agreed}, arm.drawn)
    interval = effect.stratified
    if effect.within_strata is not None and interval is not None:
        n = effect.shown.drawn + effect.hidden.drawn
        value, low, high = effect.within_strata, interval.low, interval.high
        yield DigestRow(section, row.task, "difference", value, low, high, n)


def _own_confidence(row: TaskConfidence) -> Iterator[DigestRow]:
    section, score = "experts' own confidence", row.score
    for part in row.parts:
        yield from measured_rows(section, f"{row.task}, {part.stated}", {"right": part.right}, part.n)
    names = ("stated", "right", "brier", "ece", "ece_if_calibrated")
    yield from measured_rows(section, row.task, {name: getattr(score, name) for name in names}, score.n)


def _trials(quality: Quality) -> Iterator[DigestRow]:
    if quality.oversight is not None:
        yield from _caught("all", quality.oversight.whole)
        for row in quality.oversight.tiers:
            name = f"{row.task}, {row.tier}"
            yield from _caught(name, row.share)
            yield from measured_rows(
                "planted errors", name, {"unanswered": row.unanswered}, row.share.planted
            )
    for gold in quality.golds:
        section, share = "gold cases", gold.right / gold.n if gold.n else None
        yield from measured_rows(section, gold.task, {"right": gold.right, "experts": gold.experts}, gold.n)
        yield DigestRow(section, gold.task, "share", share, gold.low, gold.high, gold.n)


def _caught(name: str, row: Caught) -> Iterator[DigestRow]:
    section, share = "planted errors", row.caught / row.planted if row.planted else None
    yield from measured_rows(section, name, {"caught": row.caught}, row.planted)
    yield DigestRow(section, name, "share", share, row.low, row.high, row.planted)
