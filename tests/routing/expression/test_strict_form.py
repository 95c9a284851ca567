"""Strict evaluation: where CEL would answer with a silent false, a rule fails, and says on what."""

from dataclasses import replace

import pytest

from routing.errors import InvalidExpression
from routing.expression.expression import Expression
from routing.expression.facts import Facts
from routing.expression.strict_form import strict
from routing.expression.syntax import syntax
from routing.prediction import CaseInput, Scalar, Submission
from tests.routing.making import prediction, submission

FIELDS: dict[str, Scalar] = {"text": "900", "whole": 5, "half": 2.5, "yes": True, "note": None, "same": "900"}
SENT = submission(
    prediction=prediction("fraud", 0.7, fraud=0.7, honest=0.3),
    input=CaseInput("Empty box", FIELDS),
    slices={"country": "DE"},
)
BARE = submission(prediction=prediction("fraud", 0.7), input=CaseInput())


def judge(source: str, sent: Submission = SENT) -> bool | str:
    """What the rule answers, or why it cannot."""
    expression, facts = Expression.compile(source), Facts(sent)
    try:
        return expression.matches(facts)
    except InvalidExpression:
        return expression.doubt(facts)


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("input.fields.text == 500", "text is text, a number is needed"),
        ("500 != input.fields.text", "text is text, a number is needed"),
        ("!(input.fields.text == 500)", "text is text, a number is needed"),
        ("input.fields.yes == 1", "yes is true or false, a number is needed"),
        ("input.fields.whole == true", "whole is a number, true or false is needed"),
        ("input.fields.whole == '5'", "whole is a number, text is needed"),
        ("input.fields.note == 5", "note is empty"),
        ("input.fields.note != 'x'", "note is empty"),
        ("input.fields.text in [500, 2]", "text is text, a number is needed"),
        ("input.fields.whole in ['a', 'b']", "whole is a number, text is needed"),
        ("input.fields.yes in ['a', 1]", "yes is true or false, text or a number is needed"),
        ("!(input.fields.whole in ['a'])", "whole is a number, text is needed"),
        ("input.fields.note in ['a']", "note is empty"),
        ("[1, input.fields.text] == [1, 500]", "text is text, a number is needed"),
        ("input.fields.text == input.fields.whole", "text is text and whole is a number"),
        ("input.fields.note == input.fields.whole", "note is empty"),
        ("input.fields.text == 500 ? false : true", "text is text, a number is needed"),
        ("has(input.fields.note)", "note is empty"),
        ("!has(input.fields.note)", "note is empty"),
        ("has(input.fields.note) ? true : false", "note is empty"),
        ("'note' in input.fields", "note is empty"),
        ("input.fields.exists(k, k == 'text' && input.fields[k] == 500)", "a value that it goes through"),
    ],
)
def test_what_cel_would_call_false_cannot_be_judged(source: str, answer: str) -> None:
    assert str(judge(source)).startswith(answer)


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("input.fields.whole == 5.0 && input.fields.half < 3", True),
        ("input.fields.whole in [5.0, 6]", True),
        ("input.fields.text in ['900', 1]", True),
        ("input.fields.whole in ['900', 1]", False),
        ("input.fields.text == input.fields.same", True),
        ("input.fields.yes == true && input.fields.yes != false", True),
        ("input.fields.note == null", True),
        ("input.fields.whole == null", False),
        ("input.fields.note in [null, 'a']", True),
        ("input.fields.note in [null]", True),
        ("input.fields.note == null || input.fields.note > 5", True),
        ("has(input.fields.note) && input.fields.note != null && input.fields.note > 5", False),
        ("has(input.fields.gone)", False),
        ("'gone' in input.fields", False),
        ("'whole' in input.fields && 'country' in slices", True),
        ("has(slices.country) && has(prediction.probabilities.fraud) && has(input.text)", True),
        ("[input.fields.whole, 1] == [5, 1]", True),
        ("[input.fields.whole, 1] != [5, 1]", False),
        ("prediction.probabilities.exists(k, prediction.probabilities[k] < 0.4)", True),
        ("size(prediction.probabilities) == 2 && prediction.probabilities.size() < 3", True),
        ("prediction.probabilities == {'fraud': 0.7, 'honest': 0.3}", True),
        ("input.fields.all(k, k != 'gone')", True),
        ("false && input.fields.text == 500", False),
        ("input.fields.text == 500 || true", True),
        ("true ? true : input.fields.text == 500", True),
        ("-input.fields.whole == -5 && !!true && --5 == 5", True),
        ("input.fields.whole > -9223372036854775808", True),
        ("1 + 2 * 3 - 4 == 3 && (1 + 2) * 3 == 9 && 7 % 4 == 3", True),
        ("[1, 2].map(x, x > 1, x * 2) == [4] && {'a': [1]}.a[0] == 1 && {} == {} && [] == []", True),
        ("r'a\\d' == 'a\\\\d' && \"\"\"x\"y\"\"\" == 'x\"y' && b'a' == b'a' // a remark", True),
        ("input['fields'].whole == 5 && input.fields['whole'] == 5", True),
        ("size('abc') == 'abc'.size() && 0x1F == 31 && 1e1 == 10.0 && .5 < 1.0 && 5u == 5", True),
        ("timestamp('2026-01-01T00:00:00Z') < timestamp('2027-01-01T00:00:00Z')", True),
    ],
)
def test_what_can_be_judged_is_judged_as_cel_does(source: str, answer: bool) -> None:
    assert judge(source) is answer


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("has(input.text)", False),
        ("has(input.link) || has(prediction.margin) || has(prediction.entropy)", False),
        ("input.text == null && prediction.margin == null", True),
        ("input.text.contains('x')", "the text is missing"),
        ("input.text == ''", "the text is missing"),
        ("size(input.text) > 5", "the text is missing"),
        ("prediction.margin < 0.2", "the margin is missing"),
        ("prediction.entropy > 0.2", "the entropy is missing"),
        ("prediction.probabilities.fraud > 0.2", "the probability of fraud is missing"),
        ("prediction.probabilities['fraud'] > 0.2", "the probability of fraud is missing"),
        ("has(prediction.probabilities.fraud)", False),
        ("prediction.probabilities.size == 0", "the probability of size is missing"),
        (
            "prediction.probabilities.exists(k, prediction.probabilities[k] > 0.2)",
            "the list of probabilities is missing",
        ),
        ("!prediction.probabilities.all(k, k != 'fraud')", "the list of probabilities is missing"),
        ("size(prediction.probabilities) > 5", "the list of probabilities is missing"),
        ("!(prediction.probabilities.size() < 2)", "the list of probabilities is missing"),
        ("2 == size(prediction.probabilities)", "the list of probabilities is missing"),
        ("size(prediction.probabilities) * 2 > 0", "the list of probabilities is missing"),
        ("prediction.probabilities == {'fraud': 0.7}", "the list of probabilities is missing"),
        ("size(prediction.probabilities) > 0 || 0 != prediction.probabilities.size()", False),
        ("prediction.probabilities == {} && 0 == size(prediction.probabilities)", True),
        ("slices.country == 'DE'", "the slice country is missing"),
        ("input.text", "it gives nothing, true or false is needed"),
    ],
)
def test_a_place_with_nothing_in_it_is_absent(source: str, answer: bool | str) -> None:
    assert judge(source, BARE) == answer


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("input.fields.text > 5", "text is text, a number is needed"),
        ("5 < input.fields.text", "text is text, a number is needed"),
        ("input.fields.text + 1 > 5", "text is text, a number is needed"),
        ("input.fields.text - 1 > 5", "text is text, a number is needed"),
        ("-input.fields.text < 5", "text is text, a number is needed"),
        ("input.fields.whole / 0 == 1", "it divides by zero"),
        ("1/0 == 1", "it divides by zero"),
        ("1 % 0 == 1", "it divides by zero"),
        ("9223372036854775807 + input.fields.whole > 0", "a number gets too large"),
        ("9223372036854775807 * input.fields.whole > 0", "a number gets too large"),
        ("int(1e300) > 0", "a value cannot be read as a number"),
        ("double(input.text) > 1.0", "the text cannot be read as a number"),
        ("timestamp(input.text) > timestamp('2026-01-01T00:00:00Z')", "the text cannot be read as a time"),
        ("duration(input.text) > duration('1h')", "the text cannot be read as a duration"),
        ("string(input.fields.note) == ''", "note is empty"),
        ("input.fields.whole.contains('9')", "whole is a number, text is needed"),
        ("input.text.contains(input.fields.whole)", "whole is a number, text is needed"),
        ("input.text.matches('(')", "its pattern cannot be read"),
        ("input.fields.whole && true", "whole is a number, true or false is needed"),
        ("!input.fields.text", "text is text, true or false is needed"),
        ("input.fields.text ? true : false", "text is text, true or false is needed"),
        ("input.fields.text", "it gives text, true or false is needed"),
        ("timestamp('2026-01-01T00:00:00Z')", "it gives a time, true or false is needed"),
        ("duration('1h')", "it gives a duration, true or false is needed"),
        ("b'a'", "it gives bytes, true or false is needed"),
        ("input.fields.whole.all(x, true)", "whole is a number, a list is needed"),
        ("[1][input.fields.whole] == 1", "what it looks up is missing"),
        ("input.fields[input.text] == 1", "what it looks up is missing"),
        ("(input.fields.gone > 1) && (input.fields.text > 1)", "gone is missing"),
        ("(input.fields.whole > 1 ? input.fields.gone : 1) == 1", "gone is missing"),
        ("[input.fields.gone].exists(x, x == 1)", "gone is missing"),
        ("input.text in input.fields.text", "the text is text and text is text"),
        ("size(input.fields.whole, 1) > 1", "whole is a number, text is needed"),
        ("[{'a': 1}].all(x, x.b == 1)", "a value that it goes through"),
        ("{'a': 1}.b == 1", "it could not be worked out"),
    ],
)
def test_the_doubt_names_the_innermost_part_that_fails(source: str, answer: str) -> None:
    assert str(judge(source)).startswith(answer)


