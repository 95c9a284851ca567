"""Letters as they are compared: composed (NFC), so that what looks alike is alike."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

ADDRESS = re.compile(r"https?://\S+")


def composed(text: str) -> str:
    """The text with its letters composed; an address stays as it is, for its server compares bytes."""
    if text.isascii() or ADDRESS.fullmatch(text):
        return text
    return unicodedata.normalize("NFC", text)


def composed_document(value: Any) -> Any:
    """All texts of a document composed, its keys too. Raises ValueError for two keys that become alike."""
    if isinstance(value, str):
        return composed(value)
    if isinstance(value, list):
        return [composed_document(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    document = {composed(key): composed_document(item) for key, item in value.items()}
    if len(document) != len(value):
        twice = next(key for key in value if key not in document)
        raise ValueError(f"the key {composed(twice)!r} stands there twice, with the same letters")
    return document
