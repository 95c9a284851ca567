"""Finds what holds for a case: from the policy in force, that of its opening, and those before."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from bot.usecases.context import Context
from routing.case.case import Case
from routing.case.permission import sources
from routing.case.terms import Terms, task_of_opening, tier_of_opening
from routing.errors import UnreadablePolicy
from routing.policy import Policy, Task, Tier, policy_of_document
from routing.slack_channel import ChannelId, ChannelName
from storage import policies
from storage.engine.database import Transaction

T = TypeVar("T")


def terms_of(ctx: Context, tx: Transaction, case: Case) -> Terms | None:
    """What holds for the case; None if its task is in no policy that is kept."""
    name = case.submission.task
    terms = present_terms(ctx, tx, name, case.tier, case.channel)
    if terms is None or case.policy_version == terms.policy.version:
        return terms
    policy = policy_of_version(ctx, tx, case.policy_version)
    opening = policy.tasks.get(name) if policy else None
    task = task_of_opening(case, terms.task, opening)
    return replace(terms, task=task, tier=tier_of_opening(case, task, terms.tier, opening))


def present_terms(ctx: Context, tx: Transaction, task: str, tier: str, channel: ChannelName) -> Terms | None:
    """What holds for cases of this task, tier and channel, but for the answers of their opening.

    The policy in force counts; where it does not have the task, the tier or a channel, the last that had.
    """

    def tier_in(policy: Policy) -> Tier | None:
        return policy.tasks[task].named_tier(tier) if task in policy.tasks else None

    policy = ctx.policy  # once: another may become active meanwhile
    present = policy.tasks.get(task) or _last(ctx, tx, lambda policy: policy.tasks.get(task))
    if present is None:
        return None
    its_tier = present.named_tier(tier) or _last(ctx, tx, tier_in) or present.tiers[0]
    terms = Terms(policy, present, its_tier)
    missing = terms.channel_names(channel) - policy.channels.keys()
    return replace(terms, past_channels=_past_channels(ctx, tx, missing)) if missing else terms


def task_as_read(ctx: Context, case: Case) -> Task | None:
    """The case's task for words after an act on it, which has read all that this needs.

    To ask the database again could fail, and what was recorded would be called not saved.
    """
    name, version = case.submission.task, case.policy_version
    active = ctx.policy
    policy = active if version == active.version else ctx.past_policies.get(version)
    opening = policy.tasks.get(name) if policy else None
    present = active.tasks.get(name) or opening
    return task_of_opening(case, present, opening) if present else None


def sources_of(case: Case, terms: Terms) -> tuple[str, ...]:
    """Where membership gives the right to answer the case, as `channel:C…` and `group:S…`."""
    return sources(case, terms.tier, terms.policy, terms.past_channels)


def tasks_ever(ctx: Context, tx: Transaction) -> frozenset[str]:
    """The tasks of the policy in force and of those that are kept."""
    return frozenset(ctx.policy.tasks).union(*(policy.tasks for policy in _past(ctx, tx)))


def policy_of_version(ctx: Context, tx: Transaction, version: str) -> Policy | None:
    """The policy of that version; None where it is not kept, or not readable."""
    policy = ctx.policy
    if version == policy.version:
        return policy
    # Read once: what a version says never changes, and clicks come in bursts.
    if version not in ctx.past_policies:
        ctx.past_policies[version] = _read(policies.document(tx, version))
    return ctx.past_policies[version]


def _read(document: object) -> Policy | None:
    try:
        return policy_of_document(document)
    except UnreadablePolicy:
        return None


def _past(ctx: Context, tx: Transaction) -> Iterator[Policy]:
    """The policies that are kept, the last in force first."""
    for version in policies.newest_first(tx):
        policy = policy_of_version(ctx, tx, version)
        if policy is not None:
            yield policy


def _last(ctx: Context, tx: Transaction, part: Callable[[Policy], T | None]) -> T | None:
    parts = (part(policy) for policy in _past(ctx, tx))
    return next((value for value in parts if value is not None), None)


def _past_channels(
    ctx: Context, tx: Transaction, names: frozenset[ChannelName]
) -> dict[ChannelName, ChannelId]:
    ids: dict[ChannelName, ChannelId] = {}
    for policy in _past(ctx, tx):
        lost = {name: channel.id for name, channel in policy.channels.items() if name in names}
        ids = {**lost, **ids}
    return ids
