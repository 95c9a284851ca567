"""The words of notices: reminders, escalations, disputes and other news about cases."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.slack.blocks.builders import bullets, date, mrkdwn, paragraph, person, rich_text, run, section
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.blocks.text import escape, label_text, mention
from bot.slack.show.case_words import differ, due_words
from bot.usecases.outgoing import Notice, Occasion, Place
from routing.case.case import Case
from routing.policy import WorkingHours

LISTED = 10
NOTE_LONGEST = 500
_PERSON = re.compile(r"<@([UW][A-Z0-9_]{1,30})>")


@dataclass(frozen=True, slots=True)
class StatedAnswer:
    """What a person answered, and why if they said; without a person, what the model says and how sure.

    `is_objection`: the person objects to this answer, which was the decision.
    """

    user_id: str | None
    answer: str
    why: str = ""
    is_objection: bool = False

    @property
    def verb(self) -> str:
        """What the person does with the answer."""
        return "objects to" if self.is_objection else "says"


@dataclass(frozen=True, slots=True)
class NamedCase:
    """A case that a notice names: its question, its message's address or why none, its task's hours.

    `statements` are what has been answered, for whoever settles a disagreement.
    """

    case: Case
    question: str
    permalink: str | None
    hours: WorkingHours | None = None
    trouble: str = ""
    statements: tuple[StatedAnswer, ...] = ()


def notice_message(notice: Notice, named: Sequence[NamedCase], total: int, now: datetime) -> Message:
    """The message of `notice` about the cases `named`, the first of `total`, most urgent first."""
    lead = _lead(notice, named, total, now)
    blocks = [section(mrkdwn(lead))]
    if notice.note:
        blocks.append(rich_text(paragraph(*_note_runs(notice.note))))
    texts = [lead, escape(_PERSON.sub("somebody", notice.note), NOTE_LONGEST)]
    if notice.place is not Place.THREAD and named:
        rest = total - len(named)
        more = (paragraph(run(f"and {rest} more: type /secondlook queue")),) if rest > 0 else ()
        blocks.append(rich_text(bullets(_line(case, now) for case in named), *more))
        texts += [_text_line(case, now) for case in named] + ([f"and {rest} more"] if rest > 0 else [])
        if statements := [each for case in named for each in case.statements]:
            blocks.append(rich_text(bullets(map(_statement, statements))))
            texts += map(_statement_text, statements)
    ids = {"case_id": named[0].case.case_id} if len(named) == 1 else {}
    return Message("\n".join(text for text in texts if text), tuple(blocks), ids)


def _lead(notice: Notice, named: Sequence[NamedCase], total: int, now: datetime) -> str:
    """The first sentence, in mrkdwn of our own words, people and dates only."""
    who = " ".join(mention(user_id) for user_id in notice.people)
    call = f"{who}: " if who and notice.place is not Place.DM else ""
    if total > 1:
        return f"{call}{_many(notice, total)}"
    case = named[0].case if named else None
    return f"{call}{_single(notice, _due(case, now) if case else '', _dispute(case))}"


def _dispute(case: Case | None) -> str:
    if case is not None and case.contest is not None:
        return "Somebody objects to what was decided"
    return "The experts disagree" if case is None or differ(case) else "The answers are not sure enough"


def _many(notice: Notice, total: int) -> str:
    if notice.about is Occasion.ESCALATION:
        return f":rotating_light: {total} cases need your second look, the most urgent first."
    return f":hourglass_flowing_sand: {total} cases still wait for an answer, the most urgent first."


def _single(notice: Notice, due: str, dispute: str) -> str:
    return {
        Occasion.REMINDER: f":hourglass_flowing_sand: This case still waits for an answer. {due}",
        Occasion.ESCALATION: f":rotating_light: Please give this case a second look. {due}",
        Occasion.DISPUTE: f":scales: {dispute}. Please decide: your answer is the last word.",
        Occasion.ASSIGNED: f":point_right: This case is now yours. {due}",
        Occasion.UNASSIGNED: "The person whose case this was is gone: it waits for any of its experts again.",
        Occasion.EXPIRED: ":alarm_clock: The time for this case ran out.",
        Occasion.NOTE: ":speech_balloon: About this case:",
        Occasion.REVEAL: ":mag: The case that you just answered was a check.",
    }[notice.about].strip()


def _due(case: Case, now: datetime) -> str:
    return f"{due_words(case, now)}."


def _note_runs(note: str) -> Iterator[JsonObject]:
    """The note literally, except that people are shown by name."""
    for number, piece in enumerate(_PERSON.split(note[:NOTE_LONGEST])):
        if number % 2:
            yield person(piece)
        elif piece:
            yield run(piece)


def _title(named: NamedCase) -> str:
    text = named.case.submission.input.text or named.case.submission.external_id
    title = label_text(f"{named.question} {text}", 100)
    return title if title.endswith((".", "!", "?", "…")) else f"{title}."


def _line(named: NamedCase, now: datetime) -> JsonObject:
    title: JsonObject = run(_title(named))
    if named.permalink:
        title = {"type": "link", "url": named.permalink, "text": _title(named)}
    late = " Overdue since " if now > named.case.due_at else " Due "
    trouble = [run(_trouble(named))] if named.trouble else []
    return paragraph(title, run(late), date(named.case.due_at), *trouble)


def _text_line(named: NamedCase, now: datetime) -> str:
    trouble = escape(_trouble(named), 300)
    return f"• {escape(_title(named), 150)} {due_words(named.case, now)}{trouble}"


def _statement(statement: StatedAnswer) -> JsonObject:
    who = person(statement.user_id) if statement.user_id else run("The model")
    why = f": {label_text(statement.why, NOTE_LONGEST)}" if statement.why else ""
    return paragraph(who, run(f" {statement.verb} "), run(label_text(statement.answer, 75), "bold"), run(why))


def _statement_text(statement: StatedAnswer) -> str:
    who = mention(statement.user_id) if statement.user_id else "The model"
    why = f": {escape(statement.why, NOTE_LONGEST)}" if statement.why else ""
    return f"• {who} {statement.verb} {escape(statement.answer, 75)}{why}"


def _trouble(named: NamedCase) -> str:
    return f". Its message could not be posted: {named.trouble}" if named.trouble else ""
