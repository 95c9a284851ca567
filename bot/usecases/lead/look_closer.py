"""What a lead looks at before acting on a sentence of the digest: a threshold, or the cases behind it."""

from dataclasses import dataclass
from datetime import timedelta

from bot.usecases.context import Context
from bot.usecases.lead.access import LeadAct, LeadRefusal, LeadSitting, lead
from routing.digest.headline import Deed
from routing.digest.model_quality import ThresholdRow
from routing.evidence.error_patterns import PREDICTED
from routing.slack_channel import ChannelId
from storage.delivery import projections
from storage.engine.database import Transaction
from storage.evidence import case_outlines
from storage.evidence.case_outlines import Outline

LOOK_BACK = timedelta(days=28)
LISTED = 10
_NO_ROW = "The digest knows no more of this threshold. Nothing was changed."


@dataclass(frozen=True, slots=True)
class DigestThreshold:
    """A threshold as the digest has it; `is_promised`: the tier's policy names a promise, not a number."""

    row: ThresholdRow
    is_promised: bool


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case of the list, with the channel and `ts` of its message if it has one."""

    outline: Outline
    channel_id: ChannelId | None = None
    ts: str = ""


@dataclass(frozen=True, slots=True)
class CaseList:
    """Cases behind a sentence, newest first; `has_more`: not all of them are listed."""

    sentence: str
    is_slice: bool
    cases: tuple[ListedCase, ...]
    has_more: bool


def threshold(ctx: Context, act: LeadAct) -> DigestThreshold | LeadRefusal:
    """The threshold that the sentence speaks of."""
    with ctx.database.read() as tx:
        leading = lead(ctx, tx, act, Deed.REVIEW_THRESHOLD)
    if isinstance(leading, LeadRefusal):
        return leading
    row = _row(leading)
    return LeadRefusal(_NO_ROW) if row is None else DigestThreshold(row, _is_promised(ctx, row))


def _row(leading: LeadSitting) -> ThresholdRow | None:
    named = leading.headline.arguments
    wanted = tuple(named.get(name, "") for name in ("task", "tier", "model", "version", "slice"))
    # From the digest as it was kept: the lead looks at the numbers that they have read.
    rows = leading.digest.quality.thresholds if leading.digest.quality else ()
    named_rows = ((row, (row.task, row.tier, row.model.name, row.model.version, row.slice)) for row in rows)
    return next((row for row, names in named_rows if names == wanted), None)


def _is_promised(ctx: Context, row: ThresholdRow) -> bool:
    task = ctx.policy.tasks.get(row.task)
    tiers = task.tiers if task else ()
    return any(tier.name == row.tier and tier.promise is not None for tier in tiers)


def cases(ctx: Context, act: LeadAct) -> CaseList | LeadRefusal:
    """The wrong cases of the sentence's slice in the four weeks up to the digest, or an alarm's examples."""
    with ctx.database.read() as tx:
        leading = lead(ctx, tx, act, Deed.OPEN_SLICE, Deed.OPEN_CASES)
        if isinstance(leading, LeadRefusal):
            return leading
        outlines = _outlines(leading)
        listed = tuple(_listed(tx, outline) for outline in outlines[:LISTED])
    is_slice = leading.headline.deed is Deed.OPEN_SLICE
    return CaseList(leading.headline.words, is_slice, listed, len(outlines) > LISTED)


def _outlines(leading: LeadSitting) -> tuple[Outline, ...]:
    named, until, tx = leading.headline.arguments, leading.digest.until_at, leading.tx
    if leading.headline.deed is Deed.OPEN_CASES:
        return case_outlines.of_cases(tx, [case_id for case_id in named["cases"].split(",") if case_id])
    arguments = named["key"], slice_values(leading), until - LOOK_BACK, until, LISTED + 1
    return case_outlines.wrong_in_slice(tx, leading.team.tasks, *arguments)


def slice_values(leading: LeadSitting) -> set[str]:
    """What the sentence's slice may be called: a label by all names that it has or had in its tasks."""
    name = leading.headline.arguments["value"]
    if leading.headline.arguments["key"] != PREDICTED:
        return {name}
    tasks = (leading.ctx.policy.tasks.get(task) for task in leading.team.tasks)
    labels = (task.label(name) for task in tasks if task)
    return {name}.union(*((label.name, *label.was) for label in labels if label))


def _listed(tx: Transaction, outline: Outline) -> ListedCase:
    shown = next((message for message in projections.of_case(tx, outline.case_id) if message.ts), None)
    return ListedCase(outline, shown.channel_id, shown.ts or "") if shown else ListedCase(outline)
