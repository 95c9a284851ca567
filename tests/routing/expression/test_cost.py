"""What a rule may cost: refused where it grows too fast, and not run on an input that is too large for it."""

import json

import pytest

from routing.errors import InvalidExpression
from routing.expression.check import Vocabulary, expression_problems
from routing.expression.cost import LARGEST, LIMIT, Extent
from routing.expression.expression import Expression
from routing.expression.facts import Facts
from routing.expression.pattern_cost import Pattern, pattern_work
from routing.prediction import CaseInput, Scalar
from routing.routing import Disposition
from routing.triage.router import compile_router
from tests.routing.making import KEY, policy, prediction, submission, tier_text

LONG = "x" * 100_000
FIFTY: dict[str, Scalar] = {f"field {n}": "y" * 40 for n in range(50)}
LOOP = "it loops within a loop over what a service sends"
LONG_TIME = "it takes too long to judge"


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("input.fields.all(a,input.fields.all(b,input.fields.all(c,size(input.text)>size(c))))", LOOP),
        ("input.fields.all(a, input.fields.all(b, a != b))", LOOP),
        ("input.fields.exists(a, slices.exists(b, a == b))", LOOP),
        ("prediction.probabilities.map(a, input.fields.map(b, input.text)) != []", LOOP),
        ("input.fields.map(a, [a]).exists(b, b.exists(c, c == 'x'))", LOOP),
        ("(input.has_image ? input.fields : slices).all(a, slices.all(b, a == b))", LOOP),
        ("[input.text].map(a, a" + "+a" * 20 + ").map(b, b" + "+b" * 20 + ").map(c, c+c) != []", LONG_TIME),
        (
            f"[input.text].map(a, [{'a,' * 40}a]).map(b, [{'b,' * 40}b]).map(c, [{'c,' * 40}c]) != []",
            LONG_TIME,
        ),
        (f"[{'1,' * 99}1].all(a, [{'1,' * 99}1].all(b, [{'1,' * 99}1].all(c, true)))", LONG_TIME),
        (" + ".join(["input.text"] * 76) + " == ''", LONG_TIME),
        ("input.text.matches('\\\\w{100}y')", LONG_TIME),
        ("input.text.matches('(\\\\pL{9}){9}')", LONG_TIME),
        ("input.text.matches(r'((a{30}){30}){30}')", LONG_TIME),
        ("input.fields.exists(k, k.matches('[\\\\w-]{5}'))", LONG_TIME),
        ("input.text.matches('a(b?a?){60}bbbbbbbbbbbz')", LONG_TIME),
        ("input.text.matches('a.{0,60}b.{0,60}z')", LONG_TIME),
        ("input.text.matches(slices.pattern)", "the pattern of `matches` is not written out"),
        ("matches(input.text, input.fields.pattern)", "the pattern of `matches` is not written out"),
    ],
)
def test_what_grows_too_fast_is_refused_before_any_prediction(source: str, problem: str) -> None:
    with pytest.raises(InvalidExpression, match=problem):
        Expression.compile(source)
    ((found, mend),) = expression_problems(source, Vocabulary(("fraud",), ()))
    assert found.startswith(problem)
    assert mend


