"""What a budget proposes, as lines of the policy's file; and the policy that they would make."""

import json
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from routing.evidence.plan import TierPlan
from routing.policy import Policy, policy_of


def lines(plan: TierPlan) -> Iterator[str]:
    """The lines of TOML that change in the tier; audits fall away where nothing is accepted."""
    if plan.threshold is None and not plan.is_kept:
        yield 'accept_above = "always_review"'
        yield "# and without `audit`"
        if plan.was_audit_slices:
            yield "# and without `audit_slices`"
        return
    if not plan.is_kept:
        yield f"accept_above = {plan.threshold:g}"
    yield f"audit = {plan.audit:g}"
    if plan.audit_slices != plan.was_audit_slices:
        quoted = ((json.dumps(name, ensure_ascii=False), share) for name, share in plan.audit_slices.items())
        yield f"audit_slices = {{ {', '.join(f'{name} = {share:g}' for name, share in quoted)} }}"


def changed(path: Path, plans: Iterable[TierPlan]) -> Policy:
    """The policy in the file with these plans in place, by the very check of a policy written by hand.

    Raises InvalidPolicy.
    """
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    for plan in plans:
        tiers: list[dict[str, Any]] = raw["tasks"][plan.task]["tiers"]
        tier = next(tier for tier in tiers if tier["name"] == plan.tier)
        _set(tier, plan)
    return policy_of(raw, f"{path} as proposed")


def _set(tier: dict[str, Any], plan: TierPlan) -> None:
    if plan.threshold is None and not plan.is_kept:
        tier["accept_above"] = "always_review"
        tier.pop("audit", None)
        tier.pop("audit_slices", None)
        return
    tier["audit"] = plan.audit
    if plan.audit_slices:
        tier["audit_slices"] = dict(plan.audit_slices)
    if not plan.is_kept:
        tier["accept_above"] = plan.threshold
