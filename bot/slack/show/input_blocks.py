"""The part of a review message that shows what the model saw, and the evidence."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from bot.slack.blocks import control_ids
from bot.slack.blocks.builders import (
    bullets,
    button,
    link,
    paragraph,
    plain,
    quotation,
    rich_text,
    run,
    section,
)
from bot.slack.blocks.message import JsonObject
from bot.slack.blocks.screens import block_id
from bot.slack.blocks.text import clean, label_text, length, shown, web_address
from bot.slack.show.case_words import NOTE, SLICE_NAME, SLICE_VALUE, scalar, wishes_of
from bot.usecases.review.screen import Screen
from routing.case.case import Case
from routing.prediction import CaseInput, Evidence, Image, Submission


@dataclass(frozen=True, slots=True)
class Room:
    """How many characters and lines each part of the input may take."""

    text: int = 1_400
    lines: int = 15
    fields: int = 8
    field_name: int = 40
    field_value: int = 120
    evidence: int = 3
    evidence_title: int = 80
    evidence_text: int = 200
    scores: int = 5
    score_name: int = 60
    slices: int = 5
    wish: int = 300


UNSHOWN = frozenset(
    {".avif", ".bmp", ".heic", ".heif", ".ico", ".jxl", ".pdf", ".svg", ".tif", ".tiff", ".webp"}
)
"""Slack's image block shows PNG, JPEG and GIF only (its reference of blocks)."""
REVIEW = Room()
DECIDED = Room(text=400, lines=5, fields=4, evidence=0, scores=0)


def _fields(case_input: CaseInput, room: Room) -> list[JsonObject]:
    rows = [
        paragraph(
            run(f"{label_text(name, room.field_name)}: ", "bold"),
            run(label_text(scalar(value), room.field_value)),
        )
        for name, value in list(case_input.fields.items())[: room.fields]
    ]
    return [bullets(rows)] if rows else []


def _link(case_input: CaseInput) -> list[JsonObject]:
    anchor = link(case_input.link)
    if anchor:
        return [paragraph(run("Open the original: "), anchor)]
    return [paragraph(run(label_text(case_input.link, 300)))] if case_input.link else []


def input_block(case_input: CaseInput, room: Room) -> JsonObject | None:
    """Text, fields and link of the input, literally; None if a picture is all there is."""
    words = shown(case_input.text or "", room.text, room.lines)
    parts = [quotation(run(words))] if words else []
    parts += [*_fields(case_input, room), *_link(case_input)]
    if not parts and case_input.image is None:
        parts = [paragraph(run("The service sent no input to show.", "italic"))]
    return rich_text(*parts) if parts else None


def image_block(image: Image | None, file_id: str | None, *, is_taken: bool = True) -> JsonObject | None:
    """The picture of the input: an uploaded file, else a public address; None if there is neither.

    Of a picture that Slack does not take (`is_taken` False) or never shows: a line that says so.
    """
    if image is None:
        return None
    picture: JsonObject = {"type": "image", "alt_text": label_text(image.alt_text, 300)}
    if file_id and is_taken:
        return {**picture, "slack_file": {"id": file_id}}
    address = web_address(image.url)
    if address is None:
        return None if is_taken else _instead(image, "Slack does not take the picture, so it is not shown.")
    if not is_taken:
        return _instead(image, "Slack could not fetch the picture. ", address)
    if PurePosixPath(urlsplit(address).path).suffix.lower() in UNSHOWN:
        return _instead(image, "Slack shows no pictures of this format. ", address)
    return {**picture, "image_url": address}


def _instead(image: Image, why: str, address: str | None = None) -> JsonObject:
    what = run(f"Picture: {label_text(image.alt_text, 300).rstrip('.')}. ")
    anchor = link(address)
    return rich_text(paragraph(what, run(why, "italic"), *([run("Open it: "), anchor] if anchor else [])))


def _evidence_runs(item: Evidence, room: Room) -> list[JsonObject]:
    runs = [run(label_text(item.title, room.evidence_title), "bold")]
    if item.text and item.text.strip():
        runs.append(run(f" {label_text(item.text, room.evidence_text)}"))
    anchor = link(item.link)
    return [*runs, run(" "), anchor] if anchor else runs


def evidence_block(submission: Submission, room: Room) -> JsonObject | None:
    """What speaks for or against the prediction, and the model's scores; None without any."""
    items = [paragraph(*_evidence_runs(item, room)) for item in submission.evidence[: room.evidence]]
    scores = [
        paragraph(run(f"{label_text(name, room.score_name)}: ", "bold"), run(scalar(score)))
        for name, score in list(submission.prediction.scores.items())[: room.scores]
    ]
    parts = [
        part
        for title, listed in (("Evidence", items), ("Scores", scores))
        if listed
        for part in (paragraph(run(title, "bold")), bullets(listed))
    ]
    return rich_text(*parts) if parts else None


def wish_block(submission: Submission, room: Room) -> JsonObject | None:
    """What the service would do, and what the answer is for; None where it says neither."""
    wishes = [
        paragraph(run(f"{name}: ", "bold"), run(label_text(words, room.wish)))
        for name, words in wishes_of(submission)
    ]
    return rich_text(bullets(wishes)) if wishes else None


def is_cut(case: Case, room: Room) -> bool:
    """Whether the message leaves out something of what the service sent."""
    case_input, evidence = case.submission.input, case.submission.evidence
    text, scores = clean(case_input.text or ""), case.submission.prediction.scores
    rooms = [(length(name), room.score_name) for name in scores]
    for name, value in case_input.fields.items():
        rooms += [(length(name), room.field_name), (length(scalar(value)), room.field_value)]
    rooms += [(length(words), room.wish) for _, words in wishes_of(case.submission)]
    rooms.append((length(case.submission.group or ""), SLICE_VALUE))
    for name, value in case.submission.slices.items():
        rooms += [(length(name), SLICE_NAME), (length(value), SLICE_VALUE)]
    rooms += [(length(doubt.note or ""), NOTE) for doubt in case.abstentions]
    for item in evidence:
        rooms += [(length(item.title), room.evidence_title), (length(item.text or ""), room.evidence_text)]
    return (
        shown(text, room.text, room.lines) != text
        or len(case_input.fields) > room.fields
        or len(evidence) > room.evidence
        or len(scores) > room.scores
        or len(case.submission.slices) > room.slices
        or any(taken > longest for taken, longest in rooms)
    )


def show_all_block(screen: Screen) -> JsonObject:
    """The way to what was left out."""
    show = button(control_ids.SHOW_ALL, "Show all", control_ids.SHOW_ALL)
    return section(plain("Shortened to fit.", 40), show, block_id("show", screen))
