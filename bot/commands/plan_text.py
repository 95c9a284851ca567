"""Replays and budgets for the terminal: what was and what would be side by side, with n and intervals."""

from collections.abc import Iterator, Mapping

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bot.words.limit_words import place_words
from bot.words.moments import span_words
from bot.words.numbers import counted, estimate_words, rate
from bot.words.plan_words import ALIKE, UNKNOWN, baseline_words, between_losses, cost_words
from routing.evidence.plan import Budget, ChannelLoad, Outcome, Replayed, TierOutcome, TierPlan

NOTHING = "–"
_PAST = "What was done then went by what the answers showed then, the other side by what they show today"


def shown_replay(replayed: Replayed, name: str) -> list[RenderableType]:
    """The parts in reading order."""
    replay = replayed.replay
    title = (
        f"{span_words(replayed.since, replayed.until)}: {counted(replay.received, 'prediction')} came in; "
        f"{replay.newly_accepted:,} that were looked at would go through by themselves, "
        f"{replay.newly_reviewed:,} that went through would be looked at"
    )
    table = Table("", baseline_words(replayed), f"with {name}", box=None, header_style="bold")
    for row in _replay_rows(replay.before, replay.after):
        table.add_row(*row)
    left_out = [
        f"the new policy has no task {task}: {counted(number, 'prediction')} left out"
        for task, number in replayed.left_out.items()
    ]
    basis = _PAST if replayed.is_past else f"{ALIKE}; --as-it-was shows what was done then"
    return [Text(title, "bold"), Text(f"{basis}."), table, *_warnings((*left_out, *replay.warnings))]


def _warnings(lines: tuple[str, ...]) -> list[Text]:
    return [Text(f"! {line}.", "yellow") for line in lines]


def _replay_rows(before: Outcome, after: Outcome) -> Iterator[tuple[str, ...]]:
    sides = before, after
    yield "went through by themselves", *(str(side.auto_accepted) for side in sides)
    yield "looked at", *(str(side.reviewed) for side in sides)
    yield "… of these checked at random", *(str(side.audited) for side in sides)
    yield "expert hours", *(f"{side.expert_hours:.1f}" for side in sides)
    yield "wrong among what went through, this period", *(estimate_words(side.error.period) for side in sides)
    yield "… and what to expect of it later", *(estimate_words(side.error.future) for side in sides)
    yield "cost of what went through wrong", *(cost_words(side.cost) for side in sides)
    tiers = [{(tier.task, tier.tier): tier for tier in side.tiers} for side in sides]
    for key in sorted({*tiers[0], *tiers[1]}):
        yield (
            f"wrong among what went through in {place_words(*key)}",
            *(_tier(side.get(key)) for side in tiers),
        )
    loads = [{load.channel: load for load in side.channels} for side in sides]
    for name in sorted({*loads[0], *loads[1]}):
        yield f"#{name}", *(_load(side.get(name)) for side in loads)
        yield "… expected late", *(_late(side.get(name)) for side in loads)


def _tier(tier: TierOutcome | None) -> str:
    if tier is None or tier.error is None:
        return NOTHING
    return f"{estimate_words(tier.error.period)} of {tier.accepted}"


def _load(load: ChannelLoad | None) -> str:
    if load is None:
        return NOTHING
    pace = "" if load.per_working_hour is None else f", {rate(load.per_working_hour)} a working hour"
    return f"{load.cases} cases{pace}, {load.expert_hours:.1f} expert hours"


def _late(load: ChannelLoad | None) -> str:
    if load is None:
        return NOTHING
    return UNKNOWN if load.late is None else f"{load.late:.0f}"


def shown_budget(budget: Budget) -> list[RenderableType]:
    """The parts in reading order, without the lines to change."""
    sentences = (
        f"{budget.minutes:.0f} expert minutes a week: expected loss {budget.loss:,.1f} a week, "
        f"{between_losses(budget.low, budget.high)} ({budget.spent:.0f} minutes used); the policy now loses "
        f"{budget.now.loss:,.1f}, {between_losses(budget.now.low, budget.now.high)}, with "
        f"{budget.now.minutes:.0f} minutes",
        f"One more expert hour a week saves {budget.hour_saves:,.1f}",
    )
    columns = (
        "rule",
        "goes through from",
        "checked at random",
        "goes through a week",
        "minutes",
        "expected loss",
        "answers",
    )
    table = Table(*columns, box=None, header_style="bold")
    for plan in budget.tiers:
        table.add_row(*_plan(plan))
    return [Text(f"{sentences[0]}.", "bold"), Text(f"{sentences[1]}."), table, *_warnings(budget.warnings)]


def _plan(plan: TierPlan) -> tuple[str, ...]:
    rule = "as it is" if plan.is_kept else _moved(_threshold(plan.was_threshold), _threshold(plan.threshold))
    return (
        place_words(plan.task, plan.tier),
        rule,
        _moved(_audits(plan.was_audit, plan.was_audit_slices), _audits(plan.audit, plan.audit_slices)),
        f"{plan.accepted:.0f} of {plan.received:.0f}",
        f"{plan.minutes:.0f}",
        f"{plan.loss:,.1f}",
        str(plan.labels),
    )


def _audits(share: float, slices: Mapping[str, float]) -> str:
    more = ", ".join(f"{_share(own)} of {name}" for name, own in slices.items())
    return f"{_share(share)} ({more})" if more else _share(share)


def _share(value: float) -> str:
    return f"{100 * value:.4g} %" if value else "none"


def _moved(was: str, becomes: str) -> str:
    return becomes if was == becomes else f"{was} → {becomes}"


def _threshold(value: float | None) -> str:
    return "never" if value is None else f"{100 * value:.4g} % sure"
