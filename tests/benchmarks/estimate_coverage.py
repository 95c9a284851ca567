"""How often the intervals of an estimate hold the truth, and how wide they are beside others."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from routing.evidence.estimate import Estimate, Interval, Reach, Stratum
from routing.measures.estimation.error_estimate import estimate, strata_of
from routing.measures.intervals import WeightedEstimate, hypergeometric, mover, wilson_interval
from routing.measures.sample import Floats
from tests.benchmarks.figure import Figure, at_least, at_most
from tests.benchmarks.parallel import spread
from tests.benchmarks.real_sets import SEED, RealSet, real_sets

RECEIVED = 2_000
"""Predictions of a period."""
ACCEPTED = (0.6, 0.9)
"""Shares of the traffic that the threshold accepts."""
AUDITED = (0.05, 0.1)
LEAST_COVERAGE = 0.94
MOST_NAIVE_COVERAGE = 0.5
MOST_WIDTH = 1.1
PARTS = ("overall", "accepted")
REACHES = (Reach.PERIOD, Reach.FUTURE)
OURS, NAIVE, EXACT, WILSON = "estimate", "naive", "exact", "Wilson"

Key = tuple[str, Reach]
Intervals = Mapping[str, Interval]


@dataclass(frozen=True, slots=True)
class Setting:
    """A threshold by the share it accepts, and the share of that which is audited."""

    set: RealSet
    accepted: float
    audited: float

    @property
    def threshold(self) -> float:
        """The quantile of the set's scores."""
        return float(np.quantile(self.set.score, 1 - self.accepted))


@dataclass(frozen=True, slots=True)
class Seen:
    """By interval: in how many of `n` periods it held the truth, and the sum of its widths."""

    n: int
    held: Mapping[str, int]
    widths: Mapping[str, float]

    def coverage(self, interval: str) -> float:
        """The share of periods in which it held the truth."""
        return self.held[interval] / self.n

    def __add__(self, other: "Seen") -> "Seen":
        return Seen(
            self.n + other.n,
            {name: count + other.held[name] for name, count in self.held.items()},
            {name: width + other.widths[name] for name, width in self.widths.items()},
        )


def measure(replications: int) -> Iterator[Figure]:
    """For each set: coverage beside the naive one, and width beside the narrowest other that covers."""
    shares = list(product(ACCEPTED, AUDITED))
    settings = [Setting(one, *pair) for one in real_sets() for pair in shares]
    jobs = [(setting, number, replications) for number, setting in enumerate(settings)]
    seen = list(spread(_seen, jobs, "Intervals"))
    for place in range(0, len(seen), len(shares)):
        for key in product(PARTS, REACHES):
            by_setting = [each[key] for each in seen[place : place + len(shares)]]
            yield from _figures(settings[place].set.name, key, by_setting)


def _figures(name: str, key: Key, seen: Sequence[Seen]) -> Iterator[Figure]:
    part, reach = key
    whole = sum(seen[1:], seen[0])
    what = f"{name}, {part}, {reach}"
    settings = " ".join(f"{100 * each.coverage(OURS):.1f}" for each in seen)
    others = ", ".join(f"{one} {100 * whole.coverage(one):.1f}" for one in whole.held if one != OURS)
    coverage = 100 * whole.coverage(OURS)
    yield at_least(
        f"{what}: covered", coverage, 100 * LEAST_COVERAGE, "%", f"by setting {settings}; {others}"
    )
    if key == ("overall", Reach.PERIOD):
        naive = 100 * whole.coverage(NAIVE)
        yield at_most(f"{name}, {part}: naively covered", naive, 100 * MOST_NAIVE_COVERAGE, "%")
    narrowest = _narrowest(whole)
    if narrowest is None:
        print(f"     {what}: neither {EXACT} nor {WILSON} covers {LEAST_COVERAGE:.0%}: no width to compare")
        return
    ratio = whole.widths[OURS] / whole.widths[narrowest]
    widths = ", ".join(f"{one} {whole.widths[one] / whole.n:.4f}" for one in whole.widths if one != NAIVE)
    yield at_most(f"{what}: width / {narrowest}'s", ratio, MOST_WIDTH, "x", f"mean widths {widths}")


