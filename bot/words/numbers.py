"""Numbers in words: counts, durations, and shares that are estimated, each with its interval and its n."""

from datetime import timedelta

from routing.evidence.estimate import Estimate, between
from routing.evidence.odds import odds_under

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UNLABELED = "nothing answered"
"""Instead of an estimate that rests on no label."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun, in the plural where it has to be."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def count(value: int | None) -> str:
    """A count, or a dash where there is none."""
    return "–" if value is None else f"{value:,}"


def rate(value: float) -> str:
    """A rate in two digits, or in whole numbers where it has more of them."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def duration(value: timedelta) -> str:
    """A duration in its two largest units."""
    if value < MINUTE:
        return f"{round(value.total_seconds())} s"
    minutes = round(value / MINUTE)
    if value < HOUR and minutes < 60:
        return f"{minutes} min"
    if value < DAY:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    hours = round(value / HOUR)
    return f"{hours // 24} d {hours % 24} h"


def odds_between(value: Estimate) -> str:
    """The interval of a share in the unit that the share is said in."""
    if value.value >= 0.1 or value.high > 0.34:  # "1 in 3" is the last that says something
        return f"between {value.low:.0%} and {value.high:.0%}".replace("%", " %")
    if value.low * value.n < 1 / 2:  # not even half an error would have been met: no limit that says anything
        return f"at most {odds_under(value.high)}"
    return f"between {odds_under(value.high)} and {odds_under(value.low)}"


def share(value: float, low: float, high: float, n: int, digits: int = 1) -> str:
    """An estimated share with its interval and what it rests on."""
    if low == high:  # all was looked at: nothing is estimated
        return f"{value:.{digits}%} (n={n:,})"
    return f"{value:.{digits}%} ({between(low, high, digits)}, n={n:,})"


def estimate_words(value: Estimate | None) -> str:
    """An estimated share of errors with its interval and n."""
    return UNLABELED if value is None else share(value.value, value.low, value.high, value.n)
