"""The days of a week in words, by the calendar of who reads them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.words.day_words import days_words


@pytest.mark.parametrize(
    ("begin", "words"),
    [
        ("2026-11-23 09:00", "23 to 29 November"),
        ("2026-11-20 18:00", "21 to 27 November"),
        ("2026-11-30 00:00", "30 November to 6 December"),
        ("2026-12-28 09:00", "28 December 2026 to 3 January 2027"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
def test_a_week_is_named_by_the_days_that_lie_in_it_for_the_most_part(
    begin: str, words: str, zone: str
) -> None:
    since = datetime.fromisoformat(begin).replace(tzinfo=ZoneInfo(zone))
    assert days_words(since, since + timedelta(days=7), zone) == words
