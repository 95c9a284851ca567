"""How many were asked again is told with how many answered, and whether they stand for others."""

from bot.words.asked_again_words import asked_again_sentences
from routing.digest.model_quality import AskedAgain
from tests.plain_words import assert_plain


def test_all_that_was_silent_is_asked_while_it_is_little() -> None:
    (words,) = asked_again_sentences((AskedAgain("fraud", 12, 12, 10),))
    assert words == "fraud: 12 cases not answered in time; 12 asked of another person, 10 answered since."
    assert_plain((words,))


def test_of_much_a_part_is_asked_for_all() -> None:
    (words,) = asked_again_sentences((AskedAgain("fraud", 1200, 50, 40),))
    assert "50 asked of another person, drawn at random to stand for all of them, 40 answered" in words
