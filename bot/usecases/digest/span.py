"""The time that a digest speaks of, the time before it, and since when it looks for what needs many."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LOOK_BACK = timedelta(days=28)
"""Calibration, slices, themes and thresholds need more labels than a week gives."""


@dataclass(frozen=True, slots=True)
class Span:
    """The digest's period and its predecessor."""

    before_at: datetime
    since_at: datetime
    until_at: datetime

    @property
    def learned_since_at(self) -> datetime:
        """Since when labels are looked at for what needs many."""
        return min(self.since_at, self.until_at - LOOK_BACK)
