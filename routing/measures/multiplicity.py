"""P-values of several tests, corrected for their number."""

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """P-values corrected for their number (Holm 1979), however the tests depend on each other.

    The chance that any of the findings at a level is false is at most that level.
    """
    raw = np.asarray(p_values, dtype=np.float64)
    # Stable: equal p-values keep their order, so that the same tests give the same answer.
    order = np.argsort(raw, kind="stable")
    stepped = np.maximum.accumulate(raw[order] * np.arange(len(raw), 0, -1))
    adjusted = np.empty(len(raw))
    adjusted[order] = np.minimum(stepped, 1.0)
    return tuple(float(value) for value in adjusted)
