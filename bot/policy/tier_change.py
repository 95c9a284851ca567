"""A tier of a policy changed in memory, to see what that would do; and the lines of the file to set."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from routing.policy import ALWAYS_SUSPENDS, ASK_FOR, MAX_SILENCE, Policy, Tier, policy_of

Rule = float | str | Mapping[str, float]
"""As in the file: a threshold, "always_review", or `{"error": …, "confidence": …}`."""
ALWAYS_REVIEW = "always_review"


@dataclass(frozen=True, slots=True)
class TierChange:
    """What a tier is to say instead; None keeps what it says."""

    task: str
    tier: str
    accept_above: Rule | None = None
    audit: float | None = None
    due_in: str | None = None


def changed(policy: Policy, change: TierChange) -> Policy:
    """The policy with the change in place, by the very check of a policy written by hand.

    What a rule leaves no room for falls away with it: audits where nothing is accepted, what ends a promise
    where nothing is promised. Raises InvalidPolicy; KeyError for a task that the policy does not have.
    """
    task = policy.tasks[change.task]
    tiers = [
        {**_fields(tier), **_wanted(tier, change)} if tier.name == change.tier else tier
        for tier in task.tiers
    ]
    tasks = {**policy.tasks, change.task: {**_fields(task), "tiers": tiers}}
    return policy_of({**_fields(policy), "tasks": tasks}, "the change")


def _fields(section: BaseModel) -> dict[str, Any]:
    """Values, not text: written out and read again, a duration in working days would be another duration."""
    return {name: getattr(section, name) for name in type(section).model_fields}


def _wanted(tier: Tier, change: TierChange) -> dict[str, Any]:
    wanted = {"accept_above": _rule(tier, change), "audit": change.audit, "due_in": change.due_in}
    return {name: value for name, value in wanted.items() if value is not None} | _falls_away(tier, change)


def _rule(tier: Tier, change: TierChange) -> str | float | Mapping[str, Any] | None:
    """What the tier is to say: another promise keeps the slices of its predecessor."""
    rule = change.accept_above
    if isinstance(rule, Mapping) and tier.certified and tier.certified.slices:
        return {**rule, "slices": tier.certified.slices}
    return rule


def _falls_away(tier: Tier, change: TierChange) -> dict[str, Any]:
    rule = change.accept_above
    gone: dict[str, Any] = {}
    if rule == ALWAYS_REVIEW and change.audit is None and tier.audit:
        gone["audit"] = 0.0
    if rule == ALWAYS_REVIEW and tier.audit_slices:
        gone["audit_slices"] = {}
    if rule is not None and not isinstance(rule, Mapping) and tier.suspend_on != ALWAYS_SUSPENDS:
        gone["suspend_on"] = ALWAYS_SUSPENDS
    if rule is not None and not isinstance(rule, Mapping) and tier.max_silence != MAX_SILENCE:
        gone["max_silence"] = MAX_SILENCE
    if rule == ALWAYS_REVIEW and tier.ask_again:
        gone["ask_again"] = None
    is_left = tier.second_opinions is not None or (tier.ask_again and "ask_again" not in gone)
    if rule is not None and not isinstance(rule, Mapping) and tier.ask_for != ASK_FOR and not is_left:
        gone["ask_for"] = ASK_FOR
    return gone


def lines(tier: Tier, change: TierChange) -> tuple[str, ...]:
    """The lines of TOML that change in the tier."""
    return tuple(_lines(tier, change))


def _lines(tier: Tier, change: TierChange) -> Iterator[str]:
    if (rule := _rule(tier, change)) is not None:
        yield f"accept_above = {_toml(rule)}"
    if change.audit is not None:
        yield f"audit = {change.audit!r}"
    if change.due_in is not None:
        yield f"due_in = {_toml(change.due_in)}"
    for name in _falls_away(tier, change):
        yield f"# and without `{name}`"


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{name} = {_toml(part)}' for name, part in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)
