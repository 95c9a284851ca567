"""Looks for drift in each task's traffic, at most once a day, tells the team, and suspends what it doubts.

Where little comes in, the window goes back in time by whole weeks, in which every weekday counts alike, until
it holds enough, and so does its reference. Another look waits until enough came in since the last one; what
it may spend of the year's false alarms grows with that time (`routing.measures.drift`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.usecases import standing
from bot.usecases.context import Context
from bot.usecases.one_by_one import one_by_one
from bot.usecases.outgoing import News
from bot.usecases.revoking import revoke
from bot.usecases.telling import teams_of, tell_team
from routing.alarm import EXAMPLES, Alarm
from routing.confidence import IDENTITY, Calibrator
from routing.prediction import ModelRef
from storage import alarms, audit, calibrators, certificates, events, inputs, mutes, profiles, volumes
from storage.alarms import StoredAlarm
from storage.audit import Entry
from storage.database import Transaction
from storage.inputs import SeenInput
from storage.profiles import StoredProfile

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
REFERENCE = timedelta(days=28)
"""References follow each other without a gap: one is kept for as long as it lasted, and told of once."""
ANCHOR = datetime(2024, 1, 1, tzinfo=UTC)
FEWEST = 200
"""Fewer cases on either side are not compared: `routing.measures.drift.MIN_CASES`."""
ENOUGH = 2 * FEWEST
"""What a reference is stretched for: new words are looked for in half of it."""
FEWEST_NEW = 50
"""A look that sees less that is new would find what the last one found."""
MOST_WEEKS = 8
MOST_REFERENCES = 6
MOST_CASES = 4_000
SEED = 0
LOOK = "drift"
"""The kind of profile that says when and over what a task was looked at last."""
ADVICE = "Look at the examples: has the input changed, or the model? Labels of such cases help most now."


@dataclass(frozen=True, slots=True)
class Spans:
    """What the window until `until` is held against: `references` times four weeks."""

    reference_since: datetime
    reference_until: datetime
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Traffic:
    """What came in during the spans, and the calibrators that speak now, by model."""

    looked: Spans
    reference: tuple[SeenInput, ...]
    window: tuple[SeenInput, ...]
    calibrators: Mapping[ModelRef, Calibrator]


def spans(now: datetime, weeks: int = 1, references: int = 1) -> Spans:
    """The last weeks, and so many references of the calendar as had ended before them."""
    since = now - weeks * WEEK
    reference_until = ANCHOR + (since - ANCHOR) // REFERENCE * REFERENCE
    return Spans(reference_until - references * REFERENCE, reference_until, since, now)


def tick(ctx: Context) -> int:
    """Look at every task of which enough is new and that was not looked at today; how many alarms are new."""
    now = ctx.clock.now()
    return sum(one_by_one(partial(_look_once, ctx, now), ctx.policy.tasks))


def _look_once(ctx: Context, now: datetime, task: str) -> int:
    """How many alarms are new; a look that fails may be had again."""
    key = f"drift:{task}:{now.astimezone(UTC).date().isoformat()}"
    with ctx.database.write() as tx:
        if not events.claim(tx, key, now):
            return 0
    try:
        return _look(ctx, now, task)
    except Exception:
        with ctx.database.write() as tx:
            events.release(tx, key)
        raise


def _look(ctx: Context, now: datetime, task: str) -> int:
    with ctx.database.read() as tx:
        looked_at = profiles.made_at(tx, LOOK).get(task)
        if looked_at is not None and volumes.received(tx, task, looked_at, now) < FEWEST_NEW:
            return 0
        seen = _traffic(tx, task, now)
    if seen is None:
        return 0
    # Without a look before it there is no telling what may be spent, so that it is the least.
    found = _found(task, seen, min(now - looked_at, MOST_WEEKS * WEEK) if looked_at else DAY)
    with ctx.database.write() as tx:
        profiles.save(tx, StoredProfile(task, LOOK, _named(seen.looked), now))
        new = [one for one in _stored(found, seen.looked, now) if alarms.raise_once(tx, one)]
        entries = _tell(ctx, tx, task, new, now) if new else []
        audit.append_many(tx, entries)
    if entries:
        standing.tick(ctx)
    return len(new)


def _named(looked: Spans) -> dict[str, str]:
    return {name: getattr(looked, name).isoformat() for name in Spans.__slots__}


def _traffic(tx: Transaction, task: str, now: datetime) -> Traffic | None:
    """The shortest window, and the shortest reference, that hold enough; None where the longest do not."""
    for weeks in range(1, MOST_WEEKS + 1):
        window = inputs.sample(tx, task, now - weeks * WEEK, now, MOST_CASES)
        if len(window) >= FEWEST:
            break
    else:
        return None
    for references in range(1, MOST_REFERENCES + 1):
        looked = spans(now, weeks, references)
        reference = inputs.sample(tx, task, looked.reference_since, looked.reference_until, MOST_CASES)
        if len(reference) >= ENOUGH:
            break
    return Traffic(looked, reference, window, _calibrators(tx, task)) if len(reference) >= FEWEST else None


def _calibrators(tx: Transaction, task: str) -> dict[ModelRef, Calibrator]:
    return {
        fit.model: Calibrator.from_json(fit.calibrator)
        for fit in calibrators.latest(tx)
        if fit.task == task and fit.is_used
    }


def _found(task: str, seen: Traffic, since_last: timedelta) -> tuple[Alarm, ...]:
    """Both sides are calibrated as is done now: that a calibrator is new must not look like drift."""
    from routing.measures.drift import Look
    from routing.measures.seeded import drift_between
    from routing.measures.seen import Seen

    before, now = (
        [
            Seen(
                one.case_id,
                one.input,
                one.prediction.label,
                seen.calibrators.get(one.prediction.model, IDENTITY).apply(one.prediction),
                one.slices,
            )
            for one in side
        ]
        for side in (seen.reference, seen.window)
    )
    looked = seen.looked
    look = Look(
        days=since_last / DAY,
        weeks=(looked.until - looked.since) // WEEK,
        reference_weeks=(looked.reference_until - looked.reference_since) // WEEK,
    )
    return drift_between(task, before, now, SEED, look).alarms


def _stored(found: Iterable[Alarm], looked: Spans, now: datetime) -> Iterator[StoredAlarm]:
    against = looked.reference_until.date().isoformat()
    for one in found:
        key = f"drift:{one.task}:{one.kind}:{one.subject or ''}:{one.slice}:{against}"
        yield StoredAlarm(key, one.kind, one.task, one.to_json(), now)


def _tell(ctx: Context, tx: Transaction, task: str, new: Sequence[StoredAlarm], now: datetime) -> list[Entry]:
    """Tell the teams that did not mute it, and revoke what drift suspends; what goes on record of that."""
    for team in teams_of(ctx, task):
        muted = mutes.muted(tx, team, now)
        told = [one for one in new if _subject(Alarm.from_json(one.payload)) not in muted]
        if told:
            tell_team(ctx, tx, _news(team, task, told), told[0].key, now)
    reason = f"the traffic has drifted: {Alarm.from_json(new[0].payload).sentence.rstrip('.')}"
    suspended = {tier.name for tier in ctx.policy.task(task).tiers if "drift" in tier.suspend_on}
    held = [one for one in certificates.standing(tx) if one.key.task == task and one.key.tier in suspended]
    return [entry for one in held for entry in revoke(ctx, tx, one, reason, now)]


def _subject(alarm: Alarm) -> str:
    """What teams mute it by: as `routing.headline` names it."""
    return f"alarm:{alarm.task}:{alarm.kind}:{alarm.slice}"


def _news(team: str, task: str, told: Sequence[StoredAlarm]) -> News:
    found = [Alarm.from_json(one.payload) for one in told]
    examples = dict.fromkeys(case_id for one in found for case_id in one.case_ids)
    return News(
        team=team,
        sentence=f"{task}: what comes in has changed.",
        details=tuple(one.sentence for one in found),
        advice=ADVICE,
        case_ids=tuple(examples)[:EXAMPLES],
        alarm_keys=tuple(one.key for one in told),
    )
