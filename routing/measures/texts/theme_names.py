"""What themes are called: the terms that tell a group of rationales from the others."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from routing.measures.texts.rationale_words import NEGATIONS_AND_HEDGES

Floats = npt.NDArray[np.float64]
TERMS_SHOWN = 4
RARE = 0.15
"""What fewer of the texts say may be part of a name even if it does not tell the group by itself."""


def name_themes(
    groups: npt.NDArray[np.intp], size: int, counts: Any, vocabulary: Sequence[str]
) -> list[tuple[str, ...]]:
    """Up to four terms for each group, the most telling first; `counts` has a row per text.

    A word names a group if the group's texts are closer to being all that have it than to their share of all
    texts. That leaves out what all groups say, as articles are in any language, alone and within a term.
    """
    member = np.equal.outer(np.arange(size), groups).astype(np.float64)
    telling = _telling(member, counts, vocabulary)
    having = np.asarray(member @ (counts > 0))
    in_texts = np.maximum(np.asarray((counts > 0).sum(axis=0)).ravel(), 1.0)
    share = member.mean(axis=1, keepdims=True)
    tells = having / in_texts >= (1 + share) / 2
    is_rare = in_texts < RARE * len(groups)
    place_of = {term: place for place, term in enumerate(vocabulary)}
    return [
        _named(vocabulary, telling[group], _allowed(vocabulary, place_of, tells[group], is_rare))
        for group in range(size)
    ]


def _telling(member: Floats, counts: Any, vocabulary: Sequence[str]) -> Floats:
    """How telling every term is of every group: class-based TF-IDF (Grootendorst 2022), each group one text.

    Times its number of words, because "does not mean" tells a reader more than the "not" it contains.
    """
    joined = np.asarray(member @ counts)
    per_group = np.maximum(joined.sum(axis=1, keepdims=True), 1.0)
    rarity = np.log1p(joined.sum() / len(member) / np.maximum(joined.sum(axis=0), 1.0))
    telling: Floats = joined / per_group * rarity * [len(term.split()) for term in vocabulary]
    return telling


def _allowed(
    vocabulary: Sequence[str],
    place_of: dict[str, int],
    tells: npt.NDArray[np.bool_],
    is_rare: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    """The terms that tell the group, without a frequent word that does not; all where there is none."""

    def fits(word: str) -> bool:
        place = place_of.get(word)
        return word in NEGATIONS_AND_HEDGES or place is None or bool(tells[place] or is_rare[place])

    allowed = np.array(
        [tells[place] and all(map(fits, term.split())) for place, term in enumerate(vocabulary)], dtype=bool
    )
    return allowed if allowed.any() else np.ones(len(vocabulary), dtype=bool)


def _named(vocabulary: Sequence[str], telling: Floats, allowed: npt.NDArray[np.bool_]) -> tuple[str, ...]:
    """The most telling terms that do not repeat each other's words."""
    named: list[str] = []
    used: set[str] = set()
    # Equally telling terms by place, so that the same texts always give the same name.
    for place in np.lexsort((np.arange(len(telling)), -telling)):
        words = set(vocabulary[place].split())
        if allowed[place] and telling[place] > 0 and not words & used:
            named.append(vocabulary[place])
            used |= words
        if len(named) == TERMS_SHOWN:
            break
    return tuple(named)
