"""A person before a sentence of a team's digest: which it is, and whether they may act on it."""

from dataclasses import dataclass
from datetime import datetime

from bot.usecases.context import Context
from bot.usecases.digest import digest_lookup
from routing.case.permission import may_lead
from routing.digest.digest import Digest
from routing.digest.headline import Deed, Headline
from routing.label import ExpertId
from routing.policy import Team
from storage import audit, experts
from storage.audit import Entry
from storage.engine.database import Transaction

_OUTDATED = (
    "This digest is not kept here any more, so nothing was changed. Ask for a new one: /secondlook digest"
)
_NO_TEAM = "The policy no longer has the team “{team}”. Nothing was changed."
_NOT_ALLOWED = (
    "Only members of the team's channel may do this, and you are not known as one. Nothing was changed; "
    "join the channel, or ask your lead."
)


@dataclass(frozen=True, slots=True)
class LeadAct:
    """Who presses a button of which digest; `number` says beside which of its sentences, from 1."""

    digest_key: str
    number: int
    expert: ExpertId

    @property
    def actor(self) -> str:
        """Who acts, for the audit trail."""
        return f"{self.expert.team_id}:{self.expert.user_id}"


@dataclass(frozen=True, slots=True)
class LeadRefusal:
    """Nothing was done; `reason` is a sentence for the person."""

    reason: str


@dataclass(frozen=True, slots=True)
class LeadSitting:
    """A member of the team's channel before a sentence of its digest."""

    ctx: Context
    tx: Transaction
    act: LeadAct
    name: str
    team: Team
    digest: Digest
    headline: Headline
    now: datetime

    def record(self, action: str, subject: str, **data: object) -> None:
        """Put the act on record; comes last in a transaction, since it locks the audit trail's head."""
        entry = Entry(self.now, self.act.actor, action, subject, {**data, "digest": self.act.digest_key})
        audit.append_many(self.tx, [entry])


def is_member(ctx: Context, tx: Transaction, team: Team, expert: ExpertId) -> bool:
    """Whether the person is a member of the team's channel, as last fetched."""
    members = experts.members(tx, f"channel:{ctx.policy.channel_id(team.channel)}") - {ctx.home.bot}
    return may_lead(expert, members, ctx.team_id, ctx.policy.guest_teams)


def lead(ctx: Context, tx: Transaction, act: LeadAct, *deeds: Deed) -> LeadSitting | LeadRefusal:
    """The sentence that `act` is about, for who may act on it; with `deeds` only if it offers such."""
    kept = digest_lookup.find(tx, act.digest_key)
    if kept is None:
        return LeadRefusal(_OUTDATED)
    name, digest = kept
    team = ctx.policy.teams.get(name)
    if team is None:
        return LeadRefusal(_NO_TEAM.format(team=name))
    if not is_member(ctx, tx, team, act.expert):
        return LeadRefusal(_NOT_ALLOWED)
    if not 1 <= act.number <= len(digest.headlines):
        return LeadRefusal(_OUTDATED)
    headline = digest.headlines[act.number - 1]
    # The number came with a payload: it may name a sentence that has no such button.
    if deeds and headline.deed not in deeds:
        return LeadRefusal(_OUTDATED)
    return LeadSitting(ctx, tx, act, name, team, digest, headline, ctx.clock.now())


def lead_on_record(ctx: Context, tx: Transaction, act: LeadAct, *deeds: Deed) -> LeadSitting | LeadRefusal:
    """The same for who wants to change something: a refusal goes on record."""
    leading = lead(ctx, tx, act, *deeds)
    if isinstance(leading, LeadRefusal):
        data = {"why": leading.reason, "number": act.number}
        # Cut: it came with a payload, and must not fill the record.
        entry = Entry(ctx.clock.now(), act.actor, "act.refused", act.digest_key[:80], data)
        audit.append_many(tx, [entry])
    return leading
