"""Reads a thread reply: an answer with its reason, a reason for an answer, or something to ask back."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.usecases.context import Context
from bot.usecases.retention import KEPT_FOR
from bot.usecases.review.access import Act, Sitting, is_named, sit_down
from bot.usecases.review.answer import ExpertAnswer, give
from bot.usecases.review.catch_up import read_later
from bot.usecases.review.outcome import Dismissal, Outcome, RecordedAct, RepeatedAct, ReplyPlace, Silence
from bot.usecases.review.reason_amendment import explain, has_reason, joined, kept_whole, reworded
from bot.usecases.review.reply_questions import ask_what_is_meant, ask_whether_it_stands, names_for
from bot.usecases.review.screen import Screen
from routing.case.case import rounds_in_force
from routing.label import ExpertId, Label, Via
from routing.language.reply_text import read
from routing.slack_channel import ChannelId
from routing.thread_reply.interpretation import (
    Doubt,
    LabelReply,
    Meaning,
    OwnAnswer,
    Reason,
    UnclearReply,
    interpret,
)
from storage import audit
from storage.audit import Entry
from storage.cases import case_threads, thread_replies
from storage.delivery import claimed_events, projections

REASON_WITHIN = timedelta(minutes=10)
"""So long after an answer its writer's first line that says nothing else is its reason."""
SKEW = timedelta(days=1)
"""By so much Slack's clock and ours may differ; where they differ by more, the demo's time runs faster."""
STILL_COUNTS = (
    "Your answer “{label}” still counts, though your edited reply names no answer any more. "
    "Reply with another answer to change it."
)


@dataclass(frozen=True, slots=True)
class ThreadReply:
    """What somebody wrote in the thread of a message, as Slack sends it; `ts` names the reply itself.

    `edited_ts` is that of its last edit, empty without any, and `was` its text before, if Slack sends it.
    `name` is what Slack calls the writer, where it does; bots, apps and workflows write by program.
    """

    expert: ExpertId
    channel_id: ChannelId
    thread_ts: str
    text: str
    ts: str
    edited_ts: str = ""
    was: str | None = None
    name: str = ""
    is_by_program: bool = False

    @property
    def place(self) -> ReplyPlace:
        """Where it stands."""
        return ReplyPlace(self.channel_id, self.thread_ts, self.ts)


def thread_reply(ctx: Context, reply: ThreadReply) -> Outcome:
    """Take a reply in a case's thread for what it is, once; those in other threads are nobody's business.

    An edited reply counts as it reads now; an edit that comes after a later edit does not count.

    Raises DatabaseUnavailable, with nothing recorded: Slack then sends the event again.
    """
    with ctx.database.write() as tx:
        owner = case_threads.owner_of(tx, reply.channel_id, reply.thread_ts)
        if owner.may_appear:
            read_later(ctx, tx, reply.channel_id, reply.thread_ts)
        if owner.shown is None:
            return Silence()
        shown = owner.shown
        key = f"reply:{reply.channel_id}:{reply.ts}"
        # The version that the channel shows, not the wanted: it is what the writer had before them.
        screen = Screen(shown.case_id, shown.shown_version, reply.channel_id, reply.thread_ts)
        act = Act(screen, reply.expert, key, reply.name)
        sitting = sit_down(ctx, tx, act)
        if isinstance(sitting, Dismissal):
            return sitting
        if not sitting.task.thread_replies or (reply.is_by_program and not is_named(sitting, reply.expert)):
            return Silence()
        # Also for an edit that comes first: the reply itself may arrive after it and must not count then.
        is_first = claimed_events.claim(tx, f"heard:{key}", sitting.now)
        if reply.edited_ts and not claimed_events.advance(tx, f"edited:{key}", _moment(reply.edited_ts)):
            return RepeatedAct(sitting.case)
        # Of an old reply it is forgotten whether it was heard; only its edit is new then.
        if is_first and not (reply.edited_ts and _moment(reply.ts) < sitting.now - KEPT_FOR):
            return _taken(sitting, reply)
        if not reply.edited_ts:
            return RepeatedAct(sitting.case)
        return _edited(replace(sitting, act=replace(act, key=f"{key}:{reply.edited_ts}")), reply)


def _moment(ts: str) -> datetime:
    """When Slack says that something was written or edited; the beginning of time where it does not."""
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _taken(sitting: Sitting, reply: ThreadReply) -> Outcome:
    own = sitting.case.label_of(sitting.act.expert)
    meant = interpret(reply.text, sitting.task, _own(sitting, reply, own), names_for(sitting, reply.text))
    if isinstance(meant, LabelReply):
        return _answered(sitting, reply, meant)
    if isinstance(meant, Reason) and own is not None:
        if meant.is_free:
            # Used up: the lines that follow are talk, and must not be filed as more of the reason.
            claimed_events.claim(sitting.tx, _free_line_of(sitting), sitting.now)
        return explain(sitting, own, joined(own, meant.text))
    if isinstance(meant, Doubt):
        return ask_whether_it_stands(sitting, reply.place, reply.text, meant.labels)
    return (
        ask_what_is_meant(sitting, reply.place, reply.text) if isinstance(meant, UnclearReply) else Silence()
    )


def _own(sitting: Sitting, reply: ThreadReply, own: Label | None) -> OwnAnswer | None:
    """The person's answer, and whether the first free line since would still be its reason."""
    if own is None:
        return None
    written_at = _moment(reply.ts)
    heard_at = written_at if abs(sitting.now - written_at) < SKEW else sitting.now
    labeled_at = rounds_in_force(sitting.case, own.expert)[-1].labeled_at
    is_soon = heard_at - labeled_at <= REASON_WITHIN
    return OwnAnswer(own.label, is_soon and not claimed_events.is_claimed(sitting.tx, _free_line_of(sitting)))


