"""Advice on a policy that works: what its author may not have meant, and what of it can do nothing."""

from collections.abc import Iterator
from datetime import timedelta

from routing.fields import MAX_NAME
from routing.finding import Finding
from routing.policy.duration import format_duration
from routing.policy.model import Policy, Task
from routing.policy.reach import tiers_out_of_reach
from routing.policy.rule_advice import rule_advice
from routing.policy.tier import ALWAYS_SUSPENDS, Tier


def check(policy: Policy) -> tuple[Finding, ...]:
    """Advice on a policy that works: what its author may not have meant."""
    return tuple(_advice(policy))


def _advice(policy: Policy) -> Iterator[Finding]:
    reported = {task for team in policy.teams.values() for task in team.tasks}
    for name, task in policy.tasks.items():
        services = [key for key, service in policy.services.items() if name in service.tasks]
        if not services:
            yield Finding(f"tasks.{name}", "no service may post it", "add it to a service's `tasks`")
        if name not in reported:
            yield Finding(f"tasks.{name}", "no team gets its digest", "add it to a team's `tasks`")
        for label in task.labels:
            if len(label.shown) > MAX_NAME:
                problem = f"people read the first {MAX_NAME} characters of it"
                yield Finding(f"tasks.{name}.labels.{label.name}", problem, "give it a short `title`")
        for tier in task.tiers:
            key = f"tasks.{name}.tiers.{tier.name}"
            yield from _tier_advice(key, tier)
            yield from _times(key, tier, policy.undo_for)
        yield from rule_advice(f"tasks.{name}", task)
        for tier in tiers_out_of_reach(task, services):
            yield Finding(f"tasks.{name}.tiers.{tier.name}.when", *_out_of_reach(task, tier))


def _out_of_reach(task: Task, tier: Tier) -> tuple[str, str]:
    problem = "no prediction ever reaches this tier"
    if tier is task.tiers[-1]:
        before = task.tiers[-2].name
        mend = f'the tiers before it take all: remove it, and let {before} take the rest: `when = "true"`'
        return problem, mend
    return problem, "correct its rule, or those of the tiers before it"


def _tier_advice(key: str, tier: Tier) -> Iterator[Finding]:
    if tier.accept_above != "always_review" and not tier.audit:
        problem = "what goes through by itself is never looked at, so errors there stay unseen"
        yield Finding(f"{key}.audit", problem, "set `audit = 0.05` or so")
    for named, share in tier.audit_slices.items():
        if share <= tier.audit:
            problem = f"as much of {named} is checked as of all else: the higher share counts"
            yield Finding(f"{key}.audit_slices", problem, "give it more than `audit`, or remove it")
    if "adjudicators" in tier.model_fields_set and not tier.adjudicators:
        problem = "nobody is in the list, so one more expert settles a disagreement, as without it"
        yield Finding(f"{key}.adjudicators", problem, "name people or remove the list")
    if tier.trials and tier.quorum == 1 and not (tier.second_opinions or tier.certainty):
        problem = "a single person decides each case, so no answer is sure enough to be put in again"
        yield Finding(f"{key}.{next(iter(tier.trials))}", problem, "add `second_opinions = 0.1` or so")
    yield from _people(key, tier)
    left_out = [cause for cause in ALWAYS_SUSPENDS if cause not in tier.suspend_on]
    if left_out:
        names = " and ".join(f'"{cause}"' for cause in left_out)
        problem = f"{names} end a limit in any case: it was shown for one model and one set of labels"
        yield Finding(f"{key}.suspend_on", problem, "name them too, so that the policy says what happens")


def _people(key: str, tier: Tier) -> Iterator[Finding]:
    """Those who settle a disagreement should not all have taken part in it."""
    experts = tier.experts
    named = set(experts.people) if not (experts.channel_members or experts.user_group) else set()
    answering = named | set(tier.adjudicators)
    if tier.adjudicators and named.issuperset(tier.adjudicators) and tier.quorum >= len(answering) > 1:
        problem = "who settles a disagreement has always given one of the answers"
        yield Finding(f"{key}.adjudicators", problem, "name somebody who is not among the experts")


def _times(key: str, tier: Tier, undo_for: timedelta) -> Iterator[Finding]:
    """Times that contradict each other, though each of them can be."""
    first = tier.escalation[0].after if tier.escalation else None
    if first is not None and first > tier.due_in:
        problem = f"nobody hears of a case before it is late: it is due after {format_duration(tier.due_in)}"
        yield Finding(f"{key}.escalation[0].after", problem, "make it sooner than `due_in`")
    if tier.expires_in is not None and tier.expires_in < tier.due_in:
        problem = "a case expires before it is due"
        yield Finding(f"{key}.expires_in", problem, "make it later than `due_in`")
    for place, step in enumerate(tier.escalation):
        last = step.after + (step.times - 1) * (step.repeat or timedelta())
        if tier.expires_in is not None and last >= tier.expires_in:
            problem = "the last of its repetitions come after the case has expired"
            yield Finding(f"{key}.escalation[{place}].times", problem, "take fewer, or a shorter `repeat`")
    if undo_for > tier.due_in:
        problem = f"an answer can be taken back for {format_duration(undo_for)}, so none is final in time"
        yield Finding(f"{key}.due_in", problem, "make `undo_for` shorter than it")
