"""Builds Slack's blocks; texts from cases go into rich text and plain text, where nothing is interpreted."""

from collections.abc import Iterable
from datetime import datetime

from bot.slack.blocks.message import JsonObject
from bot.slack.blocks.text import fallback, host_of, label_text, web_address

MOST_OPTIONS = 100
"""Slack takes so many in a select (its reference of Block Kit)."""


def run(text: str, *styles: str) -> JsonObject:
    """A run of literal text in a rich text; `styles` are `bold`, `italic`, `code`, `strike`."""
    piece: JsonObject = {"type": "text", "text": text}
    if styles:
        piece["style"] = dict.fromkeys(styles, True)
    return piece


def person(user_id: str) -> JsonObject:
    """A person's name, as Slack knows it."""
    return {"type": "user", "user_id": user_id}


def date(at: datetime) -> JsonObject:
    """A moment in the reader's time zone."""
    return {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": "{date_short_pretty} at {time}",
        "fallback": fallback(at),
    }


def link(url: str | None) -> JsonObject | None:
    """A link that shows the host it leads to; None if `url` is not a web address."""
    address = web_address(url)
    return {"type": "link", "url": address, "text": f"{host_of(address)} ↗"} if address else None


def paragraph(*runs: JsonObject) -> JsonObject:
    """A paragraph of a rich text."""
    return {"type": "rich_text_section", "elements": list(runs)}


def quotation(*runs: JsonObject) -> JsonObject:
    """A quoted paragraph of a rich text."""
    return {"type": "rich_text_quote", "elements": list(runs)}


def bullets(paragraphs: Iterable[JsonObject]) -> JsonObject:
    """A list in a rich text."""
    return {"type": "rich_text_list", "style": "bullet", "elements": list(paragraphs)}


def rich_text(*elements: JsonObject) -> JsonObject:
    """A block of rich text."""
    return {"type": "rich_text", "elements": list(elements)}


def plain(text: str, longest: int) -> JsonObject:
    """A plain text object on a single line, cut to `longest`."""
    return {"type": "plain_text", "text": label_text(text, longest), "emoji": False}


def mrkdwn(text: str) -> JsonObject:
    """A mrkdwn object: for our own words, dates and people only, never for texts from a case."""
    # Verbatim: else Slack turns names and addresses in our words into mentions and links.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def header(text: str) -> JsonObject:
    """A header block."""
    return {"type": "header", "text": plain(text, 150)}


def context(*elements: JsonObject) -> JsonObject:
    """A line of small print."""
    return {"type": "context", "elements": list(elements)}


def section(text: JsonObject, accessory: JsonObject | None = None, block_id: str | None = None) -> JsonObject:
    """A section with an element at its side."""
    block: JsonObject = {"type": "section", "text": text}
    if accessory:
        block["accessory"] = accessory
    if block_id:
        block["block_id"] = block_id
    return block


def actions(block_id: str, *elements: JsonObject) -> JsonObject:
    """A row of controls."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def button(action_id: str, text: str, value: str, style: str | None = None) -> JsonObject:
    """A button; `style` is `primary` or `danger`."""
    element: JsonObject = {"type": "button", "action_id": action_id, "text": plain(text, 75), "value": value}
    if style:
        element["style"] = style
    return element


def open_link(number: int, url: str) -> JsonObject:
    """The button that leads to a message; `number` keeps its action id apart from the other rows'."""
    return {**button(f"open:{number}", "Open", "open"), "url": url}


def option(text: str, value: str, longest: int = 75, description: str | None = None) -> JsonObject:
    """An option of a select, an overflow menu or radio buttons."""
    choice: JsonObject = {"text": plain(text, longest), "value": value}
    if description:
        choice["description"] = plain(description, 75)
    return choice


def overflow(action_id: str, options: Iterable[JsonObject]) -> JsonObject:
    """The menu behind three dots: two to five options."""
    return {"type": "overflow", "action_id": action_id, "options": list(options)}


def lookup(action_id: str, placeholder: str) -> JsonObject:
    """A select whose options the bot is asked for, from the moment it is opened."""
    return {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, 150),
        # Otherwise Slack asks for options only after three
        # letters, and a person who opens the select sees none.
        "min_query_length": 0,
    }


def select(action_id: str, placeholder: str, options: Iterable[JsonObject]) -> JsonObject:
    """A select of at most `MOST_OPTIONS`."""
    return {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, 150),
        "options": list(options),
    }


def field(
    block_id: str, label: str, element: JsonObject, is_optional: bool, hint: str | None = None
) -> JsonObject:
    """An input of a modal; its element's action id is the block's id."""
    block: JsonObject = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 150),
        "element": {**element, "action_id": block_id},
        "optional": is_optional,
    }
    if hint:
        block["hint"] = plain(hint, 300)
    return block


def modal(
    callback_id: str, title: str, blocks: Iterable[JsonObject], metadata: str, submit: str | None = None
) -> JsonObject:
    """A modal window; `metadata` holds ids only."""
    view: JsonObject = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, 24),
        "close": plain("Cancel" if submit else "Close", 24),
        "private_metadata": metadata,
        "blocks": list(blocks),
    }
    if submit:
        view["submit"] = plain(submit, 24)
    return view


_VIEW_KEYS = ("type", "callback_id", "title", "submit", "close", "private_metadata")
_LINE = "trouble"


def with_line(view: JsonObject, text: str) -> JsonObject:
    """A window as Slack tells of it, with a line on top; what was typed stays in its fields."""
    # The line of an earlier click goes: a block_id may not come twice, and Slack takes 100 blocks at most.
    blocks = [block for block in view.get("blocks", ()) if block.get("block_id") != _LINE]
    return with_blocks(view, [{**section(plain(text, 300)), "block_id": _LINE}, *blocks[:99]])


def with_blocks(view: JsonObject, blocks: list[JsonObject]) -> JsonObject:
    """A window as Slack tells of it, with other blocks; what was typed stays in fields of the same ids."""
    return {**{key: view[key] for key in _VIEW_KEYS if view.get(key)}, "blocks": blocks}
