"""Acceptance, misses and false alarms of harmful labels, slice by slice, with all looks counted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from routing.evidence.harm_rates import PROVEN, HarmKind, HarmRate
from routing.evidence.reliability import wilson
from routing.measures.estimation.mantel_haenszel import StratifiedCounts, stratified_p_value
from routing.measures.estimation.slices import LEAST_LABELED
from routing.measures.intervals import normal_quantile
from routing.measures.multiplicity import holm

_Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TaskLabels:
    """The labeled predictions of a task, a value for each in every column.

    `weights` say what each stands for, `strata` which are alike (see `likeness`), `is_accepted` which the
    model alone decided, the audits of such included.
    """

    task: str
    predicted: Sequence[str]
    decided: Sequence[str]
    is_accepted: Sequence[bool]
    slices: Sequence[Mapping[str, str]]
    weights: Sequence[float]
    strata: npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Look:
    rate: HarmRate
    effective_n: float
    counts: StratifiedCounts


def harm_rates(harmful: Sequence[tuple[TaskLabels, str]]) -> tuple[HarmRate, ...]:
    """The rates of these labels in every slice that has LEAST_LABELED labels inside and outside.

    Misses and false alarms are tested one-sided within strata (see `stratified_p_value`), corrected over
    every slice, kind and label by Holm (1979). Intervals are Wilson's with Kish's effective size for n, at
    1 − 0.05 divided by their number.
    """
    looks = [look for labels, label in harmful for look in _looks(labels, label)]
    if not looks:
        return ()
    mistakes = [place for place, look in enumerate(looks) if look.rate.kind is not HarmKind.ACCEPTED]
    p_values = holm([stratified_p_value(looks[place].counts) for place in mistakes])
    adjusted = dict(zip(mistakes, p_values, strict=True))
    quantile = normal_quantile(1 - PROVEN / len(looks))
    return tuple(_with_limits(look, quantile, adjusted.get(place)) for place, look in enumerate(looks))


def _with_limits(look: _Look, quantile: float, p_value: float | None) -> HarmRate:
    low, high = wilson(look.rate.rate * look.effective_n, look.effective_n, quantile)
    return replace(look.rate, low=low, high=high, adjusted_p_value=p_value)


def _looks(labels: TaskLabels, label: str) -> Iterator[_Look]:
    is_called = np.array([name == label for name in labels.predicted], dtype=bool)
    is_so = np.array([name == label for name in labels.decided], dtype=bool)
    is_accepted = np.asarray(labels.is_accepted, dtype=bool)
    kinds = (
        (HarmKind.ACCEPTED, is_called, is_accepted),
        (HarmKind.MISSED, is_so, ~is_called),
        (HarmKind.FALSE_ALARM, ~is_so, is_called),
    )
    for (key, value), inside in _members(labels.slices):
        for kind, among, event in kinds:
            if min(np.sum(among & inside), np.sum(among & ~inside)) >= LEAST_LABELED:
                # What is counted comes next, limits once it is known how many rates there are.
                named = HarmRate(labels.task, label, kind, key, value, 0, 0, 0, 0, 0)
                yield _look(labels, named, (among, event), inside)


def _members(slices: Sequence[Mapping[str, str]]) -> Iterator[tuple[tuple[str, str], _Flags]]:
    places: dict[tuple[str, str], list[int]] = {}
    for place, named in enumerate(slices):
        for pair in named.items():
            places.setdefault(pair, []).append(place)
    for pair in sorted(places):
        inside = np.zeros(len(slices), dtype=bool)
        inside[places[pair]] = True
        yield pair, inside


def _look(labels: TaskLabels, rate: HarmRate, counted: tuple[_Flags, _Flags], inside: _Flags) -> _Look:
    among, event = counted
    here, there = among & inside, among & ~inside
    weights = np.asarray(labels.weights, dtype=np.float64)
    size = int(labels.strata.max()) + 1
    sides = (here, here & event, there, there & event)
    counts = StratifiedCounts(*(np.bincount(labels.strata[side], minlength=size) for side in sides))
    shares = [_share(weights, side, event) for side in (here, there)]
    effective = float(weights[here].sum() ** 2 / (weights[here] ** 2).sum())
    return _Look(replace(rate, n=int(here.sum()), rate=shares[0], elsewhere=shares[1]), effective, counts)


def _share(weights: npt.NDArray[np.float64], among: _Flags, event: _Flags) -> float:
    # Sums in different orders: a share of everything may come out a hair above 1.
    return min(1.0, float(weights[among & event].sum() / weights[among].sum()))
