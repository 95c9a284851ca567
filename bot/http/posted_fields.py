"""The kinds of value a posted case is made of, each with its limit."""

import math
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError, PydanticKnownError

from routing.address import is_web_address
from routing.policy import parse_duration

TEXT = r"^[^\x00]*$"  # anything but NUL, which PostgreSQL cannot hold
NAME = r"^[^\x00-\x1f\x7f]+$"  # a single line
LINK = r"^https?://[^\x00-\x20\x7f<>|\"\\]+$"
SECURE_LINK = r"^https://[^\x00-\x20\x7f<>|\"\\]+$"

SHORTEST_DUE_IN = timedelta(minutes=1)
SAFE_INTEGER = 2**53  # beyond it programs that read every number as a float lose digits
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
MOMENT = re.compile(r"[0-9W-]{7,10}[Tt _][0-9:.,]+([Zz]|[+-][0-9:]+)", re.ASCII)
LONGEST_VALUE = 5_000
NUL = "it holds the character NUL, which cannot be kept; leave it out"
SCALAR_SCHEMA = {
    "anyOf": [
        {"type": "string", "maxLength": LONGEST_VALUE, "pattern": TEXT},
        {"type": "number"},
        {"type": "boolean"},
        {"type": "null"},
    ]
}
MOMENT_SCHEMA = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "number"}]}
PROBABILITY = {"type": "number", "minimum": 0, "maximum": 1}


def _web_address(value: str) -> str:
    if not is_web_address(value):
        raise PydanticCustomError(
            "url", 'it is no web address; write it in full, such as "https://shop.example/payments/48213"'
        )
    parts = urlsplit(value)
    if parts.username is not None or parts.password is not None:
        raise PydanticCustomError(
            "url_userinfo", "a web address must not carry a user name or password; leave them out"
        )
    return value


def moment_of(value: object) -> datetime:
    """The moment of a text in ISO 8601 with its zone, or of a number of seconds since 1970.

    A text of digits is neither: it may mean a day as well as a second. Raises PydanticCustomError.
    """
    moment = None
    with suppress(ValueError, OverflowError, OSError):
        # The form first: `fromisoformat` takes "20261129" for a
        # day, and seconds since 1970 look just like it.
        if isinstance(value, str) and MOMENT.fullmatch(value):
            moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(value, UTC)
    if moment is None or not EARLIEST <= moment < LATEST:
        raise PydanticCustomError(
            "datetime",
            "it is no moment of the years 2000 to 2100; write it with its time zone, such as "
            '"2026-11-20T09:30:00Z", or as a number of seconds since 1970, such as 1795166400',
        )
    return moment


def _scalar(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _short(value)
    # Not isfinite() first: it raises at an integer of hundreds of digits.
    if isinstance(value, int | float) and abs(value) <= SAFE_INTEGER:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise PydanticCustomError(
        "scalar", "it has to be a text, a number (integers up to 2^53), true, false or null, such as 499.0"
    )


def _short(value: str) -> str:
    if len(value) > LONGEST_VALUE:
        raise PydanticKnownError("string_too_long", {"max_length": LONGEST_VALUE})
    if "\x00" in value:
        raise PydanticCustomError("string_nul", NUL)
    return value


def _due_in(value: object) -> timedelta:
    try:
        span = parse_duration(value)
    except ValueError:
        span = timedelta(0)
    if span < SHORTEST_DUE_IN:
        raise PydanticCustomError(
            "duration", 'it is no duration from one minute to 366 days; write it as "30m", "4h" or "1d12h"'
        )
    return span


Link = Annotated[str, Field(max_length=2_000, pattern=LINK), AfterValidator(_web_address)]
SecureLink = Annotated[str, Field(max_length=3_000, pattern=SECURE_LINK), AfterValidator(_web_address)]
Moment = Annotated[datetime, BeforeValidator(moment_of), WithJsonSchema(MOMENT_SCHEMA)]
Scalar = Annotated[Any, AfterValidator(_scalar), WithJsonSchema(SCALAR_SCHEMA)]
Duration = Annotated[timedelta, BeforeValidator(_due_in), WithJsonSchema({"type": "string"})]
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Score = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=NAME)]
ShortName = Annotated[str, Field(min_length=1, max_length=100, pattern=NAME)]
AltText = Annotated[str, Field(min_length=1, max_length=2_000, pattern=TEXT)]
Text = Annotated[str, Field(max_length=5_000, pattern=TEXT)]
LongText = Annotated[str, Field(max_length=100_000, pattern=TEXT)]
PROBABILITIES_SCHEMA = {
    "anyOf": [
        {
            "type": "object",
            "additionalProperties": PROBABILITY,
            "propertyNames": {"minLength": 1, "maxLength": 200, "pattern": NAME},
            "minProperties": 1,
            "maxProperties": 1_000,
        },
        {
            "type": "array",
            "minItems": 1,
            "maxItems": 1_000,
            "items": {
                "type": "object",
                "properties": {"label": {"type": "string"}, "score": PROBABILITY},
                "required": ["label", "score"],
                "additionalProperties": False,
            },
        },
        {"type": "null"},
    ]
}
