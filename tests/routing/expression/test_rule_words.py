"""A rule in words."""

import pytest

from routing.expression.expression import Expression
from routing.expression.rule_words import rule_words

TITLES = {"fraud": "Theft!"}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("has(input.fields.amount) && input.fields.amount >= 1600", "amount is at least 1,600"),
        ('"amount" in input.fields && input.fields.amount > 1.5', "amount is above 1.5"),
        ("has(input.fields.a) ? input.fields.a < -2 : false", "a is below -2"),
        ("500 <= input.fields.amount", "amount is at least 500"),
        ("double(input.fields.amount) == 3.0", "amount is 3"),
        ("has(input.fields.amount)", "amount is there"),
        ("!has(input.fields.amount)", "amount is missing"),
        ("input.fields.owner == null", "owner is missing"),
        ("input.fields.vip == true", "vip is yes"),
        ("input.fields.vip != true", "vip is no"),
        ("!input.fields.vip", "vip is no"),
        ("input.has_image", "there is a picture"),
        ("!input.has_image", "there is no picture"),
        ("prediction.confidence < 0.6", "the model is less than 60\u00a0% sure"),
        ("!(prediction.confidence < 0.985)", "the model is at least 98.5\u00a0% sure"),
        ("prediction.confidence != 0.5", "the model's sureness is not 50\u00a0%"),
        ("prediction.margin < 0.1", "the model's lead over its second choice is below 10\u00a0%"),
        ('prediction.probabilities["fraud"] > 0.2', "what the model gives Theft! is above 20\u00a0%"),
        ('prediction.label == "fraud"', "the model says Theft!"),
        ('prediction.label in ["fraud", "theft"]', "the model says Theft! or theft"),
        ('slices.country in ["PT", "ES", "FR"]', "country is PT, ES or FR"),
        ('!(slices.country in ["PT"])', "country is not PT"),
        ('slices["country"] == ""', "country is empty"),
        ("scores.risk > 3.5", "the score risk is above 3.5"),
        ('input.text.contains("refund")', "the text contains “refund”"),
        ('!input.text.startsWith("Dear")', "the text does not begin with “Dear”"),
        ("size(input.text) > 1000", "the length of the text is above 1,000"),
        ('origin == "a" && origin != "production"', "the origin is a and the origin is not production"),
        ('slices.a == "x" && (slices.b == "y" || slices.c == "z")', "a is x and either b is y or c is z"),
        ('!(slices.a == "x" && slices.b == "y")', "a is not x or b is not y"),
        ("input.fields.a > input.fields.b", "a is above b"),
        ('input.text.matches("^a+$")', "a rule of the team about the text applies"),
        ("input.fields.items.exists(x, x > 3)", "a rule of the team about items applies"),
        ("double(input.fields.a) * 2.0 > input.fields.b", "a rule of the team about a and b applies"),
        ('(slices.a == "x" ? 1 : 2) == 2', "a rule of the team about a applies"),
        ("1 == 1", "a rule of the team applies"),
        ('"vip" in input.fields', "vip is there"),
        ("input.fields.a > -input.fields.b", "a rule of the team about a and b applies"),
        ("prediction.label == input.fields.a", "a rule of the team about a and the model's answer applies"),
        ("prediction.confidence < input.fields.a", "the model's sureness is below a"),
        ("slices.a in input.fields.b", "a rule of the team about a and b applies"),
    ],
)  # fmt: skip
def test_what_a_rule_asks_is_said_in_words(rule: str, words: str) -> None:
    assert Expression.compile(rule).source == rule
    assert rule_words(rule, TITLES) == words


def test_a_rule_that_is_none_has_words_too() -> None:
    assert rule_words("input.fields.amount + 1", {}) == "a rule of the team about amount applies"
    assert rule_words("input.fields.amount >", {}) == "a rule of the team applies"
