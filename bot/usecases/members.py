"""Records who people are and where they are members, as Slack tells it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bot.usecases.case_terms import present_terms
from bot.usecases.context import Context
from routing.case.terms import Terms
from routing.label import ExpertId
from routing.policy import Policy, Tier
from routing.slack_channel import ChannelId, ChannelName
from storage import audit, experts
from storage.audit import Entry
from storage.cases import cases, cases_naming_experts
from storage.delivery import projections
from storage.experts import Expert
from storage.sql.column_types import EPOCH

Names = Mapping[ExpertId, str]
MOST_REDRAWN = 50
"""Messages of a person that are shown anew when their name comes in."""


def sources(ctx: Context) -> tuple[str, ...]:
    """Where membership counts: who may answer, and who reads a digest. `channel:C…`, `group:S…`.

    Also for open cases whose tier or channel has left the policy.
    """
    tiers = [tier for task in ctx.policy.tasks.values() for tier in task.tiers]
    answering = [source for tier in tiers for source in _sources(ctx.policy, tier)]
    past = [source for terms, channel in _past(ctx) for source in _past_sources(terms, channel)]
    leading = [f"channel:{ctx.policy.channel_id(team.channel)}" for team in ctx.policy.teams.values()]
    return tuple(dict.fromkeys([*answering, *past, *leading]))


def _sources(policy: Policy, tier: Tier) -> Iterator[str]:
    yield from tier.experts.sources(policy.channel_id(tier.channel))
    for step in tier.escalation:
        if step.channel:
            yield f"channel:{policy.channel_id(step.channel)}"


def named(ctx: Context) -> frozenset[str]:
    """User ids that the policy names, and those that it named last for open cases that it says nothing of."""
    tiers = [tier for task in ctx.policy.tasks.values() for tier in task.tiers]
    return frozenset().union(*(tier.people for tier in [*tiers, *(terms.tier for terms, _ in _past(ctx))]))


def _past(ctx: Context) -> list[tuple[Terms, str]]:
    """What holds for open cases whose tier or channel has left the policy, and the channel they are in."""
    policy = ctx.policy
    with ctx.database.read() as tx:
        kinds = {(group.task, group.tier, group.channel) for group in cases.open_groups(tx)}
        all_terms = [(present_terms(ctx, tx, *kind), kind[2]) for kind in sorted(kinds)]
    return [
        (terms, channel)
        for terms, channel in all_terms
        if terms is not None and (terms.past_channels or not _has_tier(policy, terms))
    ]


def _has_tier(policy: Policy, terms: Terms) -> bool:
    task = policy.tasks.get(terms.task.name)
    return task is not None and task.named_tier(terms.tier.name) is not None


def _past_sources(terms: Terms, channel: ChannelName) -> Iterator[str]:
    home_id, tier_id = terms.home_id(channel), terms.home_id(terms.tier.channel)
    yield from terms.tier.experts.sources(home_id)
    yield from terms.tier.experts.sources(tier_id)
    for step in terms.tier.escalation:
        if step.channel and (channel_id := terms.channel_id(step.channel)):
            yield f"channel:{channel_id}"


def record(ctx: Context, source: str, user_ids: Iterable[str]) -> None:
    """Replace the members of a source by those just fetched, each person once and no programs."""
    now = ctx.clock.now()
    # The bot is a member of every channel it posts to, and may not count as somebody to ask.
    fetched = frozenset(user_ids) - {ctx.home.bot.user_id}
    with ctx.database.write() as tx:
        stored = experts.by_user_id(tx, fetched, ctx.team_id)
        unknown = {ExpertId(ctx.team_id, user_id) for user_id in fetched - stored.keys()}
        people = {person.expert for person in stored.values() if not person.is_bot}
        experts.set_members(tx, source, sorted(people | unknown), now)


def add(ctx: Context, source: str, user_ids: Iterable[str]) -> None:
    """Take these in among the members of a source; those who were there stay."""
    fetched = frozenset(user_ids) - {ctx.home.bot.user_id}
    with ctx.database.write() as tx:
        present = {member.user_id for member in experts.members(tx, source)}
        stored = experts.by_user_id(tx, fetched - present, ctx.team_id)
        for user_id in sorted(fetched - present):
            person = stored.get(user_id)
            if person is None or not person.is_bot:
                who = person.expert if person else ExpertId(ctx.team_id, user_id)
                experts.add_member(tx, source, who)


def record_people(ctx: Context, people: Iterable[Expert], asked: Iterable[Expert] = ()) -> int:
    """Store people as Slack knows them now, each once; how many cases are to be shown anew for it.

    `asked` are the same people as they were stored when Slack was asked.
    """
    now, redrawn, people = ctx.clock.now(), set[str](), sorted(people, key=lambda each: each.expert)
    former = {each.expert.user_id: each for each in asked}
    with ctx.database.write() as tx:
        for person in people:
            before = former.get(person.expert.user_id)
            rows = [person, *_former(before, person)]
            experts.upsert_many(tx, rows)
            if before is not None and before.is_bot is None and before.name != person.name:
                redrawn |= cases_naming_experts.of_people(tx, [each.expert for each in rows], MOST_REDRAWN)
        experts.settle_members(tx, [person.expert for person in people if not person.is_bot])
        experts.drop_members(tx, [person.expert for person in people if person.is_bot])
        for case_id in sorted(redrawn):  # ticks lock cases in the same order
            projections.redraw(tx, case_id, now)
    return len(redrawn)


def _former(before: Expert | None, person: Expert) -> list[Expert]:
    """The row of the other workspace under which the person was kept: old answers are shown by its name."""
    if before is None or before.expert == person.expert:
        return []
    return [replace(person, expert=before.expert, refreshed_at=EPOCH)]


def joined(ctx: Context, channel_id: ChannelId, expert: ExpertId) -> None:
    """Somebody joined a channel: they may answer what its members may answer, at once."""
    with ctx.database.write() as tx:
        experts.add_member(tx, f"channel:{channel_id}", expert)
        experts.meet(tx, {expert: ""})


def left(ctx: Context, channel_id: ChannelId, expert: ExpertId) -> None:
    """Somebody left a channel: they may not answer as its member any more, at once."""
    with ctx.database.write() as tx:
        experts.remove_member(tx, f"channel:{channel_id}", expert)


def recognized(ctx: Context, expert: ExpertId) -> ExpertId:
    """Whoever wrote a message that does not say where they belong, as Slack named them last.

    On Enterprise Grid also whoever seems to be of another workspace: if Slack named them as ours, it is
    a sibling. Whoever Slack was never asked about is nobody's: membership alone does not make them ours.
    """
    if expert.team_id == ctx.team_id:
        return expert
    identity, ours = ctx.identity(expert.user_id), ExpertId(ctx.team_id, expert.user_id)
    if not expert.team_id:
        return identity or expert
    return ours if identity == ours and ctx.home.installation.enterprise_id else expert


def channel_changed(ctx: Context, channel_id: ChannelId, what: str) -> None:
    """A channel was archived, deleted or renamed: goes on record."""
    now = ctx.clock.now()
    with ctx.database.write() as tx:
        audit.append_many(tx, [Entry(now, "slack", f"channel.{what}", str(channel_id), {})])


def names(ctx: Context, people: Iterable[ExpertId]) -> Names:
    """The names of people, as far as there are any."""
    with ctx.database.read() as tx:
        return {expert: person.name for expert, person in experts.get_many(tx, people).items()}
