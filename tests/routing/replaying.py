"""Logged predictions and what another policy would do with them, for the tests of replays and budgets."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from routing.evidence.plan import Placement, Rerouting

HOUR = timedelta(hours=1)


def reviewed(tier: str = "ordinary", channel: str = "desk", *, due_in: timedelta = 4 * HOUR) -> Placement:
    """Sent to experts."""
    return Placement(tier, channel, 1, due_in, is_accepted=False, is_audit=False)


def accepted(tier: str = "ordinary", *, is_audit: bool = False) -> Placement:
    """Accepted, or drawn from the accepted."""
    return Placement(tier, "desk", 1, 4 * HOUR, is_accepted=True, is_audit=is_audit)


def rerouted(before: Placement, after: Placement, **changes: Any) -> Rerouting:
    """A prediction of the task "returns", reviewed for sure unless it was accepted: then with 1 in 10."""
    values: dict[str, Any] = {
        "task": "returns",
        "slices": {},
        "inclusion_probability": 0.1 if before.is_accepted else 1.0,
        "is_labeled": False,
        "is_error": False,
        "score": 0.95 if before.is_accepted else 0.6,
        "before": before,
        "after": after,
    }
    return Rerouting(**{**values, **changes})


def labeled(before: Placement, after: Placement, *, wrong: bool = False, **changes: Any) -> Rerouting:
    """The same, decided by experts an hour after it came in."""
    decided = {"is_labeled": True, "is_error": wrong, "seconds": 3600.0}
    return rerouted(before, after, **{**decided, **changes})


def unwatched(row: Rerouting) -> Rerouting:
    """The same without any chance of review."""
    return replace(row, inclusion_probability=0.0)
