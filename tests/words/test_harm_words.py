"""A harmful label in words: nothing that chance may have made."""

from dataclasses import replace

from bot.words.harm_words import harm_sentences
from routing.evidence.harm_rates import HarmKind, HarmRate

MISSED = HarmRate("fraud", "fraud", HarmKind.MISSED, "country", "PT", 46, 0.24, 0.12, 0.4, 0.08, 0.01)


def test_what_is_missed_more_often_is_told_with_its_range() -> None:
    (sentence,) = harm_sentences((MISSED,))
    assert sentence == (
        "fraud, where country is PT: the model misses fraud in 24% (between 12% and 40%, 46 answers), in 8% "
        "elsewhere."
    )


def test_what_is_said_falsely_is_told_so() -> None:
    (sentence,) = harm_sentences((replace(MISSED, kind=HarmKind.FALSE_ALARM),))
    assert "the model says fraud falsely in 24%" in sentence


def test_what_may_be_chance_or_is_no_mistake_is_not_told() -> None:
    chance = replace(MISSED, adjusted_p_value=0.2)
    accepted = replace(MISSED, kind=HarmKind.ACCEPTED, adjusted_p_value=None)
    assert list(harm_sentences((chance, accepted))) == []
