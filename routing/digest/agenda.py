"""Ranks what a digest begins with by what it costs: at most three matters, each cause once."""

import json
from collections.abc import Iterable, Iterator, Sequence

from routing.digest.facts import PeriodFacts
from routing.digest.headline import Deed
from routing.digest.matter import (
    Bias,
    Breach,
    ErrorFigure,
    Lack,
    LateWork,
    Matter,
    Slip,
    ThresholdLoss,
    ThresholdProposal,
    TrafficChange,
    Urgency,
)
from routing.digest.model_quality import (
    About,
    Movement,
    Quality,
    ThresholdRow,
    ThresholdState,
    audits_missing,
)
from routing.evidence.alarm import Alarm, AlarmKind
from routing.evidence.error_patterns import SliceFinding
from routing.evidence.error_watch import ErrorWatch
from routing.evidence.estimate import FEWEST
from routing.evidence.promise import NotYet
from routing.prediction import ModelRef

MOST = 3
MOST_OF = {Urgency.WRONG: 2}
"""Three changes of the traffic would leave no room for what is to be done."""
ONCE = (SliceFinding, ThresholdProposal, Lack)
"""Of these the first that is not muted is told: the others are in the thread, and slices often overlap."""
LOST = (ThresholdState.REVOKED, ThresholdState.SUSPENDED)
WORTH_GAIN = 0.02
"""A proposal that would accept less than 2 % more of a tier is not worth a lead's minute."""
PLENTY = 100
"""With fewer checks a week's range says little: the last four weeks are told."""
WEEKS_OF_SLICES = 4
"""Slices are looked for in the labels of four weeks."""


def agenda(
    quality: Quality, facts: PeriodFacts | None = None, muted: frozenset[str] = frozenset()
) -> tuple[Matter, ...]:
    """The three that matter most of those that are not muted."""
    every = [*_limits(quality), *_changes(quality, muted), *_slices(quality), *_late(facts)]
    every += [*_errors(quality), *_thresholds(quality), *_bias(quality)]
    heard = _each_cause_once([matter for matter in every if matter.subject not in muted])
    kept: list[Matter] = []
    for matter in sorted(heard, key=lambda matter: (matter.urgency, -matter.cost)):
        kind = type(matter.content)
        is_full = sum(other.urgency is matter.urgency for other in kept) >= MOST_OF.get(matter.urgency, MOST)
        is_repeated = kind in ONCE and any(isinstance(other.content, kind) for other in kept)
        if not is_full and not is_repeated:
            kept.append(matter)
    return tuple(kept[:MOST])


def _each_cause_once(every: Sequence[Matter]) -> Iterator[Matter]:
    """Too few checks for a figure are too few for a limit, too: then only the figure is asked for."""
    figures = [matter.content for matter in every if isinstance(matter.content, ErrorFigure)]
    is_too_early = any(figure.is_too_early for figure in figures)
    for matter in every:
        lack = matter.content
        is_fixed = isinstance(lack, Lack) and lack.row.state is ThresholdState.FIXED
        if not (is_too_early and is_fixed):
            yield matter


def _limits(quality: Quality) -> Iterator[Matter]:
    """Breaches of the target and thresholds taken back: of a model of a task they are a single cause."""
    lost: dict[tuple[str, ModelRef], list[ThresholdRow]] = {}
    for row in quality.thresholds:
        if row.state in LOST:
            lost.setdefault((row.task, row.model), []).append(row)
    broken: dict[tuple[str, ModelRef], ErrorWatch] = {}
    for watch in sorted(quality.watches, key=lambda watch: watch.excess):
        if watch.is_above:
            broken[watch.task, watch.model] = watch
    for about, watch in broken.items():
        yield _breach(quality, watch, tuple(lost.get(about, ())))
    for about, rows in lost.items():
        if about not in broken:
            yield from (_loss(alike) for alike in _alike(rows))


def _breach(quality: Quality, watch: ErrorWatch, lost: tuple[ThresholdRow, ...]) -> Matter:
    subject = ":".join(("limit", watch.task, watch.tier, watch.model.name, watch.model.version))
    present = [
        row
        for row in quality.thresholds
        if (row.task, row.tier, row.model, row.slice) == (watch.task, watch.tier, watch.model, "")
    ]
    deed, arguments = _review([*lost, *present])
    if lost:
        deed, arguments = _examples(quality, watch.task) or (deed, arguments)
    return Matter(subject, Urgency.LIMIT, Breach(watch, lost), watch.excess, deed, arguments)


