"""Limits of blocks and of a list of blocks (Slack's Block Kit reference)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.slack.limits.elements import (
    ACCESSORY,
    ACTION_ELEMENT,
    CONTEXT_ELEMENT,
    ID,
    IMAGE_SOURCE,
    INPUT_ELEMENT,
    SLACK_FILE,
    TYPE,
    URL,
    any_text,
    plain_text,
)
from bot.slack.limits.violation import (
    Check,
    JsonObject,
    ObjectShape,
    Violation,
    Violations,
    all_of,
    anything,
    boolean,
    by_type,
    list_of,
    string,
)

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
TABLE_ROWS = 100
TABLE_COLUMNS = 20
MARKDOWN_TEXT = 12_000


def _block(required: tuple[str, ...] = (), **properties: Check) -> Check:
    return ObjectShape({"type": TYPE, "block_id": ID, **properties}, ("type", *required))


def _text_or_fields(value: Any, path: str) -> Violations:
    if isinstance(value, dict) and not value.get("text") and not value.get("fields"):
        yield Violation(path, "missing required field: text or fields")


SECTION = all_of(
    _block(text=any_text(3000), fields=list_of(any_text(2000), 10), accessory=ACCESSORY, expand=boolean),
    _text_or_fields,
)
IMAGE_BLOCK = all_of(
    _block(
        ("alt_text",),
        image_url=URL,
        slack_file=SLACK_FILE,
        alt_text=string(2000, 1),
        title=plain_text(2000),
    ),
    IMAGE_SOURCE,
)
INPUT = _block(
    ("label", "element"),
    label=plain_text(2000),
    element=INPUT_ELEMENT,
    hint=plain_text(2000),
    optional=boolean,
    dispatch_action=boolean,
)
VIDEO = _block(
    ("alt_text", "title", "thumbnail_url", "video_url"),
    alt_text=string(2000, 1),
    title=plain_text(200),
    thumbnail_url=URL,
    video_url=URL,
    title_url=URL,
    author_name=string(50),
    description=plain_text(200),
    provider_name=string(50),
    provider_icon_url=URL,
)
TABLE = _block(
    ("rows",),
    rows=list_of(list_of(anything, TABLE_COLUMNS), TABLE_ROWS),
    column_settings=list_of(anything, TABLE_COLUMNS),
)
COMMON: Mapping[str, Check] = {
    "section": SECTION,
    "divider": _block(),
    "header": _block(("text",), text=plain_text(150)),
    "context": _block(("elements",), elements=list_of(CONTEXT_ELEMENT, 10)),
    "actions": _block(("elements",), elements=list_of(ACTION_ELEMENT, 25)),
    "image": IMAGE_BLOCK,
    "input": INPUT,
    "video": VIDEO,
    "rich_text": _block(("elements",), elements=list_of(anything, 1000)),
}
MESSAGE_ONLY: Mapping[str, Check] = {
    "table": TABLE,
    "markdown": _block(("text",), text=string(MARKDOWN_TEXT, 1)),
    "file": _block(("external_id", "source"), external_id=ID, source=string(50)),
    "context_actions": _block(("elements",), elements=list_of(anything, 5)),
}
SURFACES: Mapping[str, Check] = {
    "message": list_of(by_type({**COMMON, **MESSAGE_ONLY}), MESSAGE_BLOCKS, 0),
    "modal": list_of(by_type(COMMON), VIEW_BLOCKS, 0),
    "home": list_of(by_type(COMMON), VIEW_BLOCKS, 0),
}


def elements_of(block: JsonObject) -> Iterator[JsonObject]:
    """The elements of a block: those of actions, the accessory, the input's."""
    elements = block.get("elements")
    if isinstance(elements, list):
        yield from (element for element in elements if isinstance(element, dict))
    for name in ("accessory", "element"):
        if isinstance(block.get(name), dict):
            yield block[name]


def dictionaries(blocks: Any) -> list[tuple[int, JsonObject]]:
    """The blocks that are objects, with their numbers; anything malformed is another check's affair."""
    if not isinstance(blocks, list):
        return []
    return [(number, block) for number, block in enumerate(blocks) if isinstance(block, dict)]


def _repeated(pairs: Iterator[tuple[str, Any]], name: str) -> Violations:
    seen: set[str] = set()
    for path, value in pairs:
        if not isinstance(value, str) or not value:
            continue
        if value in seen:
            yield Violation(path, f"{name} already exists: {value[:40]}")
        seen.add(value)


def repeated_block_ids(blocks: Any, path: str) -> Violations:
    """A `block_id` may be used once in a message or view."""
    pairs = ((f"{path}/{number}/block_id", block.get("block_id")) for number, block in dictionaries(blocks))
    return _repeated(pairs, "block_id")


def action_ids(blocks: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Each element's `action_id` with the path of its block."""
    for number, block in dictionaries(blocks):
        for element in elements_of(block):
            yield f"{path}/{number}", element.get("action_id")


def repeated_action_ids(blocks: Any, path: str) -> Violations:
    """Slack refuses an `action_id` twice in a block."""
    for number, block in dictionaries(blocks):
        ids = ((f"{path}/{number}", element.get("action_id")) for element in elements_of(block))
        yield from _repeated(ids, "action_id")


def repeated_action_ids_in_message(blocks: Any, path: str) -> Violations:
    """Our messages use an `action_id` once altogether, so that a click names its control."""
    return _repeated(action_ids(blocks, path), "action_id")


def _repeated_tables(blocks: Any, path: str) -> Violations:
    tables = [number for number, block in dictionaries(blocks) if block.get("type") == "table"]
    for number in tables[1:]:
        yield Violation(f"{path}/{number}", "only one table block is allowed")


def blocks_refusals(blocks: Any, surface: str, path: str = "/blocks") -> tuple[Violation, ...]:
    """Everything for which Slack refuses `blocks` on `surface` (`message`, `modal` or `home`)."""
    checks = all_of(SURFACES[surface], repeated_block_ids, repeated_action_ids, _repeated_tables)
    return tuple(checks(blocks, path))
