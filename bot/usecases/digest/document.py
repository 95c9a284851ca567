"""A digest as JSON and back: what is kept, sent as a report, and shown again is one and the same."""

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from routing.digest.digest import Digest


@cache
def _adapter() -> TypeAdapter[Digest]:
    return TypeAdapter(Digest)


def to_document(digest: Digest) -> dict[str, Any]:
    """The digest as JSON: moments in ISO 8601, durations as ISO 8601 durations, shares from 0 to 1."""
    document: dict[str, Any] = _adapter().dump_python(digest, mode="json")
    return document


def from_document(document: dict[str, Any]) -> Digest:
    """The digest that `to_document` gave. Raises pydantic's ValidationError for anything else."""
    return _adapter().validate_python(document)
