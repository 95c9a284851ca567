"""The weekly digest: a period's facts beside those of the period before, each number with its n."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.digest.facts import Concordance, Confusion, OldestCase, PeriodFacts, UnreadableRule
from routing.digest.headline import Headline, headlines
from routing.digest.model_quality import Quality
from routing.evidence.reliability import CalibrationReport, wilson

__all__ = [
    "MIN_LABELS",
    "MIN_TIMES",
    "Change",
    "Concordance",
    "Confusion",
    "Digest",
    "OldestCase",
    "PeriodFacts",
    "Quantile",
    "QuantileChange",
    "Share",
    "ShareRow",
    "TooFew",
    "UnreadableRule",
    "summarise",
]

MIN_LABELS = 20
"""Below it a share's interval is wider than 0.4: it would tell nothing. Also for the 90th percentile."""
MIN_TIMES = 5
"""Below it a median is anybody's."""
SHOWN = 5


@dataclass(frozen=True, slots=True)
class TooFew:
    """A number that is not given: it would rest on `n` labels where `needed` are the least."""

    n: int
    needed: int


@dataclass(frozen=True, slots=True)
class Share:
    """A proportion of `n` with Wilson's 95 % interval."""

    value: float
    n: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile of `n` durations."""

    value: timedelta
    n: int


@dataclass(frozen=True, slots=True)
class Change:
    """A count, and that of the period before; None if nothing is known of it."""

    now: int
    before: int | None


@dataclass(frozen=True, slots=True)
class QuantileChange:
    """A quantile, and that of the period before."""

    now: Quantile | TooFew
    before: Quantile | TooFew | None


@dataclass(frozen=True, slots=True)
class ShareRow:
    """The concordance of a tier or model version, and that of the period before if it existed."""

    name: str
    now: Share | TooFew
    before: Share | TooFew | None


@dataclass(frozen=True, slots=True)
class Digest:
    """What a team's channel gets. Concordance, confusions and calibration speak of reviewed cases only.

    `quality` speaks of all traffic; None where it was not measured. `headlines` are the first sentences.
    `unreadable` are the rules that predictions were reviewed for because they could not be judged;
    `without_confidence` counts those reviewed because the model gave none.
    """

    since_at: datetime
    until_at: datetime
    received: Change
    auto_accepted: Change
    audited: Change
    reviewed: Change
    decided: Change
    overdue: Change
    median_time: QuantileChange
    p90_time: QuantileChange
    concordance: ShareRow
    by_tier: tuple[ShareRow, ...]
    by_model: tuple[ShareRow, ...]
    calibration: CalibrationReport | TooFew
    calibration_before: CalibrationReport | TooFew | None
    confusions: tuple[Confusion, ...]
    oldest_open: tuple[OldestCase, ...]
    quality: Quality | None = None
    headlines: tuple[Headline, ...] = ()
    unreadable: tuple[UnreadableRule, ...] = ()
    without_confidence: int = 0

    @property
    def is_quiet(self) -> bool:
        """Whether nothing came in, was decided or waits."""
        return not (self.received.now or self.decided.now or self.overdue.now or self.oldest_open)


def summarise(
    facts: PeriodFacts,
    previous: PeriodFacts | None = None,
    calibration: CalibrationReport | None = None,
    calibration_before: CalibrationReport | None = None,
    quality: Quality | None = None,
    muted: frozenset[str] = frozenset(),
) -> Digest:
    """The digest of a period; calibration and quality come from `routing.measures`.

    Calibration is shown from MIN_LABELS on; of `muted` subjects no headline speaks.
    """

    def change(name: str) -> Change:
        return Change(getattr(facts, name), getattr(previous, name) if previous else None)

    return Digest(
        since_at=facts.since_at,
        until_at=facts.until_at,
        received=change("received"),
        auto_accepted=change("auto_accepted"),
        audited=change("audited"),
        reviewed=change("reviewed"),
        decided=change("decided"),
        overdue=change("overdue"),
        median_time=_quantiles(0.5, MIN_TIMES, facts, previous),
        p90_time=_quantiles(0.9, MIN_LABELS, facts, previous),
        concordance=_overall(facts, previous),
        by_tier=_rows(facts.by_tier, previous.by_tier if previous else ()),
        by_model=_rows(facts.by_model, previous.by_model if previous else ()),
        calibration=_calibration(facts, calibration),
        calibration_before=_calibration(previous, calibration_before) if previous else None,
        confusions=tuple(sorted(facts.confusions, key=_most_first)[:SHOWN]),
        oldest_open=tuple(sorted(facts.oldest_open, key=lambda case: (case.opened_at, case.case_id))[:SHOWN]),
        quality=quality,
        headlines=headlines(quality, muted) if quality else (),
        unreadable=facts.unreadable[:SHOWN],
        without_confidence=facts.without_confidence,
    )


def _most_first(confusion: Confusion) -> tuple[int, str, str, str]:
    return -confusion.n, confusion.task, confusion.predicted, confusion.decided


def _quantile(seconds: Sequence[float], share: float, needed: int) -> Quantile | TooFew:
    """Linear interpolation between order statistics (numpy's default)."""
    n = len(seconds)
    if n < needed:
        return TooFew(n, needed)
    ordered = sorted(seconds)
    place = share * (n - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return Quantile(timedelta(seconds=low + (high - low) * (place % 1)), n)


def _quantiles(share: float, needed: int, facts: PeriodFacts, previous: PeriodFacts | None) -> QuantileChange:
    before = _quantile(previous.seconds_to_decision, share, needed) if previous else None
    return QuantileChange(_quantile(facts.seconds_to_decision, share, needed), before)


def _share(agreed: int, n: int) -> Share | TooFew:
    return Share(agreed / n, n, *wilson(agreed, n)) if n >= MIN_LABELS else TooFew(n, MIN_LABELS)


def _total(rows: Sequence[Concordance]) -> Share | TooFew:
    return _share(sum(row.agreed for row in rows), sum(row.n for row in rows))


def _overall(facts: PeriodFacts, previous: PeriodFacts | None) -> ShareRow:
    return ShareRow("all", _total(facts.by_tier), _total(previous.by_tier) if previous else None)


def _rows(now: Sequence[Concordance], before: Sequence[Concordance]) -> tuple[ShareRow, ...]:
    earlier = {row.name: _share(row.agreed, row.n) for row in before}
    return tuple(ShareRow(row.name, _share(row.agreed, row.n), earlier.get(row.name)) for row in now)


def _calibration(facts: PeriodFacts, report: CalibrationReport | None) -> CalibrationReport | TooFew:
    n = len(facts.reliability_pairs)
    return report if report is not None and n >= MIN_LABELS else TooFew(n, MIN_LABELS)
