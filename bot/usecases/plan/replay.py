"""Decide before doing: what another policy would have done, and what a budget of expert time should buy."""

import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain

from bot.errors import BotError
from bot.usecases.context import Context
from bot.usecases.thresholds import in_force
from bot.words.moments import moment_words
from routing.case.hours import working_between
from routing.evidence.plan import Budget, Placement, Price, Replayed, Rerouting, TierKey
from routing.policy import Policy
from routing.routing import Disposition, Routing
from routing.triage.present_names import under_present_names
from routing.triage.router import compile_router
from storage.evidence import logged_predictions
from storage.evidence.logged_predictions import LoggedPrediction

WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
QUICK_BACK = timedelta(days=30)
QUICK_MOST = 20_000
"""What a person waits a few seconds for."""
Tell = Callable[[int, int], None]
"""Hears how many of how many predictions are done."""


class NothingLogged(BotError):
    """There is nothing to replay."""


class CannotPlan(BotError):
    """The budget cannot be planned."""


class Busy(BotError):
    """Another replay is running. Please try again in a minute."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the past is looked at: these tasks, and about `most` of the newest predictions; None: all."""

    tasks: Collection[str] | None = None
    most: int | None = None


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Past:
    """What is looked back at; from the first prediction on, if that came in later than asked for."""

    since: datetime
    until: datetime
    rows: tuple[Rerouting, ...]
    left_out: Mapping[str, int]
    has_older: bool

    @property
    def weeks(self) -> float:
        """How long that is."""
        return max(self.until - self.since, HOUR) / WEEK


class QuickReplay:
    """A task's newest predictions of 30 days, replayed for who waits before a window; one at a time."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._turn = threading.Lock()

    def __call__(self, policy: Policy, task: str) -> Replayed:
        """What `policy` would have done with what came in of `task`. Raises Busy or NothingLogged."""
        if not self._turn.acquire(blocking=False):  # else each further click would hold a thread for seconds
            raise Busy
        try:
            scope = Scope((task,), QUICK_MOST)
            return replay(self._ctx.snapshot(), policy, QUICK_BACK, lambda _done, _total: None, scope)
        except NothingLogged as error:
            raise NothingLogged(f"No prediction of {task} came in during the last 30 days.") from error
        finally:
            self._turn.release()


def replay(
    ctx: Context,
    policy: Policy,
    back: timedelta,
    tell: Tell,
    scope: Scope = EVERYTHING,
    *,
    is_past: bool = False,
) -> Replayed:
    """What `policy` would have done with the production predictions of the last while.

    Beside it stands what the policy in force would have done: draws, calibrators and certificates of both are
    those in force. With `is_past` what was done then stands there, whatever was in force. Raises
    NothingLogged.
    """
    from routing.measures.planning.replay import replay as replayed

    past = look_back(ctx, policy, back, tell, scope, None if is_past else ctx.policy)
    prices = {**_prices(ctx.policy), **_prices(policy)}
    hours = {
        name: working_between(task.hours, past.since, past.until) / HOUR
        for name, task in policy.tasks.items()
    }
    answer = replayed(past.rows, prices, hours)
    return Replayed(past.since, past.until, answer, past.left_out, past.has_older, is_past)


def budget(
    ctx: Context, minutes: float, back: timedelta, half_width: float | None, tell: Tell, by: str | None = None
) -> Budget:
    """Thresholds and audit shares of the present policy for so many expert minutes in a week.

    With `by` the errors of the slices of this name are to be measured to within `half_width` too. Raises
    NothingLogged; CannotPlan where the minutes do not do for what has to be looked at.
    """
    from routing.measures.planning.budget import plan_budget
    from routing.measures.planning.tier_traffic import traffic_of

    past = look_back(ctx, ctx.policy, back, tell)
    by_tier = defaultdict[TierKey, list[Rerouting]](list)
    for row in past.rows:
        by_tier[row.task, row.after.tier].append(row)
    traffic = [
        traffic_of(task, tier, by_tier[task.name, tier.name], past.weeks, by)
        for task in ctx.policy.tasks.values()
        for tier in task.tiers
    ]
    try:
        return plan_budget(traffic, minutes, half_width)
    except ValueError as error:
        raise CannotPlan(f"{error}.") from error


def look_back(
    ctx: Context,
    policy: Policy,
    back: timedelta,
    tell: Tell,
    scope: Scope = EVERYTHING,
    present: Policy | None = None,
) -> Past:
    """The production predictions of the last while, routed once more by `policy`, and by the `present` one.

    Raises NothingLogged.
    """
    in_force.refresh(ctx)  # a command has never read it
    until = ctx.clock.now()
    asked = since = until - back
    tasks = ctx.policy.tasks if scope.tasks is None else scope.tasks
    router, other = compile_router(policy), compile_router(present) if present else None
    standing = ctx.standing.present  # once: what is certified meanwhile would be the merit of one side
    rows, left_out = list[Rerouting](), defaultdict[str, int](int)
    with ctx.database.read() as tx:
        if scope.most is not None:
            since = logged_predictions.newest_since(tx, tasks, since, until, scope.most)
        extent = logged_predictions.extent(tx, tasks, since, until)
        if extent.first_at is None:
            raise NothingLogged(
                f"No prediction of {', '.join(tasks)} came in since {moment_words(since)}; "
                "look further back with --since."
            )
        portions = logged_predictions.logged(tx, tasks, since, until)
        for done, logged in enumerate(chain.from_iterable(portions), start=1):
            task = policy.tasks.get(logged.submission.task)
            if task is not None:
                submission = under_present_names(task, logged.submission)
                routing = router.route(submission, ctx.draw_key, standing)
                beside = other.route(submission, ctx.draw_key, standing) if other else None
                rows.append(_rerouted(logged, routing, beside, policy, until))
            else:
                left_out[logged.submission.task] += 1
            tell(done, extent.count)
    return Past(max(since, extent.first_at), until, tuple(rows), dict(left_out), since > asked)


def _rerouted(
    logged: LoggedPrediction, routing: Routing, present: Routing | None, policy: Policy, now: datetime
) -> Rerouting:
    prediction, routed = logged.submission.prediction, logged.routing
    hours = policy.tasks[logged.submission.task].hours
    before = _placement(routed)
    seconds = waited = None
    if logged.decided_at is not None:
        seconds = working_between(hours, logged.received_at, logged.decided_at).total_seconds()
    elif before.is_reviewed:
        waited = working_between(hours, logged.received_at, now).total_seconds()
    return Rerouting(
        task=logged.submission.task,
        slices=logged.submission.slices,
        inclusion_probability=routed.inclusion_probability,
        is_labeled=logged.loss is not None,
        is_error=bool(logged.loss),
        score=prediction.confidence if routing.calibrated is None else routing.calibrated,
        before=before,
        after=_placement(routing),
        seconds=seconds,
        waited=waited or 0.0,
        present=_placement(present) if present else None,
    )


def _placement(routing: Routing) -> Placement:
    is_accepted = routing.is_audit or routing.disposition is not Disposition.REVIEW
    return _placed(
        routing.tier, routing.channel, routing.quorum, routing.due_in, is_accepted, routing.is_audit
    )


_placed = lru_cache(maxsize=1_024)(Placement)
"""A million predictions share a few dozen placements, which would else fill the memory."""


def _prices(policy: Policy) -> Mapping[TierKey, Price]:
    return {
        (name, tier.name): Price(tier.error_cost, tier.minutes_per_label)
        for name, task in policy.tasks.items()
        for tier in task.tiers
    }
