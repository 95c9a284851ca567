"""Limits of whole messages, modals and Home tabs: what Slack refuses, and our own narrower budgets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.slack.limits.blocks import (
    blocks_refusals,
    dictionaries,
    elements_of,
    repeated_action_ids_in_message,
)
from bot.slack.limits.elements import ID, TYPE, plain_text
from bot.slack.limits.violation import (
    Check,
    JsonObject,
    ObjectShape,
    Violation,
    Violations,
    anything,
    boolean,
    string,
)

MESSAGE_TEXT = 4_000
POSTED_TEXT = 40_000
BLOCKS_TEXT = 12_000
BLOCKS_TEXT_BUDGET = 10_000  # our own, short of what Slack refuses
METADATA_TYPE = 255

_TEXT_KEYS = frozenset({"text", "alt_text"})
_VIEW: Mapping[str, Check] = {
    "type": TYPE,
    "blocks": anything,
    "private_metadata": string(3000),
    "callback_id": ID,
    "external_id": ID,
}
_MODAL = ObjectShape(
    {
        **_VIEW,
        "title": plain_text(24),
        "submit": plain_text(24),
        "close": plain_text(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
    ("type", "title", "blocks"),
)
_HOME = ObjectShape(_VIEW, ("type", "blocks"))
_METADATA = ObjectShape(
    {"event_type": string(METADATA_TYPE, 1), "event_payload": anything, "entities": anything},
    ("event_type", "event_payload"),
)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _strings(item)
    if isinstance(value, dict):
        for name, item in value.items():
            if name in _TEXT_KEYS and isinstance(item, str):
                yield item
            else:
                yield from _strings(item)


def characters_in(blocks: Any) -> int:
    """How many characters of text all blocks hold together: what `msg_blocks_too_long` is about."""
    return sum(len(text) for text in _strings(blocks))


def metadata_violations(metadata: Any) -> tuple[Violation, ...]:
    """What is wrong with a message's `metadata`."""
    return tuple(_METADATA(metadata, "/metadata"))


def _repeated_primary(blocks: Any) -> Violations:
    for number, block in dictionaries(blocks):
        styles = [element.get("style") for element in elements_of(block)]
        if styles.count("primary") > 1:
            yield Violation(f"/blocks/{number}", "only one primary button in a set")


def _text_violations(message: JsonObject) -> Violations:
    text = message.get("text")
    if not isinstance(text, str) or not text.strip():
        yield Violation("/text", "must say everything: it is all that phones and screen readers read")
    elif len(text) > MESSAGE_TEXT:
        yield Violation("/text", f"must be less than {MESSAGE_TEXT + 1} characters")


def message_violations(message: JsonObject) -> tuple[Violation, ...]:
    """Every limit broken by a message (`text`, `blocks`, `metadata`) that the bot is about to send.

    Stricter than Slack where Slack only warns or cuts: `text` is required and at most 4,000 characters,
    blocks hold at most 10,000 characters, an `action_id` occurs once, a set has a single primary button.
    """
    violations = list(_text_violations(message))
    blocks = message.get("blocks")
    if blocks is not None:
        violations += blocks_refusals(blocks, "message")
        violations += repeated_action_ids_in_message(blocks, "/blocks")
        violations += _repeated_primary(blocks)
        if characters_in(blocks) > BLOCKS_TEXT_BUDGET:
            violations.append(
                Violation("/blocks", f"must be less than {BLOCKS_TEXT_BUDGET + 1} characters together")
            )
    if message.get("metadata") is not None:
        violations += metadata_violations(message["metadata"])
    return tuple(dict.fromkeys(violations))


def _submit_for_inputs(view: JsonObject) -> Violations:
    blocks = dictionaries(view.get("blocks"))
    if any(block.get("type") == "input" for _, block in blocks) and not view.get("submit"):
        yield Violation("/view", "missing required field: submit")


def view_violations(view: Any) -> tuple[Violation, ...]:
    """Every limit broken by a modal or a Home tab; paths begin with `/view`, as Slack's do."""
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        return (Violation("/view/type", "must be one of: modal, home"),)
    surface: str = view["type"]
    shape = _MODAL if surface == "modal" else _HOME
    violations = list(shape(view, "/view"))
    if "blocks" in view:
        violations += blocks_refusals(view["blocks"], surface, "/view/blocks")
    if surface == "modal":
        violations += _submit_for_inputs(view)
    return tuple(dict.fromkeys(violations))
