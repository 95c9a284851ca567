"""Probabilities as models write them: rounded, so that they are together a little more or less than 1."""

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal

TOLERANCE = 1e-3
"""What a sum may be off though nothing is rounded: models compute with few bits."""
COARSEST = 2
"""Digits behind the point: fewer are taken for zeros that were not written."""
DUST = 1e-9


def rounding(value: float) -> float:
    """How far the value may be from what was meant: half of its last digit."""
    digits = -int(Decimal(repr(float(value))).as_tuple().exponent)
    return 0.5 * 10.0 ** -max(digits, COARSEST)


def is_same(value: float, other: float) -> bool:
    """Whether the two may be one probability, each rounded in its own way."""
    apart = abs(value - other) - DUST
    return apart <= TOLERANCE or apart <= rounding(value) + rounding(other)


def are_whole(values: Iterable[float]) -> bool:
    """Whether they may be all probabilities of something: together 1 but for what rounding does to each."""
    counted = tuple(values)
    missing = 1 - math.fsum(counted)
    gap = abs(missing) - DUST
    return gap <= TOLERANCE or gap <= math.fsum(_rooms(counted, missing))


def even_out(probabilities: Mapping[str, float]) -> dict[str, float]:
    """The probabilities with a sum of 1, none moved by more than its rounding where that is enough.

    Dividing by the sum would let the likeliest grow by all that rounding took from a hundred others.
    """
    values = tuple(probabilities.values())
    missing = 1 - math.fsum(values)
    if abs(missing) <= DUST:
        return dict(probabilities)
    rooms = _rooms(values, missing)
    room = math.fsum(rooms)
    if abs(missing) > room + DUST:
        return {name: value / (1 - missing) for name, value in probabilities.items()}
    shares = zip(probabilities.items(), rooms, strict=True)
    return {name: max(0.0, value + missing * own / room) for (name, value), own in shares}


def _rooms(values: tuple[float, ...], missing: float) -> list[float]:
    """How far each can be moved towards what is missing: up to 1 or, where the sum is too high, down to 0."""
    return [min(rounding(value), 1 - value if missing > 0 else value) for value in values]
