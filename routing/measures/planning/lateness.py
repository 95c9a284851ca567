"""How many cases would be late, from the logged times to a decision; cases still open count as censored."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import CensoredData, ecdf

from routing.measures.sample import Floats, Values

LEAST_TIMES = 10
"""Fewer decisions tell nothing of how long experts take."""


class Delays:
    """The working time, in seconds, that experts of a channel take to decide (Kaplan & Meier 1958).

    `decided` are the times of decided cases, `waiting` the time that open ones have waited so far.
    """

    def __init__(self, decided: Values, waiting: Values = ()) -> None:
        self.n = len(decided)
        times = CensoredData(uncensored=np.asarray(decided), right=np.asarray(waiting)) if self.n else None
        self._survival = ecdf(times).sf if times is not None else None

    @property
    def are_enough(self) -> bool:
        """Whether there are enough decisions to speak of others."""
        return self.n >= LEAST_TIMES

    def late(self, due: Sequence[float], waited: Sequence[float]) -> float:
        """How many cases due after `due` seconds are expected to be late, each having waited that long.

        Raises ValueError for too few decisions.
        """
        if self._survival is None or not self.are_enough:
            raise ValueError(f"{self.n} decisions are too few to expect lateness from; {LEAST_TIMES} needed")
        limits, so_far = np.asarray(due, dtype=np.float64), np.asarray(waited, dtype=np.float64)
        beyond: Floats = np.asarray(self._survival.evaluate(np.maximum(limits, so_far)))
        reached: Floats = np.asarray(self._survival.evaluate(so_far))
        # Nobody ever waited so long: then it is late once it is decided.
        return float(np.divide(beyond, reached, out=np.ones_like(beyond), where=reached > 0).sum())
