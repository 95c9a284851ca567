"""Appraises a team's models: reads what came in and what experts decided, and measures it for the digest.

Takes seconds, and a second more the first time: numpy and scikit-learn are imported only here.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from statistics import median
from zoneinfo import ZoneInfo

from bot.usecases.digest.error_rows import asked_again, error_rows
from bot.usecases.digest.expert_agreement import task_agreements
from bot.usecases.digest.expert_anchoring import task_anchorings
from bot.usecases.digest.expert_confidence import task_confidences
from bot.usecases.digest.expert_facts import read_experts
from bot.usecases.digest.slice_findings import harm_findings, slice_findings
from bot.usecases.digest.span import Span
from bot.usecases.digest.trial_shares import gold_shares, oversight
from bot.usecases.thresholds.target_watch import Watchtower
from bot.usecases.thresholds.threshold_table import threshold_rows
from routing.digest.day import Day
from routing.digest.model_quality import ModelFit, Quality, TaskConfusion, ThresholdRow
from routing.evidence.alarm import Alarm
from routing.evidence.calibrator import CalibratorFit
from routing.evidence.error_patterns import (
    CaseRationale,
    Contradiction,
    DecidedInput,
    ThemeReport,
)
from routing.evidence.error_watch import ErrorWatch
from routing.evidence.estimate import StratumKey, TrafficEstimate, label_weights
from routing.evidence.reliability import CalibrationReport
from routing.evidence.risk_coverage import RiskCoverage
from routing.evidence.truth import TaskTruth, task_truths
from routing.policy import Policy, Team
from storage.engine.database import Database, Transaction
from storage.evidence import (
    case_inputs,
    day_volumes,
    model_evidence,
)
from storage.evidence.case_inputs import ExpertRationale
from storage.evidence.day_volumes import DayVolume
from storage.evidence.label_columns import LabelColumns
from storage.evidence.model_evidence import TrafficCount
from storage.measured import alarms, calibrators
from storage.measured.calibrators import StoredCalibrator

MOST_DECIDED = 5_000
SEED = 0
SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Facts:
    """What storage holds; `labeled` is by task, `weights` say what each label stands for."""

    now: tuple[TrafficCount, ...]
    before: tuple[TrafficCount, ...]
    labeled: Mapping[str, LabelColumns]
    weights: Mapping[StratumKey, float]
    calibrators: tuple[StoredCalibrator, ...]
    alarms: tuple[Alarm, ...]
    rationales: tuple[ExpertRationale, ...]
    decided: tuple[DecidedInput, ...]
    days: tuple[DayVolume, ...]
    lately: tuple[TrafficCount, ...]
    """What was accepted of four weeks."""


def appraise(database: Database, policy: Policy, team: Team, span: Span) -> Quality:
    """What the labels say about the models of a team's tasks."""
    with database.read() as tx:
        now = model_evidence.strata(tx, team.tasks, span.since_at, span.until_at)
    with ThreadPoolExecutor(1) as beside:  # half of the time is the database's, which has other cores
        table = beside.submit(_thresholds, database, policy, team, now, span)
        with database.read() as tx:
            stored = _read(tx, policy, team, span, now)
            experts = read_experts(tx, team, span)
        thresholds, curve, watches = table.result()
    themes = _themes(stored)
    truths = task_truths(experts.methods, label_weights(count.stratum for count in now))
    return Quality(
        errors=tuple(error_rows(*experts.beside(now, stored.before))),
        target=team.target_error,
        calibration=_calibration(stored),
        fits=tuple(
            ModelFit(fit.task, fit.model, CalibratorFit.from_json(fit.report)) for fit in stored.calibrators
        ),
        thresholds=tuple(_with_truths(thresholds, truths)),
        curve=curve,
        days=tuple(_day(day, ZoneInfo(team.timezone)) for day in stored.days),
        alarms=stored.alarms,
        slices=slice_findings(stored.labeled, partial(_weights, stored))[:SHOWN],
        harms=harm_findings(policy, stored.labeled, partial(_weights, stored)),
        confusions=_confusions(stored),
        themes=themes.themes,
        no_themes_because=themes.why or "",
        contradictions=_contradictions(stored.decided),
        watches=watches,
        lately=_lately(stored),
        truths=truths,
        agreements=tuple(task_agreements(policy, experts.answers)),
        anchorings=tuple(task_anchorings(experts.arms)),
        asked_again=tuple(asked_again(experts.late)),
        confidences=tuple(task_confidences(policy, experts.settled)),
        marked=experts.marked,
        oversight=oversight(policy, team, experts.planted),
        golds=tuple(gold_shares(experts.gold)),
    )


def _thresholds(
    database: Database, policy: Policy, team: Team, now: Sequence[TrafficCount], span: Span
) -> tuple[tuple[ThresholdRow, ...], RiskCoverage | None, tuple[ErrorWatch, ...]]:
    with database.read() as tx:
        rows, curve = threshold_rows(tx, policy, team, now, span.learned_since_at, span.until_at)
        if team.target_error is None:
            return rows, curve, ()
        tower = Watchtower(tx, policy, team.target_error, now, span.since_at, span.until_at)
        return rows, curve, tuple(tower.watches(rows))


