"""Looks once a day for drift in each task's traffic, tells the team, and suspends what it makes doubtful."""

from collections.abc import Iterable, Iterator, Sequence
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
from storage import alarms, audit, certificates, events, inputs, mutes
from storage.alarms import StoredAlarm
from storage.audit import Entry
from storage.database import Transaction
from storage.inputs import SeenInput

WEEK = timedelta(days=7)
REFERENCE = timedelta(days=28)
"""References follow each other without a gap: one is kept for as long as it lasted, and told of once."""
ANCHOR = datetime(2024, 1, 1, tzinfo=UTC)
FEWEST = 200
"""Fewer cases on either side are not compared: `routing.measures.drift.MIN_CASES`."""
MOST_CASES = 4_000
SEED = 0
ADVICE = "Look at the examples: has the input changed, or the model? Labels of such cases help most now."


@dataclass(frozen=True, slots=True)
class Spans:
    """The four weeks that the window, the week until `until`, is held against."""

    reference_since: datetime
    reference_until: datetime
    since: datetime
    until: datetime


def spans(now: datetime) -> Spans:
    """The last week, and the last four weeks of the calendar of references that had ended before it."""
    since = now - WEEK
    reference_until = ANCHOR + (since - ANCHOR) // REFERENCE * REFERENCE
    return Spans(reference_until - REFERENCE, reference_until, since, now)


def tick(ctx: Context) -> int:
    """Look at every task that was not looked at today; how many alarms are new."""
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
    looked = spans(now)
    with ctx.database.read() as tx:
        reference = inputs.sample(tx, task, looked.reference_since, looked.reference_until, MOST_CASES)
        window = inputs.sample(tx, task, looked.since, looked.until, MOST_CASES)
    found = _found(task, reference, window)
    if not found:
        return 0
    with ctx.database.write() as tx:
        new = [one for one in _stored(found, looked, now) if alarms.raise_once(tx, one)]
        entries = _tell(ctx, tx, task, new, now) if new else []
        audit.append_many(tx, entries)
    if entries:
        standing.tick(ctx)
    return len(new)


def _found(task: str, reference: Sequence[SeenInput], window: Sequence[SeenInput]) -> tuple[Alarm, ...]:
    if min(len(reference), len(window)) < FEWEST:
        return ()
    from routing.measures.drift import Seen
    from routing.measures.seeded import drift_between

    before, now = (
        [Seen(one.case_id, one.input, one.label, one.calibrated, one.slices) for one in side]
        for side in (reference, window)
    )
    return drift_between(task, before, now, SEED).alarms


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
