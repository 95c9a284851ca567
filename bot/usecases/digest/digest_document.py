"""A digest as JSON and back: what is kept, sent as a report, and shown again is the same document."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from routing.digest.digest import Digest
from routing.digest.model_quality import ModelFit, ThresholdState
from routing.evidence.estimate import Reach

JsonObject = dict[str, Any]
VERSION = 1
"""Of the documents written now. Version 0, which does not say so, had prose where there are codes now."""
PROSE: Mapping[str, Mapping[str, str]] = {
    "state": {
        "always reviewed": ThresholdState.REVIEWED.value,
        "set in the policy, without a promise": ThresholdState.FIXED.value,
        "not certified yet": ThresholdState.NOT_YET.value,
    },
    "reach": {
        "this period": Reach.PERIOD.value,
        "the future": Reach.FUTURE.value,
        "reviewed cases only": Reach.REVIEWED.value,
    },
}
"""What version 0 wrote under which name, and its code. Rows outlive versions: nothing is ever removed."""


@cache
def _adapter() -> TypeAdapter[Digest]:
    # Made at the first use: it takes a tenth of a second, and most commands read no digest.
    return TypeAdapter(Digest)


def to_document(digest: Digest) -> JsonObject:
    """The digest as JSON: moments in ISO 8601, durations as ISO 8601 durations, shares from 0 to 1."""
    return {"version": VERSION, **_adapter().dump_python(digest, mode="json")}


def current(document: JsonObject) -> JsonObject:
    """A document of any earlier version as this version writes it; a newer document stays as it is."""
    if version_of(document) >= VERSION:
        return document
    return {**coded(document), "version": VERSION}


def coded(part: Any) -> Any:
    """A document, or a part of it, with codes where version 0 had prose."""
    if isinstance(part, list):
        return [coded(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        name: PROSE.get(name, {}).get(value, value) if isinstance(value, str) else coded(value)
        for name, value in part.items()
    }


def version_of(document: JsonObject) -> int:
    """The version that a document names; 0 where it names none, as those of the first releases do."""
    version = document.get("version")
    return version if isinstance(version, int) else 0


def from_document(document: JsonObject) -> Digest:
    """The digest that this or an earlier version kept, and what this version understands of a newer document.

    Codes that are unknown here stay as they are. Raises pydantic's ValidationError for what is no digest.
    """
    readable = current(document)
    if version_of(readable) > VERSION:  # after a release was taken back
        readable = _understood(readable)
    return _adapter().validate_python(readable)


def _understood(document: JsonObject) -> JsonObject:
    """Without fits that this version cannot read, such as those of a method that it has no formula for."""
    quality = document.get("quality")
    if not isinstance(quality, dict):
        return document
    fits = [fit for fit in quality.get("fits", ()) if _is_fit(fit)]
    return {**document, "quality": {**quality, "fits": fits}}


def _is_fit(stored: Any) -> bool:
    try:
        TypeAdapter(ModelFit).validate_python(stored)
    except ValidationError:
        return False
    return True