def _narrowest(seen: Seen) -> str | None:
    covering = [name for name in (EXACT, WILSON) if name in seen.held]
    covering = [name for name in covering if seen.coverage(name) >= LEAST_COVERAGE]
    return min(covering, key=lambda name: seen.widths[name], default=None)


def _seen(setting: Setting, number: int, replications: int) -> dict[Key, Seen]:
    rng = np.random.default_rng((SEED, len(setting.set), number))
    periods = [_period(setting, rng) for _ in range(replications)]
    return {key: _tallied([period[key] for period in periods]) for key in product(PARTS, REACHES)}


def _tallied(periods: Sequence[tuple[float, Intervals]]) -> Seen:
    names = periods[0][1].keys()
    return Seen(
        len(periods),
        {name: sum(_holds(found[name], truth) for truth, found in periods) for name in names},
        {name: math.fsum(found[name].high - found[name].low for _, found in periods) for name in names},
    )


def _holds(interval: Interval, truth: float) -> bool:
    rounding = 1e-12
    return interval.low - rounding <= truth <= interval.high + rounding


def _period(setting: Setting, rng: np.random.Generator) -> dict[Key, tuple[float, Intervals]]:
    """The truth and the intervals of one period: all below the threshold is reviewed, the rest audited."""
    one = setting.set
    drawn = rng.integers(len(one), size=RECEIVED)
    accepts = one.score >= setting.threshold
    accepted, errors = accepts[drawn], one.is_error[drawn]
    chances = np.where(accepted, setting.audited, 1.0)
    asked = rng.random(RECEIVED) < chances
    strata = strata_of(chances, asked, asked, errors, accepted)
    truths = {
        ("overall", Reach.PERIOD): _mean(errors),
        ("overall", Reach.FUTURE): _mean(one.is_error),
        ("accepted", Reach.PERIOD): _mean(errors[accepted]),
        ("accepted", Reach.FUTURE): _mean(one.is_error[accepts]),
    }
    found = {
        "overall": _intervals(strata),
        "accepted": _intervals(tuple(one for one in strata if one.is_accepted)),
    }
    return {(part, reach): (truth, found[part][reach]) for (part, reach), truth in truths.items()}


def _mean(flags: npt.NDArray[np.bool_] | Floats) -> float:
    return float(np.mean(flags))


def _intervals(strata: Sequence[Stratum]) -> dict[Reach, Intervals]:
    found = estimate("traffic", strata)
    naive = _interval(found.naive)
    return {
        Reach.PERIOD: {
            OURS: _interval(found.period),
            NAIVE: naive,
            EXACT: _combined([_exact(stratum) for stratum in strata], strata),
            WILSON: _combined([_wilson(stratum, stratum.received) for stratum in strata], strata),
        },
        Reach.FUTURE: {
            OURS: _interval(found.future),
            NAIVE: naive,
            WILSON: _combined([_wilson(stratum, None) for stratum in strata], strata),
        },
    }


def _interval(found: Estimate | None) -> Interval:
    """Where nothing was labeled nothing is said, which does not count as covering."""
    return Interval(math.inf, -math.inf) if found is None else Interval(found.low, found.high)


def _exact(stratum: Stratum) -> Interval:
    low, high = hypergeometric(stratum.errors, stratum.labeled, stratum.received)
    return Interval(low / stratum.received, high / stratum.received)


def _wilson(stratum: Stratum, population: int | None) -> Interval:
    return wilson_interval(stratum.errors, stratum.labeled, population=population)


def _combined(limits: Sequence[Interval], strata: Sequence[Stratum]) -> Interval:
    received = sum(stratum.received for stratum in strata)
    pairs = zip(strata, limits, strict=True)
    parts = [
        WeightedEstimate(one.received / received, one.errors / one.labeled, interval)
        for one, interval in pairs
    ]
    return mover(parts)[1]
