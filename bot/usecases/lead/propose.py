"""Trying a change of a tier before it is made: who may, and what is wrong with it."""

from dataclasses import dataclass

from bot.policy.tier_change import TierChange, changed, lines
from bot.usecases.context import Context
from bot.usecases.lead.access import LeadRefusal, is_member
from routing.errors import InvalidPolicy
from routing.finding import Finding
from routing.label import ExpertId
from routing.policy import Policy, Tier

_NOBODY = (
    "Only members of a team's channel may replay its tasks, and you are not known as one. Nothing was done; "
    "join the channel, or ask your lead."
)
_NOT_YOURS = "Your teams have no task “{task}”; they have {tasks}."
_GONE = "This tier is not one of yours, or the policy no longer has it. Please ask for the window again."
_AS_IT_IS = "This is what the policy says already: change something, then see what it does."


@dataclass(frozen=True, slots=True)
class PolicyTrial:
    """A change that the policy could have: the policy with it, and the lines to set for it."""

    change: TierChange
    policy: Policy
    lines: tuple[str, ...]


TaskTier = tuple[str, Tier]
"""A task's name and a tier of it."""


def tiers_led(ctx: Context, expert: ExpertId, task: str | None = None) -> tuple[TaskTier, ...] | LeadRefusal:
    """The tiers of the tasks of every team that the person is in the channel of, or those of the task."""
    with ctx.database.read() as tx:
        teams = [team for team in ctx.policy.teams.values() if is_member(ctx, tx, team, expert)]
    led = {name for team in teams for name in team.tasks}
    names = [name for name in ctx.policy.tasks if name in led]
    if not names:
        return LeadRefusal(_NOBODY)
    if task is not None and task not in led:
        return LeadRefusal(_NOT_YOURS.format(task=task, tasks=", ".join(names)))
    asked = names if task is None else [task]
    return tuple((name, tier) for name in asked for tier in ctx.policy.tasks[name].tiers)


def propose(
    ctx: Context, expert: ExpertId, change: TierChange
) -> PolicyTrial | LeadRefusal | tuple[Finding, ...]:
    """The trial of a change by who may ask for it; else why not, or what the policy's check finds."""
    # Asked again at the submission: who was shown the window may have left the channel since.
    led = tiers_led(ctx, expert)
    if isinstance(led, LeadRefusal):
        return led
    tier = next((tier for name, tier in led if (name, tier.name) == (change.task, change.tier)), None)
    if tier is None:
        return LeadRefusal(_GONE)
    try:
        policy = changed(ctx.policy, change)
    except InvalidPolicy as error:
        return error.findings
    if policy.version == ctx.policy.version:
        return LeadRefusal(_AS_IT_IS)
    return PolicyTrial(change, policy, lines(tier, change))
