"""The Home tab and the answers to the command: what waits for a person, and their own numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

from bot.slack.blocks.builders import (
    actions,
    button,
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
from bot.slack.blocks.control_ids import packed
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.blocks.text import escape, label_text, single_line
from bot.slack.show.case_words import due_words, label_title, scalar, sureness
from bot.usecases.review.worklist import Board, LabelTotals, WaitingCase
from bot.words.numbers import counted
from bot.words.skill_words import own_skill_sentences
from routing.case.second_opinion import veiled
from routing.evidence.estimate import FEWEST
from storage.evidence.own_answers import OwnOutcomes

LISTED = 10
NOTHING = "Nothing waits for you."
Permalink = Callable[[WaitingCase], str | None]


class Worklist(StrEnum):
    """The lists of cases, as their buttons name them."""

    HOME = "home"
    QUEUE = "queue"
    MINE = "mine"


NOTHING_IN: Mapping[Worklist, str] = {
    Worklist.QUEUE: "No case waits where you may answer.",
    Worklist.MINE: NOTHING,
}


def _summary(listed: WaitingCase, longest: int) -> str:
    case_input = listed.case.submission.input
    fields = [f"{name}: {single_line(scalar(value))}" for name, value in case_input.fields.items()]
    parts = [part for part in (case_input.text, *fields) if part]
    if case_input.image and not parts:  # beside words of its own a picture's description repeats them
        parts = [case_input.image.alt_text]
    return label_text("; ".join(single_line(part).rstrip(".") for part in parts), longest)


def _model_says(listed: WaitingCase) -> str:
    prediction = veiled(listed.case).submission.prediction
    if not prediction.label:
        return "what the model says is hidden until it is decided"
    return f"the model says {label_title(listed.task, prediction.label)}, {sureness(listed.case)}"


def _row(number: int, listed: WaitingCase, board: Board, link: str | None) -> tuple[JsonObject, JsonObject]:
    mark = f"{'Yours · ' if listed.is_mine else ''}{'Contested · ' if listed.case.contest else ''}"
    text = f"{listed.task.question} {_summary(listed, 140)}"
    small = context(
        mrkdwn(due_words(listed.case, board.read_at)),
        plain(f"{mark}{_model_says(listed)}", 300),
        *([plain(_trouble(listed), 300)] if listed.trouble else []),
    )
    return section(plain(text, 400), open_link(number, link) if link else None), small


def _rows(board: Board, permalink: Permalink) -> list[JsonObject]:
    return [
        block
        for number, listed in enumerate(board.cases)
        for block in _row(number, listed, board, permalink(listed))
    ]


def _count(board: Board) -> str:
    """How many wait, and which of them are shown."""
    count = f"{board.waiting} or more" if board.is_partial else str(board.waiting)
    text = f"{count} {'case waits' if count == '1' else 'cases wait'}"
    first, last = board.skipped + 1, board.skipped + len(board.cases)
    return f"{text}, {first} to {last} are shown here" if len(board.cases) < board.waiting else text


def _turning(which: Worklist, board: Board) -> list[JsonObject]:
    """The buttons to the pages before and behind."""
    page = board.skipped // LISTED
    pages = {"← Back": page - 1, "Next →": page + 1}
    buttons = [
        button(f"list:{other}", words, packed(list=which.value, page=str(other)))
        for words, other in pages.items()
        if 0 <= other * LISTED < board.waiting
    ]
    return [actions(f"list~{which.value}~{page}", *buttons)] if buttons else []


def numbers_text(numbers: LabelTotals) -> str:
    """A person's own numbers in a few sentences; what became of their answers once there are enough."""
    if numbers.total == 0:
        return "You have not answered a case yet."
    counts = (
        f"You answered {numbers.week} in the last 7 days and {numbers.total} in all, "
        f"{numbers.with_rationale} of them with a reason."
    )
    if numbers.total < FEWEST:
        return counts
    return " ".join((counts, *_outcomes(numbers.outcomes)))


