"""Cases that were looked at in phases, each time some of them more closely, without numpy.

Double sampling (Neyman 1938): many get a first answer, fewer a second opinion, fewest an adjudication.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from routing.evidence.estimate import Stratum, StratumKey, pooled

DIGITS = 9
"""Chances that agree to so many digits are equal, as in strata."""


@dataclass(frozen=True, slots=True)
class Phase:
    """Of `size` cases, `drawn` were drawn at random to be looked at more closely.

    Of the drawn, the model is certainly wrong in `wrong`, the `parts` are looked at in turn, and in all
    others it is certainly right. Where nothing was drawn, `otherwise` is the share that counts as wrong.
    Raises ValueError for counts that cannot be.
    """

    size: int
    drawn: int
    wrong: int = 0
    parts: tuple["Phase", ...] = ()
    otherwise: float = 0.0

    def __post_init__(self) -> None:
        unsettled = sum(part.size for part in self.parts)
        if min(self.wrong, self.drawn) < 0 or not self.wrong + unsettled <= self.drawn <= self.size:
            raise ValueError(f"wrong and unsettled, drawn, and size have to be ascending counts: {self}")
        if not 0 <= self.otherwise <= 1:
            raise ValueError(f"a share lies in 0..1: {self.otherwise}")

    @property
    def errors(self) -> float:
        """The errors among the drawn: Σ over what was looked at, each for as many as it was drawn from."""
        return self.wrong + sum(part.size * part.share for part in self.parts)

    @property
    def share(self) -> float:
        """The share of errors among all of them."""
        return self.errors / self.drawn if self.drawn else self.otherwise


@dataclass(frozen=True, slots=True)
class CheckedLabel:
    """An expert's answer, and what a second opinion and an adjudicator made of it.

    `is_claim`: the answer differs from the model's. A second opinion was drawn with `check_chance`, an
    adjudicator with `settle_chance` once it was there (1 where the two differ); both are fixed before.
    `is_checked`: the second opinion is there, and so is the adjudication where they differ. `is_settled`: the
    last word was spoken, and `is_error` says whether the model is wrong by it. `is_late`: nobody answered in
    time, and this is the answer of who was asked again, for which there was the chance `again_chance`.
    """

    stratum: StratumKey
    is_claim: bool
    check_chance: float = 0.0
    is_checked: bool = False
    settle_chance: float = 1.0
    is_settled: bool = False
    is_error: bool = False
    is_late: bool = False
    again_chance: float = 1.0


@dataclass(frozen=True, slots=True)
class LateGroup:
    """Of a stratum, `size` cases that nobody answered in time, with the same `chance` to be asked again.

    Of those `asked` again `labeled` were decided since then, `errors` of these wrong. Of the others `left`
    are decided as well, `left_errors` of these wrong: the asked stand for them.
    """

    stratum: StratumKey
    chance: float
    size: int
    asked: int
    labeled: int
    errors: int
    left: int = 0
    left_errors: int = 0


def phases_of(strata: Iterable[Stratum], labels: Iterable[CheckedLabel]) -> tuple[Phase, ...]:
    """A phase for each stratum: a label stands for N_h/n_h predictions, a check for the labels like it.

    Labels are alike if they say the same and had the same chance of a check. Who did not answer in time is a
    part of its own once somebody of them was asked again with success (Hansen & Hurwitz 1946); until then
    they are taken to be like the others, as `estimate` takes them. Raises ValueError for labels of a stratum
    that there is not, or for more of them than were asked.
    """
    by_stratum: dict[StratumKey, list[CheckedLabel]] = {stratum.key: [] for stratum in pooled(strata)}
    for label in labels:
        if label.stratum not in by_stratum:
            raise ValueError(f"a label of a stratum that there is not: {label.stratum}")
        by_stratum[label.stratum].append(label)
    return tuple(_stratum_phase(stratum, by_stratum[stratum.key]) for stratum in pooled(strata))


def phases_beside(
    strata: Iterable[Stratum], labels: Iterable[CheckedLabel], late: Iterable[LateGroup] = ()
) -> tuple[Phase, ...]:
    """As `phases_of`, where `labels` are only those that could be checked; a checked label is settled.

    The others count as they were decided, in the strata. Of the `late` groups those asked again stand for all
    of their group (Hansen & Hurwitz 1946) once any of them has answered. Raises ValueError for more labels,
    or more errors among them, than a stratum has.
    """
    by_stratum: dict[StratumKey, list[CheckedLabel]] = {}
    for label in labels:
        by_stratum.setdefault(label.stratum, []).append(label)
    groups: dict[StratumKey, list[LateGroup]] = {}
    for group in late:
        groups.setdefault(group.stratum, []).append(group)
    return tuple(
        _phase_beside(stratum, by_stratum.get(stratum.key, []), groups.get(stratum.key, []))
        for stratum in pooled(strata)
    )


def _phase_beside(stratum: Stratum, labels: Sequence[CheckedLabel], late: Sequence[LateGroup]) -> Phase:
    prompt = [label for label in labels if not label.is_late]
    labeled = stratum.labeled - sum(group.labeled + group.left for group in late)
    errors = stratum.errors - sum(group.errors + group.left_errors for group in late)
    by_chance: dict[float, list[LateGroup]] = {}
    for group in late:
        by_chance.setdefault(round(group.chance, DIGITS), []).append(group)
    parts = [
        _late_phase(of_chance, [label for label in labels if label.is_late and _again(label) == chance])
        for chance, of_chance in sorted(by_chance.items())
    ]
    # Of a group from which no answer came nothing is known: it is taken to be like the others.
    heard = [part for part in parts if part.drawn]
    drawn = labeled + sum(part.size for part in heard)
    return Phase(stratum.received, drawn, errors - _seen(prompt), (*_cells(prompt), *heard))


def _late_phase(groups: Sequence[LateGroup], labels: Sequence[CheckedLabel]) -> Phase:
    errors = sum(group.errors for group in groups) - _seen(labels)
    size, labeled = (sum(getattr(group, name) for group in groups) for name in ("size", "labeled"))
    return Phase(size, labeled, errors, _cells(labels))


def _again(label: CheckedLabel) -> float:
    return round(label.again_chance, DIGITS)


def _seen(labels: Sequence[CheckedLabel]) -> int:
    """How many of these were decided to be errors."""
    return sum(label.is_error if label.is_checked else label.is_claim for label in labels)


def _stratum_phase(stratum: Stratum, labels: Sequence[CheckedLabel]) -> Phase:
    prompt = _cells([label for label in labels if not label.is_late])
    late = [label for label in labels if label.is_late]
    if not late:
        return Phase(stratum.received, len(labels), parts=prompt)
    silent = Phase(stratum.asked - (len(labels) - len(late)), len(late), parts=_cells(late))
    return Phase(stratum.received, stratum.asked, parts=(*prompt, silent))


def _cells(labels: Sequence[CheckedLabel]) -> tuple[Phase, ...]:
    ordered = sorted(labels, key=_check)
    return tuple(_cell(list(cell), is_claim) for (is_claim, _), cell in groupby(ordered, _check))


def _check(label: CheckedLabel) -> tuple[bool, float]:
    return label.is_claim, round(label.check_chance, DIGITS)


def _cell(labels: Sequence[CheckedLabel], is_claim: bool) -> Phase:
    checked = [label for label in labels if label.is_checked]
    certain = [label for label in checked if label.settle_chance == 1 and label.is_settled]
    others = [label for label in checked if not (label.settle_chance == 1 and label.is_settled)]
    ordered = sorted(others, key=lambda label: label.settle_chance)
    parts = tuple(
        _unsettled(list(part), is_claim) for _, part in groupby(ordered, lambda label: label.settle_chance)
    )
    wrong = sum(label.is_error for label in certain)
    return Phase(len(labels), len(checked), wrong, parts, otherwise=float(is_claim))


def _unsettled(labels: Sequence[CheckedLabel], is_claim: bool) -> Phase:
    settled = [label for label in labels if label.is_settled]
    wrong = sum(label.is_error for label in settled)
    return Phase(len(labels), len(settled), wrong, otherwise=float(is_claim))
