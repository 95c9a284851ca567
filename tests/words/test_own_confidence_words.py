"""What experts' own sureness is worth is told by what they chose, from twenty answers on."""

from bot.words.own_confidence_words import own_confidence_sentences
from routing.evidence.expertise import OwnConfidence, StatedConfidence, TaskConfidence
from tests.plain_words import assert_plain

SCORE = OwnConfidence(150, 0.9, 0.9, 0.1, 0.02, 0.05)


def test_each_choice_has_its_share() -> None:
    levels = (
        StatedConfidence("high", 96, 100),
        StatedConfidence("medium", 24, 30),
        StatedConfidence("low", 9, 19),
    )
    (words,) = own_confidence_sentences((TaskConfidence("fraud", levels, SCORE),))
    assert words == (
        "fraud: of what experts answered, and others settled, too, “sure” was right in 96% of 100 answers, "
        "“fairly sure” was right in 80% of 30 answers."
    )
    assert_plain((words,))


def test_of_few_answers_only_their_number_is_told() -> None:
    (words,) = own_confidence_sentences((TaskConfidence("fraud", (StatedConfidence("low", 9, 19),), SCORE),))
    assert words == "fraud: too few to tell whether experts are as sure as they are right (150 answers)."
