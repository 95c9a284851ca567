"""No prediction whose rules cannot be judged is accepted, whatever is wrong with what they read."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.errors import InvalidExpression
from routing.expression.expression import Expression
from routing.expression.facts import Facts
from routing.policy import Policy, Task, load_policy
from routing.prediction import CaseInput, ModelRef, Prediction, Scalar, Submission
from routing.routing import Disposition, Routing
from routing.triage.router import Router, compile_router
from tests.places import ROOT
from tests.routing.making import KEY
from tests.worlds.clocks import MONDAY

FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("bot/starter", "deploy", "tests")
    for path in (ROOT / folder).rglob("*.toml")
    if "[tasks." in path.read_text()
)
ADDRESS = "https://shop.example/decided"
POLICIES = {
    name: load_policy((ROOT / name).read_text().replace("$callback_url", ADDRESS), name) for name in FILES
}
RULES = (
    "has(input.fields.amount) && input.fields.amount >= 500",
    "input.fields.amount > 1000.0",
    "input.fields.amount == 500",
    "input.fields.amount != 500 && slices.country == 'PT'",
    "!(input.fields.amount in [500, 900])",
    "!has(input.fields.amount) || input.fields.amount > 500",
    "has(input.fields.vip)",
    "has(input.fields.vip) ? input.fields.vip : input.fields.amount > 5",
    "double(input.fields.amount) / input.fields.parts > 100.0",
    "slices.country in ['PT', 'ES'] || input.fields.vip == true",
    "input.text.contains('gift') && input.fields.amount > 100",
    "input.fields.exists(k, k == 'amount' && input.fields[k] > 500)",
    "input.fields.amount == input.fields.limit",
    "'amount' in input.fields && input.fields.amount > 500",
    "input.fields.amount in [500] + [900]",
    "!(input.fields.amount in (input.fields.vip ? [500] : [900]))",
    "500 in input.fields.filter(k, k == 'amount').map(k, input.fields[k])",
    "[input.fields.amount, input.fields.parts] in [[500, 1], [900, 2.0]]",
    "input.fields.amount in [input.fields.limit, 2000]",
    "input.fields.amount * 1.2 / input.fields.parts > 100.0",
    "size(prediction.probabilities) > 5",
    "prediction.margin < 0.2 || prediction.probabilities['fraud'] > 0.3",
)
NAMES = ("amount", "vip", "parts", "limit")
SOUND: dict[str, list[Scalar]] = {
    "amount": [0, 499, 500, 900, 900.5, 2_000],
    "vip": [True, False],
    "parts": [1, 2.0],
    "limit": [500, 900.0],
}
AMISS: list[Scalar] = [None, "", "900.00", "1,600.00", True, 0, 2**70, "\ud800"]


def policy_of(rules: tuple[str, ...]) -> Policy:
    """The starter's policy with one tier per rule, all of which accept, and the last for the rest."""
    raw = tomllib.loads((ROOT / "bot/starter/policy.toml").read_text())
    (task,) = raw["tasks"].values()
    last = {**task["tiers"][-1], "accept_above": 0.6, "audit": 0.3}
    task["tiers"] = [{**last, "name": f"rule-{n}", "when": rule} for n, rule in enumerate(rules)] + [last]
    return Policy.model_validate(raw)


def sent(task: Task, fields: dict[str, Scalar], label: str = "") -> Submission:
    """A certain prediction of one of a task's labels, of the first if none is named."""
    label = label or task.label_names[0]
    others = [name for name in task.label_names if name != label]
    shares = {label: 0.98, **dict.fromkeys(others, 0.02 / len(others))}
    prediction = Prediction(label, 0.98, ModelRef("net", "1"), shares)
    shown = CaseInput("A text.", fields, "https://x.example")
    return Submission("shop", "order-1", task.name, shown, prediction, MONDAY, slices={"country": "PT"})


