"""JSON as the database keeps it: compact, in its own order, finite."""

import json
from typing import Any


class JsonString(str):
    """A document that was written as JSON already, so that it is not written twice."""

    __slots__ = ()


def dump(value: Any) -> str:
    """Compact JSON; raises ValueError for NaN and Infinity, which JSON does not have."""
    return _encode(value)


def canonical(value: Any) -> str:
    """JSON with the same spelling for equal values: sorted keys, ASCII only. What hashes are taken over."""
    # Its spelling never changes: hashes that are stored and sealed were taken over it.
    return _encode_canonical(value)


def load(text: str | bytes) -> Any:
    """The value of a JSON text."""
    return json.loads(text)


_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_encode_canonical = json.JSONEncoder(separators=(",", ":"), sort_keys=True, allow_nan=False).encode
