"""How a replay says an error and a cost, in the terminal and in Slack alike."""

from routing.evidence.estimate import Estimate
from routing.evidence.plan import Cost

UNKNOWN = "unknown"


def error_words(known: Estimate | None) -> str:
    """A share of errors with its interval and the number of labels it rests on."""
    if known is None:
        return UNKNOWN
    return f"{known.value:.1%} ({known.low:.1%} to {known.high:.1%}, n={known.n})"


def cost_words(cost: Cost | None) -> str:
    """What accepted errors cost, in the policy's unit, with its interval."""
    return UNKNOWN if cost is None else f"{cost.value:,.1f} ({cost.low:,.1f} to {cost.high:,.1f})"
