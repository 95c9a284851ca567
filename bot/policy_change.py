"""What a budget proposes, as lines of the policy's file; and the policy that they would make."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from routing.plan import TierPlan
from routing.policy import Policy, policy_of


def lines(plan: TierPlan) -> tuple[str, ...]:
    """The lines of TOML that change in the tier; `audit` falls away where nothing is accepted."""
    if plan.is_kept:
        return (f"audit = {plan.audit:g}",)
    if plan.threshold is None:
        return ('accept_above = "always_review"', "# and without `audit`")
    return f"accept_above = {plan.threshold:g}", f"audit = {plan.audit:g}"


def changed(path: Path, plans: Iterable[TierPlan]) -> Policy:
    """The policy in the file with these plans in place, by the very check that hand-written ones go through.

    Raises InvalidPolicy.
    """
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    for plan in plans:
        tiers: list[dict[str, Any]] = raw["tasks"][plan.task]["tiers"]
        tier = next(one for one in tiers if one["name"] == plan.tier)
        _set(tier, plan)
    return policy_of(raw, f"{path} as proposed")


def _set(tier: dict[str, Any], plan: TierPlan) -> None:
    if plan.threshold is None and not plan.is_kept:
        tier["accept_above"] = "always_review"
        tier.pop("audit", None)
        return
    tier["audit"] = plan.audit
    if not plan.is_kept:
        tier["accept_above"] = plan.threshold
