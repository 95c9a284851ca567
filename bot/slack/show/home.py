"""The Home tab and the answers to the command: what waits for a person, and their own numbers."""

from __future__ import annotations

from collections.abc import Callable

from bot.slack.blocks.builders import (
    context,
    header,
    mrkdwn,
    open_link,
    paragraph,
    plain,
    rich_text,
    run,
    section,
)
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.blocks.text import escape, label_text, moment, single_line
from bot.slack.show.case_words import label_title, scalar, sureness
from bot.usecases.review.worklist import SCANNED, Board, LabelTotals, WaitingCase

LISTED = 10
Permalink = Callable[[WaitingCase], str | None]


def _summary(listed: WaitingCase, longest: int) -> str:
    case_input = listed.case.submission.input
    fields = [f"{name}: {single_line(scalar(value))}" for name, value in case_input.fields.items()]
    parts = [case_input.text or "", *fields, case_input.image.alt_text if case_input.image else ""]
    return label_text("; ".join(single_line(part).rstrip(".") for part in parts if part), longest)


def _model_says(listed: WaitingCase) -> str:
    prediction = listed.case.submission.prediction
    return f"the model says {label_title(listed.task, prediction.label)} ({sureness(listed.case)})"


def _row(number: int, listed: WaitingCase, link: str | None) -> tuple[JsonObject, JsonObject]:
    mark = "Yours · " if listed.is_mine else ""
    text = f"{listed.task.question} {_summary(listed, 140)}"
    small = context(
        mrkdwn(f"Due {moment(listed.case.due_at)}"),
        plain(f"{mark}{listed.case.tier} · {_model_says(listed)}", 300),
        *([plain(_trouble(listed), 300)] if listed.trouble else []),
    )
    return section(plain(text, 400), open_link(number, link) if link else None), small


def _rows(board: Board, permalink: Permalink) -> list[JsonObject]:
    return [
        block
        for number, listed in enumerate(board.cases)
        for block in _row(number, listed, permalink(listed))
    ]


def _count(board: Board) -> str:
    more = f"{SCANNED} or more" if board.waiting >= SCANNED else str(board.waiting)
    return f"{more} {'case waits' if board.waiting == 1 else 'cases wait'}"


def numbers_text(numbers: LabelTotals) -> str:
    """A person's own numbers in a sentence."""
    if numbers.total == 0:
        return "You have not answered a case yet."
    return (
        f"You answered {numbers.week} in the last 7 days and {numbers.total} in all, "
        f"{numbers.with_rationale} of them with a reason."
    )


def home_view(board: Board, permalink: Permalink) -> JsonObject:
    """The Home tab: seen by nobody but its person."""
    none_waits = rich_text(paragraph(run("Nothing waits for you. New cases appear in their channels.")))
    blocks = [
        header("Cases that wait for you"),
        context(plain(f"{_count(board)}, yours first, then soonest due.", 150)),
        *(_rows(board, permalink) or [none_waits]),
        {"type": "divider"},
        header("Your numbers"),
        rich_text(paragraph(run(numbers_text(board.numbers)))),
        context(plain("Only you see this page.", 100)),
    ]
    return {"type": "home", "blocks": blocks}


def _spoken_row(listed: WaitingCase) -> str:
    text = f"{listed.task.question} {_summary(listed, 80)}; {_model_says(listed)}"
    trouble = f" {escape(_trouble(listed), 400)}" if listed.trouble else ""
    return f"• {escape(text, 260)}; due {moment(listed.case.due_at)}.{trouble}"


def _trouble(listed: WaitingCase) -> str:
    """Why the case cannot be opened, and what to do."""
    return f"It could not be posted in its channel: {listed.trouble}"


def list_message(title: str, board: Board, permalink: Permalink) -> Message:
    """A private list of cases, soonest due first."""
    head = f"{title}: {_count(board)}."
    blocks = (section(plain(head, 200)), *_rows(board, permalink))
    return Message("\n".join([head, *map(_spoken_row, board.cases)]), blocks)


def mine_message(board: Board, permalink: Permalink) -> Message:
    """The person's own cases and numbers."""
    cases = list_message("For you", board, permalink)
    words = numbers_text(board.numbers)
    return Message(f"{cases.text}\n{words}", (*cases.blocks, context(plain(words, 300))))


def next_message(board: Board, permalink: Permalink) -> Message:
    """The most urgent case that the person may answer."""
    if not board.cases:
        words = "Nothing waits for you."
        return Message(words, (section(plain(words, 100)),))
    first = board.cases[0]
    link = permalink(first)
    blocks = _row(0, first, link)
    if first.trouble:
        return Message(_spoken_row(first), blocks)
    where = f" <{link}|Open the case>" if link else " Its message is about to be posted."
    return Message(f"{_spoken_row(first)}{where}", blocks)
