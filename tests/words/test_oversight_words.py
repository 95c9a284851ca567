"""Whether anybody looks is said in a sentence, and of each tier with what was not answered."""

from bot.words.oversight_words import gold_sentences, oversight_line, tier_sentences
from routing.evidence.oversight import Caught, GoldShare, Oversight, TierOversight

MOST = Caught(17, 19, 0.6686, 0.987)
NONE = Caught(0, 0, 0.0, 1.0)


def oversight(*, is_here: bool = True) -> Oversight:
    tiers = (
        TierOversight("fraud", "ordinary", MOST, 0),
        TierOversight("fraud", "large", Caught(1, 1, 0.025, 1.0), 1),
        TierOversight("topic", "all", NONE, 3),
    )
    return Oversight(MOST, tiers, is_here)


def test_the_proof_is_a_sentence() -> None:
    assert oversight_line(oversight()) == "This channel caught 17 of 19 planted errors (between 67 and 99 %)."
    assert oversight_line(oversight(is_here=False)).startswith("Experts caught 17 of 19")
    assert oversight_line(None) == ""


def test_each_tier_has_its_own_with_what_was_not_answered() -> None:
    assert list(tier_sentences(oversight())) == [
        "fraud (ordinary): caught 17 of 19 planted errors (between 67 and 99 %).",
        "fraud (large): caught 1 of 1 planted errors (between 2 and 100 %); 1 more not answered in time.",
        "topic (all): nothing planted was answered; 3 more not answered in time.",
    ]
    assert list(tier_sentences(None)) == []


def test_gold_is_told_by_task() -> None:
    shares = (GoldShare("fraud", 42, 45, 3, 0.8173, 0.986), GoldShare("topic", 1, 1, 1, 0.025, 1.0))
    assert list(gold_sentences(shares)) == [
        "fraud: 42 of 45 answers to cases whose answer is settled were right (between 82 and 99 %), "
        "by 3 people.",
        "topic: 1 of 1 answers to cases whose answer is settled were right (between 2 and 100 %), "
        "by 1 person.",
    ]