def test_the_doubt_names_no_value() -> None:
    assert "Empty box" not in str(judge("double(input.text) > 1.0"))


def test_a_doubt_stays_short_whatever_a_field_is_called() -> None:
    assert len(str(judge(f"input.fields.{'x' * 900} > 1"))) <= 160


class PanicException(BaseException):
    """Named as the library's."""


@pytest.mark.parametrize("failure", [MemoryError(), ZeroDivisionError("zero"), PanicException("index")])
def test_whatever_the_evaluator_fails_with_is_a_doubt(failure: BaseException) -> None:
    expression = replace(Expression.compile("prediction.confidence > 0.5"), program=Broken(failure))
    with pytest.raises(InvalidExpression):
        expression.matches(Facts(SENT))


def test_who_stops_the_process_stops_it() -> None:
    expression = replace(Expression.compile("prediction.confidence > 0.5"), program=Broken(SystemExit()))
    with pytest.raises(SystemExit):
        expression.matches(Facts(SENT))


class Broken:
    """A program that fails."""

    def __init__(self, failure: BaseException) -> None:
        self._failure = failure

    def execute(self, _context: object) -> object:
        raise self._failure


def test_a_chain_of_sixty_choices_is_not_too_deep() -> None:
    assert judge("false ? false : " * 60 + "true") is True


