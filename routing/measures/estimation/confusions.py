"""Which labels the model takes for which others, weighted to speak of all traffic."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from routing.evidence.error_patterns import ConfusionPair
from routing.evidence.reliability import wilson

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


def confusion_pairs(
    predicted: Sequence[str], decided: Sequence[str], weights: Sequence[float] | None = None
) -> tuple[ConfusionPair, ...]:
    """Every pair of labels that was confused at least once, the heaviest first.

    `weights` are what each decision stands for (for all traffic see `label_weights`), equal if left out.
    Intervals are Wilson's with Kish's effective size (Σw)²/Σw² for n (Kish 1965). Raises ValueError for
    lengths or weights that do not fit.
    """
    mass = _weights(predicted, decided, weights)
    names = sorted({*predicted, *decided})
    place = {name: index for index, name in enumerate(names)}
    rows = np.fromiter((place[name] for name in predicted), dtype=np.intp, count=len(predicted))
    columns = np.fromiter((place[name] for name in decided), dtype=np.intp, count=len(decided))
    errors = rows != columns
    wrong = float(mass[errors].sum())
    keys, group = np.unique(rows[errors] * len(names) + columns[errors], return_inverse=True)
    counts = np.bincount(group)
    heavy = np.bincount(group, weights=mass[errors])
    totals = np.bincount(rows, weights=mass, minlength=len(names))
    squares = np.bincount(rows, weights=mass**2, minlength=len(names))
    pairs = []
    for key, n, weight in zip(keys, counts, heavy, strict=True):
        row, column = divmod(int(key), len(names))
        # Sums in different orders: a row of nothing but errors may come out a hair above 1.
        share = min(1.0, float(weight / totals[row]))
        effective = float(totals[row] ** 2 / squares[row])
        low, high = wilson(share * effective, effective)
        pair = (names[row], names[column], int(n), float(weight), float(weight) / wrong, share, low, high)
        pairs.append(ConfusionPair(*pair))
    return tuple(sorted(pairs, key=lambda pair: (-pair.weight, pair.predicted, pair.decided)))


def _weights(predicted: Sequence[str], decided: Sequence[str], weights: Sequence[float] | None) -> Floats:
    mass = np.ones(len(predicted)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not len(predicted) == len(decided) == len(mass):
        raise ValueError("predicted, decided and weights need one value per decision")
    if not (np.all(mass > 0) and np.all(mass < np.inf)):
        raise ValueError("weights have to be positive and finite")
    return mass
