"""Adds words to the reason of an answer that stands, and rewords it as a reply is edited."""

from dataclasses import replace

from bot.usecases.review.access import Sitting
from bot.usecases.review.announce import show
from bot.usecases.review.outcome import AlreadyDecided, Outcome, RecordedAct, RepeatedAct, Silence
from bot.usecases.review.settle import announce_amendment
from routing.case.case import record_label
from routing.label import Label, Rationale, Via
from storage.cases import cases, labels, thread_replies
from storage.delivery import claimed_events

LONG_REASON = 3_000
"""In characters: a longer reason is kept whole, and its writer learns that messages show its beginning."""
KEPT_WHOLE = "All {count:,} characters of your reason are kept; messages here show only its beginning."


def kept_whole(words: str | None) -> str:
    """What to say of a reason that is too long to be shown; empty for a shorter one."""
    return KEPT_WHOLE.format(count=len(words)) if words and len(words) > LONG_REASON else ""


def joined(label: Label, text: str) -> str:
    """The words of the label's reason with `text` behind them, unless they say it already."""
    before, more = _words(label), text.strip()
    return before if _has_lines(before, more) else "\n".join(filter(None, (before, more)))


def reworded(label: Label, was: str, text: str) -> str:
    """The words of the label's reason with the lines `text` for `was`; a reason is never taken away."""
    before = _words(label)
    if not was:
        return joined(label, text)
    if not text or not _has_lines(before, was):
        return before
    return f"\n{before}\n".replace(f"\n{was}\n", f"\n{text}\n", 1)[1:-1]


def has_reason(label: Label, text: str) -> bool:
    """Whether the label's reason holds these lines."""
    return bool(text) and _has_lines(_words(label), text)


def explain(sitting: Sitting, own: Label, words: str) -> Outcome:
    """The person's own answer again, in a new round, with `words` for a reason; the decision stands on it."""
    if words == _words(own):
        return Silence()
    if not sitting.case.takes_answer_of(own.expert):
        return AlreadyDecided(sitting.case)
    if not claimed_events.claim(sitting.tx, sitting.act.key, sitting.now):
        return RepeatedAct(sitting.case)
    label = replace(
        own,
        label_id=sitting.ctx.new_id("label"),
        round=sitting.case.next_round(own.expert),
        labeled_at=sitting.now,
        via=Via.THREAD,
        screen_version=sitting.act.screen.version,
        rationale=Rationale(words, own.rationale.reason_code if own.rationale else None),
    )
    case = record_label(sitting.case, label)
    labels.add(sitting.tx, label)
    cases.save(sitting.tx, case)
    thread_replies.settle(sitting.tx, case.case_id, own.expert)
    announce_amendment(sitting, case)
    show(sitting, case)
    sitting.record("label.explained", label_id=label.label_id, round=label.round)
    return RecordedAct(case, note=kept_whole(words))


def _words(label: Label) -> str:
    return (label.rationale.text if label.rationale else None) or ""


def _has_lines(words: str, lines: str) -> bool:
    return f"\n{lines}\n" in f"\n{words}\n"
