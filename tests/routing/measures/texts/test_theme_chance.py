"""Groups of rationales are held against the same words dealt at random."""

import numpy as np
from scipy.sparse import csr_matrix

from routing.evidence.error_patterns import CaseRationale
from routing.measures.texts.theme_chance import Likeness, likenesses
from routing.measures.texts.themes import find_themes


def test_a_text_alone_is_like_no_other_and_an_empty_group_holds_none() -> None:
    vectors = csr_matrix(np.eye(3)[[0, 0, 1]])
    found = likenesses(vectors, np.array([0, 0, 1]), 3)
    assert found == [Likeness(2, 1.0), Likeness(1, 0.0), Likeness(0, 0.0)]


def test_words_that_share_nothing_when_dealt_at_random_speak_for_the_groups() -> None:
    """Half of the terms are pairs of words, which dealing breaks up: too few are left for as many groups."""
    said = ["alpha alpha"] * 10 + ["beta beta"] * 10
    others = [" ".join(f"{a}{b}{place}q" for a in "cdfgh" for b in "klmnp") for place in "rstvwxyzbj"]
    rationales = [CaseRationale(f"case_{n}", text, "") for n, text in enumerate(said + others)]
    report = find_themes(rationales, np.random.default_rng(0))
    assert [theme.n for theme in report.themes] == [10, 10]
