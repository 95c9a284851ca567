"""Who may answer and who may settle a disagreement; in doubt nobody."""

from collections.abc import Collection, Mapping

from routing.case.case import Case, CaseStatus
from routing.case.schedule import occurrences
from routing.case.terms import NO_CHANNELS
from routing.label import ExpertId
from routing.policy import Policy, Tier
from routing.slack_channel import ChannelId, ChannelName

NO_GUESTS: frozenset[str] = frozenset()


def sources(
    case: Case, tier: Tier, policy: Policy, past_channels: Mapping[ChannelName, ChannelId] = NO_CHANNELS
) -> tuple[str, ...]:
    """Where membership gives the right to answer, as `channel:C…` and `group:S…`.

    The tier's experts, and the members of every channel that the case was escalated to. Where the policy no
    longer has the case's channel, that of its tier counts, and the channel as it was last, where its message
    may stand: `past_channels` has the Slack ids of names that have left the policy.
    """
    ids = {**past_channels, **{name: channel.id for name, channel in policy.channels.items()}}
    homes = [case.channel] if case.channel in policy.channels else [case.channel, tier.channel]
    reached = (occurrence.step.channel for occurrence in occurrences(tier)[: case.steps_taken])
    at_home = [source for name in homes if name in ids for source in tier.experts.sources(ids[name])]
    return tuple(dict.fromkeys([*at_home, *(f"channel:{ids[name]}" for name in reached if name in ids)]))


def may_answer(
    tier: Tier,
    expert: ExpertId,
    members: Collection[ExpertId],
    home_team_id: str,
    guest_teams: Collection[str] = NO_GUESTS,
) -> bool:
    """Whether the tier names this person: by id, in whatever part, or among `members`.

    `members` are those of the case's `sources`. People of other workspaces need their workspace in the
    policy's `guest_teams`, and are never meant by a bare user id.
    """
    # With the workspace: a policy names people by a bare id, which a stranger may have elsewhere.
    if expert.team_id == home_team_id and expert.user_id in tier.people:
        return True
    return may_lead(expert, members, home_team_id, guest_teams)


def may_lead(
    expert: ExpertId,
    members: Collection[ExpertId],
    home_team_id: str,
    guest_teams: Collection[str] = NO_GUESTS,
) -> bool:
    """Whether this person, of a workspace that counts here, is among `members`.

    Those of a team's channel may act on its digest.
    """
    is_trusted_team = expert.team_id == home_team_id or expert.team_id in guest_teams
    return is_trusted_team and expert in members


def may_adjudicate(tier: Tier, expert: ExpertId, home_team_id: str) -> bool:
    """Whether this person settles disagreements of the tier."""
    return expert.team_id == home_team_id and expert.user_id in tier.adjudicators


def may_label(
    case: Case,
    tier: Tier,
    expert: ExpertId,
    members: Collection[ExpertId],
    home_team_id: str,
    guest_teams: Collection[str] = NO_GUESTS,
) -> bool:
    """Whether this person may answer this case as it stands.

    A disputed case is for adjudicators, and for those who change an answer they gave.
    """
    if not may_answer(tier, expert, members, home_team_id, guest_teams):
        return False
    if case.status is CaseStatus.DISPUTED:
        return may_adjudicate(tier, expert, home_team_id) or case.label_of(expert) is not None
    return True
