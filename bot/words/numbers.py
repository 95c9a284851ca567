"""Numbers in words: counts, durations, and shares that are estimated, each with its interval and its n."""

import math
from datetime import timedelta

from routing.evidence.estimate import Estimate, between
from routing.evidence.promise import percent

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


def odds(value: float) -> str:
    """A share as people say it: "1 in 90" under a tenth, "41 %" above, "half" about there."""
    if value <= 0:
        return "none"
    if value >= 0.1:
        return "half" if abs(value - 0.5) < 0.02 else f"{value:.0%}".replace("%", " %")
    return f"1 in {_rounded(1 / value):,}"


def _rounded(number: float) -> int:
    """To a whole number, and to two digits where that is more than 20; rarer than 1 in a million is that."""
    number = min(number, 1e6)
    digits = 0 if number < 20 else 1 - math.floor(math.log10(number))
    return round(round(number, digits))


def odds_between(value: Estimate) -> str:
    """The interval of a share in the unit that the share is said in."""
    if value.value >= 0.1 or value.high > 0.34:  # "1 in 3" is the last that says something
        return f"between {value.low:.0%} and {value.high:.0%}".replace("%", " %")
    if value.low <= 0:
        return f"at most {odds_under(value.high)}"
    return f"between {odds_under(value.high)} and {odds_under(value.low)}"


def odds_under(value: float) -> str:
    """A share below a half as "1 in 6", also where a tenth is exceeded."""
    return f"1 in {_rounded(1 / value):,}"


def allowed(target: float) -> str:
    """What somebody allows, exactly: "1 in 50", "3 in 100", or in per cent."""
    for base in (1 / target, 100, 1_000):
        count = target * base
        if abs(base - round(base)) < 1e-9 * base and abs(count - round(count)) < 1e-9:
            return f"{round(count):,} in {round(base):,}"
    return percent(target)


def share(value: float, low: float, high: float, n: int, digits: int = 1) -> str:
    """An estimated share with its interval and what it rests on."""
    return f"{value:.{digits}%} ({between(low, high, digits)}, n={n:,})"


def estimate_words(value: Estimate | None) -> str:
    """An estimated share of errors with its interval and n."""
    return UNLABELED if value is None else share(value.value, value.low, value.high, value.n)
