"""What a case's answers amount to by the rule in force when it opened: how sure it is, and what follows.

The model's voice tells how sure a decision is, never which: what is decided is what experts' answers amount
to by themselves, so that whatever measures the model rests on these alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from routing.case.case import Case
from routing.case.consensus import Leader, NextMove, StopRule, leader, next_move, posterior
from routing.evidence.expert_confusions import ConsensusRule
from routing.label import Label
from routing.policy import Task, Tier
from routing.prediction import Prediction

DIGITS = 6
"""Of a stated certainty, as it is kept."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """A `rule` that states a certainty, and the model's `voice` on the case (None where it has none)."""

    rule: ConsensusRule
    voice: Mapping[str, float] | None

    @classmethod
    def of(cls, rule: ConsensusRule, case: Case, task: Task) -> "Weighing | None":
        """How the case is weighed; None where the rule states no certainty, or is of other labels."""
        labels = rule.confusions.labels
        answers = {label.label for label in case.current_labels}
        if rule.certainty is None or set(labels) != set(task.label_names) or not answers <= set(labels):
            return None
        return cls(rule, voice_of(case.submission.prediction, labels, task.present_name))

    def of_experts(self, labels: Sequence[Label]) -> str | None:
        """What experts' answers amount to by themselves; None where no answer leads, or nobody gave it."""
        first = leader(posterior(_answers(labels), self.rule.alone), self.rule)
        return first.label if first and any(label.label == first.label for label in labels) else None

    def leading(self, labels: Sequence[Label]) -> Leader | None:
        """The likeliest answer with the model's voice; None where experts' answers amount to another."""
        first = leader(posterior(_answers(labels), self.rule.confusions, self.voice), self.rule)
        return first if first is not None and first.label == self.of_experts(labels) else None

    def next_move(self, case: Case, tier: Tier) -> NextMove | None:
        """What follows from the answers in force; None where the case is decided by count."""
        # Audits measure the model: when they are asked no further must not depend on what it says.
        if tier.certainty is None or tier.answers_at_most is None or case.routing.is_audit:
            return None
        most = max(case.quorum, tier.answers_at_most)
        # Where the tier draws its line an answer is worth just what it costs: below it, more.
        stop = StopRule(tier.certainty, case.quorum, most, 1 / (1 - tier.certainty))
        return next_move(self.leading(case.current_labels), len(case.current_labels), stop)

    def certainty(self, labels: Sequence[Label], label: str) -> float | None:
        """How sure it is that `label` is right; None where the answers speak for no label, or for another."""
        first = self.leading(labels)
        return round(first.certainty, DIGITS) if first is not None and first.label == label else None


def _answers(labels: Sequence[Label]) -> list[tuple[str, str]]:
    # By user id, as a person seen from two workspaces is one.
    return [(label.expert.user_id, label.label) for label in labels]


def voice_of(
    prediction: Prediction, labels: Sequence[str], present_name: Callable[[str], str]
) -> dict[str, float] | None:
    """The model's probability of each of `labels`; None where it says none, or only of others.

    Where it gave nothing but a confidence, the other labels share the rest alike.
    """
    if prediction.confidence is None:
        return None
    shares = dict.fromkeys(labels, 0.0)
    for name, share in (prediction.probabilities or {}).items():
        if (label := present_name(name)) in shares:
            shares[label] = min(1.0, shares[label] + share)
    if any(shares.values()):
        return shares
    own = present_name(prediction.label)
    if own not in shares:
        return None
    rest = (1 - prediction.confidence) / (len(labels) - 1)
    return {label: prediction.confidence if label == own else rest for label in labels}
