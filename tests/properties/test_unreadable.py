"""No prediction whose rules cannot be judged is accepted, whatever is wrong with what they read."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.disposition import Disposition, Routing
from routing.policy import Policy, Task, load_policy
from routing.prediction import CaseInput, ModelRef, Prediction, Scalar, Submission
from routing.router import Router, compile_router
from tests.routing.making import KEY, MONDAY

ROOT = Path(__file__).parents[2]
FILES = (
    "deploy/policy.example.toml",
    "bot/starter/policy.toml",
    "tests/scenarios/policy.toml",
    "tests/scenarios/year.toml",
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


def sent(task: Task, fields: dict[str, Scalar], **changes: object) -> Submission:
    """A certain prediction of a task's first label."""
    label, *others = task.label_names
    shares = {label: 0.98, **dict.fromkeys(others, 0.02 / len(others))}
    prediction = Prediction(label, 0.98, ModelRef("net", "1"), shares)
    shown = CaseInput("A text.", fields, "https://x.example")
    base = Submission("shop", "order-1", task.name, shown, prediction, MONDAY, slices={"country": "PT"})
    return replace(base, **changes)  # type: ignore[arg-type]


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


def assert_reviewed_where_unreadable(router: Router, variants: Iterator[Submission]) -> int:
    """How many could not be judged."""
    doubted = [routing for one in variants if (routing := router.route(one, KEY)).unreadable]
    for routing in doubted:
        assert not is_loosest(routing)
        assert routing.disposition is Disposition.REVIEW
        assert not routing.is_audit
        assert (routing.threshold, routing.certificate_id) == (None, None)
        assert routing.reasons[-2].endswith(routing.unreadable or "?")
    return len(doubted)


@pytest.mark.parametrize("name", FILES)
def test_no_policy_of_ours_accepts_what_it_cannot_judge(name: str) -> None:
    policy = POLICIES[name]
    router = compile_router(policy)
    for task in policy.tasks.values():
        fields = {key: values[-1] for key, values in SOUND.items()}
        assert_reviewed_where_unreadable(router, amiss(sent(task, fields)))


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_doubts_something_and_accepts_none_of_it(rule: str) -> None:
    policy = policy_of((rule,))
    (task,) = policy.tasks.values()
    fields = {key: values[0] for key, values in SOUND.items()}
    assert assert_reviewed_where_unreadable(compile_router(policy), amiss(sent(task, fields))) > 0


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
    doubted = router.route(sent(task, broken), KEY)
    if doubted.unreadable is None:
        return
    whole = [router.route(sent(task, {**fields, name: value}), KEY) for value in SOUND[name]]
    assert doubted.disposition is Disposition.REVIEW
    assert doubted.inclusion_probability >= max(routing.inclusion_probability for routing in whole)
