"""The windows of a replay: which change to try, the wait, and what it would have done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from bot.slack.blocks import control_ids
from bot.slack.blocks.builders import (
    bullets,
    context,
    date,
    field,
    modal,
    option,
    paragraph,
    plain,
    rich_text,
    run,
    section,
    select,
)
from bot.slack.blocks.message import JsonObject
from bot.slack.blocks.text import label_text
from bot.usecases.lead.propose import PolicyTrial, TaskTier
from bot.words.limit_words import place_words, tier_place
from bot.words.numbers import estimate_words, rate
from bot.words.plan_words import ALIKE, UNKNOWN, cost_words
from routing.evidence.odds import allowed
from routing.evidence.plan import ChannelLoad, Outcome, Replayed, TierOutcome
from routing.policy import CertifiedThreshold, Tier

TITLE = "Replay"
TIERS = 100  # what Slack takes in a select
CHANNELS = 20
WARNINGS = 15
WORDS = 600
DAY = timedelta(days=1)
KEEP, THRESHOLD, ALWAYS_REVIEW, PROMISE = "keep", "threshold", "always_review", "promise"
_RULES = {
    KEEP: "As it is",
    THRESHOLD: "Let through from a confidence on",
    ALWAYS_REVIEW: "Look at everything",
    PROMISE: "Keep a limit of what may be wrong",
}
_ABOUT = (
    "What the last 30 days would have been like with another limit. Nothing is changed by it. "
    "A field that is left empty stays as it is."
)
_MORE = "Only the first 100 rules are offered: name a task, /secondlook replay TASK."
_WORKING = "Working… What came in is routed once more; this can take a minute. You can close the window."
_CHANGES_NOTHING = (
    "Nothing was changed. The policy is a file: see what it says with “secondlook policy check” and save it; "
    "Second Look takes it within seconds. Only this task's predictions were replayed."
)
_NEWEST = "Only the newest {count:,} predictions of the last 30 days, to be quick. "
_PROMISED = (
    "A limit lets through only what the answers have shown to keep it. Where nothing is shown yet, "
    "everything is looked at, and so it is here"
)


def replay_view(tiers: Sequence[TaskTier]) -> JsonObject:
    """The window that asks which change to try in which of these tiers."""
    options = [_tier_option(task, tier) for task, tier in tiers[:TIERS]]
    chooser = select("tier", "Choose a rule", options)
    if len(options) == 1:
        chooser["initial_option"] = options[0]
    rules = [option(words, name) for name, words in _RULES.items()]
    rule = {"type": "radio_buttons", "options": rules, "initial_option": rules[0]}
    more = [context(plain(_MORE, 200))] if len(tiers) > TIERS else []
    blocks = [
        section(plain(_ABOUT, WORDS)),
        field("tier", "Which rule?", chooser, False),
        *more,
        field("rule", "What goes through by itself?", rule, False),
        _number("threshold", "From how sure on", "How sure the model has to be, such as 0.9"),
        _number("error", "Limit", "The greatest share that may be wrong, such as 0.02"),
        _number("confidence", "How surely the limit holds", "Such as 0.95"),
        _number("audit", "Share checked at random", "Of what goes through by itself, such as 0.05"),
        _number("due_in", "Due in", "How soon experts should have decided, such as 90m, 4h or 2d"),
    ]
    return modal(control_ids.REPLAY_VIEW, TITLE, blocks, "", "Replay")


def _tier_option(task: str, tier: Tier) -> JsonObject:
    hours = tier.due_in / timedelta(hours=1)
    now = f"{_rule(tier)}, {tier.audit:.4g} checked at random, due in {hours:.3g} h"
    return option(f"{task}, {tier.because or tier.name}", f"{task}/{tier.name}", description=now)


def _rule(tier: Tier) -> str:
    if isinstance(tier.accept_above, CertifiedThreshold):
        return f"at most {allowed(tier.accept_above.error)} wrong"
    return (
        "everything is looked at" if tier.accept_above == ALWAYS_REVIEW else f"from {tier.accept_above:.4g}"
    )


def _number(name: str, label: str, hint: str) -> JsonObject:
    return field(name, label, {"type": "plain_text_input", "max_length": 20}, True, hint)


def working_view() -> JsonObject:
    """The window while the replay runs."""
    return modal(control_ids.READING_VIEW, TITLE, [section(plain(_WORKING, WORDS))], "")


def failed_view(reason: str) -> JsonObject:
    """The window if there is nothing to show."""
    return modal(control_ids.READING_VIEW, TITLE, [section(plain(reason, WORDS))], "")


def result_view(trial: PolicyTrial, replayed: Replayed) -> JsonObject:
    """What both policies do with what came in, what the data cannot say, and the lines to set."""
    replay, change = replayed.replay, trial.change
    task = trial.policy.tasks.get(change.task)
    tier = tier_place(task, change.tier) if task else place_words(change.task, change.tier)
    days = max((replayed.until - replayed.since) / DAY, 1.0)
    sides = replay.before, replay.after
    place = f'under [[tasks.{change.task}.tiers]] with name = "{change.tier}"'
    blocks = [
        section(plain(f"If {tier} had this instead:", WORDS)),
        _lines(trial),
        _period(replayed),
        _part("As it was by the policy now → as it would have been", _in_all(replayed, days)),
        _part("Went through by itself", _tiers(*sides)),
        *_channels(*sides, days),
        *_warnings(trial, replayed),
        rich_text(paragraph(run(label_text(f"In policy.toml, {place}, set", 300)))),
        _lines(trial),
        context(plain(_CHANGES_NOTHING, WORDS)),
    ]
    return modal(control_ids.READING_VIEW, TITLE, blocks, "")


def _lines(trial: PolicyTrial) -> JsonObject:
    """The change as the policy's file has it."""
    return rich_text({"type": "rich_text_preformatted", "elements": [run("\n".join(trial.lines))]})


