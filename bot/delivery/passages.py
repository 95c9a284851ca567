"""Headings with lists of lines, as many as a Slack message holds; what is left out is counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.slack.blocks.builders import bullets, paragraph, rich_text, run
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.blocks.text import escape, label_text, length

Line = Sequence[JsonObject]
"""A line of rich text, run by run."""
ROOM = 4_500
TEXT_ROOM = 3_500
LINE = 400
COLUMN = 80


@dataclass(frozen=True, slots=True)
class TitledList:
    """A heading and its lines; without lines it is not shown."""

    title: str
    lines: tuple[Line, ...]


def literal(text: str) -> Line:
    """A line of nothing but literal words."""
    return [run(label_text(text, LINE))]


def linked(text: str, url: str | None) -> JsonObject:
    """Words that lead somewhere, if there is an address."""
    shown = label_text(text, LINE)
    return {"type": "link", "url": url, "text": shown} if url else run(shown)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> JsonObject:
    """A table of plain text; every row has as many cells as there are columns."""
    cells = [[{"type": "raw_text", "text": text or " "} for text in row] for row in (columns, *rows)]
    return {"type": "table", "column_settings": [{"is_wrapped": True}] * len(columns), "rows": cells}


def details(
    passages: Iterable[TitledList],
    title: str = "",
    columns: Sequence[str] = (),
    rows: Sequence[Sequence[str]] = (),
) -> Message | None:
    """A table under its title if it has rows, then the passages; None if there is nothing to say."""
    blocks: list[JsonObject] = []
    texts: list[str] = []
    if rows:
        blocks += [rich_text(paragraph(run(title, "bold"))), table(columns, rows)]
        texts += [title, *(f"{name}: {now}" for name, now, *_ in rows)]
    room = ROOM
    for passage in passages:
        kept, room = _fitting(passage, room)
        if passage.lines:
            blocks.append(_block(passage, kept))
            texts += [passage.title, *("• " + words(line) for line in kept)]
    if not blocks:
        return None
    return Message(bounded(texts), tuple(blocks))


def bounded(texts: Iterable[str], room: int = TEXT_ROOM) -> str:
    """Lines of top-level text, as many as fit."""
    kept: list[str] = []
    for text in texts:
        escaped = escape(text, LINE)
        room -= length(escaped) + 1
        if room < 0:
            return "\n".join([*kept, "…"])
        kept.append(escaped)
    return "\n".join(kept)


def words(line: Line) -> str:
    """A line of rich text as plain words."""
    return "".join(str(piece.get("text") or piece.get("fallback") or "") for piece in line)


def _fitting(passage: TitledList, room: int) -> tuple[list[Line], int]:
    kept: list[Line] = []
    for line in passage.lines:
        room -= length(words(line))
        if room < 0:
            break
        kept.append(line)
    return kept, room


def _block(passage: TitledList, kept: Sequence[Line]) -> JsonObject:
    left = len(passage.lines) - len(kept)
    more = [paragraph(run(f"{left:,} more in the CSV file", "italic"))] if left else []
    lists = [bullets(paragraph(*line) for line in kept)] if kept else []
    return rich_text(paragraph(run(label_text(passage.title, 150), "bold")), *lists, *more)