def _loss(rows: list[ThresholdRow]) -> Matter:
    deed, arguments = _review(rows)
    return Matter(
        _subject(rows[0].state.value, rows[0]),
        Urgency.LIMIT,
        ThresholdLoss(tuple(rows)),
        0.0,
        deed,
        arguments,
    )


def _review(rows: list[ThresholdRow]) -> tuple[Deed | None, dict[str, str]]:
    return (Deed.REVIEW_THRESHOLD, _named(rows[0])) if rows else (None, {})


def _examples(quality: Quality, task: str) -> tuple[Deed, dict[str, str]] | None:
    """The wrong cases that the newest alarm about the task's errors has."""
    ids = [alarm.case_ids for alarm in quality.alarms if _is_of_errors(alarm) and alarm.task == task]
    return (Deed.OPEN_CASES, {"cases": ",".join(ids[-1])}) if ids and ids[-1] else None


def _named(row: ThresholdRow) -> dict[str, str]:
    named = {"task": row.task, "tier": row.tier, "model": row.model.name, "version": row.model.version}
    return named | {"slice": row.slice} if row.slice else named


def _subject(kind: str, row: ThresholdRow) -> str:
    return ":".join((kind, row.task, row.place, row.model.name, row.model.version))


def _alike(rows: Iterable[ThresholdRow]) -> Iterable[list[ThresholdRow]]:
    """The rows of a tier and model that say the same, together."""
    groups: dict[tuple[object, ...], list[ThresholdRow]] = {}
    for row in rows:
        groups.setdefault((row.tier, row.state, row.why), []).append(row)
    return groups.values()


def _is_of_errors(alarm: Alarm) -> bool:
    return alarm.kind is AlarmKind.ERROR


def _changes(quality: Quality, muted: frozenset[str]) -> Iterator[Matter]:
    """A task's alarms together: alarms come oldest first, and again as long as nothing changes.

    An alarm about errors is the same cause as a broken limit of its task.
    """
    broken = {watch.task for watch in quality.watches if watch.is_above}
    broken |= {row.task for row in quality.thresholds if row.state is ThresholdState.REVOKED}
    # The last of each key: alarms come oldest first.
    newest = {alarm.mute_key: alarm for alarm in quality.alarms if alarm.mute_key not in muted}
    groups: dict[tuple[str, bool], list[Alarm]] = {}
    for alarm in newest.values():
        if not (_is_of_errors(alarm) and alarm.task in broken):
            groups.setdefault((alarm.task, _is_of_errors(alarm)), []).append(alarm)
    for group in groups.values():
        alarms = sorted(group, key=lambda alarm: alarm.adjusted_p_value)
        cases = ",".join(alarms[0].case_ids)
        arguments = {"cases": cases} if cases else {}
        if len(alarms) > 1:
            # To mute the sentence mutes all that it speaks of: its
            # first alarm alone would come back under another.
            arguments["subjects"] = json.dumps([alarm.mute_key for alarm in alarms])
        deed = Deed.OPEN_CASES if cases else None
        yield Matter(alarms[0].mute_key, Urgency.WRONG, TrafficChange(tuple(alarms)), 0.0, deed, arguments)


def _slices(quality: Quality) -> Iterator[Matter]:
    for finding in quality.slices:
        cost = finding.excess * finding.weight / WEEKS_OF_SLICES
        arguments = {"key": finding.key, "value": finding.value}
        subject = f"slice:{finding.key}={finding.value}"
        yield Matter(subject, Urgency.WRONG, finding, cost, Deed.OPEN_SLICE, arguments)


def _late(facts: PeriodFacts | None) -> Iterator[Matter]:
    if facts is not None and facts.overdue:
        waiting = [case.case_id for case in facts.oldest_open if case.due_at < facts.until_at]
        deed = Deed.OPEN_CASES if waiting else None
        arguments = {"cases": ",".join(waiting)} if waiting else {}
        yield Matter("late", Urgency.LATE, LateWork(facts.overdue, len(waiting)), 0.0, deed, arguments)


