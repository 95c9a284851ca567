"""Reads a thread reply: an answer with its reason, a reason for an answer, or something to ask back."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.usecases.answering import Answer, give
from bot.usecases.context import Context
from bot.usecases.listening import read_when_known
from bot.usecases.outcome import AlreadyDecided, Gone, Ignored, Outcome, Recorded, Repeated, Unclear
from bot.usecases.retention import KEPT_FOR
from bot.usecases.settling import announce_amendment
from bot.usecases.showing import show
from bot.usecases.sitting import Act, Sitting, is_allowed, is_named, sit_down
from routing.case import record_label
from routing.label import ExpertId, Label, Rationale, Via
from routing.thread_reply import FreeText, LabelReply, clean, interpret
from routing.thread_reply import Unclear as NotClear
from storage import audit, cases, events, labels, projections
from storage.audit import Entry

LONGEST_RATIONALE = 3_000
STILL_COUNTS = (
    "Your answer “{label}” still counts, though your edited reply names no label. "
    "Reply with another label to change it."
)
Meaning = LabelReply | FreeText | NotClear


@dataclass(frozen=True, slots=True)
class ThreadReply:
    """What somebody wrote in the thread of a message, as Slack sends it; `ts` names the reply itself.

    `edited_ts` is that of its last edit, empty without any, and `was` what it said before that, if known.
    `name` is what Slack calls the writer, where it does; bots, apps and workflows write by program.
    """

    expert: ExpertId
    channel_id: str
    thread_ts: str
    text: str
    ts: str
    edited_ts: str = ""
    was: str | None = None
    name: str = ""
    is_by_program: bool = False


def thread_reply(ctx: Context, reply: ThreadReply) -> Outcome:
    """Take a reply in a case's thread for what it is, once; those in other threads are nobody's business.

    An edited reply counts as it reads now; an edit that comes after a later one does not count.

    Raises DatabaseUnavailable, with nothing recorded: Slack then sends the event again.
    """
    with ctx.database.write() as tx:
        shown = projections.by_message(tx, reply.channel_id, reply.thread_ts)
        if shown is None:
            read_when_known(ctx, tx, reply.channel_id, reply.thread_ts)
            return Ignored()
        key = f"reply:{reply.channel_id}:{reply.ts}"
        place = (reply.channel_id, reply.thread_ts, shown.shown_version)
        act = Act(shown.case_id, reply.expert, key, *place, name=reply.name)
        sitting = sit_down(ctx, tx, act)
        if isinstance(sitting, Gone):
            return sitting
        if reply.is_by_program and not is_named(sitting, reply.expert):
            return Ignored()
        is_first = events.claim(tx, f"heard:{key}", sitting.now)
        if reply.edited_ts and not events.advance(tx, f"edited:{key}", _moment(reply.edited_ts)):
            return Repeated(sitting.case)
        # Of an old reply it is forgotten whether it was heard; only its edit is new then.
        if is_first and not (reply.edited_ts and _moment(reply.ts) < sitting.now - KEPT_FOR):
            return _taken(sitting, reply.text)
        if not reply.edited_ts:
            return Repeated(sitting.case)
        return _edited(replace(sitting, act=replace(act, key=f"{key}:{reply.edited_ts}")), reply)


def _moment(ts: str) -> datetime:
    """When Slack says that something was written or edited; the beginning of time where it does not."""
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _taken(sitting: Sitting, text: str) -> Outcome:
    meant = interpret(text, sitting.task)
    if isinstance(meant, LabelReply):
        return _answered(sitting, meant)
    own = sitting.case.label_of(sitting.act.expert)
    if own is not None and isinstance(meant, FreeText):
        return _explained(sitting, own, _joined(own, meant.text))
    if not sitting.case.is_waiting or not is_allowed(sitting, sitting.act.expert):
        return Ignored()
    if not events.claim(sitting.tx, sitting.act.key, sitting.now):
        return Repeated(sitting.case)
    return Unclear(sitting.case, clean(text))


def _answered(sitting: Sitting, meant: LabelReply) -> Outcome:
    """`fraud: the address does not match`; the same label again only adds the reason."""
    own = sitting.case.label_of(sitting.act.expert)
    reason = (meant.rationale or "")[:LONGEST_RATIONALE]
    if own is not None and own.label == meant.label:
        return _explained(sitting, own, _joined(own, reason))
    given = Answer(
        act=sitting.act,
        label=meant.label,
        via=Via.THREAD,
        rationale=reason or None,
        is_correction=own is not None,
    )
    return give(sitting, given)


def _edited(sitting: Sitting, reply: ThreadReply) -> Outcome:
    """An edit that names another label is another answer; one that does not may mend its reason's words."""
    was = None if reply.was is None else interpret(reply.was, sitting.task)
    meant = interpret(reply.text, sitting.task)
    if isinstance(meant, LabelReply) and not _is_mended(sitting, was, meant):
        return _answered(sitting, meant)
    own = sitting.case.label_of(sitting.act.expert)
    if own is None or was is None or not sitting.case.takes_answer_of(own.expert):
        return Ignored()
    if isinstance(was, LabelReply) and was.label == own.label and not isinstance(meant, LabelReply):
        titles = {spec.name: spec.shown for spec in sitting.task.labels}
        return Recorded(sitting.case, note=STILL_COUNTS.format(label=titles.get(own.label, own.label)))
    # Whoever has answered otherwise since then, with a button, has not changed that by mending the old words.
    if isinstance(meant, LabelReply) and own.label != meant.label:
        return Ignored()
    return _explained(sitting, own, _reworded(own, _reason(was), _reason(meant)))


