"""Durations of a policy, written "90s", "30m", "4h", "2d" or "1w"."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

LONGEST = timedelta(days=366)
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
SHAPE = re.compile(r"(\d{1,9})\s*([smhdw])")
MEND = 'write a number and a unit, such as "90s", "30m", "4h", "2d" or "1w"'


def parse_duration(value: object) -> timedelta:
    """The duration that a policy's text means; longer than 0, at most 366 days. Raises ValueError."""
    if isinstance(value, timedelta):
        span = value
    else:
        match = SHAPE.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is None:
            raise ValueError(f"{value!r} is not a duration; {MEND}")
        span = timedelta(seconds=int(match[1]) * UNITS[match[2]])
    if not timedelta(0) < span <= LONGEST:
        raise ValueError("the duration has to be longer than 0 and at most 366 days; choose one in between")
    return span


def format_duration(span: timedelta) -> str:
    """The shortest text that `parse_duration` reads back: 90 minutes are "90m", 48 hours "2d"."""
    seconds = round(span.total_seconds())
    unit = next(name for name in ("w", "d", "h", "m", "s") if seconds % UNITS[name] == 0)
    return f"{seconds // UNITS[unit]}{unit}"


Duration = Annotated[timedelta, BeforeValidator(parse_duration), PlainSerializer(format_duration)]
