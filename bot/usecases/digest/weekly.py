"""Weekly digests: when a team's is due, and what it says."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.usecases.context import Context
from bot.usecases.digest.digest_document import from_document, to_document
from bot.usecases.digest.model_quality import appraise
from bot.usecases.digest.period import Period
from bot.usecases.digest.span import Span
from bot.usecases.outgoing import DIGEST
from bot.words.headline_words import headlines
from routing.digest.digest import Digest, summarise
from routing.digest.facts import Confusion, PeriodFacts
from routing.evidence.reliability import CalibrationReport
from routing.policy import DAYS, Policy, Team
from storage.delivery import claimed_events, outbox
from storage.delivery.outbox import Item
from storage.engine.database import Database, Transaction
from storage.evidence import digest_facts
from storage.leads import digests, mutes
from storage.leads.digests import StoredDigest

WEEK = timedelta(days=7)
LATE_FOR = timedelta(days=3)
"""A digest missed while nothing ran is sent this long; after that the next is nearer."""
SEED = 0


def latest_period(name: str, team: Team, now: datetime) -> Period:
    """The team's last week that has ended, at `digest_at` of its `digest_day` in its own time zone.

    A time that the clock skips counts with the offset before the change, a time that comes twice with its
    first (PEP 495).
    """
    zone = ZoneInfo(team.timezone)
    at = time.fromisoformat(team.digest_at)
    today = now.astimezone(zone).date()
    day = today - timedelta(days=(today.weekday() - DAYS.index(team.digest_day)) % 7)
    if _moment(day, at, zone) > now:
        day -= WEEK
    return Period(name, _moment(day - WEEK, at, zone), _moment(day, at, zone), day)


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def queue_due(ctx: Context) -> int:
    """Queue the digests that are due, each once whoever ticks; how many."""
    now = ctx.clock.now()
    periods = (latest_period(name, team, now) for name, team in ctx.policy.teams.items())
    return sum(_queue(ctx, period, now) for period in periods if now - period.until_at <= LATE_FOR)


def _queue(ctx: Context, period: Period, now: datetime) -> bool:
    """Whether the digest is new; none is sent before anything ever came in."""
    item = Item(ctx.new_id("out"), DIGEST, period.key, period.to_payload(), now)
    with ctx.database.write() as tx:
        if not claimed_events.claim(tx, period.key, now):
            return False
        if not _has_something(tx, ctx.policy.teams[period.team].tasks, period):
            claimed_events.release(tx, period.key)
            return False
        outbox.add_many(tx, [item])
    return True


def _has_something(tx: Transaction, tasks: tuple[str, ...], period: Period) -> bool:
    weeks = (period.since_at - WEEK, period.since_at), (period.since_at, period.until_at)
    return any(sum(digest_facts.received_by_origin(tx, tasks, *week).values()) for week in weeks)


def kept_digest(ctx: Context, period: Period) -> Digest:
    """The digest of a period as it was made first; made and kept now if it was not."""
    with ctx.database.read() as tx:
        kept = digests.get(tx, period.key)
    if kept is not None:
        return from_document(kept.document)
    now = ctx.clock.now()
    digest = digest_of(ctx.database, ctx.policy, period.team, period.since_at, period.until_at, now)
    made = StoredDigest(period.key, period.team, period.since_at, period.until_at, now, to_document(digest))
    with ctx.database.write() as tx:  # not that of the reading: measuring takes seconds
        is_first = digests.keep(tx, made)
        earlier = None if is_first else digests.get(tx, period.key)
    # Whoever made it at the same time was first: its buttons speak of the kept numbers.
    return from_document(earlier.document) if earlier else digest


def digest_of(
    database: Database, policy: Policy, team_name: str, since_at: datetime, until_at: datetime, now: datetime
) -> Digest:
    """What happened to a team's tasks in a period, beside the seven days before it.

    Takes some seconds, more the first time: numpy and scikit-learn are imported only here. `now` decides what
    is muted.
    """
    team = policy.teams[team_name]
    with ThreadPoolExecutor(1) as beside:  # half of the time is the database's, which has other cores
        facts = beside.submit(_facts, database, policy, team, since_at, until_at)
        quality = appraise(database, policy, team, Span(since_at - WEEK, since_at, until_at))
        now_facts, before = facts.result()
    with database.read() as tx:
        muted = mutes.muted(tx, team_name, now)
    first = headlines(quality, now_facts, muted)
    questions = {name: policy.tasks[name].asks for name in team.tasks}
    calibration = _calibration(now_facts), _calibration(before)
    return replace(summarise(now_facts, before, *calibration, quality, questions), headlines=first)


def _facts(
    database: Database, policy: Policy, team: Team, since_at: datetime, until_at: datetime
) -> tuple[PeriodFacts, PeriodFacts]:
    """What happened in the period, and in the seven days before it."""
    with database.read() as tx:
        now = digest_facts.period(tx, team.tasks, since_at, until_at)
        before = digest_facts.period(tx, team.tasks, since_at - WEEK, since_at)
    return _renamed(now, policy), _renamed(before, policy)


def _renamed(facts: PeriodFacts, policy: Policy) -> PeriodFacts:
    """The same with labels as they are called now."""
    n = Counter[tuple[str, str, str]]()
    for confusion in facts.confusions:
        task = policy.task(confusion.task)
        names = task.present_name(confusion.predicted), task.present_name(confusion.decided)
        n[task.name, *names] += confusion.n
    confused = (Confusion(*names, count) for names, count in n.items() if names[1] != names[2])
    return replace(facts, confusions=tuple(confused))


def _calibration(facts: PeriodFacts) -> CalibrationReport | None:
    if not facts.reliability_pairs:
        return None
    from routing.measures.calibration.calibration_error import seeded_report

    return seeded_report(facts.reliability_pairs, SEED)
