"""How much less predictions say that are wrong together: "600 count like 210"."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from routing.measures.sample import Flags, Floats, Values


def intraclass_correlation(losses: Flags | Values, group: Sequence[str | int]) -> float:
    """The share of the variance of losses that groups have in common, from 0 to 1.

    By analysis of variance for unequal groups: (B − W)/(B + (n₀ − 1)·W), B and W the mean squares between and
    within, n₀ = (N − Σn²/N)/(G − 1) (Donner 1986). Negative ones are 0, and so is it where nothing differs,
    or no group holds two. Raises ValueError for columns of unequal length.
    """
    values: Floats = np.asarray(losses, dtype=np.float64)
    sizes, sums, member = _groups(values, group)
    groups, n = len(sizes), len(values)
    if groups < 2 or n == groups:
        return 0.0
    means = sums / sizes
    between = float((sizes * (means - values.mean()) ** 2).sum()) / (groups - 1)
    within = float(((values - means[member]) ** 2).sum()) / (n - groups)
    typical = (n - float((sizes**2).sum()) / n) / (groups - 1)
    spread = between + (typical - 1) * within
    return max(0.0, (between - within) / spread) if spread > 0 else 0.0


def design_effect(losses: Flags | Values, group: Sequence[str | int]) -> float:
    """By what factor groups inflate the variance of the mean loss: 1 + (m̄ − 1)·ICC, at least 1.

    m̄ = Σn²/Σn is the size of the group that a prediction is in, on average (Kish 1965; Eldridge et al. 2006).
    """
    values: Floats = np.asarray(losses, dtype=np.float64)
    sizes, _, _ = _groups(values, group)
    if not len(values):
        return 1.0
    return 1 + (float((sizes**2).sum()) / len(values) - 1) * intraclass_correlation(values, group)


def effective_count(losses: Flags | Values, group: Sequence[str | int]) -> int:
    """How many predictions of groups of their own would say as much."""
    return round(len(group) / design_effect(losses, group))


def _groups(values: Floats, group: Sequence[str | int]) -> tuple[Floats, Floats, npt.NDArray[np.intp]]:
    if len(values) != len(group):
        raise ValueError("losses and groups need one value per prediction")
    place = {name: number for number, name in enumerate(dict.fromkeys(group))}
    member = np.fromiter((place[name] for name in group), dtype=np.intp, count=len(group))
    sizes, sums = (np.zeros(len(place)) for _ in range(2))
    np.add.at(sizes, member, 1.0)
    np.add.at(sums, member, values)
    return sizes, sums, member
