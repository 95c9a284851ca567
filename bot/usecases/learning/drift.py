"""Looks for drift in each task's traffic, at most once a day, tells the team, and suspends what it doubts."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from bot.usecases.context import Context
from bot.usecases.daily_act import once_a_day
from bot.usecases.learning.drift_spans import FEWEST_NEW, Arrivals, Spans, days_to_spend, gather
from bot.usecases.outgoing import News
from bot.usecases.separate_acts import act_on_each
from bot.usecases.team_news import teams_of, tell_team
from bot.usecases.thresholds import in_force
from bot.usecases.thresholds.revoke import revoke
from routing.evidence.alarm import EXAMPLES, Alarm
from routing.evidence.calibrator import IDENTITY, Calibrator
from routing.policy import Task
from routing.prediction import ModelRef, Prediction
from storage.engine.database import Transaction
from storage.evidence import case_inputs, day_volumes
from storage.evidence.case_inputs import SeenInput
from storage.leads import mutes
from storage.measured import alarms, calibrators, certificates, profiles
from storage.measured.alarms import StoredAlarm
from storage.measured.profiles import StoredProfile

MOST_CASES = 4_000
SEED = 0
LOOK = "drift"
"""The kind of profile that says when and over what a task was looked at last."""
ADVICE = "Look at the examples: has what comes in changed, or the model? Answers to such cases help most now."


def detect_due(ctx: Context) -> int:
    """Look at every task of which enough is new and that was not looked at today; how many alarms are new."""
    now = ctx.clock.now()
    return sum(act_on_each(partial(_look_once, ctx, now), ctx.policy.tasks))


def _look_once(ctx: Context, now: datetime, task: str) -> int:
    return once_a_day(ctx, f"drift:{task}", now, partial(_look, ctx, now, task))


def _look(ctx: Context, now: datetime, task: str) -> int:
    with ctx.database.read() as tx:
        looked_at = profiles.made_at(tx, LOOK).get(task)
        if looked_at is not None and day_volumes.received(tx, task, looked_at, now) < FEWEST_NEW:
            return 0
        seen = gather(lambda since, until: case_inputs.sample(tx, task, since, until, MOST_CASES), now)
        by_model = _calibrators(tx, task) if seen else {}
    if seen is None:
        return 0
    raised = _alarms(ctx.policy.task(task), seen, by_model, days_to_spend(looked_at, now))
    looked = {name: getattr(seen.looked, name).isoformat() for name in Spans.__slots__}
    with ctx.database.write() as tx:
        # With the alarms, in the same transaction: the days that a
        # look has spent must not be spent again by the next.
        profiles.save(tx, StoredProfile(task, LOOK, looked, now))
        new = [row for row in _stored(raised, seen.looked, now) if alarms.raise_once(tx, row)]
        revoked = _tell(ctx, tx, task, new, now) if new else 0
    if revoked:
        in_force.refresh(ctx)
    return len(new)


def _calibrators(tx: Transaction, task: str) -> dict[ModelRef, Calibrator]:
    return {
        fit.model: Calibrator.from_json(fit.calibrator)
        for fit in calibrators.latest(tx)
        if fit.task == task and fit.is_used
    }


def _alarms(
    task: Task, seen: Arrivals[SeenInput], by_model: Mapping[ModelRef, Calibrator], days: float
) -> tuple[Alarm, ...]:
    """Both sides as is done now: that a calibrator or a label's name is new must not look like drift."""
    from routing.measures.drift.drift import Look
    from routing.measures.drift.observations import Observation
    from routing.measures.seeds import drift_between

    before, now = (
        [
            Observation(
                row.case_id,
                row.input,
                task.present_name(row.prediction.label),
                _calibrated(row.prediction, by_model),
                row.slices,
            )
            for row in side
        ]
        for side in (seen.reference, seen.window)
    )
    look = Look(days, seen.looked.weeks, seen.looked.reference_weeks)
    return drift_between(task.name, before, now, SEED, look).alarms


def _calibrated(prediction: Prediction, by_model: Mapping[ModelRef, Calibrator]) -> float:
    if prediction.confidence is None:
        # Not 0: a model that gives no confidences would look as if it had become unsure.
        return math.nan
    return by_model.get(prediction.model, IDENTITY).apply(prediction)


def _stored(raised: Iterable[Alarm], looked: Spans, now: datetime) -> Iterator[StoredAlarm]:
    # In the key, so that the same change makes news once for each reference, however often it is seen.
    against = looked.reference_until.date().isoformat()
    for alarm in raised:
        key = f"drift:{alarm.task}:{alarm.kind}:{alarm.subject or ''}:{alarm.slice}:{against}"
        yield StoredAlarm(key, alarm.kind, alarm.task, alarm.to_json(), now)


def _tell(ctx: Context, tx: Transaction, task: str, new: Sequence[StoredAlarm], now: datetime) -> int:
    """Tell the teams that did not mute it, and revoke what drift suspends; how many certificates that was."""
    for team in teams_of(ctx, task):
        muted = mutes.muted(tx, team, now)
        heard = [row for row in new if Alarm.from_json(row.payload).mute_key not in muted]
        if heard:
            tell_team(ctx, tx, _news(team, task, heard), heard[0].key, now)
    what = Alarm.from_json(new[0].payload).sentence.partition(";")[0].rstrip(".")
    reason = f"what comes in has changed: {what}"
    suspended = {tier.name for tier in ctx.policy.task(task).tiers if "drift" in tier.suspend_on}
    held = [old for old in certificates.standing(tx) if old.key.task == task and old.key.tier in suspended]
    return sum(revoke(ctx, tx, stream, reason, now) for stream in certificates.by_stream(held))


def _news(team: str, task: str, rows: Sequence[StoredAlarm]) -> News:
    raised = [Alarm.from_json(row.payload) for row in rows]
    examples = dict.fromkeys(case_id for alarm in raised for case_id in alarm.case_ids)
    return News(
        team=team,
        sentence=f"{task}: what comes in has changed.",
        details=tuple(alarm.sentence for alarm in raised),
        advice=ADVICE,
        case_ids=tuple(examples)[:EXAMPLES],
        alarm_keys=tuple(row.key for row in rows),
    )
