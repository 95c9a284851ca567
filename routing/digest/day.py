"""A day of a team's work, as the digest's picture shows it."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Day:
    """What came in and was decided on a day of the team's calendar; no median where nothing was decided."""

    date: date
    received: int
    auto_accepted: int
    reviewed: int
    decided: int
    median_time: timedelta | None