def amiss(one: Submission) -> Iterator[Submission]:
    """The same with a field gone, of another kind or null; without text, slices or probabilities."""
    fields = one.input.fields
    for name in fields:
        without = {key: value for key, value in fields.items() if key != name}
        for shown in (without, *({**fields, name: value} for value in AMISS)):
            yield replace(one, input=replace(one.input, fields=shown))
    yield replace(one, input=replace(one.input, text=None, link=None))
    yield replace(one, slices={})
    yield replace(one, prediction=replace(one.prediction, probabilities=None))


def is_loosest(routing: Routing) -> bool:
    """Accepted, or accepted but for the draw."""
    return routing.disposition is Disposition.AUTO_ACCEPTED or routing.inclusion_probability < 1


def unreadable_tier(task: Task, one: Submission) -> str | None:
    """The first tier whose rule fails on it, if none holds before and it is not meant to be passed over."""
    rules = [Expression.compile(tier.when) for tier in task.tiers]
    facts = Facts(one, frozenset(path for rule in rules for path in rule.variables))
    for tier, rule in zip(task.tiers, rules, strict=True):
        try:
            if rule.matches(facts):
                return None
        except InvalidExpression:
            if tier.when_unreadable == "review":
                return tier.name
    return None


def fields_of(task: Task) -> list[str]:
    """The fields that the rules of a task name."""
    rules = [Expression.compile(tier.when) for tier in task.tiers]
    paths = {path for rule in rules for path in rule.variables if path[:2] == ("input", "fields")}
    return sorted(path[2] for path in paths if len(path) > 2)


def assert_reviewed_where_unreadable(task: Task, router: Router, variants: Iterator[Submission]) -> int:
    """How many could not be judged."""
    doubted = [(tier, one) for one in variants if (tier := unreadable_tier(task, one)) is not None]
    for tier, one in doubted:
        routing = router.route(one, KEY)
        assert routing.tier == tier
        assert not is_loosest(routing)
        assert not routing.is_audit
        assert (routing.threshold, routing.certificate_id) == (None, None)
        assert routing.unreadable
        assert routing.reasons[-2].endswith(routing.unreadable)
    return len(doubted)


def test_the_policies_are_those_we_give_away_and_those_of_the_tests() -> None:
    assert {"bot/starter/policy.toml", "deploy/policy.example.toml", "tests/scenarios/policy.toml"} <= set(
        FILES
    )


@pytest.mark.parametrize("name", FILES)
def test_no_policy_accepts_what_it_cannot_judge_whatever_is_wrong_with_a_field_of_its_rules(
    name: str,
) -> None:
    policy = POLICIES[name]
    router = compile_router(policy)
    for task in policy.tasks.values():
        fields: dict[str, Scalar] = dict.fromkeys(fields_of(task), 900)
        variants = (one for label in task.label_names for one in amiss(sent(task, fields, label)))
        assert assert_reviewed_where_unreadable(task, router, variants) > 0 or not fields


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_doubts_something_and_accepts_none_of_it(rule: str) -> None:
    policy = policy_of((rule,))
    (task,) = policy.tasks.values()
    fields = {key: values[0] for key, values in SOUND.items()}
    assert assert_reviewed_where_unreadable(task, compile_router(policy), amiss(sent(task, fields))) > 0


@given(st.data(), st.lists(st.sampled_from(RULES), min_size=1, max_size=3, unique=True))
def test_what_fails_to_evaluate_is_never_looser_than_any_value_of_the_field(
    data: st.DataObject, rules: list[str]
) -> None:
    policy = policy_of(tuple(rules))
    router, (task,) = compile_router(policy), policy.tasks.values()
    fields = {name: data.draw(st.sampled_from(values), name) for name, values in SOUND.items()}
    name = data.draw(st.sampled_from(NAMES), "which field")
    broken = {**fields, name: data.draw(st.sampled_from(AMISS), "what is wrong")}
    if data.draw(st.booleans(), "gone"):
        del broken[name]
    if unreadable_tier(task, sent(task, broken)) is None:
        return
    doubted = router.route(sent(task, broken), KEY)
    whole = [router.route(sent(task, {**fields, name: value}), KEY) for value in SOUND[name]]
    assert doubted.disposition is Disposition.REVIEW
    assert doubted.inclusion_probability >= max(routing.inclusion_probability for routing in whole)