def _is_mended(sitting: Sitting, was: Meaning | None, meant: LabelReply) -> bool:
    """Whether the reply gave this label before the edit: it named it, and it was recorded then."""
    named = was is None or (isinstance(was, LabelReply) and was.label == meant.label)
    mine = [one for one in sitting.case.labels if one.expert.is_same_person(sitting.act.expert)]
    return named and any(one.label == meant.label for one in mine)


def _reason(meant: Meaning) -> str:
    if isinstance(meant, LabelReply):
        return meant.rationale or ""
    return meant.text if isinstance(meant, FreeText) else ""


def _words(label: Label) -> str:
    return (label.rationale.text if label.rationale else None) or ""


def _has_line(words: str, line: str) -> bool:
    return f"\n{line}\n" in f"\n{words}\n"


def _joined(label: Label, text: str) -> str:
    """The words of the label's reason with `text` behind them, unless they say it already."""
    before, more = _words(label), text.strip()
    return before if _has_line(before, more) else "\n".join(filter(None, (before, more)))


def _reworded(label: Label, was: str, text: str) -> str:
    """The words of the label's reason with the line `text` for `was`; a reason is never taken away."""
    before = _words(label)
    if not was:
        return _joined(label, text)
    if not text or not _has_line(before, was):
        return before
    return f"\n{before}\n".replace(f"\n{was}\n", f"\n{text}\n", 1)[1:-1]


def _explained(sitting: Sitting, own: Label, words: str) -> Outcome:
    """The person's own answer again, in a new round, with `words` for a reason; the decision stands on it."""
    kept = words[:LONGEST_RATIONALE]
    if kept == _words(own):
        return Ignored()
    if not sitting.case.takes_answer_of(own.expert):
        return AlreadyDecided(sitting.case)
    if not events.claim(sitting.tx, sitting.act.key, sitting.now):
        return Repeated(sitting.case)
    label = replace(
        own,
        label_id=sitting.ctx.new_id("label"),
        round=sitting.case.next_round(own.expert),
        labeled_at=sitting.now,
        via=Via.THREAD,
        screen_version=sitting.act.screen_version,
        rationale=Rationale(kept, own.rationale.reason_code if own.rationale else None),
    )
    case = record_label(sitting.case, label)
    labels.add(sitting.tx, label)
    cases.save(sitting.tx, case)
    announce_amendment(sitting, case)
    show(sitting, case)
    sitting.record("label.explained", label_id=label.label_id, round=label.round)
    return Recorded(case)


def message_deleted(ctx: Context, channel_id: str, ts: str) -> None:
    """A message was deleted in Slack; if it was a case's, it is posted anew, once."""
    now = ctx.clock.now()
    with ctx.database.write() as tx:
        if projections.lost(tx, channel_id, ts):
            audit.append_many(tx, [Entry(now, "slack", "message.deleted", f"{channel_id}:{ts}", {})])
