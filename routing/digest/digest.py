"""The weekly digest: a period's facts beside those of the period before, each number with its n."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType

from routing.digest.facts import Concordance, Confusion, OldestCase, PeriodFacts, UnreadableRule
from routing.digest.headline import Headline
from routing.digest.model_quality import Quality
from routing.evidence.estimate import FEWEST
from routing.evidence.reliability import CalibrationReport, wilson
from routing.questions.question import Question

MIN_LABELS = FEWEST
"""Also for the 90th percentile."""
MIN_TIMES = 5
"""Below it a median is anybody's."""
SHOWN = 5


@dataclass(frozen=True, slots=True)
class TooFew:
    """A number that is not shown: it would rest on `n` labels where `needed` are the least."""

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
    """A count, and that of the period before; None if that has no facts."""

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
class ScaleRow:
    """How often experts decided the model's step of a task's scale, and how often it or a step beside it."""

    task: str
    exact: ShareRow
    near: ShareRow


@dataclass(frozen=True, slots=True)
class Certainty:
    """The mean certainty of the `n` decisions that state one: the share of them to expect right."""

    mean: float
    n: int


@dataclass(frozen=True, slots=True)
class CertaintyChange:
    """The certainty of a period's decisions, and of the period before; None where none was stated."""

    now: Certainty | None
    before: Certainty | None


@dataclass(frozen=True, slots=True)
class Digest:
    """What a team's channel gets. Concordance, confusions and calibration speak of reviewed cases only.

    `quality` speaks of all traffic; None where it was not measured. `headlines` are the first sentences.
    `unreadable` are the rules that predictions were reviewed for because they could not be judged;
    `without_confidence` counts those reviewed because the model gave none. `came_later` are predictions that
    came in but had happened before the week: they are no traffic of it. `corrected` counts decisions that
    differ from the model's answer; it and `certainty` are None in digests of earlier versions.
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
    came_later: int = 0
    by_scale: tuple[ScaleRow, ...] = ()
    corrected: Change | None = None
    certainty: CertaintyChange | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether nothing came in, was decided or waits."""
        came = self.received.now or self.came_later
        return not (came or self.decided.now or self.overdue.now or self.oldest_open)


def summarise(
    facts: PeriodFacts,
    previous: PeriodFacts | None = None,
    calibration: CalibrationReport | None = None,
    calibration_before: CalibrationReport | None = None,
    quality: Quality | None = None,
    questions: Mapping[str, Question] = MappingProxyType({}),
) -> Digest:
    """The digest of a period; calibration and quality come from `routing.measures`.

    Calibration is shown from MIN_LABELS on. `questions` are by task.
    """
    change = partial(_change, facts, previous)
    confusions = sorted(facts.confusions, key=lambda row: (-row.n, row.task, row.predicted, row.decided))
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
        concordance=ShareRow("all", _total(facts.by_tier), _total(previous.by_tier) if previous else None),
        by_tier=_rows(facts.by_tier, previous.by_tier if previous else ()),
        by_model=_rows(facts.by_model, previous.by_model if previous else ()),
        by_scale=_scales(questions, facts, previous),
        calibration=_calibration(facts, calibration),
        calibration_before=_calibration(previous, calibration_before) if previous else None,
        confusions=tuple(confusions[:SHOWN]),
        oldest_open=tuple(sorted(facts.oldest_open, key=lambda case: (case.opened_at, case.case_id))[:SHOWN]),
        quality=quality,
        unreadable=facts.unreadable[:SHOWN],
        without_confidence=facts.without_confidence,
        came_later=facts.came_later,
        corrected=Change(facts.corrected, previous.corrected if previous else None),
        certainty=CertaintyChange(_certainty(facts), _certainty(previous) if previous else None),
    )


def _certainty(facts: PeriodFacts) -> Certainty | None:
    n = len(facts.certainties)
    return Certainty(math.fsum(facts.certainties) / n, n) if n else None


def _change(facts: PeriodFacts, previous: PeriodFacts | None, name: str) -> Change:
    return Change(getattr(facts, name), getattr(previous, name) if previous else None)


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


def _rows(now: Sequence[Concordance], before: Sequence[Concordance]) -> tuple[ShareRow, ...]:
    earlier = {row.name: _share(row.agreed, row.n) for row in before}
    return tuple(ShareRow(row.name, _share(row.agreed, row.n), earlier.get(row.name)) for row in now)


def _scales(
    questions: Mapping[str, Question], facts: PeriodFacts, previous: PeriodFacts | None
) -> tuple[ScaleRow, ...]:
    """A row for each task with a scale of which something was decided."""
    exact = {row.name: row for row in _rows(facts.by_task, previous.by_task if previous else ())}
    rows = _rows(_near(questions, facts), _near(questions, previous) if previous else ())
    return tuple(ScaleRow(row.name, exact[row.name], row) for row in rows)


def _near(questions: Mapping[str, Question], facts: PeriodFacts) -> tuple[Concordance, ...]:
    near = Counter[str]()
    for confusion in facts.confusions:
        question = questions.get(confusion.task)
        if question and confusion.decided in question.neighbors(confusion.predicted):
            near[confusion.task] += confusion.n
    return tuple(
        replace(row, agreed=row.agreed + near[row.name])
        for row in facts.by_task
        if row.name in questions and _has_order(questions[row.name])
    )


def _has_order(question: Question) -> bool:
    return any(question.neighbors(option.name) for option in question.options)


def _calibration(facts: PeriodFacts, report: CalibrationReport | None) -> CalibrationReport | TooFew:
    n = len(facts.reliability_pairs)
    return report if report is not None and n >= MIN_LABELS else TooFew(n, MIN_LABELS)
