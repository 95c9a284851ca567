"""Cases that were looked at in phases, each time some of them more closely, without numpy.

Double sampling (Neyman 1938): many get a first answer, fewer a second opinion, fewest an adjudication.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from routing.evidence.estimate import Stratum, StratumKey, pooled


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
    time, and this is the answer of who was asked again.
    """

    stratum: StratumKey
    is_claim: bool
    check_chance: float = 0.0
    is_checked: bool = False
    settle_chance: float = 1.0
    is_settled: bool = False
    is_error: bool = False
    is_late: bool = False


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


def phases_beside(strata: Iterable[Stratum], labels: Iterable[CheckedLabel]) -> tuple[Phase, ...]:
    """As `phases_of`, where `labels` are only those that could be checked, none of them late.

    The others count as they were decided, in the strata. A checked label is settled. Raises ValueError for
    more labels, or more errors among them, than a stratum has.
    """
    by_stratum: dict[StratumKey, list[CheckedLabel]] = {}
    for label in labels:
        by_stratum.setdefault(label.stratum, []).append(label)
    phases = []
    for stratum in pooled(strata):
        checkable = by_stratum.get(stratum.key, [])
        errors = sum(label.is_error if label.is_checked else label.is_claim for label in checkable)
        phases.append(Phase(stratum.received, stratum.labeled, stratum.errors - errors, _cells(checkable)))
    return tuple(phases)


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
    # Chances that agree to 9 digits are equal, as in strata.
    return label.is_claim, round(label.check_chance, 9)


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
