"""A person's own numbers are told in plain words, and only once there are enough of them."""

from bot.slack.show.home import numbers_text
from bot.usecases.review.worklist import LabelTotals
from storage.evidence.own_answers import OwnOutcomes
from tests.plain_words import assert_plain

OUTCOMES = OwnOutcomes(decided=47, became=41, corrected=12)


def test_what_became_of_the_answers_is_told_from_twenty_on() -> None:
    words = numbers_text(LabelTotals(5, 60, 3, OUTCOMES))
    assert "In 41 of 47 cases that others answered, too, your answer became the decision." in words
    assert "12 of your answers showed that the model was wrong" in words
    assert_plain((words,))


def test_fewer_answers_say_nothing_of_a_person() -> None:
    assert numbers_text(LabelTotals(5, 19, 3, OUTCOMES)) == (
        "You answered 5 in the last 7 days and 19 in all, 3 of them with a reason."
    )


def test_what_was_never_so_is_not_told() -> None:
    assert numbers_text(LabelTotals(5, 60, 3)).endswith("3 of them with a reason.")