def _with_truths(rows: Sequence[ThresholdRow], truths: Sequence[TaskTruth]) -> Iterator[ThresholdRow]:
    truth_of = {truth.task: truth.truth for truth in truths}
    return (replace(row, truth=truth_of.get(row.task)) for row in rows)


def _read(tx: Transaction, policy: Policy, team: Team, span: Span, now: tuple[TrafficCount, ...]) -> _Facts:
    since, until = span.since_at, span.until_at
    back = span.learned_since_at
    # Also where it is the digest's own period: a label decided since `now` was read would have no weight.
    learned = model_evidence.strata(tx, team.tasks, back, until)
    return _Facts(
        now=now,
        before=model_evidence.strata(tx, team.tasks, span.before_at, since),
        labeled={
            name: model_evidence.labeled_of_received(tx, name, back, until).renamed(
                policy.task(name).present_name
            )
            for name in team.tasks
        },
        weights=label_weights(count.stratum for count in learned),
        calibrators=tuple(fit for fit in calibrators.latest(tx) if fit.task in team.tasks),
        alarms=tuple(Alarm.from_json(alarm.payload) for alarm in alarms.since(tx, team.tasks, since, until)),
        rationales=case_inputs.rationales(tx, team.tasks, back, until),
        decided=tuple(
            DecidedInput(
                case.case_id,
                case.input,
                policy.task(case.task).present_name(case.decided),
                case.loss,
                case.decided_at,
                case.task,
            )
            for case in case_inputs.decided(tx, team.tasks, back, until, MOST_DECIDED)
        ),
        lately=tuple(count for count in learned if count.stratum.is_accepted),
        days=day_volumes.by_day(tx, team.tasks, midnights(since, until, ZoneInfo(team.timezone))),
    )


def midnights(since: datetime, until: datetime, zone: ZoneInfo) -> list[datetime]:
    """The beginning, every midnight of the team's calendar inside the period, and the end."""
    first, last = (moment.astimezone(zone).date() for moment in (since, until))
    days = (first + timedelta(days=number) for number in range(1, (last - first).days + 1))
    # From dates, not by adding 24 hours: where the clock changes a day has 23 or 25.
    every = (datetime.combine(day, time(), zone).astimezone(UTC) for day in days)
    return [since, *(midnight for midnight in every if since < midnight < until), until]


def _day(volume: DayVolume, zone: ZoneInfo) -> Day:
    seconds = volume.seconds_to_decision
    return Day(
        date=volume.since.astimezone(zone).date(),
        received=volume.received,
        auto_accepted=volume.auto_accepted,
        reviewed=volume.reviewed,
        decided=len(seconds),
        median_time=timedelta(seconds=median(seconds)) if seconds else None,
    )


def _lately(stored: _Facts) -> TrafficEstimate | None:
    if not stored.lately:
        return None
    from routing.measures.estimation.error_estimate import estimate

    return estimate("accepted in four weeks", [count.stratum for count in stored.lately])


def _weights(stored: _Facts, labeled: LabelColumns) -> list[float]:
    strata = zip(labeled.inclusion_probability, map(bool, labeled.is_accepted), strict=True)
    # No label lacks its stratum: labels and strata are of the same traffic, read in the same transaction.
    return [stored.weights[stratum] for stratum in strata]


def _calibration(stored: _Facts) -> CalibrationReport | None:
    """Of all watched traffic: every label stands for as many predictions as in the estimates of errors."""
    columns = [sure for labeled in stored.labeled.values() if len(sure := labeled.with_confidence())]
    if not columns:
        return None
    from routing.measures.calibration.calibration_error import seeded_report

    pairs = [pair for labeled in columns for pair in zip(labeled.calibrated, labeled.is_right, strict=True)]
    return seeded_report(pairs, SEED, [weight for labeled in columns for weight in _weights(stored, labeled)])


def _confusions(stored: _Facts) -> tuple[TaskConfusion, ...]:
    from routing.measures.estimation.confusions import confusion_pairs

    pairs = [
        TaskConfusion(task, pair)
        for task, columns in stored.labeled.items()
        if len(columns)
        for pair in confusion_pairs(columns.predicted, columns.decided, _weights(stored, columns))
    ]
    return tuple(sorted(pairs, key=lambda confusion: -confusion.pair.weight)[:SHOWN])


def _themes(stored: _Facts) -> ThemeReport:
    from routing.measures.texts.themes import seeded_themes

    weights = {
        case_id: weight
        for labeled in stored.labeled.values()
        for case_id, weight in zip(labeled.case_id, _weights(stored, labeled), strict=True)
    }
    rows = stored.rationales
    rationales = [CaseRationale(row.case_id, row.rationale, row.input_text or "") for row in rows]
    return seeded_themes(rationales, SEED, [weights[row.case_id] for row in rows])


def _contradictions(decided: Sequence[DecidedInput]) -> tuple[Contradiction, ...]:
    from routing.measures.texts.contradictions import find_contradictions

    return find_contradictions(decided).contradictions[:SHOWN]
