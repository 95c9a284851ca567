"""What a person reads in a message, a window or the Home tab."""

from collections.abc import Iterator
from typing import Any

JsonObject = dict[str, Any]
_PARTS = ("title", "label", "text", "elements", "fields", "accessory", "element", "hint", "options")


def words(shown: JsonObject) -> str:
    """All its words, a block a line; people as `@U…`."""
    texts = [shown.get("text", "")] if isinstance(shown.get("text"), str) else []
    return "\n".join([*texts, *map(_spoken, shown.get("blocks") or [])])


def _spoken(part: Any) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, list):
        return "".join(map(_spoken, part))
    if part.get("type") == "user":
        return f"@{part['user_id']}"
    return str(part.get("fallback", "")) + "".join(_spoken(part[name]) for name in _PARTS if name in part)


def controls(shown: JsonObject) -> Iterator[tuple[JsonObject, JsonObject]]:
    """Each control with its block."""
    for block in shown.get("blocks") or []:
        elements = block["elements"] if block["type"] == "actions" else [block.get("accessory")]
        for element in elements:
            if element and "action_id" in element:
                yield block, element


def buttons(shown: JsonObject) -> list[str]:
    """What the buttons say, in order."""
    return [_spoken(element["text"]) for _, element in controls(shown) if element["type"] == "button"]


def options(element: JsonObject) -> dict[str, JsonObject]:
    """What a select or a menu offers, by its words."""
    return {_spoken(option["text"]): option for option in element.get("options", [])}
