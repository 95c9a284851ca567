"""The windows that only show: everything of a long input, page by page, and why somebody is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.slack.blocks import control_ids
from bot.slack.blocks.builders import (
    actions,
    button,
    context,
    date,
    link,
    modal,
    paragraph,
    plain,
    rich_text,
    run,
)
from bot.slack.blocks.message import JsonObject
from bot.slack.blocks.screens import metadata
from bot.slack.blocks.text import clean, label_text, length
from bot.slack.show.case_words import label_title, percent, scalar, wishes_of
from bot.slack.show.why_words import why_asked
from bot.usecases.review.screen import Screen
from routing.case.case import Case
from routing.label import Obstacle
from routing.prediction import Scalar
from routing.routing import Routing

if TYPE_CHECKING:
    from routing.policy import Task, Tier

CHUNK = 2_500
PAGE_LENGTH = 15_000
_WORD = 400
SMALL, SMALLEST = 0.1, 1e-6


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text with its heading; of a long text only the first piece has a heading."""

    heading: str | None
    text: str


def _break(text: str, start: int) -> int:
    """Where to break `text` after `start`: at a line end if it is near, else at a space."""
    end = start + CHUNK
    near = (text.rfind(mark, end - _WORD, end) for mark in ("\n", " "))
    return next((at + 1 for at in near if at >= 0), end)


def _chunks(text: str) -> Iterator[str]:
    start = 0
    while len(text) - start > CHUNK:
        end = _break(text, start)
        yield text[start:end]
        start = end
    yield text[start:]


def _passages(heading: str, text: str) -> Iterator[Passage]:
    for number, chunk in enumerate(_chunks(clean(text))):
        if chunk.strip():
            yield Passage(heading if number == 0 else None, chunk)


def input_passages(case: Case, task: Task) -> tuple[Passage, ...]:
    """Everything that the service sent with a case, in reading order."""
    submission = case.submission
    case_input = submission.input
    passages = list(_passages("What came in", case_input.text or ""))
    passages += _passages("Fields", _rows(case_input.fields))
    for name, words in wishes_of(submission):
        passages += _passages(name, words)
    passages += _passages("Group", submission.group or "")
    passages += _passages("Properties", _rows(submission.slices))
    for item in submission.evidence:
        passages += _passages(
            f"Evidence: {item.title}", "\n".join(filter(None, (item.text, item.link))) or "—"
        )
    passages += _passages("What the model gives each answer", _probabilities(case, task))
    passages += _passages("Scores", _rows(submission.prediction.scores))
    for doubt in case.abstentions:
        is_bad = doubt.obstacle is Obstacle.BAD_INPUT
        title = "Why somebody calls the input bad" if is_bad else "Why somebody could not tell"
        passages += _passages(title, doubt.note or "")
    return tuple(passages)


def _rows(values: Mapping[str, Scalar]) -> str:
    return "\n".join(f"{name}: {scalar(value)}" for name, value in values.items())


def _probabilities(case: Case, task: Task) -> str:
    prediction = case.submission.prediction
    if prediction.confidence is None:
        return ""
    pairs = [(prediction.label, prediction.confidence), *prediction.runners_up(100)]
    return "\n".join(f"{label_title(task, label)}: {percent(chance)}" for label, chance in pairs)


def _odds(chance: float) -> str:
    """A chance as people say it: small ones as one in so many."""
    if chance < SMALLEST:
        return f"fewer than 1 in {round(1 / SMALLEST):,}"
    return f"1 in {round(1 / chance):,}" if chance < SMALL else percent(chance)


def _chance(routing: Routing) -> str:
    odds = _odds(routing.inclusion_probability)
    if routing.is_audit:
        return f"Of such cases {odds} is checked at random, to see how often the model is right."
    if routing.inclusion_probability >= 1:
        return "Every case like this one is looked at by a person."
    return f"Of cases like this one {odds} is looked at by a person."


def _grounds(case: Case, task: Task) -> str:
    """What the model says of its own answer, and how often that is right."""
    prediction = case.submission.prediction
    raw, calibrated = prediction.confidence, case.routing.calibrated
    if raw is None:
        return "It does not say."
    says = f"It gives {label_title(task, prediction.label)} {percent(raw)}"
    if calibrated is None or percent(calibrated) == percent(raw):
        return f"{says}."
    return f"{says}. By the answers so far it is right in {percent(calibrated)} of such cases; that counts."


def why_passages(case: Case, task: Task, tier: Tier | None) -> tuple[Passage, ...]:
    """Why a person is asked: the reasons, how sure the model is, and how the case was chosen."""
    if not case.submission.prediction.label:
        return (*_passages("Why you are asked", why_asked(case, task, tier)),)
    return (
        *_passages("Why you are asked", why_asked(case, task, tier)),
        *_passages("How sure the model is", _grounds(case, task)),
        *_passages("How it was chosen", _chance(case.routing)),
    )


def pages_of(passages: tuple[Passage, ...]) -> tuple[tuple[Passage, ...], ...]:
    """The passages in pages that a window can hold; never no page at all."""
    pages: list[list[Passage]] = [[]]
    room = PAGE_LENGTH
    for passage in passages:
        room -= length(passage.text) + 200
        if room < 0 or len(pages[-1]) >= 60:  # a window takes 100 blocks at most
            pages.append([])
            room = PAGE_LENGTH - length(passage.text)
        pages[-1].append(passage)
    return tuple(tuple(page) for page in pages)


def _passage_block(passage: Passage) -> JsonObject:
    heading = [run(f"{label_text(passage.heading, 150)}\n", "bold")] if passage.heading else []
    return rich_text(paragraph(*heading, run(passage.text)))


def _turning(number: int, count: int) -> list[JsonObject]:
    if count < 2:
        return []
    back = [button(f"page:{number - 1}", "← Back", str(number - 1))] if number > 0 else []
    on = [button(f"page:{number + 1}", "Next →", str(number + 1))] if number < count - 1 else []
    return [context(plain(f"Page {number + 1} of {count}", 60)), actions(f"turn~{number}", *back, *on)]


def reading_view(title: str, passages: tuple[Passage, ...], number: int, screen: Screen) -> JsonObject:
    """Page `number` (from 0) of a text; a number beyond the last page shows the last."""
    pages = pages_of(passages)
    shown = min(max(number, 0), len(pages) - 1)
    blocks = [_passage_block(passage) for passage in pages[shown]]
    empty = [rich_text(paragraph(run("There is nothing more.", "italic")))]
    return modal(
        control_ids.READING_VIEW, title, [*(blocks or empty), *_turning(shown, len(pages))], metadata(screen)
    )


def input_view(case: Case, task: Task, number: int, screen: Screen) -> JsonObject:
    """Everything of the input, page `number`."""
    return reading_view("The whole case", input_passages(case, task), number, screen)


def why_view(case: Case, task: Task, tier: Tier | None, screen: Screen) -> JsonObject:
    """Why am I asked?"""
    view = reading_view("Why am I asked?", why_passages(case, task, tier), 0, screen)
    view["blocks"].append(rich_text(paragraph(run("It came in "), date(case.opened_at), run("."))))
    guideline = link(task.guideline)
    if guideline:
        view["blocks"].append(rich_text(paragraph(run("Guideline: "), guideline)))
    return view
