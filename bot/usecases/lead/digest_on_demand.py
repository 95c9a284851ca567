"""A digest of the last seven days for a person who asks for it, sent to their direct messages."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.usecases.context import Context
from bot.usecases.digest.period import Period
from bot.usecases.lead.access import LeadRefusal, is_member
from bot.usecases.outgoing import DIGEST
from routing.label import ExpertId
from storage import audit
from storage.audit import Entry
from storage.delivery import outbox
from storage.delivery.outbox_item import Item

WEEK = timedelta(days=7)
_NO_TEAM = (
    "You are not known as a member of the channel of a team that has a digest. Ask your lead to be added."
)
_WHICH = "Name the team: {names}."


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """The digest of this team will come as a direct message."""

    team: str


def ask(ctx: Context, expert: ExpertId, name: str | None) -> OnItsWay | LeadRefusal:
    """Queue the digest of the team called `name`, or of the person's only team; once a minute at most."""
    with ctx.database.write() as tx:
        teams = [key for key, team in ctx.policy.teams.items() if is_member(ctx, tx, team, expert)]
        if name is None and len(teams) == 1:
            name = teams[0]
        if name is None or name not in teams:
            return LeadRefusal(_WHICH.format(names=", ".join(teams)) if teams else _NO_TEAM)
        until = ctx.clock.now().replace(second=0, microsecond=0)
        today = until.astimezone(ZoneInfo(ctx.policy.teams[name].timezone)).date()
        period = Period(name, until - WEEK, until, today, expert.user_id)
        item = Item(ctx.new_id("out"), DIGEST, period.key, period.to_payload(), ctx.clock.now())
        if outbox.add_many(tx, [item]):
            actor = f"{expert.team_id}:{expert.user_id}"
            audit.append_many(tx, [Entry(ctx.clock.now(), actor, "digest.asked", name, {"key": period.key})])
    return OnItsWay(name)
