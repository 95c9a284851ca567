"""The model's error over all traffic where labels are checked themselves, in two phases or more.

See `routing.evidence.phases` for the values; an answer that nobody checked speaks for itself.
"""

import math
from collections.abc import Iterable, Iterator, Sequence

from routing.evidence.estimate import LEVEL, Estimate, Interval, Reach
from routing.evidence.phases import Phase
from routing.measures.intervals import WeightedEstimate, blaker, clopper_pearson, normal_quantile


def two_phase(phases: Iterable[Phase], level: float = LEVEL, reach: Reach = Reach.PERIOD) -> Estimate | None:
    """The share of errors as the last phase sees them, for this period or the future; None without labels.

    The value is Σ e₁/π + Σ (e₂ − e₁)/(π·π₂) over N (Neyman 1938; Särndal, Swensson & Wretman 1992, ch. 9)
    with the weights that were realized, N_h/n_h and n_c/m_c: a check stands for the labels that say the same
    and had its chance. Whatever the first experts do, it is that of the last phase. Where everything was
    checked it is `estimate`, value and interval.

    Each draw adds an uncertainty of its own: of errors among N_h if n_h held so many, and of errors among the
    labels of a cell if its checks held so many. Each is bounded by Blaker's exact interval (counts between
    two whole ones by interpolation), all together by MOVER (Zou & Donner 2008). For the future the first draw
    is from an endless stream (Clopper & Pearson), and the strata's shares vary as in `estimate`. Raises
    ValueError for a level outside 0..1.
    """
    every = [phase for phase in phases if phase.size]
    watched = [phase for phase in every if phase.drawn]
    if not watched:
        return None
    total = sum(phase.size for phase in watched)
    value = math.fsum(phase.size * phase.share for phase in watched) / total
    draws = [draw for phase in watched for draw in _draws(phase, phase.size / total, level, reach)]
    spread = _between(watched, value, level) if reach is Reach.FUTURE else 0.0
    low = max(
        0.0, value - math.hypot(spread, *(draw.weight * (draw.value - draw.interval.low) for draw in draws))
    )
    high = min(
        1.0, value + math.hypot(spread, *(draw.weight * (draw.interval.high - draw.value) for draw in draws))
    )
    # Of the unwatched, none may be wrong at the low end and all at the high end.
    share = total / sum(phase.size for phase in every)
    n = sum(phase.drawn for phase in watched)
    return Estimate(value, low * share, min(1.0, high * share + 1 - share), n, reach, level)


def _draws(phase: Phase, weight: float, level: float, reach: Reach) -> Iterator[WeightedEstimate]:
    """What every draw adds: the phase's own, then those within what it drew."""
    yield WeightedEstimate(weight, phase.share, _limits(phase, level, reach))
    for part in phase.parts:
        # Labels are there already: only the first draw can be from what is still to come.
        yield from _draws(part, weight * part.size / phase.drawn, level, Reach.PERIOD)


def _limits(phase: Phase, level: float, reach: Reach) -> Interval:
    """The interval of the share if the errors among the drawn were certain."""
    if not phase.drawn:
        return Interval(0.0, 1.0)
    least = math.floor(phase.errors)
    most = math.ceil(phase.errors)
    below, above = (_whole(errors, phase, level, reach) for errors in (least, most))
    between = phase.errors - least
    return Interval(
        below.low + between * (above.low - below.low), below.high + between * (above.high - below.high)
    )


def _whole(errors: int, phase: Phase, level: float, reach: Reach) -> Interval:
    if reach is Reach.FUTURE:
        return clopper_pearson(errors, phase.drawn, level)
    low, high = blaker(errors, phase.drawn, phase.size, level)
    return Interval(low / phase.size, high / phase.size)


def _between(phases: Sequence[Phase], value: float, level: float) -> float:
    total = sum(phase.size for phase in phases)
    variance = math.fsum(phase.size / total * (phase.share - value) ** 2 for phase in phases)
    return normal_quantile(level) * math.sqrt(variance / total)
