"""Marked disagreements in words."""

from bot.words.mark_words import marked_lines, marked_sentence
from routing.evidence.marked_cases import MarkedCase, MarkedCases
from routing.label import Mark

GIFT = MarkedCase("case_1", "fraud", Mark.GUIDELINE_GAP, "honest", "A gift card")


def test_how_many_were_marked_and_as_what() -> None:
    assert marked_sentence(MarkedCases(2, 1, (GIFT,))) == (
        "3 disagreements were marked by who settled it: 2 because the guideline says nothing of it, "
        "1 because both answers are defensible. /secondlook gaps lists them all."
    )
    assert marked_sentence(MarkedCases(0, 1, (GIFT,))).startswith(
        "1 disagreement was marked by who settled it: 1"
    )


def test_the_newest_are_told_with_what_was_decided() -> None:
    ((case, words),) = marked_lines(MarkedCases(1, 0, (GIFT,)))
    assert case is GIFT
    assert words == "fraud, decided honest. The guideline says nothing of this: A gift card"
