"""Alarms where "wrong" is said at once and "right" takes days: how often falsely, and how soon rightly."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from routing.measures.certification.monitor import e_values
from routing.measures.sample import Floats
from storage.evidence.labels_in_order import settled
from tests.benchmarks.figure import Figure, at_least, at_most
from tests.benchmarks.parallel import spread
from tests.benchmarks.real_sets import SEED, Bools, RealSet
from tests.benchmarks.trust_experts import DELTA, most_broken

AUDITS = 2_000
"""A year of 40 a week."""
YEAR = 365.0
PROMISED = 0.02
CHANGE = YEAR / 2
AFTER = 1.5 * YEAR
"""So long a change is looked for."""
RIGHT_TAKES = 1.0, 3.0
"""Days until "right" is said; "wrong" is said at once."""
UNANSWERED, STILL_SILENT = 0.02, 0.2
"""Asked again after their time, of which so many never answer."""
MOMENT = 1 / 24
DUE = (1.0, 4.0)
"""Days that experts have: less than "right" takes, or more."""


@dataclass(frozen=True, slots=True)
class Audits:
    """Audits in the order received; moments are in days, without an end for who never answers."""

    is_error: Bools
    received: Floats
    answered: Floats
    due: Floats


@dataclass(frozen=True, slots=True)
class _Seen:
    """An audit as the alarm sees it at a moment."""

    is_error: bool
    is_labeled: bool
    has_time: bool


def measure(sets: Sequence[RealSet], replications: int) -> Iterator[Figure]:
    """Years with a false revocation, and days until an error that doubles is found."""
    cells = list(product(sets, DUE))
    jobs = [(*cell, replications, number) for number, cell in enumerate(cells)]
    limit, alarms = round(100 * most_broken(replications), 1), []
    for (one, due), rows in zip(cells, spread(_runs, jobs, "Order"), strict=True):
        what = f"{one.name}, “right” after 1 to 3 days, {due:g} to answer"
        alarms.append(float(rows[:, 0].mean()))
        shown = f"in the order decided {100 * rows[:, 1].mean():.1f} %"
        yield at_most(f"{what}: years with a false revocation", 100 * alarms[-1], limit, "%", shown)
        yield from _found(what, due, rows[:, 2], rows[:, 3])
    mean = 100 * float(np.mean(alarms))
    yield at_most("order, false revocations, mean of the cells", mean, 100 * DELTA, "%")


def _found(what: str, due: float, late: Floats, prompt: Floats) -> Iterator[Figure]:
    both = np.isfinite(late) & np.isfinite(prompt)
    more = (late - prompt)[both]
    shown = f"prompt answers {prompt[both].mean():.0f} d"
    chance = 3 * float(more.std()) / math.sqrt(max(len(more), 1))
    limit = round(due + chance, 2)
    yield at_most(f"{what}: a doubled error found later by", float(more.mean()), limit, "d", shown)
    least = round(100 * float(np.isfinite(prompt).mean()), 1)
    yield at_least(
        f"{what}: found", 100 * float(np.isfinite(late).mean()), least, "%", "beside prompt answers"
    )


def _runs(one: RealSet, due: float, replications: int, number: int) -> Floats:
    rng = np.random.default_rng((SEED, 15, number))
    return np.array([_run(one, due, rng) for _ in range(replications)])


def _run(one: RealSet, due: float, rng: np.random.Generator) -> list[float]:
    accepted, error = region(one)
    received = np.sort(rng.uniform(0, YEAR, AUDITS))
    year = _answered(accepted[rng.integers(len(accepted), size=AUDITS)], received, due, rng)
    days = YEAR / 2 + AFTER
    received = np.sort(rng.uniform(0, days, round(AUDITS * days / YEAR)))
    wrong = rng.random(len(received)) < np.where(received < CHANGE, error, 2 * error)
    changed = _answered(wrong, received, due, rng)
    at_once = Audits(wrong, received, received + MOMENT, received + due)
    return [
        float(np.isfinite(revoked_on(year, error))),
        float(_is_revoked(year.is_error[np.argsort(year.answered)].tolist(), error)),
        revoked_on(changed, error, CHANGE),
        revoked_on(at_once, error, CHANGE),
    ]


def region(one: RealSet) -> tuple[Bools, float]:
    """Whether each of what is accepted is wrong, at the threshold whose error is nearest to the promised."""
    order = np.argsort(-one.score, kind="stable")
    shares = np.cumsum(one.is_error[order]) / np.arange(1, len(order) + 1)
    # Of the strictest few by chance none is wrong, or all.
    least = len(order) // 20
    size = least + int(np.argmin(np.abs(shares[least:] - PROMISED))) + 1
    return one.is_error[order[:size]], float(shares[size - 1])


def _answered(wrong: Bools, received: Floats, due: float, rng: np.random.Generator) -> Audits:
    takes = np.where(wrong, MOMENT, rng.uniform(*RIGHT_TAKES, len(wrong)))
    again = rng.random(len(wrong)) < UNANSWERED
    takes = np.where(again, due + takes, takes)
    takes = np.where(again & (rng.random(len(wrong)) < STILL_SILENT), np.inf, takes)
    return Audits(wrong, received, received + takes, received + due)


def revoked_on(audits: Audits, error: float, since: float = 0.0) -> float:
    """The first day from `since` on which the alarm revokes; without an end where it does not.

    It is looked at as soon as another error counts: nothing else speaks against a promise.
    """
    ends = np.maximum.accumulate(np.minimum(audits.answered, audits.due))
    before = np.concatenate(([0.0], ends[:-1]))
    counts = np.maximum(before, audits.answered)[audits.is_error]
    looks = np.sort(counts[np.isfinite(counts) & (counts >= since)])
    return next((float(day) for day in looks if _is_revoked(seen_on(audits, day), error)), math.inf)


def seen_on(audits: Audits, day: float) -> list[bool]:
    """Which of the audits that count on that day are wrong, in the order the product takes them."""
    size = int(np.searchsorted(audits.received, day, side="right"))
    labeled = audits.answered[:size] <= day
    waits = ~labeled & (audits.due[:size] > day)
    columns = (column.tolist() for column in (audits.is_error[:size], labeled, waits))
    return [audit.is_error for audit in settled(_Seen(*row) for row in zip(*columns, strict=True))]


def _is_revoked(wrong: Sequence[bool], error: float) -> bool:
    # What `monitor` revokes by, without its interval, which takes longer than all the rest.
    return bool(e_values(np.array(wrong, dtype=np.float64), alpha=error).max(initial=1.0) >= 1 / DELTA)
