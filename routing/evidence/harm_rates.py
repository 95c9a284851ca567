"""How a label that does harm falls on the slices of the traffic: what goes through, is missed, is false."""

from dataclasses import dataclass

from routing.stable_code import Code

PROVEN = 0.05
"""The chance of telling of any slice that is worse where none is, over all that is looked at."""


class HarmKind(Code):
    """What a rate is a share of.

    Of what the model calls by the label, how much went through without a review; of what is so in truth, how
    much it calls otherwise; of what is not, how much it calls so.
    """

    ACCEPTED = "accepted"
    MISSED = "missed"
    FALSE_ALARM = "false_alarm"


@dataclass(frozen=True, slots=True)
class HarmRate:
    """A rate of a task's `label` where `key` is `value`, of `n` labels, each with its weight.

    `low` and `high` hold together for all slices, kinds and labels of the digest in 95 % (Bonferroni).
    `elsewhere` is the rate outside. `adjusted_p_value` says whether it is worse than in what is like it
    elsewhere, corrected for all that was looked at (Holm 1979); None for what went through, which is no
    mistake.
    """

    task: str
    label: str
    kind: HarmKind
    key: str
    value: str
    n: int
    rate: float
    low: float
    high: float
    elsewhere: float
    adjusted_p_value: float | None = None

    @property
    def is_proven(self) -> bool:
        """Whether the slice is worse beyond chance."""
        return self.adjusted_p_value is not None and self.adjusted_p_value <= PROVEN