@pytest.mark.parametrize(
    "source",
    [
        "input.fields.exists(k, k == 'vip')",
        "input.fields.exists(k, input.fields[k] == 'vip')",
        "input.fields.exists(k, input.text.contains(k))",
        "['PT', 'ES'].exists(a, ['x', 'y'].exists(b, slices.country == a + b))",
        "input.fields.filter(a, a != 'x').map(b, b + 'y').exists(c, c == 'zy')",
        "input.text.matches('(?i)refund|chargeback') && input.text.matches(r'\\b\\d{3}-\\d{4}\\b')",
        "input.text.matches('[A-Z]{2}[0-9]{2,}.*[^a-z]+')",
        "input.fields.amount + input.fields.fee > 500",
        "{'a': [1]}.a.all(x, x == 1)",
        "input.link.endsWith('.pdf') || size(input) > 3",
    ],
)
def test_what_a_policy_reasonably_asks_is_let_through(source: str) -> None:
    assert expression_problems(source, Vocabulary(("fraud",), ())) == ()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("input.fields.exists(k, input.text.contains(k))", "x" * 600_000),
        ("input.fields.exists(k, input.text.contains(k))", "ü" * 150_000),
        ("input.fields.map(k, input.text).size() > 0", LONG),
        ("input.text.matches('[01]*1[01]{20}y')", LONG),
        ("input.text.matches('a(b?a?){9}bbbbbbbbbbbz')", LONG),
        ("input.text.matches('a.{0,6}b.{0,6}z')", LONG),
        ("input.text.matches(r'\\bab\\b.*z')", LONG),
        ("input.text.matches('(0|1)*1(0|1)(0|1)(0|1)(0|1)(0|1)(0|1)(0|1)(0|1)y')", LONG),
        ("input.fields.exists(k, input.fields[k].contains(input.text))", "x" * 600_000),
    ],
)
def test_what_is_too_much_for_this_input_is_not_run_but_reviewed(source: str, text: str) -> None:
    first = tier_text("first", when=json.dumps(source))
    sent = submission(prediction=prediction(confidence=0.99), input=CaseInput(text, FIFTY))
    routing = compile_router(policy(tiers=first + tier_text())).route(sent, KEY)
    assert (routing.tier, routing.disposition) == ("first", Disposition.REVIEW)
    assert routing.unreadable == "the input is too large for this rule"


@pytest.mark.parametrize(
    "source",
    [
        "input.fields.exists(k, input.text.contains(k))",
        "input.text.matches('[01]*1[01]{20}y')",
        "input.fields.exists(k, input.fields[k] == 'vip')",
    ],
)
def test_the_same_rule_runs_on_an_ordinary_input(source: str) -> None:
    expression, sent = Expression.compile(source), submission(input=CaseInput("A short text.", FIFTY))
    assert expression.matches(Facts(sent)) is False
    assert not expression.work.is_small


@pytest.mark.parametrize(
    "source",
    ["prediction.label == 'fraud'", "has(input.fields.amount) && input.fields.amount > 5", "slices.a == 'b'"],
)
def test_a_small_rule_is_run_on_whatever_the_api_takes_without_measuring_it(source: str) -> None:
    work = Expression.compile(source).work
    assert work.is_small
    assert work.amount.at(LARGEST) <= LIMIT


def test_what_no_rule_reads_is_no_work() -> None:
    expression = Expression.compile("input.fields.exists(k, k == 'x')")
    facts = Facts(submission(input=CaseInput("x" * 600_000, FIFTY)), expression.variables)
    assert facts.extent() == Extent(50, 8, sum(len(key) + 40 for key in FIFTY) + 16)
    assert not expression.matches(facts)


@pytest.mark.parametrize(
    ("pattern", "parts", "open_"),
    [
        ("abc", 3, 0),
        ("a{3}", 3, 0),
        ("a*", 8, 1),
        ("a*?b", 9, 1),
        ("(ab){3,}", 48, 6),
        ("(ab){3,3}", 6, 0),
        ("(a{2}b{1,3}){2}", 52, 6),
        (r"\ba", 2, 9),
        ("*a", 1, 0),
        ("a|b", 3, 1),
        ("[a-z]{4}.", 5, 5),
        (r"[]\]]\d\.\{2\}", 6, 2),
        (r"(?i)(?P<n>\w)\p{L}{2}", 3, 3),
        ("a)(b", 2, 0),
        ("{3}", 0, 0),
        (r"[\d-]{0}[\w]", 2, 2),
    ],
)
def test_repetitions_are_written_out_and_what_may_be_left_out_weighs_more(
    pattern: str, parts: int, open_: int
) -> None:
    work = pattern_work(pattern)
    assert (work.parts, work.open) == (parts, open_)


def test_only_many_open_parts_are_taken_to_be_slow() -> None:
    assert Pattern(0, 400, 8).per_byte < Pattern(0, 20, 9).per_byte
