"""The words of notices: reminders, escalations, disputes and other news about cases."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.slack.blocks.builders import bullets, date, mrkdwn, paragraph, person, rich_text, run, section
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.blocks.text import escape, fallback, label_text, mention, moment
from bot.usecases.outgoing import Notice, Occasion, Place
from routing.case.case import Case
from routing.policy import WorkingHours

LISTED = 10
NOTE_LONGEST = 500
_PERSON = re.compile(r"<@([UW][A-Z0-9_]{1,30})>")


@dataclass(frozen=True, slots=True)
class Told:
    """A case that a notice names: its question, its message's address or why none, its task's hours."""

    case: Case
    question: str
    permalink: str | None
    hours: WorkingHours | None = None
    trouble: str = ""


def notice_message(notice: Notice, told: Sequence[Told], total: int, now: datetime) -> Message:
    """The message of `notice` about the first `told` of `total` cases, most urgent first."""
    lead = _lead(notice, told, total, now)
    blocks = [section(mrkdwn(lead))]
    if notice.note:
        blocks.append(rich_text(paragraph(*_note_runs(notice.note))))
    texts = [lead, escape(_PERSON.sub("somebody", notice.note), NOTE_LONGEST)]
    if notice.place is not Place.THREAD and told:
        rest = total - len(told)
        more = (paragraph(run(f"and {rest} more: type /secondlook queue")),) if rest > 0 else ()
        blocks.append(rich_text(bullets(_line(one, now) for one in told), *more))
        texts += [_text_line(one, now) for one in told] + ([f"and {rest} more"] if rest > 0 else [])
    ids = {"case_id": told[0].case.case_id} if len(told) == 1 else {}
    return Message("\n".join(text for text in texts if text), tuple(blocks), ids)


def _lead(notice: Notice, told: Sequence[Told], total: int, now: datetime) -> str:
    """The first sentence, in mrkdwn of our own words, people and dates only."""
    who = " ".join(mention(user_id) for user_id in notice.people)
    call = f"{who}: " if who and notice.place is not Place.DM else ""
    if total > 1:
        return f"{call}{_many(notice, total)}"
    due = _due(told[0].case, now) if told else ""
    return f"{call}{_one(notice, due)}"


def _many(notice: Notice, total: int) -> str:
    if notice.about is Occasion.ESCALATION:
        return f":rotating_light: {total} cases need your second look, the most urgent first."
    return f":hourglass_flowing_sand: {total} cases still wait for an answer, the most urgent first."


def _one(notice: Notice, due: str) -> str:
    return {
        Occasion.REMINDER: f":hourglass_flowing_sand: This case still waits for an answer. {due}",
        Occasion.ESCALATION: f":rotating_light: Please give this case a second look. {due}",
        Occasion.DISPUTE: ":scales: The experts disagree. Please decide: your answer is the last word.",
        Occasion.ASSIGNED: f":point_right: This case is now yours. {due}",
        Occasion.UNASSIGNED: "This case has no one to answer it any more and waits for any of its experts.",
        Occasion.EXPIRED: ":alarm_clock: The time for this case ran out.",
        Occasion.NOTE: ":speech_balloon: About this case:",
    }[notice.about].strip()


def _due(case: Case, now: datetime) -> str:
    return f"{'Overdue since' if now > case.due_at else 'Due'} {moment(case.due_at)}."


def _note_runs(note: str) -> Iterator[JsonObject]:
    """The note literally, except that people are shown by name."""
    for number, piece in enumerate(_PERSON.split(note[:NOTE_LONGEST])):
        if number % 2:
            yield person(piece)
        elif piece:
            yield run(piece)


def _title(told: Told) -> str:
    text = told.case.submission.input.text or told.case.submission.external_id
    return label_text(f"{told.question} {text}", 100)


def _line(told: Told, now: datetime) -> JsonObject:
    title: JsonObject = run(_title(told))
    if told.permalink:
        title = {"type": "link", "url": told.permalink, "text": _title(told)}
    late = ", overdue since " if now > told.case.due_at else ", due "
    return paragraph(
        title, run(late), date(told.case.due_at), *([run(_trouble(told))] if told.trouble else [])
    )


def _text_line(told: Told, now: datetime) -> str:
    late = "overdue since" if now > told.case.due_at else "due"
    trouble = escape(_trouble(told), 300)
    return f"• {escape(_title(told), 150)}, {late} {fallback(told.case.due_at)}{trouble}"


def _trouble(told: Told) -> str:
    return f". Its message could not be posted: {told.trouble}" if told.trouble else ""
