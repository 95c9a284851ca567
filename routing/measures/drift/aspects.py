"""What can drift: each aspect compares a window with its reference, says so in words, and picks examples."""

from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

import numpy as np

from routing.evidence.alarm import EXAMPLES, AlarmKind
from routing.evidence.odds import odds
from routing.measures.drift.observations import MISSING, Floats, Places
from routing.measures.drift.two_samples import (
    Comparison,
    Shares,
    compare_means,
    compare_numbers,
    compare_shares,
    psi,
    psi_limit,
    shares_of_places,
)

SHOWN_CHARACTERS = 40
Cases = TypeVar("Cases", Floats, Places)
"""A value of each case."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which cases of the reference and of the window are compared, with the weight of each."""

    reference: Places
    window: Places
    reference_weights: Floats
    window_weights: Floats

    def of(self, reference: Cases, window: Cases) -> tuple[Cases, Cases, Floats, Floats]:
        """The values of both sides that belong to it, and their weights."""
        return reference[self.reference], window[self.window], self.reference_weights, self.window_weights


class Aspect(Protocol):
    """Something that can change; a change smaller than `minimum` (in `unit`) is called small."""

    @property
    def kind(self) -> AlarmKind: ...
    @property
    def subject(self) -> str | None: ...
    @property
    def unit(self) -> str: ...
    @property
    def minimum(self) -> float: ...

    def narrowed(self, part: Part) -> Part:
        """The part of a part that this aspect can compare."""

    def compare(self, part: Part) -> Comparison:
        """The size of the change and its test."""

    def sentence(self, part: Part, change: Comparison) -> str:
        """The change in words, without a full stop or a statistic."""

    def examples(self, part: Part) -> list[int]:
        """Places in the window of cases typical of the change."""


def quoted(value: str) -> str:
    """A value in quotes, cut where it is long."""
    return f"“{value if len(value) <= SHOWN_CHARACTERS else value[: SHOWN_CHARACTERS - 1] + '…'}”"


def _most_gained(reference: Floats, window: Floats, part: Part) -> list[int]:
    """The middle cases of that tenth of the reference's range in which the window gained most."""
    edges = np.unique(np.quantile(reference, np.linspace(0.1, 0.9, 9), method="inverted_cdf"))
    before = np.bincount(np.searchsorted(edges, reference), part.reference_weights, len(edges) + 1)
    places = np.searchsorted(edges, window)
    now = np.bincount(places, part.window_weights, len(edges) + 1)
    gained = int(np.argmax(now / now.sum() - before / before.sum()))
    here = np.flatnonzero(places == gained)
    ordered = here[np.argsort(window[here], kind="stable")]
    start = max(0, (len(ordered) - EXAMPLES) // 2)
    return [int(part.window[place]) for place in ordered[start : start + EXAMPLES]]


@dataclass(frozen=True, slots=True)
class ConfidenceAspect:
    """The mean calibrated confidence; NaN where there is none."""

    reference: Floats
    window: Floats
    kind: ClassVar[AlarmKind] = AlarmKind.CONFIDENCE
    subject: ClassVar[str | None] = None
    unit: ClassVar[str] = "mean confidence"
    minimum: ClassVar[float] = 0.02

    def narrowed(self, part: Part) -> Part:
        """Where the model gave a confidence."""
        before, now = ~np.isnan(self.reference[part.reference]), ~np.isnan(self.window[part.window])
        return Part(
            part.reference[before], part.window[now], part.reference_weights[before], part.window_weights[now]
        )

    def compare(self, part: Part) -> Comparison:
        """z-test; the effect is the difference of means."""
        return compare_means(*part.of(self.reference, self.window))

    def sentence(self, part: Part, change: Comparison) -> str:
        """The means."""
        now = float(np.average(self.window[part.window], weights=part.window_weights))
        how = "less" if change.effect < 0 else "more"
        before = now - change.effect
        return f"the model is {how} sure than it was: {odds(now)} on average, before {odds(before)}"

    def examples(self, part: Part) -> list[int]:
        """Cases of the confidence that more have now."""
        return _most_gained(self.reference[part.reference], self.window[part.window], part)


@dataclass(frozen=True, slots=True)
class NumberAspect:
    """A numeric field; -inf where it is missing."""

    subject: str
    reference: Floats
    window: Floats
    kind: ClassVar[AlarmKind] = AlarmKind.FIELD
    unit: ClassVar[str] = "largest difference of the shares below a value"
    minimum: ClassVar[float] = 0.1

    def narrowed(self, part: Part) -> Part:
        """All of it."""
        return part

    def compare(self, part: Part) -> Comparison:
        """Kolmogorov and Smirnov's test."""
        return compare_numbers(*part.of(self.reference, self.window))

    def sentence(self, part: Part, change: Comparison) -> str:
        """The middle values, and the largest difference."""
        before = _median(self.reference[part.reference], part.reference_weights)
        now = _median(self.window[part.window], part.window_weights)
        if now == before:
            differ = f"for up to {odds(change.effect)} of the cases"
            return f"the values of {self.subject} differ {differ}, around the same middle of {now}"
        return f"the middle value of {self.subject} is {now}, before {before}"

    def examples(self, part: Part) -> list[int]:
        """Cases of the values that more have now."""
        return _most_gained(self.reference[part.reference], self.window[part.window], part)


def _median(values: Floats, weights: Floats) -> str:
    # The method is not a matter of taste: numpy takes weights with no other.
    middle = float(np.quantile(values, 0.5, method="inverted_cdf", weights=weights))
    return f"{middle:,.6g}" if middle > -np.inf else MISSING


@dataclass(frozen=True, slots=True)
class CategoryAspect:
    """Predicted labels, a field's categories, or a slice's values, as places in their `names`."""

    kind: AlarmKind
    subject: str | None
    names: tuple[str, ...]
    reference: Places
    window: Places
    unit: ClassVar[str] = "share of cases that changed category"
    minimum: ClassVar[float] = 0.05

    def narrowed(self, part: Part) -> Part:
        """All of it."""
        return part

    def _shares(self, part: Part) -> Shares:
        return shares_of_places(self.names, *part.of(self.reference, self.window))

    def compare(self, part: Part) -> Comparison:
        """Chi-square test; the effect is the total variation distance."""
        return compare_shares(self._shares(part))

    def sentence(self, part: Part, change: Comparison) -> str:  # noqa: ARG002  its effect is of all categories
        """What gained most."""
        shares = self._shares(part)
        most = shares.most_gained()
        what = "the model says" if self.subject is None else f"{self.subject} is"
        now, before = odds(shares.window[most]), odds(shares.reference[most])
        return f"in {now} of the cases {what} {quoted(shares.names[most])}, before in {before}"

    def figures(self, part: Part) -> str:
        """The PSI beside its own limit; nothing below it: a rare new category alarms without it."""
        pooled = self._shares(part).pooled()
        limit, index = psi_limit(len(pooled.names), pooled.n_reference, pooled.n_window), psi(pooled)
        return f"PSI {index:.3f}, by chance up to {limit:.3f}" if index > limit else ""

    def examples(self, part: Part) -> list[int]:
        """The first cases of the category that gained most."""
        both = self._shares(part)
        is_gained = self.window[part.window] == self.names.index(both.names[both.most_gained()])
        return [int(place) for place in part.window[is_gained][:EXAMPLES]]
