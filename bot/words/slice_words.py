"""Where a model is worse, in words."""

from bot.words.numbers import counted
from routing.evidence.error_patterns import PREDICTED, SliceFinding
from routing.evidence.estimate import between


def slice_place(key: str, value: str) -> str:
    """A slice as a clause: "country is DE", "the model says fraud"."""
    return f"the model says {value}" if key == PREDICTED else f"{key} is {value}"


def slice_words(finding: SliceFinding) -> str:
    """The finding with its n, its interval and how often chance would do the same, for the thread."""
    interval = between(finding.error_low, finding.error_high, 0)
    return (
        f"Where {slice_place(finding.key, finding.value)}: about {finding.error:.0%} wrong ({interval}, "
        f"{counted(finding.n, 'answer')}), {finding.error_elsewhere:.0%} elsewhere. Of {finding.looks:,} "
        f"looked at, chance alone shows such a gap in {_chance(finding.adjusted_p_value)}."
    )


def _chance(probability: float) -> str:
    if probability < 0.001:
        return "fewer than 1 of 1,000 periods like this"
    return f"about {max(1, round(probability * 1_000)):,} of 1,000 periods like this"