def _own_skills(numbers: LabelTotals) -> list[str]:
    """How often the person's answers were right, a sentence each."""
    return [
        label_text(sentence, 400)
        for own in numbers.skills[:LISTED]
        for sentence in own_skill_sentences(own.question, own.skills)
    ]


def _outcomes(own: OwnOutcomes) -> Iterator[str]:
    if own.decided:
        others = counted(own.decided, "case")
        yield f"In {own.became} of {others} that others answered, too, your answer became the decision."
    if own.corrected:
        showed = counted(own.corrected, "of your answers", "of your answers")
        yield f"{showed} showed that the model was wrong: that is what it is measured and corrected by."


def home_view(board: Board, permalink: Permalink) -> JsonObject:
    """The Home tab: seen by nobody but its person."""
    order = context(plain(f"{_count(board)}, yours first, then soonest due.", 150))
    none_waits = rich_text(paragraph(run(f"{NOTHING} New cases appear in their channels.")))
    blocks = [
        header("Cases that wait for you"),
        *([order, *_rows(board, permalink)] if board.cases else [none_waits]),
        *_turning(Worklist.HOME, board),
        {"type": "divider"},
        header("Your numbers"),
        rich_text(paragraph(run(numbers_text(board.numbers)))),
        *(rich_text(paragraph(run(sentence))) for sentence in _own_skills(board.numbers)),
        context(plain("Only you see this page.", 100)),
    ]
    return {"type": "home", "blocks": blocks}


def _spoken_row(listed: WaitingCase, board: Board) -> str:
    contested = "Contested: " if listed.case.contest else ""
    text = f"{contested}{listed.task.question} {_summary(listed, 80)}; {_model_says(listed)}"
    trouble = f" {escape(_trouble(listed), 400)}" if listed.trouble else ""
    return f"• {escape(text, 260)}. {due_words(listed.case, board.read_at)}.{trouble}"


def _trouble(listed: WaitingCase) -> str:
    """Why the case cannot be opened, and what to do."""
    return f"It could not be posted in its channel: {listed.trouble}"


def _list_message(title: str, which: Worklist, board: Board, permalink: Permalink) -> Message:
    """A private page of cases, soonest due first."""
    head = f"{title}: {_count(board)}." if board.cases else NOTHING_IN[which]
    blocks = (section(plain(head, 200)), *_rows(board, permalink), *_turning(which, board))
    return Message("\n".join([head, *(_spoken_row(listed, board) for listed in board.cases)]), blocks)


def queue_message(board: Board, permalink: Permalink) -> Message:
    """What waits where the person may answer."""
    return _list_message("The queue", Worklist.QUEUE, board, permalink)


def mine_message(board: Board, permalink: Permalink) -> Message:
    """The person's own cases and numbers."""
    cases = _list_message("For you", Worklist.MINE, board, permalink)
    numbers = [numbers_text(board.numbers), *_own_skills(board.numbers)]
    small = (context(plain(words, 400)) for words in numbers)
    return Message("\n".join([cases.text, *numbers]), (*cases.blocks, *small))


def next_message(board: Board, permalink: Permalink) -> Message:
    """The most urgent case that the person may answer, and how many wait besides."""
    if not board.cases:
        return Message(NOTHING, (section(plain(NOTHING, 100)),))
    first = board.cases[0]
    link = permalink(first)
    blocks, text = _row(0, first, board, link), _spoken_row(first, board)
    if not first.trouble:
        text += f" <{link}|Open the case>" if link else " Its message is about to be posted."
    others = board.waiting - 1
    if not others:
        return Message(text, blocks)
    more = f"{others}{' or more' if board.is_partial else ''} more for you: /secondlook mine lists them."
    return Message(f"{text}\n{more}", (*blocks, context(plain(more, 100))))
