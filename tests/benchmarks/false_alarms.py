"""How often a year of daily looks raises an alarm without a change, and how soon a change is found."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from routing.measures.certification.monitor import monitor
from routing.measures.drift.drift import find_drift, learn_reference
from routing.measures.drift.observations import Observation, columns
from routing.measures.sample import Floats
from tests.benchmarks.figure import Figure, at_most, told
from tests.benchmarks.parallel import spread
from tests.benchmarks.promise_coverage import plug_in
from tests.benchmarks.real_sets import SEED, Bools, RealSet, real_sets

DAYS = 365
AUDITS_A_DAY = 40 / 7
SHARES = (0.1, 0.05)
"""Audit shares of the less and of the more confident half of what is accepted: weights are not equal."""
PROMISED = 0.02
"""About the error of what is accepted; the promise is the error itself, so nothing is to spare."""
DELTA = 0.05
NEVER, AT_ONCE, MIDYEAR = DAYS, 0, DAYS // 2
"""The day from which the error is twice as high."""

DRIFT_YEARS = 1
"""A year of looks at drift takes a minute, so there are no more of each set."""
REFERENCE = 1_000
A_DAY = 30
WINDOW = 7
"""Days that a look at drift goes back."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a threshold accepts: whether the model is wrong, and the chance of an audit."""

    name: str
    is_error: Bools
    share: Floats

    @property
    def error(self) -> float:
        """The share that is wrong."""
        return float(self.is_error.mean())

    def masses(self, *, is_doubled: bool) -> Floats:
        """How likely each is to be the next audit; if doubled, the wrong ones come twice as often."""
        rest = (1 - 2 * self.error) / (1 - self.error)
        traffic = np.where(self.is_error, 2.0, rest) if is_doubled else np.ones(len(self.share))
        masses = traffic * self.share
        return np.asarray(masses / masses.sum())


def measure(replications: int) -> Iterator[Figure]:
    """False alarms of the monitor of audits, how soon it finds a doubled error, and drift's false alarms."""
    accepted = [_accepted(one) for one in real_sets()]
    changes = (NEVER, AT_ONCE, MIDYEAR)
    jobs = [
        (one, change, replications, number) for number, (one, change) in enumerate(product(accepted, changes))
    ]
    found = spread(_alarm_days, jobs, f"{replications} years of audits")
    for (one, change, *_), days in zip(jobs, found, strict=True):
        yield _figure(one, change, days)
    years = [(one, year) for one in real_sets() for year in range(min(DRIFT_YEARS, replications))]
    false = list(spread(_drift_alarms, years, f"{len(years)} years of drift"))
    shown = f"{sum(false)} of {len(false)} years, {DAYS} looks each"
    yield at_most("drift: years with a false alarm", 100 * float(np.mean(false)), 100 * DELTA, "%", shown)


def _accepted(one: RealSet) -> Accepted:
    threshold = plug_in(one.score, one.is_error, PROMISED)
    if threshold is None:
        raise ValueError(f"{one.name}: the model is wrong too often to accept anything")
    accepts = one.score >= threshold
    score = one.score[accepts]
    return Accepted(one.name, one.is_error[accepts], np.where(score < np.median(score), *SHARES))


def _figure(one: Accepted, change: int, days: npt.NDArray[np.float64]) -> Figure:
    name = f"{one.name}, {one.error:.2%} promised"
    if change == NEVER:
        false = 100 * float(np.isfinite(days).mean())
        return at_most(f"{name}: years with a false alarm", false, 100 * DELTA, "%", f"{len(days)} years")
    since = days[days >= change] - change
    within = DAYS - change
    early = float(np.mean(days < change))
    weeks = float(np.median(since)) / 7
    shown = f"median week {weeks:.0f}; alarm before it {early:.1%}"
    share = 100 * float(np.isfinite(since).mean())
    return told(f"{name}, doubled: found within {within} days", share, "%", shown)


def _alarm_days(one: Accepted, change: int, replications: int, number: int) -> npt.NDArray[np.float64]:
    """For each year the day of the alarm, infinite without one."""
    rng = np.random.default_rng((SEED, 4, number))
    return np.array([_alarm_day(one, change, rng) for _ in range(replications)])


def _alarm_day(one: Accepted, change: int, rng: np.random.Generator) -> float:
    counts = rng.poisson(AUDITS_A_DAY, DAYS)
    day = np.repeat(np.arange(DAYS), counts)
    before = int(counts[:change].sum())
    drawn = np.concatenate(
        [
            rng.choice(len(one.share), before, p=one.masses(is_doubled=False)),
            rng.choice(len(one.share), len(day) - before, p=one.masses(is_doubled=True)),
        ]
    )
    weights = 1 / one.share[drawn]
    seen = monitor(one.is_error[drawn], weights, one.error, DELTA, largest_weight=1 / min(SHARES))
    return float(day[seen.revoked_at]) if seen.revoked_at is not None else np.inf


def _drift_alarms(one: RealSet, year: int) -> bool:
    """Whether any of a year's daily looks at the last week raises an alarm, all drawn from the same set."""
    rng = np.random.default_rng((SEED, 5, len(one), year))
    reference = learn_reference(columns(_cases(one, REFERENCE, rng)), rng)
    week = _cases(one, WINDOW * A_DAY, rng)
    for _ in range(DAYS):
        week = [*week[A_DAY:], *_cases(one, A_DAY, rng)]
        if find_drift(one.name, reference, columns(week), rng, delta=DELTA).alarms:
            return True
    return False


def _cases(one: RealSet, count: int, rng: np.random.Generator) -> list[Observation]:
    predicted, score = one.predicted, one.score
    return [
        Observation(str(place), one.inputs[place], str(predicted[place]), float(score[place]))
        for place in rng.integers(len(one), size=count)
    ]
