"""How often a year in which nothing changes raises an alarm of drift, and how soon a change is found.

Years of traffic go through the whole decision: when to look, at which weeks, what a look may spend, and every
test of `find_drift`. Only the database and the telling are left out.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt

from bot.usecases.learning.drift_spans import ANCHOR, DAY, FEWEST_NEW, REFERENCE, days_to_spend, gather
from routing.evidence.alarm import Alarm, AlarmKind
from routing.measures.drift.drift import DELTA, Look, Reference, find_drift, learn_reference
from routing.measures.drift.observations import Columns, Floats, columns
from tests.benchmarks.drift_traffic import CHANGES, STREAMS, Arrived, Change, Stream, arrivals
from tests.benchmarks.figure import Figure, at_most, told
from tests.benchmarks.parallel import spread
from tests.benchmarks.real_sets import SEED

WARM_UP = 8 * REFERENCE
"""Before the first look: a stretched window with a stretched reference before it."""
YEAR = 365
CHANGED_ON = 120
"""The day of the year from which changed traffic comes in."""
FOUND_WITHIN = 26
"""Weeks after the change."""
YEARS_A_JOB = 5
LATE = 10
"""Of so many years that are simulated without a change one is with each change."""


@dataclass
class Year:
    """A stream's traffic around a year that begins with the first look, as it came in."""

    stream: Stream
    rng: np.random.Generator
    change: Change | None

    @cached_property
    def begin(self) -> datetime:
        """Years begin anywhere in the calendar of references."""
        return ANCHOR + 20 * REFERENCE + int(self.rng.integers(REFERENCE // DAY)) * DAY

    @cached_property
    def _arrived(self) -> list[Arrived]:
        since, days = self.begin - WARM_UP, WARM_UP // DAY + YEAR
        changed_at = None if self.change is None else self.begin + CHANGED_ON * DAY
        return arrivals(self.stream, since, days, self.rng, self.change, changed_at)

    @cached_property
    def _moments(self) -> list[datetime]:
        return [one.at for one in self._arrived]

    @cached_property
    def _columns(self) -> Columns:
        return columns([one.seen for one in self._arrived])

    def came_in(self, since: datetime, until: datetime) -> range:
        """The places of what came in from a moment to before another."""
        return range(bisect_left(self._moments, since), bisect_left(self._moments, until))

    def _part(self, places: Sequence[int]) -> Columns:
        return self._columns.part(places[0], places[-1] + 1)

    def looks(self) -> Iterator[tuple[int, tuple[Alarm, ...]]]:
        """The day of every look, and what it would tell."""
        looked_at: datetime | None = None
        learned: dict[datetime, Reference] = {}
        for day in range(YEAR):
            now = self.begin + day * DAY
            if looked_at is not None and len(self.came_in(looked_at, now)) < FEWEST_NEW:
                continue
            seen = gather(self.came_in, now)
            if seen is None:
                continue
            if (held := seen.looked.reference_until) not in learned:
                learned[held] = learn_reference(self._part(seen.reference), self.rng)
            look = Look(days_to_spend(looked_at, now), seen.looked.weeks, seen.looked.reference_weeks)
            window = self._part(seen.window)
            yield day, find_drift(self.stream.name, learned[held], window, self.rng, look=look).alarms
            looked_at = now


def measure(replications: int) -> Iterator[Figure]:
    """So many years of each stream without a change, and a tenth of that with each change."""
    for number, stream in enumerate(STREAMS):
        jobs = [(number, replications, start) for start in range(0, replications, YEARS_A_JOB)]
        found = spread(_false_years, jobs, f"{replications} years, {stream.name}")
        yield _false_figure(stream, np.array([one for some in found for one in some]))
    years = max(1, replications // LATE)
    changed = [(one, to) for one, to in product(range(len(STREAMS)), range(len(CHANGES))) if _can(one, to)]
    late = [(one, to, year) for one, to in changed for year in range(years)]
    weeks = np.array(list(spread(_weeks_until_found, late, f"{years} years of each change")))
    for (one, to), of_both in zip(changed, weeks.reshape(len(changed), years), strict=True):
        yield _found_figure(STREAMS[one], CHANGES[to], of_both)


def _can(stream: int, change: int) -> bool:
    return STREAMS[stream].has_text or CHANGES[change].kind is not AlarmKind.TOPICS


def _false_years(stream: int, replications: int, start: int) -> list[tuple[bool, int]]:
    """Of some years whether anything was told, and how many looks there were."""
    return [_false_year(stream, year) for year in range(start, min(start + YEARS_A_JOB, replications))]


def _false_year(stream: int, year: int) -> tuple[bool, int]:
    rng = np.random.default_rng((SEED, 6, stream, year))
    looks = 0
    for _, alarms in Year(STREAMS[stream], rng, None).looks():
        looks += 1
        if alarms:
            return True, looks
    return False, looks


def _weeks_until_found(stream: int, change: int, year: int) -> float:
    """Weeks from the change to an alarm about it; infinite without one in time."""
    rng = np.random.default_rng((SEED, 7, stream, change, year))
    kinds = {CHANGES[change].kind, *({AlarmKind.WORDS} if STREAMS[stream].has_text else ())}
    for day, alarms in Year(STREAMS[stream], rng, CHANGES[change]).looks():
        since = (day - CHANGED_ON) / 7
        if since > FOUND_WITHIN:
            break
        if since > 0 and any(one.kind in kinds for one in alarms):
            return since
    return np.inf


def _false_figure(stream: Stream, years: npt.NDArray[np.int_]) -> Figure:
    """The bound leaves room for chance: two standard errors of a share of so many years."""
    n = len(years)
    limit = DELTA + 2 * (DELTA * (1 - DELTA) / n) ** 0.5
    quiet = years[years[:, 0] == 0, 1]
    shown = f"{n} years of about {np.mean(quiet):.0f} looks; {DELTA:.0%} + 2 standard errors"
    name = f"{stream.name}: years with a false alarm"
    return at_most(name, 100 * float(years[:, 0].mean()), round(100 * limit, 2), "%", shown)


def _found_figure(stream: Stream, change: Change, weeks: Floats) -> Figure:
    middle, most = np.quantile(weeks, (0.5, 0.9), method="inverted_cdf")
    shown = f"median {middle:.1f} weeks, 9 of 10 years within {most:.1f}; {len(weeks)} years"
    found = 100 * float(np.isfinite(weeks).mean())
    return told(f"{stream.name}, {change.name}: found", found, "%", shown)
