"""Moments as a person reads them who is not in Slack: day and time in a zone that is named."""

from datetime import datetime, tzinfo


def moment_words(at: datetime, zone: tzinfo | None = None) -> str:
    """The moment in `zone`, or where this machine is: "Mon 30 Nov 2026, 09:12 WET"."""
    return f"{at.astimezone(zone):%a %d %b %Y, %H:%M %Z}"


def span_words(since: datetime, until: datetime, zone: tzinfo | None = None) -> str:
    """From when to when, in `zone` or where this machine is."""
    return f"{moment_words(since, zone)} to {moment_words(until, zone)}"
