"""How a replay puts what it cannot tell, and a cost, in the terminal and in Slack alike."""

from routing.evidence.plan import Cost

UNKNOWN = "unknown"


def cost_words(cost: Cost | None) -> str:
    """What accepted errors cost, in the policy's unit, with its interval."""
    return UNKNOWN if cost is None else f"{cost.value:,.1f} (between {cost.low:,.1f} and {cost.high:,.1f})"
