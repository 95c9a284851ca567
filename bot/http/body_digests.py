"""What a posted case says, in few bytes: the same for two bodies that say the same, whoever wrote them."""

import base64
import hashlib
import json
from datetime import UTC
from typing import Any

from pydantic import AwareDatetime, TypeAdapter

from bot.http.posted_case import CASE, PostedCase
from bot.http.problems import JsonObject
from routing.prediction import Origin

VERSION = b"\x02"
"""Stands before a digest of this version; one of version 1 has nothing before its 32 bytes."""
FLOATS = ("probabilities", "scores")
_MOMENT: TypeAdapter[Any] = TypeAdapter(AwareDatetime)


def present_digest(case: PostedCase) -> bytes:
    """Of the checked case: defaults left out, moments in UTC, numbers by their value (RFC 8785)."""
    values = CASE.dump_python(case, mode="json", exclude_defaults=True, exclude={"origin", "kind"})
    # Under its present name only: who changes from `kind` to `origin` says the same.
    values["origin"] = case.declared_origin.value
    image = case.input.image
    if image is not None and image.content is not None:
        values["input"]["image"]["data"] = base64.b64encode(image.content).decode()
    return VERSION + _hashed(_by_value(values))


def earlier_digest(body: JsonObject) -> bytes | None:
    """What version 1 kept of the body as it was posted, to the letter; None where it could keep nothing.

    Never change this: the digests of all that was taken then are compared with it.
    """
    try:
        values = _without_defaults(body)
        names = [values.pop(name, None) for name in ("origin", "kind")]
        origin = next(filter(None, names), Origin.PRODUCTION.value)
        values |= {} if origin == Origin.PRODUCTION else {"kind": origin}
        prediction = values["prediction"]
        if "confidence" in prediction:
            prediction["confidence"] = float(prediction["confidence"])
        for holder in (prediction, values):
            holder |= {name: _floats(holder[name]) for name in FLOATS if name in holder}
        if "occurred_at" in values:
            moment = _MOMENT.validate_python(values["occurred_at"]).astimezone(UTC)
            values["occurred_at"] = _MOMENT.dump_python(moment, mode="json")
        return _hashed(values)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):  # no body of then
        return None


def _hashed(values: JsonObject) -> bytes:
    canonical = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).digest()


def _by_value(value: Any) -> Any:
    kind = type(value)  # of JSON exactly: every posted value passes here, and isinstance costs twice as much
    if kind is dict:
        return {name: _by_value(part) for name, part in value.items()}
    if kind is list:
        return [_by_value(part) for part in value]
    # 1 and 1.0 are the same number (RFC 8785): a service that is
    # written anew must not meet its own id as a conflict.
    return int(value) if kind is float and value.is_integer() else value


def _without_defaults(body: Any) -> JsonObject:
    """The body without what equals a default, but for a caller's own values."""
    values: JsonObject = {}
    for name, value in body.items():
        if name in {"input", "image", "prediction", "model"} and isinstance(value, dict):
            values[name] = _without_defaults(value)
        elif name == "evidence":
            values |= {name: [_without_defaults(item) for item in value]} if value else {}
        elif value is not None and not (name in {"fields", "scores", "slices"} and value == {}):
            values[name] = value
    return values


def _floats(numbers: JsonObject) -> JsonObject:
    return {name: float(number) for name, number in numbers.items()}
