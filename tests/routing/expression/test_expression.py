"""The `when` of a tier: what is compiled, what is refused, what is known before any prediction comes."""

from dataclasses import replace

import pytest

from routing.errors import InvalidExpression
from routing.expression.check import Vocabulary, expression_problems
from routing.expression.expression import Expression
from routing.expression.facts import Facts
from routing.prediction import CaseInput, Image, Origin
from tests.routing.making import prediction, submission

VOCABULARY = Vocabulary(("fraud", "honest"), ("shop", "lab"))
PARCEL = submission(
    prediction=replace(prediction("fraud", 0.7, fraud=0.7, honest=0.3), scores={"toxicity": 0.9, "n": 3}),
    input=CaseInput(
        "Empty box", {"amount": 600, "vip": True, "note": None}, "https://x.example", Image("A box")
    ),
    slices={"country": "DE"},
    origin=Origin.RED_TEAM,
)


def matches(source: str) -> bool:
    return Expression.compile(source).matches(Facts(PARCEL))


@pytest.mark.parametrize(
    "source",
    [
        "true",
        " true ",
        "prediction.label == 'fraud' && prediction.confidence < 0.9",
        "prediction.margin < 0.41 && prediction.entropy > 0.6",
        "prediction.probabilities.honest > 0.2",
        "prediction.probabilities['honest'] > 0.2",
        "input.text.contains('Empty') && input.text.matches('^Emp')",
        "input.fields.amount > 500 && input.fields.vip && input.fields.note == null",
        "input.link.startsWith('https://') && input.has_image",
        "has(input.fields.amount) && !has(input.fields.missing)",
        "slices.country in ['DE', 'AT']",
        "scores.toxicity > 0.8 && scores['n'] == 3 && scores.n * 2 > scores.toxicity",
        "has(scores.toxicity) && !has(scores.spam) && 'n' in scores && scores.size() == 2",
        "scores.exists(name, scores[name] > 2.5)",
        "has(prediction.confidence) && prediction.confidence != null && prediction.confidence * 2 > 1.3",
        "service.name == 'shop' && origin == 'red_team'",
        "kind == 'red_team' && kind == origin",
        "['DE', 'AT'].exists(place, place == slices.country)",
        "size(input.text) == 9",
    ],
)
def test_every_fact_can_be_read(source: str) -> None:
    assert matches(source)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("input.fields.price > 1", "no field `price`"),
        ("input.fields.amount.startsWith('6')", "'startsWith'"),
        ("slices.country > 5", "No such overload"),
        ("input.text", "it gives 'Empty box' instead of true or false"),
    ],
)
def test_what_cannot_be_read_says_why(source: str, reason: str) -> None:
    with pytest.raises(InvalidExpression, match=reason):
        matches(source)


def test_no_probabilities_leave_margin_open_and_probabilities_empty() -> None:
    bare = Facts(submission())
    assert Expression.compile("prediction.margin == null && size(prediction.probabilities) == 0").matches(
        bare
    )


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("", "character"),
        ("prediction.label ==", "character 20: it ends too soon; see cel.dev for the syntax$"),
        ("(1 > 2", "character 7: missing '\\)' at the end; see"),
        ("(" * 400 + "true" + ")" * 400, "it is not valid CEL|character"),
        ("true" + " || true" * 150, "it has 1204 characters; use at most 1000"),
        ("predicton.label == 'fraud'", "it does not know `predicton`; use prediction, input"),
        ("true || amount > 5", "it does not know `amount`"),
        ("[1].exists(foo, true) && foo", "it does not know `foo`; use prediction"),
        ("[1].exists(foo, foo == 1) || foo.exists(foo, foo == 1)", "it does not know `foo`"),
        ("true || input.text.sneak()", r"it does not know `sneak\(\)`; use size"),
        ("[1].all(a, [1].all(b, [1].all(c, [1].all(d, d == a))))", "it loops 4 times; use at most 3"),
    ],
)
def test_what_cannot_work_is_not_compiled(source: str, problem: str) -> None:
    with pytest.raises(InvalidExpression, match=problem):
        Expression.compile(source)


