"""Values among choices, and lists and maps compared: another kind is never taken for "not among them"."""

import pytest

from routing.expression.check import Vocabulary, expression_problems
from routing.expression.choices import membership
from routing.expression.expression import Expression
from routing.expression.syntax import syntax
from routing.prediction import CaseInput, Scalar
from routing.routing import Disposition
from routing.triage.router import compile_router
from tests.routing.expression.test_strict_form import judge
from tests.routing.making import KEY, policy, prediction, submission, tier_text

ROUTES = "input.fields.country in ['IR'] + ['KP']"
SUMS = "input.fields.amount in (origin == 'production' ? [500] : [900])"
ANY = "500 in input.fields.map(k, input.fields[k])"
PAIRS = "[input.fields.a, input.fields.b] in [[1, 2], [3, 4]]"
OTHERS = "input.fields.ip in [input.fields.card, input.fields.ship]"
EITHER = "input.fields.a in ['x', input.fields.b]"
INNER = "[[500, 2]].exists(list, input.fields.a in list)"
KEYS = "input.fields.a in {500: true}"
MADE = "input.fields.choice in [250].map(choice, choice * 2)"
MIXED = "input.fields.a in [1] + [250].map(x, x * 2) + [7]"
ENTRY = "a value that it goes through is of another kind than it needs"


def answer(source: str, **fields: Scalar) -> bool | str:
    return judge(source, submission(input=CaseInput("A box", fields), slices={"country": "PT"}))


@pytest.mark.parametrize(
    ("source", "fields", "doubt"),
    [
        (ROUTES, {"country": None}, "country is empty"),
        (ROUTES, {"country": 5}, "country is a number, text is needed"),
        (f"has(input.fields.country) && {ROUTES}", {"country": None}, "country is empty"),
        (f"!({ROUTES})", {"country": 5}, "country is a number, text is needed"),
        (SUMS, {"amount": "500"}, "amount is text, a number is needed"),
        (SUMS, {}, "amount is missing"),
        (ANY, {"a": "500"}, ENTRY),
        (PAIRS, {"a": "1", "b": 2}, "a is text, a number is needed"),
        ("input.fields.a in [[1, 2], [3, 4]]", {"a": "1"}, "it compares lists or maps"),
        (OTHERS, {"ip": "NG", "card": "NO", "ship": None}, "ship is empty"),
        (OTHERS, {"ip": "NG", "card": 7, "ship": "NO"}, "ip is text and card is a number"),
        (OTHERS, {"ip": "NG", "card": "NO"}, "ship is missing"),
        (EITHER, {"a": "y", "b": None}, "b is empty"),
        (EITHER, {"a": "y", "b": 5}, "a is text and b is a number"),
        (EITHER, {"a": 7, "b": 5}, "a is a number, text is needed"),
        (INNER, {"a": "500"}, ENTRY),
        (KEYS, {"a": "500"}, "a is text, a number is needed"),
        (MADE, {"choice": "500"}, ENTRY),
        (MIXED, {"a": "500"}, "a is text, a number is needed"),
        ("input.fields.name in slices", {"name": 5}, "name is a number, text is needed"),
        ("input.fields.name in input.fields", {"name": 5}, "name is a number, text is needed"),
        ("!(input.fields.name in prediction.probabilities)", {"name": 5}, "name is a number, text is needed"),
        ("input.fields.exists(k, input.fields[k] in slices)", {"name": 5}, ENTRY),
    ],
)
def test_a_value_of_another_kind_than_the_choices_cannot_be_judged(
    source: str, fields: dict[str, Scalar], doubt: str
) -> None:
    assert str(answer(source, **fields)).startswith(doubt)


