"""Arithmetic in rules: whole numbers with fractions, division by zero, texts that are no finite number."""

import pytest

from routing.expression.arithmetic import is_fraction
from routing.expression.syntax import syntax
from routing.prediction import CaseInput, Scalar
from tests.routing.expression.test_strict_form import judge
from tests.routing.making import prediction, submission

RATIO = "input.fields.ratio / input.fields.n"
PRICED = "input.fields.qty * 1.2 >= 100.0"


def answer(source: str, **fields: Scalar) -> bool | str:
    sent = submission(prediction=prediction("fraud", 0.5, fraud=0.5), input=CaseInput("A box", fields))
    return judge(source, sent)


@pytest.mark.parametrize(
    ("source", "fields"),
    [
        (f"{RATIO} < 10", {"ratio": 100.0, "n": 0.0}),
        (f"{RATIO} > 10", {"ratio": -100.0, "n": 0.0}),
        (f"{RATIO} < 10", {"ratio": 100.0, "n": -0.0}),
        (f"{RATIO} < 10", {"ratio": 100.0, "n": 0}),
        (f"{RATIO} < 10", {"ratio": 100, "n": 0}),
        ("input.fields.ratio / 0 > 10", {"ratio": -1.5}),
        ("input.fields.ratio / 0.0 > 10", {"ratio": -1}),
        ("prediction.confidence / input.fields.n < 1", {"n": 0}),
        ("1.0 / (input.fields.ratio - 100) < 1.0", {"ratio": 100.0}),
        ("!(double(input.fields.ratio) / double(input.fields.n) > 5.0)", {"ratio": "-1", "n": "0"}),
    ],
)
def test_what_divides_by_zero_cannot_be_judged(source: str, fields: dict[str, Scalar]) -> None:
    assert answer(source, **fields) == "it divides by zero"


@pytest.mark.parametrize("text", ["inf", "-inf", "Infinity", "nan", "1e400", "-1e400", "x", ""])
def test_a_text_that_is_no_finite_number_cannot_be_judged(text: str) -> None:
    for source in ("double(input.fields.a) < 100.0", "!(double(input.fields.a) * 2 > 100.0)"):
        assert answer(source, a=text) == "a cannot be read as a number"


@pytest.mark.parametrize(
    ("source", "fields", "expected"),
    [
        (PRICED, {"qty": 200}, True),
        (PRICED, {"qty": 200.5}, True),
        (PRICED, {"qty": 10}, False),
        ("1.2 * input.fields.qty >= 100.0", {"qty": 200}, True),
        ("input.fields.qty - 0.5 < 100", {"qty": 200}, False),
        ("prediction.confidence * input.fields.qty >= 100", {"qty": 200}, True),
        ("input.fields.qty * prediction.probabilities.fraud >= 100", {"qty": 200}, True),
        ("-input.fields.qty * 1.5 < -100", {"qty": 200}, True),
        ("size(input.fields) * 1.5 == 1.5", {"qty": 200}, True),
        ("2 * 1.5 == 3.0 && 2u * 1.5 == 3 && -1.5 + 2 == .5 && 5 / 2.0 == 2.5", {}, True),
        ("input.fields.qty * 2 >= 100", {"qty": 50.5}, True),
        ("input.fields.qty + 1 == 51.5", {"qty": 50.5}, True),
        ("1 - input.fields.qty == -49.5", {"qty": 50.5}, True),
        ("input.fields.qty / 100 == 2", {"qty": 250}, True),
        ("input.fields.qty / 100 == 2.505", {"qty": 250.5}, True),
        ("input.fields.qty * input.fields.cost == 300", {"qty": 200, "cost": 1.5}, True),
        ("input.fields.qty * input.fields.cost == 300", {"qty": 1.5, "cost": 200}, True),
        ("input.fields.qty * input.fields.cost == 300", {"qty": 150, "cost": 2}, True),
        ("(input.fields.qty + input.fields.cost) * 1.5 == 300", {"qty": 150, "cost": 50}, True),
        (f"{RATIO} == 50.0", {"ratio": 100, "n": 2.0}, True),
        ("(input.has_image ? 1.5 : 2.5) * input.fields.qty == 5", {"qty": 2}, True),
        (
            "input.fields.a + input.fields.b == 'xy' && input.fields.a + 'y' == 'xy'",
            {"a": "x", "b": "y"},
            True,
        ),
        ("double(input.fields.a) < 100.0 && double('5.5') == double(5.5)", {"a": "5.5"}, True),
        ("0x1E + 1 == 31 && 7 / 2 == 3", {}, True),
    ],
)
def test_whole_numbers_and_fractions_are_worked_out_together(
    source: str, fields: dict[str, Scalar], expected: bool
) -> None:
    assert answer(source, **fields) is expected


@pytest.mark.parametrize(
    ("source", "value", "doubt"),
    [
        (PRICED, "200", "qty is text, a number is needed"),
        (PRICED, None, "qty is empty"),
        (PRICED, True, "qty is true or false, a number is needed"),
        ("input.fields.qty * 2 > 5", "200", "qty is text, a number is needed"),
        ("input.fields.qty + 1.5 > 5", "200", "qty is text, a number is needed"),
        ("input.fields.qty + prediction.confidence > 5", "200", "qty is text and confidence is a number"),
        ("input.fields.qty * input.fields.qty > 5", "200", "qty is text, a number is needed"),
        ("'x' * 1.5 > 5", 1, "a value is text, a number is needed"),
        ("input.fields.qty % 7 > 5", 1.5, "qty is a fraction, a whole number is needed"),
        ("7 % input.fields.qty > 5", 1.5, "qty is a fraction, a whole number is needed"),
        (
            "(input.has_image ? input.fields.qty : 1) * input.fields.qty > 5",
            1.5,
            "what it makes of has_image is a whole number and qty a fraction",
        ),
        (
            "(input.fields.qty + 1) + input.fields.half > 5",
            1,
            "what it makes of qty is a whole number and half",
        ),
        ("9223372036854775807 + input.fields.qty > 5", 1, "a number gets too large"),
    ],
)
def test_what_is_no_number_of_the_kind_needed_is_named(source: str, value: Scalar, doubt: str) -> None:
    assert str(answer(source, qty=value, half=0.5)).startswith(doubt)


@pytest.mark.parametrize(("operator", "count"), [("+", 48), ("-", 48), ("*", 48), ("/", 24)])
def test_a_long_sum_of_fields_is_neither_too_long_nor_too_slow(operator: str, count: int) -> None:
    source = f" {operator} ".join(f"input.fields.f{n:02}" for n in range(count))
    assert answer(f"{source} > 5", **{f"f{n:02}": 1.5 for n in range(count)}) is (operator in "+*")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1.5", True),
        ("1e3", True),
        ("5", False),
        ("5u", False),
        ("0xE", False),
        ("-1.5", True),
        ("input.fields.a * 1.5", True),
        ("input.fields.a % 2", False),
        ("double(input.fields.a)", True),
        ("input.has_image ? 1.5 : 2", False),
        ("prediction.confidence", True),
        ("'x'", False),
    ],
)
def test_fractions_are_told_from_the_rule(source: str, expected: bool) -> None:
    assert is_fraction(syntax(source)) is expected
