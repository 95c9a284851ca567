"""What the answers to a case amount to by what experts' answers are worth, and whether to ask for more.

It runs on a click: without numpy, in microseconds, on confusions that a tick has fitted.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from routing.evidence.calibrator import SMALLEST
from routing.evidence.expert_confusions import ConsensusRule, ExpertConfusions
from routing.stable_code import Code

TIED = 1e-9
"""Probabilities that differ by less are equal: floating point must not break a tie."""


class NextMove(Code):
    """What follows from the answers so far."""

    DECIDE = "decide"
    ASK = "ask"
    ADJUDICATE = "adjudicate"


@dataclass(frozen=True, slots=True)
class StopRule:
    """When a case is asked no further.

    It is decided from `certainty` on, after at least `least` answers. Below that one more of at most `most`
    answers is asked, while an error costs as much as `error_cost` answers and the expected cost of
    deciding now is above that of an answer; then it goes to adjudication. Raises ValueError for what can
    never stop.
    """

    certainty: float
    least: int
    most: int
    error_cost: float

    def __post_init__(self) -> None:
        if not 0 < self.certainty <= 1:
            raise ValueError(f"a certainty lies above 0 and is at most 1: {self.certainty}")
        # At least an expert: the model's voice alone decides nothing.
        if not 1 <= self.least <= self.most:
            raise ValueError(f"answers needed and allowed have to be ascending: {self.least}, {self.most}")
        if not 0 <= self.error_cost < math.inf:
            raise ValueError(f"the cost of an error is finite and 0 or more: {self.error_cost}")


@dataclass(frozen=True, slots=True)
class Leader:
    """The likeliest answer and the probability that it is right, as stated (calibrated)."""

    label: str
    certainty: float


def posterior(
    answers: Iterable[tuple[str, str]], confusions: ExpertConfusions, model: Mapping[str, float] | None = None
) -> dict[str, float]:
    """The probability of each label, from (expert, label) each and the model's probabilities if it has any.

    Dawid & Skene 1979 with confusions that are fixed: their order does not matter, and another answer of a
    label never lowers it. A probability that the model leaves out counts as none. Raises ValueError for an
    answer that is no label of the confusions.
    """
    place = {label: index for index, label in enumerate(confusions.labels)}
    terms = [_prior(confusions, model)]
    for expert, label in answers:
        if label not in place:
            raise ValueError(f"{label!r} is no label of the confusions")
        column = place[label]
        terms.append([math.log(row[column]) for row in confusions.of(expert)])
    # `fsum` is exact, so that the sum is the same in every order of the answers.
    sums = [math.fsum(column) for column in zip(*terms, strict=True)]
    highest = max(sums)
    shares = [math.exp(value - highest) for value in sums]
    total = math.fsum(shares)
    return {label: share / total for label, share in zip(confusions.labels, shares, strict=True)}


def leader(probabilities: Mapping[str, float], rule: ConsensusRule) -> Leader | None:
    """The likeliest label with its stated certainty; None where two are equally likely.

    Where the rule states no certainty it is the probability as it is.
    """
    first, second = sorted(probabilities, key=lambda label: (-probabilities[label], label))[:2]
    highest = probabilities[first]
    if highest - probabilities[second] <= TIED:
        return None
    stated = rule.certainty
    return Leader(first, highest if stated is None else stated.calibrator.calibrate(highest))


def next_move(leading: Leader | None, answers: int, stop: StopRule) -> NextMove:
    """Whether to decide, to ask for one more of `answers`, or to have it adjudicated; never a coin.

    (1 − certainty)·`error_cost` is what deciding now costs, in answers.
    """
    if answers < stop.least:
        return NextMove.ASK
    if leading is not None and leading.certainty >= stop.certainty:
        return NextMove.DECIDE
    is_worth_it = leading is None or (1 - leading.certainty) * stop.error_cost >= 1
    return NextMove.ASK if answers < stop.most and is_worth_it else NextMove.ADJUDICATE


def _prior(confusions: ExpertConfusions, model: Mapping[str, float] | None) -> list[float]:
    if model is None:
        return [math.log(share) for share in confusions.prior]
    logs = [math.log(max(model.get(label, 0.0), SMALLEST)) for label in confusions.labels]
    highest = max(logs)
    weight, lowest = confusions.model_weight, -confusions.model_limit
    return [weight * max(value - highest, lowest) for value in logs]