@pytest.mark.parametrize(
    ("source", "fields", "expected"),
    [
        (ROUTES, {"country": "KP"}, True),
        (ROUTES, {"country": "PT"}, False),
        ("input.fields.a in ['x'] + [5]", {"a": "y"}, False),
        ("input.fields.a in [] + []", {"a": 5}, False),
        (SUMS, {"amount": 500}, True),
        (SUMS, {"amount": 900.0}, False),
        (ANY, {"a": 1, "b": 500}, True),
        (ANY, {"a": 1, "b": 2}, False),
        (PAIRS, {"a": 3, "b": 4}, True),
        (PAIRS, {"a": 3, "b": 5}, False),
        (OTHERS, {"ip": "NG", "card": "NO", "ship": "NG"}, True),
        (OTHERS, {"ip": "NG", "card": "NO", "ship": "PT"}, False),
        (EITHER, {"a": "x", "b": None}, True),
        (EITHER, {"a": "y", "b": "y"}, True),
        ("input.fields.a in [input.fields.b]", {"a": 1, "b": 1.0}, True),
        (INNER, {"a": 2}, True),
        (INNER, {"a": 3}, False),
        (KEYS, {"a": 500}, True),
        (MADE, {"choice": 500}, True),
        (MIXED, {"a": 7}, True),
        (MIXED, {"a": 8}, False),
        ("'country' in slices && !(input.fields.name in slices)", {"name": "PT"}, True),
        ("input.fields.exists(k, k in ['a'] && k in input.fields)", {"a": 1}, True),
    ],
)
def test_a_value_is_looked_for_wherever_the_choices_come_from(
    source: str, fields: dict[str, Scalar], expected: bool
) -> None:
    assert answer(source, **fields) is expected


@pytest.mark.parametrize(
    "source",
    [
        "input.fields == {'amount': 500}",
        "!({'a': input.fields.amount} == {'a': 500})",
        "[input.fields.amount] + [] == [500]",
        "input.fields.amount == [500]",
        "input.fields.amount == []",
        "input.fields.map(k, input.fields[k]) != [500]",
        "(input.has_image ? [input.fields.amount] : [1]) == [500]",
        "[[500]].exists(list, list == [input.fields.amount])",
        "[1].map(x, [500].map(y, x)) == [[input.fields.amount]]",
        "input == {'text': 'A box'}",
    ],
)
def test_lists_and_maps_of_what_a_service_sends_are_not_compared(source: str) -> None:
    assert isinstance(answer(source, amount="500"), str)
    assert expression_problems(source, Vocabulary(("fraud",), ())) == ()


def test_the_doubt_about_lists_says_what_is_needed() -> None:
    assert answer("input.fields.amount == [500]", amount=500) == (
        "it compares lists or maps; single values are needed"
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("input.fields == {}", False),
        ("[] != input.fields.map(k, input.fields[k])", True),
        ("[input.fields.amount] == [500, 900]", False),
        ("input.fields.filter(k, k != 'b') == ['amount']", True),
        ("input.fields.map(k, [k, 'x']) == [['amount', 'x']]", True),
        ("slices == {'country': 'PT'}", True),
        ("[slices.country] + ['x'] == ['PT', 'x']", True),
        ("[1, 2].map(x, x * 2) == [2, 4]", True),
        ("input.fields == null", False),
    ],
)
def test_lists_and_maps_of_known_kinds_are_compared(source: str, expected: bool) -> None:
    assert answer(source, amount="500") is expected


@pytest.mark.parametrize("source", [ROUTES, f"has(input.fields.country) && {ROUTES}"])
def test_what_cannot_be_looked_for_is_not_accepted(source: str) -> None:
    first = tier_text("first", when=f'"{source}"', accept_above='"always_review"')
    sent = submission(prediction=prediction(confidence=0.99), input=CaseInput("A box", {"country": None}))
    routing = compile_router(policy(tiers=first + tier_text())).route(sent, KEY)
    assert (routing.disposition, routing.unreadable) == (Disposition.REVIEW, "country is empty")


def test_what_is_looked_for_in_a_loop_is_part_of_the_work() -> None:
    loop = "input.text in input.fields.map(k, input.fields[k])"
    assert not Expression.compile(loop).work.is_small
    nested = "input.fields.exists(a, [['x', 'y']].exists(b, a + 'x' in b))"
    assert answer(nested, x="x") is False


def test_a_list_of_literals_is_asked_as_it_stands() -> None:
    for source in ("input.fields.a in ['x', 5]", "'a' in slices", "5 in []"):
        assert membership(*syntax(source).parts) is None
