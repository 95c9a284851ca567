"""Fills in what Slack adds to an app's blocks: ids, and the addresses of uploaded pictures."""

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.sandbox.files import StoredFile
from bot.sandbox.json_types import JsonObject
from bot.sandbox.messages import interactive_elements


def with_ids(blocks: list[JsonObject], next_id: Callable[[str], str]) -> list[JsonObject]:
    """A copy of `blocks` in which every block and every interactive element has an id."""
    filled = copy.deepcopy(blocks)
    for block in filled:
        block.setdefault("block_id", next_id("blk"))
        for element in interactive_elements(block):
            if element["type"] != "image":
                element.setdefault("action_id", next_id("act"))
    return filled


def images(blocks: Any, path: str = "/blocks") -> Iterator[tuple[str, JsonObject]]:
    """Every picture that is an uploaded file, with its path."""
    if isinstance(blocks, list):
        for number, item in enumerate(blocks):
            yield from images(item, f"{path}/{number}")
    elif isinstance(blocks, dict):
        if blocks.get("type") == "image" and isinstance(blocks.get("slack_file"), dict):
            yield path, blocks
        for name, item in blocks.items():
            yield from images(item, f"{path}/{name}")


def find_file(reference: JsonObject, files: Mapping[str, StoredFile]) -> StoredFile | None:
    """The completed file that a `slack_file` object names by id or address, or None."""
    stored = files.get(str(reference.get("id")))
    if stored is None and "url" in reference:
        stored = next((f for f in files.values() if str(reference["url"]).endswith(f.path())), None)
    return stored if stored is not None and stored.is_complete else None


def with_image_urls(blocks: list[JsonObject] | None, files: Mapping[str, StoredFile]) -> Any:
    """A copy of `blocks` whose uploaded pictures have the `image_url` that the page can show."""
    filled = copy.deepcopy(blocks)
    for _, image in images(filled):
        stored = find_file(image["slack_file"], files)
        if stored is not None:
            image["image_url"] = stored.path()
    return filled