@pytest.mark.parametrize(
    ("source", "problem", "mend"),
    [
        ("prediction.lable == 'fraud'", "`prediction` has no `lable`", "did you mean 'label'?"),
        ("input.body == 'x'", "`input` has no `body`", "use one of 'text', 'fields', 'link', 'has_image'"),
        ("service.id == 'x'", "`service` has no `id`", "use one of 'name'"),
        ("prediction.label == 'frod'", "prediction.label is never 'frod'", "did you mean 'fraud'?"),
        ("'frod' != prediction.label", "prediction.label is never 'frod'", "did you mean 'fraud'?"),
        (
            "prediction.label in ['fraud', \"onest\"]",
            "prediction.label is never 'onest'",
            "did you mean 'honest'?",
        ),
        (
            "prediction.probabilities.frod > 0.1",
            "prediction.probabilities.frod is never 'frod'",
            "did you mean",
        ),
        (
            "prediction.probabilities['frod'] > 0.1",
            "prediction.probabilities is never 'frod'",
            "did you mean",
        ),
        (
            "prediction.label in ['fraud'] || prediction.label == r'frod'",
            "prediction.label is never",
            "did you",
        ),
        ("prediction.label == 'fr\\x6fd'", "prediction.label is never 'frod'", "did you mean 'fraud'?"),
        ("prediction['lable'] == 'fraud'", "`prediction` has no `lable`", "did you mean 'label'?"),
        (
            "has(prediction.probabilities.frod)",
            "prediction.probabilities.frod is never 'frod'",
            "did you mean",
        ),
        ("['x'].exists(input, true) && input.body == 'x'", "`input` has no `body`", "use one of"),
        ("origin == 'test'", "origin is never 'test'", "use one of 'production', 'synthetic', 'red_team'"),
        ("service.name == 'shops'", "service.name is never 'shops'", "did you mean 'shop'?"),
        ("input.text.matches('[')", "Function 'matches' error", "let it give true or false"),
        ("prediction.confidence + 'a' == 'b'", "", "let it give true or false"),
        ("1/0 == 1", "it divides by zero", "let it give true or false"),
        ("1 % 0 == 1 || prediction.confidence > 2.0", "it divides by zero", "let it give true or false"),
        ("9223372036854775807 + 1 > 0", "Arithmetic overflow", "let it give true or false"),
        ("prediction.label", "it gives 'fraud' instead of true or false", "let it give true or false"),
        ("true ||", "character 8", "see cel.dev for the syntax"),
    ],
)
def test_mistakes_are_found_before_any_prediction(source: str, problem: str, mend: str) -> None:
    found = expression_problems(source, VOCABULARY)
    assert len(found) == 1
    assert found[0][0].startswith(problem)
    assert found[0][1].startswith(mend)


@pytest.mark.parametrize(
    "source",
    [
        "true",
        "input.fields.amount > 500",
        "slices.country == 'anything'",
        "input.text.contains('prediction.lable == 1')",
        "size(prediction.probabilities) > 1",
        "prediction.label.startsWith('fr')",
        "['x'].exists(input, input.nothing == 'x') || true",
        "prediction.label in ['fraud', 'honest'] && prediction.label == 'fraud'",
        "prediction.label in []",
        "prediction.probabilities.exists(l, prediction.probabilities[l] > 0.5)",
        "prediction.probabilities.all(l, l != '')",
        "prediction.probabilities.filter(l, l != 'honest') != []",
        "prediction.probabilities.map(l, l) == ['fraud', 'honest']",
        "prediction.probabilities.size() > 1",
        "prediction.confidence * 100 > 90 && size(prediction.probabilities) * 0.5 < 3",
        "input.has_image // not prediction.lable == 'frod'",
        "prediction.label == 'fr\\x61ud' || input.text == \"it's prediction.lable == 'frod'\"",
        "input.text.contains('a \\' [1].all(a, [1].all(a, [1].all(a, [1].all(a, true))))')",
    ],
)
def test_what_may_be_meant_is_let_through(source: str) -> None:
    assert expression_problems(source, VOCABULARY) == ()


def test_without_known_values_nothing_is_said_about_literals() -> None:
    assert expression_problems("service.name == 'shop'", Vocabulary(("fraud",), ())) == ()


def test_facts_are_converted_once_for_many_expressions() -> None:
    facts = Facts(PARCEL)
    assert facts.context() is facts.context()
