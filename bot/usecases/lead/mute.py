"""Mutes what a sentence of the digest is about, for the whole team and four weeks."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.usecases.context import Context
from bot.usecases.lead.access import LeadAct, LeadRefusal, lead_on_record
from storage.leads import mutes

MUTED_FOR = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class Mute:
    """Until then the team's digests do not begin with this `subject`."""

    team: str
    subject: str
    until_at: datetime


def mute(ctx: Context, act: LeadAct) -> Mute | LeadRefusal:
    """Mute the sentence's subject; muting again counts from now."""
    with ctx.database.write() as tx:
        leading = lead_on_record(ctx, tx, act)
        if isinstance(leading, LeadRefusal):
            return leading
        subject, until = leading.headline.subject, leading.now + MUTED_FOR
        for each in leading.headline.subjects:
            mutes.mute(tx, leading.name, each, act.actor, until)
        leading.record("digest.muted", leading.name, muted=subject, until_at=until.isoformat())
        return Mute(leading.name, subject, until)
