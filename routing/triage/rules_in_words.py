"""What goes where: a row per tier, as words, for `policy check`."""

from collections.abc import Mapping
from dataclasses import dataclass

from routing.case.schedule import working_words
from routing.policy import (
    ALWAYS_SUSPENDS,
    EscalationStep,
    Policy,
    Suspender,
    Task,
    Tier,
    WorkingHours,
    format_duration,
)

CAUSES: Mapping[Suspender, str] = {
    "new_model": "a new model",
    "changed_labels": "changed labels",
    "drift": "drift",
}


@dataclass(frozen=True, slots=True)
class TableRow:
    """A tier in words."""

    task: str
    tier: str
    when: str
    channel: str
    accept_above: str
    audit: str
    exceptions: str
    quorum: str
    due_in: str
    experts: str
    escalation: str


def table(policy: Policy) -> tuple[TableRow, ...]:
    """A row per tier, in the order in which tiers are tried."""
    return tuple(_row(policy, task, tier) for task in policy.tasks.values() for tier in task.tiers)


def _row(policy: Policy, task: Task, tier: Tier) -> TableRow:
    return TableRow(
        task=task.name,
        tier=tier.name,
        when=_when(tier),
        channel=f"{tier.channel} ({policy.channel_id(tier.channel)})",
        accept_above=_acceptance(tier),
        audit=_audits(tier),
        exceptions=_exceptions(tier),
        quorum=str(tier.quorum),
        due_in=working_words(tier.due_in, task.hours),
        experts=_experts(tier),
        escalation="; ".join(
            (*(_step(step, task.hours) for step in tier.escalation), _expiry(tier, task.hours))
        ),
    )


def _when(tier: Tier) -> str:
    if tier.when.strip() == "true":
        return "everything else"
    return f"{tier.when}; passed on if unclear" if tier.when_unreadable == "pass" else tier.when


def _acceptance(tier: Tier) -> str:
    if tier.certified:
        apart = f", {', '.join(tier.certified.slices)} apart" if tier.certified.slices else ""
        return f"once certified for {tier.certified.promise.words}{apart}"
    return "never" if tier.accept_above == "always_review" else f"from {tier.accept_above:g} on"


def _audits(tier: Tier) -> str:
    slices = ", ".join(f"{share:.4g} of {named}" for named, share in tier.audit_slices.items())
    share = f"{tier.audit:.4g}" if tier.audit or slices else "none"
    return f"{share} ({slices})" if slices else share


def _exceptions(tier: Tier) -> str:
    causes = dict.fromkeys((*ALWAYS_SUSPENDS, *tier.suspend_on)) if tier.certified else {}
    novel = ["a novel case"] if tier.novel == "review" and tier.accept_above != "always_review" else []
    return ", ".join([*(CAUSES[cause] for cause in causes), *novel]) or "none"


def _experts(tier: Tier) -> str:
    experts = tier.experts
    members = ["the channel's members"] if experts.channel_members else []
    group = [f"group {experts.user_group}"] if experts.user_group else []
    seniors = [f"settled by {', '.join(tier.adjudicators)}"] if tier.adjudicators else []
    return ", ".join([*members, *group, *experts.people, *seniors])


def _step(step: EscalationStep, hours: WorkingHours | None) -> str:
    to = {
        "thread": "remind in the thread",
        "people": f"ask {', '.join(step.people)}",
        "channel": f"post in {step.channel}",
    }[step.to]
    repeat = f", {step.times} times every {format_duration(step.repeat)}" if step.repeat else ""
    return f"after {working_words(step.after, hours)} {to}{repeat}"


def _expiry(tier: Tier, hours: WorkingHours | None) -> str:
    if tier.expires_in is None:
        return "stays open"
    then = {
        "close": "close without a decision",
        "accept_prediction": "accept the prediction",
        "safe_label": f"decide {tier.safe_label}",
    }[tier.on_expiry]
    return f"after {working_words(tier.expires_in, hours)} {then}"
