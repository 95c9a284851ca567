"""A person's time zone by the name that Slack gives it."""

from zoneinfo import ZoneInfo


def time_zone(name: str | None) -> ZoneInfo:
    """The time zone of that name; UTC where there is none, or this machine does not know it."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
