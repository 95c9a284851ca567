"""Asks for 50 more audits of a tier: raises its share for a week, and never adds up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.usecases.context import Context
from bot.usecases.lead.access import LeadAct, LeadRefusal, LeadSitting, lead_on_record
from routing.digest.headline import Deed
from routing.policy import Tier
from storage.evidence import day_volumes
from storage.leads import audit_shares
from storage.leads.audit_shares import AuditShare

MORE = 50
ASKED_FOR = timedelta(days=7)
_NO_TIER = "The policy no longer has the tier “{tier}” of “{task}”. Nothing was changed."
_NOTHING_ACCEPTED = (
    "In the last seven days nothing of “{task}”, tier “{tier}” was accepted by the model alone, so there is "
    "nothing to draw audits from: whatever comes in is reviewed, and its labels count. Nothing was changed."
)


@dataclass(frozen=True, slots=True)
class AuditRequest:
    """The share of a tier's accepted predictions that is drawn as audits until then.

    `before` is the policy's own share, `accepted` how much the model alone accepted in the last week.
    `is_new` is False where this much was asked for already.
    """

    task: str
    tier: str
    before: float
    share: float
    accepted: int
    until_at: datetime
    is_new: bool

    @property
    def more(self) -> int:
        """About how many audits it adds in a week like the last."""
        return round((self.share - self.before) * self.accepted)


def raised(before: float, accepted: int) -> float:
    """The share that yields about `MORE` audits beyond those of `before` among `accepted` predictions."""
    # From the policy's own share, not from what is in force: a second click would add 50 more.
    return min(1.0, before + MORE / accepted)


def ask(ctx: Context, act: LeadAct) -> AuditRequest | LeadRefusal:
    """Raise the share of the sentence's tier; who asks again gets what is in force, not twice as much."""
    with ctx.database.write() as tx:
        leading = lead_on_record(ctx, tx, act, Deed.ASK_AUDITS)
        if isinstance(leading, LeadRefusal):
            return leading
        named = leading.headline.arguments
        tier = _tier(leading, named["task"], named["tier"])
        if tier is None:
            return LeadRefusal(_NO_TIER.format(**named))
        return _ask(leading, named["task"], tier)


def _tier(leading: LeadSitting, task: str, tier: str) -> Tier | None:
    present = leading.ctx.policy.tasks.get(task)
    return present.named_tier(tier) if present else None


def _ask(leading: LeadSitting, task: str, tier: Tier) -> AuditRequest | LeadRefusal:
    tx, now = leading.tx, leading.now
    accepted = day_volumes.accepted(tx, task, tier.name, now - ASKED_FOR, now)
    if accepted == 0:
        return LeadRefusal(_NOTHING_ACCEPTED.format(task=task, tier=tier.name))
    share = raised(tier.audit, accepted)
    in_force = audit_shares.in_force(tx, now)
    own = [request for request in in_force if (request.task, request.tier) == (task, tier.name)]
    highest = max(own, key=lambda request: (request.share, request.until_at), default=None)
    if highest is not None and highest.share >= share:
        return AuditRequest(task, tier.name, tier.audit, highest.share, accepted, highest.until_at, False)
    until = now + ASKED_FOR
    audit_shares.ask(tx, AuditShare(task, tier.name, share, leading.act.actor, now, until))
    subject = f"{task}/{tier.name}"
    leading.record("audits.asked", subject, share=share, accepted=accepted, until_at=until.isoformat())
    return AuditRequest(task, tier.name, tier.audit, share, accepted, until, True)