def test_sixty_conditions_are_not_sixty_deep() -> None:
    assert judge(" && ".join(["input.has_image == false"] * 35)) is True


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("0" + " + 1" * 100 + " > 1", "it is nested 91 deep"),
        ("!(true || " * 45 + "true" + ")" * 45, "it is nested 91 deep"),
        ("Sum{a: 1} == 1 || true", "it makes a message"),
    ],
)
def test_what_is_nested_too_deep_or_makes_messages_is_refused(source: str, problem: str) -> None:
    with pytest.raises(InvalidExpression, match=problem):
        Expression.compile(source)


@pytest.mark.parametrize("source", ["1 +", "(", "[1", "f("])
def test_half_an_expression_is_refused_and_nothing_worse(source: str) -> None:
    with pytest.raises(InvalidExpression):
        syntax(source)


@pytest.mark.parametrize("source", ["1 2", "f(1 2)"])
def test_what_does_not_belong_together_is_named(source: str) -> None:
    with pytest.raises(InvalidExpression, match="`2` does not belong there"):
        syntax(source)


def test_comparisons_of_comparisons_do_not_grow_without_end() -> None:
    source = "input.fields.a"
    for _ in range(14):
        source = f"({source} == input.fields.b ? input.fields.a : 1)"
    with pytest.raises(InvalidExpression, match="compares what it has compared too often"):
        strict(syntax(source))
