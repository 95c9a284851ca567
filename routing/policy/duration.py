"""Durations of policies and posts, written "90s", "30m", "4h", "1d12h", "2 d", "1w", or as in ISO 8601."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

LONGEST = timedelta(days=366)
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
SHAPES = (
    re.compile(" ?".join(rf"(?:([0-9]{{1,9}}) ?{unit})?" for unit in ("w", "d", "h", "m", "s"))),
    re.compile(
        r"P(?:([0-9]{1,9})W)?(?:([0-9]{1,9})D)?"
        r"(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})S)?)?"
    ),
)
MEND = 'write a number and a unit, such as "90s", "30m", "4h", "1d12h" or "1w"'


def counts_of(value: object) -> dict[str, int] | None:
    """How many of each unit a text names; None where it is no duration."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    match = next(
        (match for shape in SHAPES if (match := shape.fullmatch(text)) and any(match.groups())), None
    )
    return match and {unit: int(count or 0) for unit, count in zip("wdhms", match.groups(), strict=True)}


def parse_duration(value: object) -> timedelta:
    """The duration that a policy's text means; longer than 0, at most 366 days. Raises ValueError."""
    if isinstance(value, timedelta):
        span = value
    else:
        counts = counts_of(value)
        if counts is None:
            raise ValueError(f"{value!r} is not a duration; {MEND}")
        seconds = sum(count * UNITS[unit] for unit, count in counts.items())
        span = timedelta(seconds=min(seconds, 10**9))  # more is too long anyway, and too much for a timedelta
    if not timedelta(0) < span <= LONGEST:
        raise ValueError("the duration has to be longer than 0 and at most 366 days; choose one in between")
    return span


def format_duration(span: timedelta) -> str:
    """The shortest text that `parse_duration` reads back: 90 minutes are "90m", 48 hours "2d"."""
    seconds = round(span.total_seconds())
    unit = next(name for name in ("w", "d", "h", "m", "s") if seconds % UNITS[name] == 0)
    return f"{seconds // UNITS[unit]}{unit}"


Duration = Annotated[timedelta, BeforeValidator(parse_duration), PlainSerializer(format_duration)]
