"""Answers of several experts to the same cases as arrays: what every measure of opinions starts from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Opinions:
    """Answers, each a place in `cases`, `experts` and `labels`; sparse, as hardly anybody answers all cases.

    An expert may answer a case more than once: measures say what they make of it.
    """

    cases: tuple[str, ...]
    experts: tuple[str, ...]
    labels: tuple[str, ...]
    case: Places
    expert: Places
    label: Places

    def __len__(self) -> int:
        return len(self.case)

    def counts(self) -> Floats:
        """How often each case got each label: cases × labels."""
        cells = np.bincount(
            self.case * len(self.labels) + self.label, minlength=len(self.cases) * len(self.labels)
        )
        return cells.reshape(len(self.cases), len(self.labels)).astype(np.float64)


def opinions_of(
    answers: Sequence[tuple[str, str, str]],
    labels: Sequence[str] | None = None,
    cases: Sequence[str] | None = None,
) -> Opinions:
    """From (case, expert, label) each.

    `labels` may be answered, in the order of their scale where they have one; those that occur, sorted, if
    left out. `cases` may be more than those answered. Raises ValueError for an answer that is none of them.
    """
    names = tuple(labels) if labels is not None else tuple(sorted({label for _, _, label in answers}))
    every = tuple(cases) if cases is not None else tuple(sorted({case for case, _, _ in answers}))
    experts = tuple(sorted({expert for _, expert, _ in answers}))
    return Opinions(
        every,
        experts,
        names,
        _places(every, [case for case, _, _ in answers], "cases"),
        _places(experts, [expert for _, expert, _ in answers], "experts"),
        _places(names, [label for _, _, label in answers], "labels"),
    )


def _places(names: tuple[str, ...], wanted: list[str], kind: str) -> Places:
    place = {name: index for index, name in enumerate(names)}
    if len(place) < len(names):
        raise ValueError(f"{kind} have to differ")
    if absent := sorted(set(wanted) - place.keys()):
        raise ValueError(f"answers have {kind} that are not in the list: {', '.join(absent[:3])}")
    return np.fromiter((place[name] for name in wanted), dtype=np.intp, count=len(wanted))
