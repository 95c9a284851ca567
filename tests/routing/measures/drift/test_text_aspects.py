"""What of texts is compared: a word that more of them have, and the topics they fall into."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from routing.measures.drift.aspects import Part
from routing.measures.drift.text_aspects import RisingWords, Topics
from routing.measures.drift.text_familiarity import WordTable, count_words, words_in

TEXTS = [words_in(text) for text in ["the card is lost"] * 40 + ["transfer of money failed"] * 60]
BACKGROUND = count_words([words_in("the card is lost")] * 90 + [words_in("transfer of money failed")] * 10)


def whole(n: int) -> Part:
    every = np.arange(n)
    return Part(every, every, np.ones(n), np.ones(n))


def test_the_topic_that_gained_is_told_by_its_words_and_shown_by_its_texts() -> None:
    reference, window = np.array([0] * 90 + [1] * 10), np.array([0] * 40 + [1] * 60)
    aspect = Topics(reference, window, TEXTS, BACKGROUND)
    found = aspect.compare(whole(100))
    assert found.effect == pytest.approx(0.5)
    assert found.p_value < 1e-9
    sentence = aspect.sentence(whole(100), found)
    assert sentence == "60 % of the texts are about “failed”, “money”, “of”, “transfer”, before 10 %"
    assert set(aspect.examples(whole(100))) <= set(range(40, 100))


def test_words_that_hardly_any_text_has_are_not_tested() -> None:
    rare = WordTable(("card", "lost"), csr_matrix(np.eye(2)[[0, 1]]))
    aspect = RisingWords(rare, rare, TEXTS[:2], BACKGROUND)
    found = aspect.compare(whole(2))
    assert (found.effect, found.p_value) == (0.0, 1.0)
