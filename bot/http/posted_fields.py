"""The kinds of value a posted case is made of, each with its limit."""

import math
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from routing.policy import parse_duration

TEXT = r"^[^\x00]*$"  # anything but NUL, which PostgreSQL cannot hold
NAME = r"^[^\x00-\x1f\x7f]+$"  # a single line
LINK = r"^https?://[^\x00-\x20\x7f<>|\"\\]+$"
SECURE_LINK = r"^https://[^\x00-\x20\x7f<>|\"\\]+$"
DURATION = r"^[1-9][0-9]{0,5}[smhdw]$"

SHORTEST_DUE_IN = timedelta(minutes=1)
SAFE_INTEGER = 2**53  # beyond it programs that read every number as a float lose digits
FIRST_YEAR = 1970
LONGEST_VALUE = 5_000
SCALAR_SCHEMA = {
    "anyOf": [
        {"type": "string", "maxLength": LONGEST_VALUE, "pattern": TEXT},
        {"type": "number"},
        {"type": "boolean"},
        {"type": "null"},
    ]
}


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole:
        raise PydanticCustomError("url", "not a web address")
    if parts.username is not None or parts.password is not None:
        raise PydanticCustomError("url_userinfo", "a web address must not carry a user name or password")
    return value


def _moment(value: datetime) -> datetime:
    if value.year < FIRST_YEAR:
        raise PydanticCustomError("datetime_too_early", "not before 1970")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("datetime_too_late", "not a moment in UTC") from None


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
        "scalar", "a string, a finite number (integers up to 2^53), true, false or null"
    )


def _short(value: str) -> str:
    if len(value) > LONGEST_VALUE:
        raise PydanticCustomError("string_too_long", f"at most {LONGEST_VALUE} characters")
    if "\x00" in value:
        raise PydanticCustomError("string_nul", "must not hold the character NUL")
    return value


def _duration(value: str) -> str:
    try:
        is_long_enough = parse_duration(value) >= SHORTEST_DUE_IN
    except ValueError:
        is_long_enough = False
    if not is_long_enough:
        raise PydanticCustomError("duration", "from one minute to 366 days")
    return value


Link = Annotated[str, Field(max_length=2_000, pattern=LINK), AfterValidator(_web_address)]
SecureLink = Annotated[str, Field(max_length=3_000, pattern=SECURE_LINK), AfterValidator(_web_address)]
Moment = Annotated[AwareDatetime, AfterValidator(_moment)]
Scalar = Annotated[Any, AfterValidator(_scalar), WithJsonSchema(SCALAR_SCHEMA)]
Duration = Annotated[str, Field(pattern=DURATION), AfterValidator(_duration)]
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Score = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=NAME)]
ShortName = Annotated[str, Field(min_length=1, max_length=100, pattern=NAME)]
AltText = Annotated[str, Field(min_length=1, max_length=2_000, pattern=TEXT)]
Text = Annotated[str, Field(max_length=5_000, pattern=TEXT)]
LongText = Annotated[str, Field(max_length=100_000, pattern=TEXT)]
