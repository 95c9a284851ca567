"""The days of a period in words, by the calendar of who reads them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

HALF = timedelta(hours=12)


def days_words(since: datetime, until: datetime, zone: str) -> str:
    """The days that lie in the period for the most part: "23 to 29 November"."""
    first, last = (moment.astimezone(ZoneInfo(zone)).date() for moment in (since + HALF, until - HALF))
    if first.year != last.year:
        return f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}"
    month = "" if first.month == last.month else f" {first:%B}"
    return f"{first.day}{month} to {last.day} {last:%B}"