def _period(replayed: Replayed) -> JsonObject:
    newest = _NEWEST.format(count=replayed.replay.received) if replayed.has_older else ""
    came = run(f"{newest}{replayed.replay.received:,} came in from ")
    return rich_text(
        paragraph(came, date(replayed.since), run(" to "), date(replayed.until), run(f". {ALIKE}."))
    )


def _part(heading: str, lines: Iterable[str]) -> JsonObject:
    rows = [paragraph(run(label_text(line, WORDS))) for line in lines]
    return rich_text(paragraph(run(heading, "bold")), bullets(rows))


def _in_all(replayed: Replayed, days: float) -> Iterator[str]:
    replay, before, after = replayed.replay, replayed.replay.before, replayed.replay.after
    yield f"Went through by itself: {_daily(before.auto_accepted, after.auto_accepted, days)}"
    yield f"Looked at: {_daily(before.reviewed, after.reviewed, days)}"
    yield f"… of these checked at random: {_daily(before.audited, after.audited, days)}"
    yield f"Expert hours: {_daily(before.expert_hours, after.expert_hours, days)}"
    yield (
        f"{replay.newly_accepted:,} would go through that were looked at, "
        f"{replay.newly_reviewed:,} be looked at that went through"
    )
    errors = (before.error, after.error)
    period = _both(*(estimate_words(error.period) for error in errors))
    yield f"Wrong among what went through, this period: {period}"
    yield f"… and what to expect of it later: {_both(*(estimate_words(error.future) for error in errors))}"
    yield f"Cost of what went through wrong: {_both(cost_words(before.cost), cost_words(after.cost))}"


def _both(was: str, becomes: str) -> str:
    return was if was == becomes else f"{was} → {becomes}"


def _daily(was: float, becomes: float, days: float) -> str:
    return f"{_both(f'{was / days:,.1f}', f'{becomes / days:,.1f}')} a day"


def _tiers(before: Outcome, after: Outcome) -> Iterator[str]:
    was = {tier.tier: tier for tier in before.tiers}
    becomes = {tier.tier: tier for tier in after.tiers}
    for name in sorted({*was, *becomes}):
        yield f"{name}: {_both(_tier(was.get(name)), _tier(becomes.get(name)))}"


def _tier(outcome: TierOutcome | None) -> str:
    if outcome is None or not outcome.accepted:
        return "nothing"
    error = UNKNOWN if outcome.error is None else estimate_words(outcome.error.period)
    return f"{outcome.accepted:,} of {outcome.received:,}, wrong {error}"


def _channels(before: Outcome, after: Outcome, days: float) -> list[JsonObject]:
    was = {load.channel: load for load in before.channels}
    becomes = {load.channel: load for load in after.channels}
    names = sorted({*was, *becomes})
    lines = [
        f"#{name}: {_both(_load(was.get(name), days), _load(becomes.get(name), days))}"
        for name in names[:CHANNELS]
    ]
    if len(names) > CHANNELS:
        lines.append(f"… and {len(names) - CHANNELS} more channels")
    return [_part("To look at, by channel", lines)] if lines else []


def _load(load: ChannelLoad | None, days: float) -> str:
    if load is None:
        return "nothing"
    pace = "" if load.per_working_hour is None else f", {rate(load.per_working_hour)} a working hour"
    late = UNKNOWN if load.late is None else f"{load.late:,.0f}"
    hours = load.expert_hours / days
    return f"{load.cases / days:,.1f} a day{pace}, {hours:.1f} expert hours a day, late in all: {late}"


def _warnings(trial: PolicyTrial, replayed: Replayed) -> list[JsonObject]:
    promised = [_PROMISED] if isinstance(trial.change.accept_above, Mapping) else []
    sentences = [f"{line}." for line in (*promised, *replayed.replay.warnings)]
    more = [f"… and {len(sentences) - WARNINGS} more."] if len(sentences) > WARNINGS else []
    return [_part("What the data cannot say", [*sentences[:WARNINGS], *more])] if sentences else []
