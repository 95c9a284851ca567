"""Corrections that contradict another decision on a near-identical input."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer

from routing.evidence.error_patterns import Contradiction, ContradictionReport, DecidedCase, DecidedInput
from routing.prediction import CaseInput, Scalar

Places = npt.NDArray[np.intp]
MINIMUM_SIMILARITY = 0.9
"""Cosine of the TF-IDF vectors above which two inputs count as near-identical."""
MOST_COMPARED = 20_000
"""Inputs searched for near-identical pairs, the newest; identical inputs are sought among all."""
MOST_CORRECTED = 2_000
"""Corrected inputs, the newest, for which near-identical inputs are sought."""
MOST_SHOWN = 50
LONGEST_BEGINNING = 200
MOST_NEAR = 10
"""Near-identical inputs that are looked at for each corrected input, the most alike."""
# All cosines at once could take hundreds of megabytes.
_BLOCK = 100
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two cases, the newer first."""

    newer: DecidedInput
    older: DecidedInput
    similarity: float


def find_contradictions(
    cases: Sequence[DecidedInput],
    minimum_similarity: float = MINIMUM_SIMILARITY,
    most: int = MOST_SHOWN,
) -> ContradictionReport:
    """Pairs of cases that look alike and were decided differently, at least one against the model.

    Inputs are alike if their words and fields are the same after normalization (case, spacing, punctuation,
    numbers to three digits), or if the cosine of their TF-IDF vectors reaches `minimum_similarity`. Cases are
    compared only within a task, and only with the same picture, if any: what it shows is not read. The pairs
    are what they are and stand for nothing else, so there are no weights. Raises ValueError unless
    0 < minimum_similarity ≤ 1 and every case comes once.
    """
    if not 0 < minimum_similarity <= 1:
        raise ValueError("minimum_similarity has to be above 0 and at most 1")
    if len({case.case_id for case in cases}) < len(cases):
        raise ValueError("every case has to be given once, with the decision that stands")
    newest = sorted(cases, key=lambda case: (case.decided_at, case.case_id), reverse=True)
    groups = [_distinct(group) for group in _comparable(newest)]
    pairs, compared = [], 0
    for inputs in groups:
        searched = dict(list(inputs.items())[: MOST_COMPARED - compared])
        compared += len(searched)
        pairs += [*_identical(inputs), *_similar(searched, minimum_similarity)]
    shown = _each_once(pairs)[:most]
    return ContradictionReport(len(cases), compared, minimum_similarity, tuple(shown))


def _comparable(newest: Sequence[DecidedInput]) -> list[list[DecidedInput]]:
    """The cases whose inputs can be held against each other: of a task, and with the same picture."""
    groups: dict[tuple[str, str], list[DecidedInput]] = defaultdict(list)
    for case in newest:
        image = case.input.image
        groups[case.task, (image.url or image.image_id or "") if image else ""].append(case)
    return list(groups.values())


def _distinct(newest: Sequence[DecidedInput]) -> dict[tuple[str, ...], list[DecidedInput]]:
    """Cases by the tokens of their input; a case without text or fields looks like no other."""
    inputs: dict[tuple[str, ...], list[DecidedInput]] = defaultdict(list)
    for case in newest:
        if tokens := _tokens(case.input):
            inputs[tokens].append(case)
    return inputs


def _tokens(shown: CaseInput) -> tuple[str, ...]:
    words = _WORD.findall(_plain(shown.text or ""))
    fields = sorted(f"{name}={_value(value)}" for name, value in shown.fields.items() if value is not None)
    return (*words, *fields)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _value(value: Scalar) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.3g}"
    return " ".join(_WORD.findall(_plain(str(value))))


def _identical(inputs: dict[tuple[str, ...], list[DecidedInput]]) -> Iterator[_Pair]:
    for cases in inputs.values():
        newest = _newest_of_each(cases)
        yield from _pairs(newest, newest, 1.0)


def _pairs(
    newer: Sequence[DecidedInput], older: Sequence[DecidedInput], similarity: float
) -> Iterator[_Pair]:
    """The cases that contradict each other, from either side."""
    for first in newer:
        for second in older:
            if first.decided != second.decided and (first.is_correction or second.is_correction):
                ahead = (first.decided_at, first.case_id) > (second.decided_at, second.case_id)
                yield _Pair(first, second, similarity) if ahead else _Pair(second, first, similarity)


def _newest_of_each(cases: Sequence[DecidedInput]) -> list[DecidedInput]:
    kept: dict[tuple[str, bool], DecidedInput] = {}
    for case in cases:
        kept.setdefault((case.decided, case.is_correction), case)
    return list(kept.values())


def _similar(inputs: dict[tuple[str, ...], list[DecidedInput]], minimum: float) -> Iterator[_Pair]:
    cases = [_newest_of_each(group) for group in inputs.values()]
    corrected = np.array([any(case.is_correction for case in group) for group in cases], dtype=bool)
    if len(cases) < 2 or not corrected.any():
        return
    vectors = TfidfVectorizer(analyzer=lambda tokens: tokens, norm="l2").fit_transform(list(inputs))
    for row, column, similarity in _near(vectors, np.flatnonzero(corrected)[:MOST_CORRECTED], minimum):
        yield from _pairs(cases[row], cases[column], similarity)


def _near(vectors: Any, rows: Places, minimum: float) -> Iterator[tuple[int, int, float]]:
    """Pairs of a row and any other vector whose cosine reaches the minimum, a block of rows at a time."""
    columns = vectors.T.tocsr()
    for start in range(0, len(rows), _BLOCK):
        cosines = (vectors[rows[start : start + _BLOCK]] @ columns).tocsr()
        for place, row in enumerate(rows[start : start + _BLOCK].tolist()):
            entries = slice(cosines.indptr[place], cosines.indptr[place + 1])
            for column, cosine in _nearest(cosines.indices[entries], cosines.data[entries], row, minimum):
                yield row, column, cosine


def _nearest(columns: Any, cosines: Any, row: int, minimum: float) -> Iterator[tuple[int, float]]:
    """The most alike of a row's neighbors; of equally alike ones those that come first."""
    is_near = (cosines >= minimum) & (columns != row)
    near, alike = columns[is_near], cosines[is_near]
    # Rounded: the last bits of a cosine must not decide between inputs that are equally alike.
    for place in np.lexsort((near, -np.round(alike, 9)))[:MOST_NEAR]:
        yield int(near[place]), min(1.0, float(alike[place]))


def _each_once(pairs: Sequence[_Pair]) -> list[Contradiction]:
    """The most alike first, then the newest; a case that was shown is not shown again."""
    seen: set[str] = set()
    shown = []
    for pair in sorted(pairs, key=_newest, reverse=True):
        if not {pair.newer.case_id, pair.older.case_id} & seen:
            seen |= {pair.newer.case_id, pair.older.case_id}
            shown.append(Contradiction(_side(pair.newer), _side(pair.older), pair.similarity))
    return shown


def _newest(pair: _Pair) -> tuple[float, datetime, str, datetime, str]:
    newer, older = pair.newer, pair.older
    alike = round(pair.similarity, 9)
    return alike, newer.decided_at, newer.case_id, older.decided_at, older.case_id


def _side(case: DecidedInput) -> DecidedCase:
    begins = " ".join((case.input.text or "").split())
    return DecidedCase(case.case_id, case.decided, begins[:LONGEST_BEGINNING])
