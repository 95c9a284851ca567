"""A reply in a thread is a label only if it says so in front."""

import pytest

from routing.thread_reply import FreeText, LabelReply, Unclear, interpret
from tests.routing.making import task

LABELS = """
[[tasks.returns.labels]]
name = "fraud"
title = "Fraud & theft"
description = "It is stolen."
example = "Such as this."
[[tasks.returns.labels]]
name = "card_lost"
description = "The card is gone."
example = "Such as this."
[[tasks.returns.labels]]
name = "card_stolen"
description = "Somebody has the card."
example = "Such as this."
"""
TASK = task(labels=LABELS)


@pytest.mark.parametrize(
    "text",
    [
        "fraud",
        "Fraud",
        "FRAUD!",
        " fraud. ",
        "*fraud*",
        "_fraud_",
        "`fraud`",
        "*_fraud_*",
        "“fraud”",
        "'fraud'",
        "<@U0BOT> fraud",
        "fraud :rotating_light:",
        "fraud 🚨",
        "Fraud &amp; theft",
        "~card lost~ fraud",
        "&gt; card lost?\nfraud",
        "fraud\u200b",
    ],
)
def test_a_bare_label_is_read(text: str) -> None:
    assert interpret(text, TASK) == LabelReply("fraud", None)


@pytest.mark.parametrize(
    ("text", "rationale"),
    [
        ("fraud: the address does not match", "the address does not match"),
        ("Fraud : the address", "the address"),
        ("fraud - the address", "the address"),
        ("fraud — the address", "the address"),
        ("fraud, because the address is new", "because the address is new"),
        ("fraud because it is empty", "because it is empty"),
        ("fraud\nThe box was empty.\nTwice.", "The box was empty.\nTwice."),
        ("*fraud*: 5 &lt; 6 &amp;&amp; see <https://x.example|the photo>", "5 < 6 && see the photo"),
        ("fraud: not card lost, it is 20 °C … ½", "not card lost, it is 20 °C … ½"),
        ("Fraud & theft: both", "both"),
    ],
)
def test_a_label_with_its_rationale_is_read(text: str, rationale: str) -> None:
    assert interpret(text, TASK) == LabelReply("fraud", rationale)


@pytest.mark.parametrize("text", ["card_lost", "card lost", "Card-Lost", "_card_lost_", "*card_lost*"])
def test_a_label_of_two_words_may_be_typed_as_people_type(text: str) -> None:
    assert interpret(text, TASK) == LabelReply("card_lost", None)


@pytest.mark.parametrize(
    "text",
    [
        "not fraud",
        "no fraud here",
        "fraud?",
        "is it fraud?",
        "fraud: no",
        "fraud - not sure",
        "fraud: ???",
        "fraud, the address",
        "fraudulent",
        "card",
        "card: it is gone",
        "frau",
        "fraud or card lost",
        "",
        "👍",
        "<@U0AMA>",
        ":thumbsup:",
    ],
)
def test_what_may_mean_a_label_is_not_guessed(text: str) -> None:
    assert not isinstance(interpret(text, TASK), LabelReply)


@pytest.mark.parametrize("text", ["not fraud", "fraud?", "card", "", "👍", "fraud: no", "frau"])
def test_what_may_mean_a_label_is_unclear(text: str) -> None:
    assert interpret(text, TASK) == Unclear()


def test_a_sentence_is_free_text_without_its_markup() -> None:
    said = interpret("<@U0AMA> I looked *again*: this is not a fraud at all &amp; fine", TASK)
    assert said == FreeText("I looked again: this is not a fraud at all & fine")


def test_text_in_scripts_that_need_joiners_and_marks_is_kept() -> None:
    assert interpret("fraud: می‌خواهم हिन्दी", TASK) == LabelReply("fraud", "می‌خواهم हिन्दी")


def test_two_labels_that_are_typed_alike_are_unclear() -> None:
    alike = task(labels=LABELS.replace('"card_stolen"', '"card lost"'))
    assert interpret("card lost", alike) == Unclear()


def test_the_longer_label_wins_over_a_label_with_a_rationale() -> None:
    longer = task(labels=LABELS.replace('"card_stolen"', '"fraud: card"'))
    assert interpret("fraud: card", longer) == LabelReply("fraud: card", None)


def test_a_title_of_symbols_only_is_not_a_label() -> None:
    symbols = task(labels=LABELS.replace('"Fraud & theft"', '"🚨"'))
    assert interpret("🚨", symbols) == Unclear()
    assert interpret("fraud", symbols) == LabelReply("fraud", None)


def test_a_mention_of_a_channel_with_its_name_stays_readable() -> None:
    assert interpret("fraud: see <#C0000000001|returns>", TASK) == LabelReply("fraud", "see returns")
