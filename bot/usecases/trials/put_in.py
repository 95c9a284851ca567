"""Puts in the cases with a settled answer that chance drew, once their channel knows that there are some."""

import hashlib
import hmac
from dataclasses import replace
from datetime import datetime

from bot.usecases.context import Context
from bot.usecases.intake import admission
from routing.case.trial import RESTS_FOR, chosen, trial_of, wrong_prediction
from routing.group import group_key
from routing.policy import Task, Tier
from routing.prediction import Origin, Submission
from routing.routing import Disposition, Routing
from storage.cases.predictions import NewPrediction
from storage.engine.database import Transaction
from storage.trials import draws, sources
from storage.trials.draws import TrialAnswer, TrialDraw
from storage.trials.sources import TrialSource

BATCH = 50
LOOKED_AT = 200
"""So many of the latest decided cases a trial is taken from."""
ID_LENGTH = 32


def put_in_due(ctx: Context) -> int:
    """Put in what is due, a transaction for each; how many cases came of it.

    Any number of processes may tick at once: a draw makes a single case.
    """
    now, count = ctx.clock.now(), 0
    while due := _due(ctx, now):
        count += sum(_put_in(ctx, draw, now) for draw in due)
    return count


def _due(ctx: Context, now: datetime) -> tuple[TrialDraw, ...]:
    with ctx.database.read() as tx:
        return draws.due(tx, now, BATCH)


def _put_in(ctx: Context, draw: TrialDraw, now: datetime) -> bool:
    task = ctx.policy.tasks.get(draw.task)
    tier = task.named_tier(draw.tier) if task else None
    with ctx.database.write() as tx:
        if not draws.take(tx, draw) or task is None or tier is None or draw.origin not in tier.trials:
            return False
        notified_at = draws.lock(tx, ctx.policy.channel_id(tier.channel)).get(draw.origin)
        # What came before the channel knew is of a time in which nobody could tell.
        if notified_at is None or draw.drawn_at < notified_at:
            return False
        return _made(ctx, tx, draw, task, tier, now)


def _made(ctx: Context, tx: Transaction, draw: TrialDraw, task: Task, tier: Tier, now: datetime) -> bool:
    """Whether any of the sources makes a case that nobody can tell from others."""
    stored = sources.confirmed(tx, task.name, tier.name, now - RESTS_FOR, LOOKED_AT)
    for place in chosen(ctx.draw_key, draw.drawn_for, len(stored)):
        key = task.present_name(stored[place].key)
        submission = _submission(ctx, draw, stored[place], key, task, now)
        routing = _routing(ctx, submission, tier) if submission else None
        if submission is not None and routing is not None:
            prediction = _prediction(ctx, submission, routing, now)
            admission.put_in(ctx, tx, prediction)
            draws.put_in(tx, draw, TrialAnswer(prediction.case_id, stored[place].case_id, key))
            return True
    return False


def _submission(
    ctx: Context, draw: TrialDraw, source: TrialSource, key: str, task: Task, now: datetime
) -> Submission | None:
    if key not in task.label_names:
        return None
    shown = source.submission.prediction
    if draw.origin is Origin.PLANTED:
        wrong = wrong_prediction(source.submission, key, task.label_names)
        if wrong is None:
            return None
        shown = wrong
    # Nobody who knows only what services post can guess it, or post under it.
    name = hmac.digest(ctx.draw_key, f"trial:{draw.origin}:{draw.drawn_for}".encode(), "sha256")
    lag = source.received_at - source.submission.occurred_at
    return trial_of(source.submission, shown, draw.origin, name.hex()[:ID_LENGTH], now - lag)


def _routing(ctx: Context, submission: Submission, tier: Tier) -> Routing | None:
    """How it would be looked at as any other; None where it would not be, or not by this tier's people."""
    # As production: its origin is no reason that people may read.
    posted = replace(submission, origin=Origin.PRODUCTION)
    routing = ctx.router.route(posted, ctx.draw_key, ctx.standing.present)
    if routing.disposition is not Disposition.REVIEW and routing.inclusion_probability:
        routing = ctx.router.audited(routing, posted, ctx.draw_key)
    is_looked_at = routing.disposition is Disposition.REVIEW and routing.tier == tier.name
    # With the prediction hidden nobody could wave it through.
    is_pointless = submission.origin is Origin.PLANTED and routing.is_blind
    return routing if is_looked_at and not is_pointless else None


def _prediction(ctx: Context, submission: Submission, routing: Routing, now: datetime) -> NewPrediction:
    digest = hashlib.sha256(submission.external_id.encode()).digest()
    return NewPrediction(
        ctx.new_id("case"), submission, digest, routing, ctx.policy.version, now, group_key(submission)
    )
