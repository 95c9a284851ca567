"""Has more of a slice checked for a week, in every tier that accepts some of it; can be taken back."""

from dataclasses import dataclass
from datetime import datetime

from bot.usecases.context import Context
from bot.usecases.lead.access import LeadAct, LeadRefusal, LeadSitting, lead_on_record
from bot.usecases.lead.look_closer import slice_values
from bot.usecases.lead.more_audits import ASKED_FOR, raised
from routing.digest.headline import Deed
from routing.evidence.error_patterns import PREDICTED
from storage.evidence import day_volumes
from storage.leads import slice_checks
from storage.leads.slice_checks import SliceCheck

_NOTHING_ACCEPTED = (
    "In the last seven days nothing of it was accepted by the model alone, so there is nothing to draw "
    "checks from: whatever comes in is reviewed, and its labels count. Nothing was changed."
)


@dataclass(frozen=True, slots=True)
class SliceRequest:
    """More of the slice is checked until then, at most `share` of what goes through by itself.

    `more` is about how many checks that adds in a week like the last. `is_new` is False where it was asked
    for already.
    """

    name: str
    value: str
    share: float
    more: int
    until_at: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class SliceRelease:
    """The slice is checked as the policy says again; `is_new` is False where it was so before."""

    name: str
    value: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Raise:
    task: str
    tier: str
    accepted: int
    before: float
    share: float


def ask(ctx: Context, act: LeadAct) -> SliceRequest | LeadRefusal:
    """Raise the shares of the sentence's slice; who asks again gets what is in force, not twice as much."""
    with ctx.database.write() as tx:
        leading = lead_on_record(ctx, tx, act, Deed.OPEN_SLICE)
        if isinstance(leading, LeadRefusal):
            return leading
        raises = _raises(leading)
        if not raises:
            return LeadRefusal(_NOTHING_ACCEPTED)
        present = [check for check in slice_checks.in_force(tx, leading.now) if _is_meant(leading, check)]
        if present:
            return _request(leading, raises, max(check.until_at for check in present), is_new=False)
        until = leading.now + ASKED_FOR
        slice_checks.ask(tx, _checks(leading, raises, until))
        shares = {f"{each.task}/{each.tier}": each.share for each in raises}
        leading.record("slice.checked", _subject(leading), shares=shares, until_at=until.isoformat())
        return _request(leading, raises, until, is_new=True)


def end(ctx: Context, act: LeadAct) -> SliceRelease | LeadRefusal:
    """Take back what was asked for the sentence's slice, whoever asked."""
    with ctx.database.write() as tx:
        leading = lead_on_record(ctx, tx, act, Deed.OPEN_SLICE)
        if isinstance(leading, LeadRefusal):
            return leading
        named = leading.headline.arguments
        ended = slice_checks.end(tx, leading.team.tasks, named["key"], slice_values(leading), leading.now)
        if ended:
            leading.record("slice.released", _subject(leading))
        return SliceRelease(named["key"], named["value"], ended > 0)


def _subject(leading: LeadSitting) -> str:
    named = leading.headline.arguments
    return f"{leading.name}/{named['key']}={named['value']}"


def _is_meant(leading: LeadSitting, check: SliceCheck) -> bool:
    is_slice = check.name == leading.headline.arguments["key"] and check.value in slice_values(leading)
    return is_slice and check.task in leading.team.tasks


def _raises(leading: LeadSitting) -> list[_Raise]:
    """The tiers that accept some of the slice, with shares that add about 50 checks to all of them."""
    named, now = leading.headline.arguments, leading.now
    meant = named["key"], slice_values(leading)
    volumes = day_volumes.accepted_by_tier(leading.tx, leading.team.tasks, meant, now - ASKED_FOR, now)
    slices = {} if named["key"] == PREDICTED else {named["key"]: named["value"]}
    tiers = [
        (task, tier, accepted, present.audit_of(slices))
        for (task, tier), accepted in volumes.items()
        if (of_task := leading.ctx.policy.tasks.get(task)) and (present := of_task.named_tier(tier))
    ]
    accepted_in_all = sum(accepted for _, _, accepted, _ in tiers)
    return [
        _Raise(task, tier, accepted, before, raised(before, accepted_in_all))
        for task, tier, accepted, before in tiers
    ]


def _checks(leading: LeadSitting, raises: list[_Raise], until: datetime) -> list[SliceCheck]:
    """A row for every name that a label may come under."""
    name, actor, now = leading.headline.arguments["key"], leading.act.actor, leading.now
    return [
        SliceCheck(each.task, each.tier, name, value, each.share, actor, now, until)
        for each in raises
        for value in sorted(slice_values(leading))
    ]


def _request(leading: LeadSitting, raises: list[_Raise], until: datetime, *, is_new: bool) -> SliceRequest:
    named = leading.headline.arguments
    more = round(sum((each.share - each.before) * each.accepted for each in raises))
    share = max(each.share for each in raises)
    return SliceRequest(named["key"], named["value"], share, more, until, is_new)