def _errors(quality: Quality) -> Iterator[Matter]:
    """How much is wrong of what went through, or of all that came in where nothing did."""
    rows = [row for about in (About.ACCEPTED, About.ALL) if (row := quality.row(about)) and row.now.received]
    if not rows or any(watch.is_above for watch in quality.watches) or _is_all_lost(quality):
        return  # a breach says how much, as does why nothing goes through any more
    row = rows[0]
    now, before = row.now.future, row.before.future if row.before else None
    if row.movement is Movement.WORSE and now and before and min(now.n, before.n) >= FEWEST:
        cost = (now.value - before.value) * row.now.received
        yield Matter(f"error:{row.about}", Urgency.WRONG, Slip(row), cost)
        return
    if row.about is About.ALL and row.now.labeled == row.now.received:
        return  # all was looked at: how many experts corrected says it
    is_short = row.about is About.ACCEPTED and row.now.labeled < PLENTY
    labels = quality.lately if is_short and quality.lately else row.now
    figure = ErrorFigure(row, labels, labels.labeled > row.now.labeled, quality.target)
    deed, arguments = _more_checks(quality) if figure.is_too_early else (None, {})
    is_limited = row.about is About.ACCEPTED or figure.is_too_early  # else nothing wrong went through
    urgency = Urgency.FIGURE if is_limited else Urgency.KNOW
    yield Matter(f"error:{row.about}", urgency, figure, 0.0, deed, arguments)


def _is_all_lost(quality: Quality) -> bool:
    """Whether thresholds were taken back, and none is left that anything goes through by."""
    in_force = any(row.in_force is not None for row in quality.thresholds)
    return not in_force and any(row.state in LOST for row in quality.thresholds)


def _more_checks(quality: Quality) -> tuple[Deed | None, dict[str, str]]:
    """Of the busiest tier that accepts; a slice without a threshold is reviewed whole."""
    rows = [row for row in quality.thresholds if row.in_force is not None and not row.slice]
    return (Deed.ASK_AUDITS, _named(rows[0])) if rows else (None, {})


def _thresholds(quality: Quality) -> Iterator[Matter]:
    fixed = [row for row in quality.thresholds if row.state is ThresholdState.FIXED]
    rows = [row for row in fixed if row.proposal is not None and (row.gain or 0) >= WORTH_GAIN]
    # A tier with a promise takes a looser threshold by itself.
    for row in sorted(rows, key=lambda row: -(row.gain or 0)):
        subject = _subject("proposal", row)
        yield Matter(subject, Urgency.DECIDE, ThresholdProposal(row), 0.0, Deed.REVIEW_THRESHOLD, _named(row))
    # What was taken back is told with its reason: that it is not granted anew yet is the same cause.
    rows = [row for row in quality.thresholds if row.state not in LOST]
    for row, answer in audits_missing(rows):
        # Where nothing goes through everything is looked at: there is nothing to draw more checks from.
        is_drawn = row.in_force is not None and not row.slice
        deed = Deed.ASK_AUDITS if is_drawn else Deed.REVIEW_THRESHOLD
        yield Matter(
            _subject("audits", row),
            Urgency.DECIDE,
            Lack(row, answer.needed, answer.opinions),
            0.0,
            deed,
            _named(row),
        )
    for row in quality.thresholds:
        if row.state is ThresholdState.NOT_YET and isinstance(row.found, NotYet) and not row.found.needed:
            lack = Lack(row, 0)
            subject = _subject("hopeless", row)
            yield Matter(subject, Urgency.DECIDE, lack, 0.0, Deed.REVIEW_THRESHOLD, _named(row))


def _bias(quality: Quality) -> Iterator[Matter]:
    """Where most predictions are concerned by what the model says too surely, or not surely enough."""
    report = quality.calibration
    if report is None or report.ece <= report.ece_if_calibrated:
        return  # chance explains it
    points = [
        point
        for point in report.bins
        if point.n >= FEWEST
        and not point.accuracy_low <= point.mean_confidence <= point.accuracy_high
        and not point.low <= point.accuracy <= point.high  # "says 93 to 100 %, is right in 97 %" puzzles
    ]
    if points:
        worst = max(points, key=lambda point: point.weight * abs(point.accuracy - point.mean_confidence))
        yield Matter("calibration", Urgency.KNOW, Bias(worst))