def _free_line_of(sitting: Sitting) -> str:
    """Names the first free line behind the person's answer, for ever."""
    return f"free_line:{rounds_in_force(sitting.case, sitting.act.expert)[-1].label_id}"


def _answered(sitting: Sitting, reply: ThreadReply, meant: LabelReply) -> Outcome:
    """`fraud: the address does not match`; the same label again only adds the reason."""
    own = sitting.case.label_of(sitting.act.expert)
    if own is not None and own.label == meant.label:
        return explain(sitting, own, joined(own, meant.rationale or ""))
    new = ExpertAnswer(sitting.act, meant.label, Via.THREAD, meant.rationale, is_correction=own is not None)
    outcome = give(sitting, new)
    if not isinstance(outcome, RecordedAct) or outcome.label is None:
        return outcome
    answered = thread_replies.ReplyAnswer(
        sitting.case.case_id, sitting.act.expert, reply.thread_ts, outcome.label.label_id
    )
    thread_replies.remember_answer(sitting.tx, reply.channel_id, reply.ts, answered, sitting.now)
    return replace(outcome, note=kept_whole(meant.rationale))


def _edited(sitting: Sitting, reply: ThreadReply) -> Outcome:
    """An edit that names another label is another answer; without that it may mend its reason's words."""
    names = names_for(sitting, f"{reply.text} {reply.was or ''}")
    was = None if reply.was is None else interpret(reply.was, sitting.task, people=names)
    meant = interpret(reply.text, sitting.task, people=names)
    own = sitting.case.label_of(sitting.act.expert)
    if isinstance(meant, LabelReply) and not _is_mended(sitting, was, meant):
        return _relabeled(sitting, reply, was, meant)
    if own is None or not sitting.case.takes_answer_of(own.expert):
        is_new = own is None and isinstance(meant, UnclearReply)
        return ask_what_is_meant(sitting, reply.place, reply.text) if is_new else Silence()
    if was is None:
        return Silence()
    if isinstance(was, LabelReply) and was.label == own.label and not isinstance(meant, LabelReply):
        return _taken_away(sitting, reply, own, meant)
    # Whoever has answered otherwise since then, with a button, has not changed that by mending the old words.
    if isinstance(meant, LabelReply) and own.label != meant.label:
        return Silence()
    before = _reason(was, read(reply.was or "", names).words)
    if isinstance(meant, LabelReply):
        return explain(sitting, own, reworded(own, before, meant.rationale or ""))
    return _reworded(sitting, reply, own, before)


def _relabeled(sitting: Sitting, reply: ThreadReply, was: Meaning | None, meant: LabelReply) -> Outcome:
    """An answer that the reply did not give is overturned by an edit only as by a new reply."""
    own = sitting.case.label_of(sitting.act.expert)
    if own is None or (isinstance(was, LabelReply) and was.label == own.label):
        return _answered(sitting, reply, meant)
    names = names_for(sitting, reply.text)
    now = interpret(reply.text, sitting.task, OwnAnswer(own.label, awaits_reason=False), names)
    if isinstance(now, Doubt):
        return ask_whether_it_stands(sitting, reply.place, reply.text, now.labels)
    return _answered(sitting, reply, now) if isinstance(now, LabelReply) else Silence()


def _taken_away(sitting: Sitting, reply: ThreadReply, own: Label, meant: Meaning) -> Outcome:
    """The reply that gave the answer gives none any more: ask, or say that the answer still counts."""
    names = names_for(sitting, reply.text)
    now = interpret(reply.text, sitting.task, OwnAnswer(own.label, awaits_reason=False), names)
    if isinstance(now, Doubt) or isinstance(meant, UnclearReply):
        labels = now.labels if isinstance(now, Doubt) else ()
        return ask_whether_it_stands(sitting, reply.place, reply.text, labels)
    note = STILL_COUNTS.format(label=sitting.task.title(own.label))
    return RecordedAct(sitting.case, note=note, is_news=False)


def _reworded(sitting: Sitting, reply: ThreadReply, own: Label, before: str) -> Outcome:
    """A line without a label was edited: what it would mean now as the first line behind the answer."""
    names = names_for(sitting, reply.text)
    meant = interpret(reply.text, sitting.task, OwnAnswer(own.label, awaits_reason=True), names)
    if isinstance(meant, Doubt):
        return ask_whether_it_stands(sitting, reply.place, reply.text, meant.labels)
    if not isinstance(meant, Reason):
        return Silence()
    if has_reason(own, before):
        return explain(sitting, own, reworded(own, before, meant.text))
    return Silence() if meant.is_free else explain(sitting, own, joined(own, meant.text))


def _is_mended(sitting: Sitting, was: Meaning | None, meant: LabelReply) -> bool:
    """Whether the reply gave this label before the edit: it named it, and it was recorded then."""
    named = was is None or (isinstance(was, LabelReply) and was.label == meant.label)
    mine = [label for label in sitting.case.labels if label.expert.is_same_person(sitting.act.expert)]
    return named and any(label.label == meant.label for label in mine)


def _reason(meant: Meaning, words: str) -> str:
    """What of a reply was a reason: of an answer what stands behind the label, else all of it."""
    return meant.rationale or "" if isinstance(meant, LabelReply) else words


def message_deleted(ctx: Context, channel_id: ChannelId, ts: str) -> None:
    """A message was deleted in Slack; if it was a case's, it is posted anew, once."""
    now = ctx.clock.now()
    with ctx.database.write() as tx:
        if projections.lost(tx, channel_id, ts):
            audit.append_many(tx, [Entry(now, "slack", "message.deleted", f"{channel_id}:{ts}", {})])
