"""Whether errors become more frequent within a session: a cumulative sum with a limit found by simulation."""

from collections.abc import Sequence

import numpy as np

from routing.evidence.expertise import SessionChange
from routing.measures.opinions.opinions import Floats

TIMES = 2.0
"""The change that is looked for: so many times the odds of an error."""
FALSE = 0.05
"""The chance that a session without a change passes the limit."""
RUNS = 20_000


def session_change(
    errors: Sequence[bool], usual: float, seed: int, times: float = TIMES, runs: int = RUNS
) -> SessionChange:
    """From whether each answer of a session was wrong, in their order; `usual` is the expert's error.

    The sum of log likelihood ratios that never falls below 0 (Page 1954, Continuous Inspection Schemes; for
    errors Reynolds & Stoumbos 1999), against `times` the odds. Its limit is the one that at most 5 % of
    `runs` simulated sessions of this length at the usual error pass: so it knows how long the session is.
    Raises ValueError for a usual error outside (0, 1), or times not above 1.
    """
    if not (0 < usual < 1 and times > 1):
        raise ValueError(f"the usual error lies between 0 and 1, the change above 1: {usual}, {times}")
    drawn = np.random.default_rng(seed).random((runs, len(errors))) < usual
    simulated = _sums(drawn, usual, times).max(axis=1, initial=0.0)
    # "higher" and "passed" rather than "reached": sums are on a grid, ties are frequent.
    limit = float(np.quantile(simulated, 1 - FALSE, method="higher"))
    sums = _sums(np.asarray([errors], dtype=bool).reshape(1, -1), usual, times)[0]
    passed = np.flatnonzero(sums > limit + 1e-9)
    return SessionChange(float(sums.max(initial=0.0)), limit, int(passed[0]) if len(passed) else None)


def _sums(errors: np.typing.NDArray[np.bool_], usual: float, times: float) -> Floats:
    odds = times * usual / (1 - usual)
    worse = odds / (1 + odds)
    steps = np.where(errors, np.log(worse / usual), np.log((1 - worse) / (1 - usual)))
    walked = np.cumsum(steps, axis=1)
    # max(0, sum + step), all at once: the walk less its lowest point so far, which starts at 0.
    lowest = np.minimum(np.minimum.accumulate(walked, axis=1), 0.0) if walked.shape[1] else walked
    return np.asarray(walked - lowest)
