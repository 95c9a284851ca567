"""Shares as people say them: "1 in 90" where they are small, exact where somebody allows them."""

import math


def percent(share: float) -> str:
    """A share that somebody promised or is promised, in words: "1.234 %"; no digit is rounded away."""
    # Ten digits: a promise that is rounded for reading is another promise.
    return f"{100 * share:.10g} %"


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
