"""Holds models against the error that a team allows, over all weeks; a fixed threshold that breaks it alarms.

A promise is watched by its own test (`watch`). Here nothing is revoked: the threshold is the policy's.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.usecases.context import Context
from bot.usecases.daily_act import once_a_day
from bot.usecases.outgoing import News
from bot.usecases.separate_acts import act_on_each
from bot.usecases.team_news import teams_of, tell_team
from bot.usecases.thresholds import label_sets
from bot.usecases.thresholds.threshold_table import Stream, streams
from bot.words.limit_words import above_words
from routing.digest.model_quality import ThresholdRow, ThresholdState
from routing.evidence.alarm import WHOLE, Alarm
from routing.evidence.error_watch import EVERYTHING_IN, ErrorWatch, TargetReport
from routing.policy import Policy
from routing.prediction import ModelRef
from storage.engine.database import Transaction
from storage.evidence import labels_in_order, model_evidence
from storage.evidence.labels_in_order import LabelInOrder
from storage.evidence.model_evidence import TrafficCount
from storage.leads import mutes
from storage.measured import alarms
from storage.measured.alarms import StoredAlarm
from storage.sql.column_types import EPOCH

DELTA = 0.05
"""The chance that a model which never exceeds its target is ever called above it, by any of its watches."""
WEEK = timedelta(days=7)
ADVICE = (
    "It still goes through, since the policy says from where on. Look at the examples, raise `accept_above`, "
    "or have the model mended."
)
_LOST = (ThresholdState.REVOKED, ThresholdState.SUSPENDED)


@dataclass(frozen=True, slots=True)
class _Look:
    """A watch, the labels above `threshold` it rests on, and what the test says of them."""

    watch: ErrorWatch
    threshold: float
    labels: Sequence[LabelInOrder]
    report: TargetReport


@dataclass(frozen=True, slots=True)
class Watchtower:
    """What is there to look at: `counts` is the traffic from `since` to before `until`."""

    tx: Transaction
    policy: Policy
    target: float
    counts: Sequence[TrafficCount]
    since: datetime
    until: datetime

    def watches(self, rows: Sequence[ThresholdRow]) -> Iterator[ErrorWatch]:
        """Every fixed threshold of the rows' tasks; all that comes in where nothing goes through any more."""
        yield from (look.watch for look in self.fixed({row.task for row in rows}))
        passed = {(count.task, count.model) for count in self.counts if count.stratum.is_accepted}
        lost = {(row.task, row.model) for row in rows if row.state in _LOST}
        for task, model in dict.fromkeys((row.task, row.model) for row in rows):
            if (task, model) in lost or (task, model) not in passed:
                yield self._everything(task, model).watch

    def fixed(self, tasks: Iterable[str]) -> Iterator[_Look]:
        """A look at what each fixed threshold accepted, the busiest first."""
        for stream in streams(self.policy, tasks, self.counts):
            if isinstance(stream.tier.accept_above, float):
                yield self._accepted(stream, stream.tier.accept_above)

    def _accepted(self, stream: Stream, threshold: float) -> _Look:
        task, tier = stream.task.name, stream.tier
        labels = labels_in_order.of_accepted(
            self.tx, task, tier.name, stream.model, self._begin(task), self.until, threshold
        )
        received = [
            count.stratum.received
            for count in self.counts
            if (count.task, count.tier, count.model) == (task, tier.name, stream.model)
            and count.stratum.is_accepted
        ]
        return self._look(task, tier.name, stream.model, sum(received), threshold, labels)

    def _everything(self, task: str, model: ModelRef) -> _Look:
        labels = labels_in_order.of_everything(self.tx, task, model, self._begin(task), self.until)
        counts = (count for count in self.counts if (count.task, count.model) == (task, model))
        received = sum(count.stratum.received for count in counts)
        return self._look(task, EVERYTHING_IN, model, received, 0.0, labels)

    def _begin(self, task: str) -> datetime:
        """What was decided under other labels counts for nothing."""
        return label_sets.since(self.tx).get(task, EPOCH)

    def _look(
        self,
        task: str,
        tier: str,
        model: ModelRef,
        received: int,
        threshold: float,
        labels: Sequence[LabelInOrder],
    ) -> _Look:
        from routing.measures.certification.group_sizes import groups_in_order
        from routing.measures.certification.target import hold_against

        weights = [1 / label.inclusion_probability for label in labels]
        # A policy that asked for fewer audits may have come before.
        least = [kept.audit for kept in self.policy.tasks[task].tiers if kept.audit]
        largest = max([*weights, *(1 / audit for audit in least), 1.0])
        # Divided, so that all of a model's watches together
        # accuse it falsely with a chance of at most `DELTA`.
        delta = DELTA / self._parts(task)
        group = groups_in_order(labels, self.policy.tasks[task].group_for)
        wrong = [label.is_error for label in labels]
        report = hold_against(wrong, weights, self.target, delta, largest, group)
        lately = [label for label in labels if label.received_at >= self.since]
        watch = ErrorWatch(
            task=task,
            tier=tier,
            model=model,
            target=self.target,
            delta=delta,
            is_above=report.is_above,
            e_value=report.e_value,
            received=received,
            labeled=len(lately),
            errors=sum(label.is_error for label in lately),
            error=_error(lately),
            rule=self._rule(task, tier),
        )
        return _Look(watch, threshold, labels, report)

    def _rule(self, task: str, tier: str) -> str:
        about = self.policy.tasks[task]
        return "" if tier == EVERYTHING_IN else about.rule_of(about.tier(tier))

    def _parts(self, task: str) -> int:
        """How many watches a model of the task has at most: its fixed thresholds, and all that comes in."""
        return 1 + sum(isinstance(tier.accept_above, float) for tier in self.policy.tasks[task].tiers)


