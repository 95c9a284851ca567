"""What goes where: a row per tier, as words, for `policy check`."""

from collections.abc import Mapping
from dataclasses import dataclass

from routing.case.schedule import working_words
from routing.evidence.odds import allowed, percent
from routing.expression.rule_words import plain_words
from routing.policy import (
    ALWAYS_SUSPENDS,
    EscalationStep,
    Policy,
    Suspender,
    Task,
    Tier,
    WorkingHours,
    format_duration,
)
from routing.prediction import Origin
from routing.slack_channel import ChannelName

CAUSES: Mapping[Suspender, str] = {
    "new_model": "a new model",
    "changed_labels": "changed labels",
    "drift": "a change in what comes in",
}


@dataclass(frozen=True, slots=True)
class TableRow:
    """A tier in words."""

    task: str
    tier: str
    when: str
    channel: ChannelName
    accept_above: str
    audit: str
    exceptions: str
    quorum: str
    certainty: str
    due_in: str
    experts: str
    escalation: str


def table(policy: Policy) -> tuple[TableRow, ...]:
    """A row per tier, in the order in which tiers are tried."""
    return tuple(_row(task, tier) for task in policy.tasks.values() for tier in task.tiers)


def _row(task: Task, tier: Tier) -> TableRow:
    return TableRow(
        task=task.name,
        tier=tier.name,
        when=_when(task, tier),
        channel=f"#{tier.channel}",
        accept_above=_acceptance(tier),
        audit=_audits(tier),
        exceptions=_exceptions(tier),
        quorum=_quorum(tier),
        certainty=_certainty(tier),
        due_in=working_words(tier.due_in, task.hours),
        experts=_experts(tier),
        escalation="; ".join((*(_step(step, task.hours) for step in tier.escalation), _expiry(task, tier))),
    )


def _when(task: Task, tier: Tier) -> str:
    if tier.when.strip() == "true":
        return tier.because or "everything else"
    titles = {name: task.title(name) for name in task.label_names}
    # A rule too odd for words is told as it is written: whoever checks the policy can read it.
    words = tier.because or plain_words(tier.when, titles) or tier.when
    return f"{words}; where nothing tells, the next is tried" if tier.when_unreadable == "pass" else words


def _acceptance(tier: Tier) -> str:
    if tier.certified:
        apart = f", {', '.join(tier.certified.slices)} apart" if tier.certified.slices else ""
        promise = tier.certified.promise
        sure = percent(promise.confidence)
        return f"once it is {sure} sure that at most {allowed(promise.error)} is wrong{apart}"
    if isinstance(tier.accept_above, float):
        return f"if the model is at least {percent(tier.accept_above)} sure"
    return "never"


def _certainty(tier: Tier) -> str:
    if tier.certainty is None:
        return ""
    return f"up to {tier.answers_at_most} until they are {percent(tier.certainty)} sure"


def _audits(tier: Tier) -> str:
    slices = ", ".join(f"{_share(share)} of {named}" for named, share in tier.audit_slices.items())
    share = _share(tier.audit) if tier.audit or slices else "none"
    again = "; asked of another person if nobody answers" if tier.asks_again else ""
    return f"{share} ({slices}){again}" if slices else f"{share}{again}"


def _share(value: float) -> str:
    return {0.0: "none", 1.0: "all"}.get(value) or allowed(value)


def _quorum(tier: Tier) -> str:
    second = f", in {percent(tier.second_opinions)} 2" if tier.second_opinions else ""
    blind = f"; in {percent(tier.blind)} without the prediction" if tier.blind else ""
    checks = f"; {' and '.join(map(_trials, tier.trials.items()))}" if tier.trials else ""
    return f"{tier.quorum}{second}{blind}{checks}"


def _trials(share: tuple[Origin, float]) -> str:
    origin, chance = share
    words = {Origin.GOLD: "with a settled answer", Origin.PLANTED: "with a wrong prediction"}
    return f"beside {percent(chance)} a check {words[origin]}"


def _exceptions(tier: Tier) -> str:
    causes = dict.fromkeys((*ALWAYS_SUSPENDS, *tier.suspend_on)) if tier.certified else {}
    novel = (
        ["a case unlike those before"]
        if tier.novel == "review" and tier.accept_above != "always_review"
        else []
    )
    silent = [f"more than {percent(tier.max_silence)} not answered in time"] if tier.certified else []
    return ", ".join([*(CAUSES[cause] for cause in causes), *silent, *novel]) or "none"


def _experts(tier: Tier) -> str:
    experts = tier.experts
    members = ["the channel's members"] if experts.channel_members else []
    group = [f"group {experts.user_group}"] if experts.user_group else []
    seniors = [f"settled by {', '.join(tier.adjudicators)}"] if tier.adjudicators else []
    return ", ".join([*members, *group, *experts.people, *seniors])


def _step(step: EscalationStep, hours: WorkingHours | None) -> str:
    to = {
        "thread": "remind in the thread",
        "people": f"ask {', '.join(step.people)}",
        "channel": f"post in #{step.channel}",
    }[step.to]
    repeat = f", {step.times} times every {format_duration(step.repeat)}" if step.repeat else ""
    return f"after {working_words(step.after, hours)} {to}{repeat}"


def _expiry(task: Task, tier: Tier) -> str:
    if tier.expires_in is None:
        return "stays open"
    then = {
        "close": "close without a decision",
        "accept_prediction": "take the model's answer",
        "safe_label": f"decide {task.title(tier.safe_label or '')}",
    }[tier.on_expiry]
    return f"after {working_words(tier.expires_in, task.hours)} {then}"
