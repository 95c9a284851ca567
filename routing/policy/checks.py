"""What pydantic cannot see: whether the parts of a policy fit each other."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from routing.evidence.expert_confusions import MOST_LABELS
from routing.expression.check import Vocabulary, expression_problems
from routing.finding import ExistingNames, Finding
from routing.language.label_folding import collisions
from routing.policy.model import Policy, Service, Team
from routing.policy.tier import Tier
from routing.questions.option import LabelSpec


@dataclass(frozen=True, slots=True)
class Names:
    """What a policy defines: the names that its parts may refer to."""

    services: tuple[str, ...]
    channels: tuple[str, ...]
    tasks: tuple[str, ...]
    allow_private_callbacks: bool = False


def names_of(policy: Policy) -> Names:
    """The names a valid policy defines."""
    return Names(
        tuple(policy.services), tuple(policy.channels), tuple(policy.tasks), policy.allow_private_callbacks
    )


def _unknown(key: str, wrong: Iterable[str], existing: tuple[str, ...], what: str) -> Iterator[Finding]:
    for name in wrong:
        if name not in existing:
            yield Finding(key, f"there is no {what} {name!r}", ExistingNames(existing).mend(name, what))


def _twice(key: str, values: Iterable[str], what: str) -> Iterator[Finding]:
    for value, count in Counter(value.casefold() for value in values).items():
        if count > 1:
            yield Finding(
                key, f"the {what} {value!r} stands there {count} times", "keep one and rename the others"
            )


def service_findings(key: str, service: Service, names: Names) -> Iterator[Finding]:
    """A service: its tasks exist, it can prove who it is, its callbacks can be signed."""
    yield from _unknown(f"{key}.tasks", service.tasks, names.tasks, "task")
    if not service.secret_env and not service.bearer_env:
        yield Finding(key, "it has no secret", 'add `secret_env = ["SECONDLOOK_SECRET_…"]`')
    if service.callback_url and not service.secret_env:
        yield Finding(f"{key}.callback_url", "callbacks cannot be signed", "add `secret_env`")
    if (service.callback_url or "").startswith("http://") and not names.allow_private_callbacks:
        yield Finding(
            f"{key}.callback_url",
            "the address is not encrypted",
            "use https or set allow_private_callbacks = true",
        )


def team_findings(key: str, team: Team, names: Names) -> Iterator[Finding]:
    """A team: its channel and tasks exist."""
    yield from _unknown(f"{key}.channel", (team.channel,), names.channels, "channel")
    yield from _unknown(f"{key}.tasks", team.tasks, names.tasks, "task")


def label_findings(key: str, labels: Iterable[LabelSpec], *, are_typed: bool = True) -> Iterator[Finding]:
    """Labels: none twice; if they `are_typed` in replies, no two that are the same to whoever types them."""
    listed = tuple(labels)
    shown = [text for label in listed for text in {label.name.casefold(), label.shown.casefold()}]
    if not are_typed:
        # Titles may repeat where nobody types them; a name may not, as answers are kept under it.
        repeated = [name for name, count in Counter(label.name for label in listed).items() if count > 1]
        shown = [name for name in shown if name in {text.casefold() for text in repeated}]
    yield from _twice(f"{key}.labels", shown, "label")
    yield from _earlier_names(key, listed)
    for first, second in collisions(listed) if are_typed else ():
        if first.casefold() != second.casefold():
            problem = f"nobody who types a reply can tell {first!r} from {second!r}"
            yield Finding(f"{key}.labels", problem, "rename one, or set `thread_replies = false`")


def _earlier_names(key: str, labels: tuple[LabelSpec, ...]) -> Iterator[Finding]:
    """Earlier names: each of a single label, and of none that there is."""
    present = {label.name for label in labels}
    claims = Counter(name for label in labels for name in set(label.was))
    for label in labels:
        for name in dict.fromkeys(label.was):
            here = f"{key}.labels.{label.name}.was"
            if name in present:
                yield Finding(here, f"{name!r} is the name of a label that there is", "take it out of `was`")
            elif claims[name] > 1:
                problem = f"{claims[name]} labels were called {name!r}"
                yield Finding(here, problem, "keep it in `was` of the label that took its place")


def tier_findings(
    key: str, tier: Tier, labels: tuple[str, ...], names: Names, earlier: Mapping[str, str] | None = None
) -> Iterator[Finding]:
    """A tier: its expression, channel, threshold, escalation and people can work with the task's labels.

    `earlier` has the label's present name by each that it had before.
    """
    vocabulary = Vocabulary(labels, names.services, earlier or {})
    for problem, mend in expression_problems(tier.when, vocabulary):
        yield Finding(f"{key}.when", problem, mend)
    yield from _unknown(f"{key}.channel", (tier.channel,), names.channels, "channel")
    if tier.safe_label is not None and tier.safe_label not in labels:
        problem = f"there is no label {tier.safe_label!r}"
        yield Finding(f"{key}.safe_label", problem, vocabulary.label_choices.mend(tier.safe_label, "label"))
    yield from _threshold(key, tier, len(labels))
    yield from _escalation(key, tier, names)
    yield from _quorum(key, tier, len(labels))
    yield from _second_opinions(key, tier)


def _threshold(key: str, tier: Tier, count: int) -> Iterator[Finding]:
    if isinstance(tier.accept_above, float) and not 1 / max(count, 1) < tier.accept_above <= 1:
        lowest = f"more than 1/{count}, which every model reaches, and at most 1"
        yield Finding(f"{key}.accept_above", f"{tier.accept_above} decides nothing", f"use {lowest}")
    for name in ("audit", "audit_slices"):
        if tier.accept_above == "always_review" and getattr(tier, name):
            yield Finding(
                f"{key}.{name}", "nothing goes through by itself that could be checked", f"remove `{name}`"
            )
    if tier.promise and not tier.audit:
        problem = "a limit is held by looking at a share of what goes through"
        yield Finding(f"{key}.audit", problem, "set `audit = 0.05` or so")


def _escalation(key: str, tier: Tier, names: Names) -> Iterator[Finding]:
    for place, step in enumerate(tier.escalation):
        here = f"{key}.escalation[{place}]"
        yield from _unknown(f"{here}.channel", filter(None, [step.channel]), names.channels, "channel")
        if place and step.after < tier.escalation[place - 1].after:
            yield Finding(f"{here}.after", "it is sooner than the step before", "put the steps in order")
        if tier.expires_in is not None and step.after >= tier.expires_in:
            yield Finding(f"{here}.after", "the case has expired by then", "make it sooner than `expires_in`")


def _quorum(key: str, tier: Tier, count: int) -> Iterator[Finding]:
    experts = tier.experts
    if experts.channel_members or experts.user_group:
        return
    # Between two labels an odd number of people always has a majority; else they may split.
    people = len(tier.people)
    if tier.answers_at_most is not None and tier.answers_at_most > people >= tier.quorum:
        problem = f"up to {tier.answers_at_most} answers are asked of {people} named people"
        yield Finding(f"{key}.answers_at_most", problem, "name more people or lower `answers_at_most`")
    if tier.quorum > people:
        problem = f"{tier.quorum} answers are needed from {people} named people"
        yield Finding(f"{key}.quorum", problem, "name more people or lower `quorum`")
    elif (
        tier.quorum == people
        and (tier.quorum % 2 == 0 or (count > 2 and people > 1))
        and not tier.adjudicators
    ):
        problem = "a disagreement could never be settled: nobody is left to ask"
        yield Finding(f"{key}.quorum", problem, "name somebody in `adjudicators`, or one more person")


def _second_opinions(key: str, tier: Tier) -> Iterator[Finding]:
    experts = tier.experts
    if tier.second_opinions is None or experts.channel_members or experts.user_group:
        return
    # Who settles a disagreement is not asked: they would be part of it.
    if len({*experts.people} - {*tier.adjudicators}) < 2:
        problem = "nobody is left to ask for a second opinion"
        yield Finding(
            f"{key}.second_opinions", problem, "name another person in `experts` who settles nothing"
        )


def reason_code_findings(key: str, codes: Iterable[str]) -> Iterator[Finding]:
    """Reason codes: none twice."""
    yield from _twice(f"{key}.reason_codes", codes, "reason code")


def tiers_findings(key: str, tiers: Sequence[Tier]) -> Iterator[Finding]:
    """The tiers of a task: no name twice, and every prediction finds a tier."""
    yield from _twice(f"{key}.tiers", (tier.name for tier in tiers if tier.name), "tier")
    *earlier, last = tiers
    if last.when.strip() != "true":
        yield Finding(
            f"{key}.tiers.{last.name}.when",
            "the last tier does not take every prediction",
            'remove `when` or write `when = "true"`',
        )
    for tier in earlier:
        if tier.when.strip() == "true":
            yield Finding(
                f"{key}.tiers.{tier.name}.when",
                "no tier after this one is ever reached",
                "give it a condition or put it last",
            )


def cross_findings(policy: Policy) -> Iterator[Finding]:
    """Every error that pydantic cannot see, of a policy whose fields are right."""
    names = names_of(policy)
    for key, service in policy.services.items():
        yield from service_findings(f"services.{key}", service, names)
    for key, task in policy.tasks.items():
        if task.name != key:
            yield Finding(f"tasks.{key}.name", "a task is named by its section", "remove `name`")
        yield from label_findings(f"tasks.{key}", task.asks.options, are_typed=task.thread_replies)
        yield from reason_code_findings(f"tasks.{key}", task.reason_codes)
        yield from tiers_findings(f"tasks.{key}", task.tiers)
        for tier in task.tiers:
            here = f"tasks.{key}.tiers.{tier.name}"
            yield from tier_findings(here, tier, task.label_names, names, task.earlier_names)
            if tier.planted is not None and task.rating is not None:
                problem = "of a scale no step is plainly wrong"
                yield Finding(f"{here}.planted", problem, "remove `planted`")
            if tier.certainty is not None and not task.can_be_weighed:
                problem = f"only the answers to a choice among at most {MOST_LABELS} labels are weighed"
                yield Finding(f"{here}.certainty", problem, "remove `certainty` and `answers_at_most`")
    for key, team in policy.teams.items():
        yield from team_findings(f"teams.{key}", team, names)