def _error(labels: Sequence[LabelInOrder]) -> float | None:
    """The share of errors, each label for as many predictions as it stands for."""
    mass = sum(1 / label.inclusion_probability for label in labels)
    wrong = sum(1 / label.inclusion_probability for label in labels if label.is_error)
    return wrong / mass if labels else None


def alarm_due(ctx: Context) -> int:
    """Look at every fixed threshold once a day; how many alarms are new."""
    now = ctx.clock.now()
    return sum(act_on_each(partial(_look_once, ctx, now), ctx.policy.tasks))


def _look_once(ctx: Context, now: datetime, task: str) -> int:
    return once_a_day(ctx, f"target:{task}", now, partial(_look_at, ctx, now, task))


def _look_at(ctx: Context, now: datetime, task: str) -> int:
    teams = {name: ctx.policy.teams[name].target_error for name in teams_of(ctx, task)}
    raised = 0
    for target in sorted({target for target in teams.values() if target is not None}):
        with ctx.database.read() as tx:
            counts = model_evidence.strata(tx, (task,), now - WEEK, now)
            looks = list(Watchtower(tx, ctx.policy, target, counts, now - WEEK, now).fixed((task,)))
        hearers = [name for name, allowed in teams.items() if allowed == target]
        raised += sum(_raise(ctx, look, hearers, now) for look in looks if look.watch.is_above)
    return raised


def _raise(ctx: Context, look: _Look, teams: Sequence[str], now: datetime) -> bool:
    """Whether the alarm is new: each breach is told once, to the teams that did not mute it."""
    watch, alarm = look.watch, _alarm(look)
    about = (watch.task, watch.tier, watch.model.name, watch.model.version, repr(watch.target))
    # With the target, the threshold and the breach: each change of them is news, the same breach is none.
    key = ":".join(("target", *about, repr(look.threshold), str(look.report.breaches)))
    stored = StoredAlarm(key, alarm.kind, alarm.task, alarm.to_json(), now)
    with ctx.database.write() as tx:
        if not alarms.raise_once(tx, stored):
            return False
        for team in teams:
            if alarm.mute_key not in mutes.muted(tx, team, now):
                news = News(team, alarm.sentence, advice=ADVICE, case_ids=alarm.case_ids, alarm_keys=(key,))
                tell_team(ctx, tx, news, key, now)
    return True


def _alarm(look: _Look) -> Alarm:
    """With the latest wrong cases as examples."""
    watch, report = look.watch, look.report
    wrong = [label.case_id for label in look.labels if label.is_error]
    sentence = above_words(watch, report)
    return Alarm.of_errors(watch.task, WHOLE, watch.tier, report, watch.target, wrong, sentence)
