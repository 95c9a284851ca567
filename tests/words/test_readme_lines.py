"""The README's lines about experts are those that a digest has."""

import re

from bot.http.report_example import DIGEST
from bot.usecases.digest.digest_document import from_document
from bot.words.agreement_words import agreement_sentences
from bot.words.anchoring_words import anchoring_sentences
from routing.evidence.expertise import Arm, TaskAnchoring
from routing.measures.expertise.anchoring import anchoring
from tests.places import ROOT


def test_the_readme_shows_how_experts_are_told_of() -> None:
    quality = from_document(DIGEST).quality
    assert quality is not None
    followed = TaskAnchoring("fraud", anchoring([(Arm(384, 400), Arm(88, 100))]))
    quoted = re.sub(r"\n> ?", " ", (ROOT / "README.md").read_text())
    sentences = [*agreement_sentences(quality.agreements), *anchoring_sentences((followed,))]
    assert len(sentences) == 2
    assert [sentence for sentence in sentences if sentence not in quoted] == []
