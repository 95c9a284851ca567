"""How a replay puts what it cannot tell, and a cost, in the terminal and in Slack alike."""

from routing.evidence.plan import Cost, Replayed

UNKNOWN = "unknown"
ALIKE = "Both sides go by what the answers show today"


def baseline_words(replayed: Replayed) -> str:
    """What the other policy is held against."""
    return "as it was then" if replayed.is_past else "by the policy now"


def cost_words(cost: Cost | None) -> str:
    """What the errors that went through cost, in the policy's unit, with its interval."""
    return UNKNOWN if cost is None else f"{cost.value:,.1f} ({between_losses(cost.low, cost.high)})"


def between_losses(low: float, high: float) -> str:
    """The interval of a loss, in the policy's unit."""
    return f"between {low:,.1f} and {high:,.1f}"
