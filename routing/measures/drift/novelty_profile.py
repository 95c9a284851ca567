"""Fits what labeled inputs of a task look like, so that a single case can be called novel.

Conformal (Vovk, Gammerman & Shafer 2005): each labeled case is scored against all others, and a new case is
novel where it scores above a limit that so few of them exceed that a case like them is called novel with a
probability of at most alpha. A new case is held against a case more than they were, which errs to the side
of not calling it novel. The text and every field are scored apart and share alpha equally (Bonferroni); where
labels are too few for all, the text comes first, then the fields that are filled in most often.
"""

import math
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.prediction import CaseInput, Scalar
from routing.triage.novelty import (
    MAX_TERMS,
    SHRINK,
    Categories,
    NoveltyProfile,
    Numbers,
    Words,
    terms,
    value_key,
)

ALPHA = 0.01
"""How often a case like the labeled ones is called novel, at most."""
MIN_LABELED = 100
"""With fewer, an alpha of 1 % leaves nothing to be novel."""
MAX_FIELDS = 40
MAX_VALUES = 1_000
"""A field with more categories names its case rather than describing it."""
FENCE = 4.0
"""Tukey's fence of a symmetric field, in distances from its median to a quartile: nearer is never novel."""
LARGEST = 1e300

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Limit:
    """Weights of labeled cases and the share of alpha that an aspect has."""

    weights: Floats
    share: float

    def of(self, scores: Floats) -> float:
        """The least of these scores above which no more than the share is novel, the new case included.

        That counts with the largest weight there is.
        """
        own = self.weights.max()
        # Without the 1e-12 rounding could take away a case that the share just allows.
        allowed = max(0.0, self.share * (self.weights.sum() + own) * (1 + 1e-12) - own)
        values, place = np.unique(scores, return_inverse=True)
        upward = np.cumsum(np.bincount(place, self.weights)[::-1])[::-1]
        above = np.append(upward[1:], 0.0)
        return float(values[above <= allowed][0])


def fit_novelty(
    inputs: Sequence[CaseInput], alpha: float = ALPHA, weights: Sequence[float] | None = None
) -> NoveltyProfile | None:
    """The profile of labeled inputs; None with fewer than 100, or if nothing in them can be judged.

    With `weights` (1 / inclusion probability) the limits hold for all traffic, otherwise for cases like the
    labeled ones. Raises ValueError for weights or an alpha that do not fit.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha has to lie between 0 and 1: {alpha}")
    mass = np.ones(len(inputs)) if weights is None else np.asarray(weights, dtype=np.float64)
    if len(mass) != len(inputs) or not np.all((mass > 0) & (mass < np.inf)):
        raise ValueError("weights need one positive, finite value per input")
    if len(inputs) < MIN_LABELED:
        return None
    names = _field_names(inputs)
    has_text = any(case.text for case in inputs)
    affordable = math.floor(alpha * (mass.sum() / mass.max() + 1) * (1 + 1e-12))
    aspects = min(has_text + len(names), affordable)
    if aspects == 0:
        return None
    limit = _Limit(mass, alpha / aspects)
    words = _words([case.text or "" for case in inputs], limit) if has_text else None
    columns = ((name, [case.fields.get(name) for case in inputs]) for name in names[: aspects - has_text])
    fields = (_field(name, values, limit) for name, values in columns)
    profile = NoveltyProfile(len(inputs), alpha, words, tuple(field for field in fields if field is not None))
    return profile if profile.words or profile.fields else None


def _field_names(inputs: Sequence[CaseInput]) -> list[str]:
    """The fields that are filled in most often, first by that, then by name."""
    filled = Counter(name for case in inputs for name, value in case.fields.items() if value is not None)
    return sorted(filled, key=lambda name: (-filled[name], name))[:MAX_FIELDS]


def _kept(seen_in: Counter[int], most: int) -> frozenset[int]:
    """The keys seen in the most cases; of those tied at the end none, so that order changes nothing."""
    if len(seen_in) <= most:
        return frozenset(seen_in)
    least = sorted(seen_in.values(), reverse=True)[most]
    return frozenset(key for key, n in seen_in.items() if n > least)


def _words(texts: Iterable[str], limit: _Limit) -> Words | None:
    word_sets = [terms(text) for text in texts]
    seen_in = Counter(key for words in word_sets for key in words)
    vocabulary = _kept(seen_in, MAX_TERMS)
    news = [sum(seen_in[key] == 1 or key not in vocabulary for key in words) for words in word_sets]
    scores = [new / (len(words) + SHRINK) for new, words in zip(news, word_sets, strict=True)]
    most = limit.of(np.array(scores))
    # Even a text of new words alone, however long, stays below 1.
    return Words(vocabulary, most, round(1 / limit.share)) if most < 1 else None


def _field(name: str, values: Sequence[Scalar], limit: _Limit) -> Numbers | Categories | None:
    present = [value for value in values if value is not None]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in present):
        return _numbers(name, [_number(value) for value in values], limit)
    return _categories(name, values, limit)


def _categories(name: str, values: Sequence[Scalar], limit: _Limit) -> Categories | None:
    keys = [value_key(value) for value in values]
    seen_in = Counter(keys)
    is_new = np.array([float(seen_in[key] == 1) for key in keys])
    if len(seen_in) > MAX_VALUES or limit.of(is_new) > 0:
        return None
    return Categories(name, frozenset(keys))


def _number(value: Scalar) -> float:
    """NaN for what is missing, no finite number or too large to reckon with."""
    try:
        number = float(value) if value is not None else math.nan
    except OverflowError:
        return math.nan
    return number if abs(number) <= LARGEST else math.nan


def _numbers(name: str, values: Sequence[float], limit: _Limit) -> Numbers | None:
    column = np.array(values)
    is_missing = np.isnan(column)
    here = column[~is_missing]
    if not len(here):
        return None
    low, middle, high = np.quantile(here, (0.25, 0.5, 0.75))
    below, above = middle - low, high - middle
    scores = np.zeros(len(column))
    scores[~is_missing] = _distance(here, middle, below, above)
    if is_missing.sum() == 1:
        scores[is_missing] = math.inf
    most = max(limit.of(scores), FENCE)
    if most == math.inf:
        return None
    return Numbers(
        name,
        low=max(-sys.float_info.max, float(middle) - float(most) * float(below)),
        high=min(sys.float_info.max, float(middle) + float(most) * float(above)),
        has_gaps=bool(is_missing.any()),
    )


def _distance(values: Floats, middle: float, below: float, above: float) -> Floats:
    """How far from the median, in distances from it to the quartile on that side."""
    away = values - middle
    units = np.where(away < 0, below, above)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(away == 0, 0.0, np.abs(away) / units)
