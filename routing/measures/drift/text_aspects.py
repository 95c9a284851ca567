"""What can drift in texts: the share with many new words, the words they say, the topics they fall in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from routing.evidence.alarm import EXAMPLES, AlarmKind
from routing.evidence.odds import odds
from routing.measures.drift.aspects import Part, quoted
from routing.measures.drift.observations import Floats, Places
from routing.measures.drift.text_familiarity import (
    NUMBER,
    Bag,
    Lexicon,
    WordCounts,
    WordTable,
    count_words,
    telling_words,
)
from routing.measures.drift.two_samples import (
    EXPECTED,
    Comparison,
    Shares,
    compare_rises,
    compare_shares,
    effective,
    shares_of_places,
    surest_rise,
)

SHOWN_WORDS = 5
COMPARED_WORDS = 20


def _typical(places: Places, texts: Sequence[Bag], background: WordCounts) -> list[int]:
    """Those of the places whose texts have most of the words that tell them all."""
    telling = set(telling_words(count_words(texts[place] for place in places), background, COMPARED_WORDS))
    shared = np.array([len(telling & texts[place]) for place in places])
    return [int(place) for place in places[np.argsort(-shared, kind="stable")][:EXAMPLES]]


def _quoted_words(places: Places, texts: Sequence[Bag], background: WordCounts, but: str = "") -> str:
    words = telling_words(count_words(texts[place] for place in places), background, SHOWN_WORDS)
    return ", ".join(quoted(word) for word in words if word != but)


@dataclass(frozen=True, slots=True)
class NewWords:
    """Texts with more new words than all but 2 % of learned texts, by their shares of new words.

    Only cases of the reference that the words were not learned from (`is_control`) are comparable.
    """

    reference: Floats
    window: Floats
    is_control: npt.NDArray[np.bool_]
    lexicon: Lexicon
    texts: Sequence[Bag]
    kind: ClassVar[AlarmKind] = AlarmKind.WORDS
    subject: ClassVar[str | None] = None
    unit: ClassVar[str] = "share of texts"
    minimum: ClassVar[float] = 0.03

    def narrowed(self, part: Part) -> Part:
        """Without what the words were learned from."""
        kept = self.is_control[part.reference]
        return Part(part.reference[kept], part.window, part.reference_weights[kept], part.window_weights)

    def compare(self, part: Part) -> Comparison:
        """Fisher's exact test that more texts have many new words."""
        before = self.reference[part.reference] > self.lexicon.limit
        weights = part.reference_weights, part.window_weights
        return compare_rises(before, self._is_unusual(part), *weights)

    def _is_unusual(self, part: Part) -> npt.NDArray[np.bool_]:
        return self.window[part.window] > self.lexicon.limit

    def sentence(self, part: Part, change: Comparison) -> str:
        """How many have, and the words that tell them."""
        is_unusual = self._is_unusual(part)
        now = float(np.average(is_unusual, weights=part.window_weights))
        words = _quoted_words(part.window[is_unusual], self.texts, self.lexicon.counts)
        named = f" such as {words}" if words else ""
        return f"{odds(now)} of the texts have many new words{named}, before {odds(now - change.effect)}"

    def examples(self, part: Part) -> list[int]:
        """Those with the most words in common."""
        return _typical(part.window[self._is_unusual(part)], self.texts, self.lexicon.counts)


@dataclass(frozen=True, slots=True)
class RisingWords:
    """Every word that enough texts have: a topic shows in a word that few texts had before."""

    reference: WordTable
    window: WordTable
    texts: Sequence[Bag]
    background: WordCounts
    kind: ClassVar[AlarmKind] = AlarmKind.TOPICS
    subject: ClassVar[str | None] = None
    unit: ClassVar[str] = "share of texts"
    minimum: ClassVar[float] = 0.05

    def narrowed(self, part: Part) -> Part:
        """All of it."""
        return part

    def compare(self, part: Part) -> Comparison:
        """Fisher's exact test that a word is in more texts, times the number of words."""
        return self._surest(part)[1]

    def _surest(self, part: Part) -> tuple[int, Comparison]:
        """The column of the word, and its test. Which are tested depends on both sides together alone."""
        before, now = self.reference.rows(part.reference), self.window.rows(part.window)
        in_texts = np.asarray(before.sum(axis=0) + now.sum(axis=0)).ravel()
        tested = np.flatnonzero(in_texts >= EXPECTED)
        tested = np.array([place for place in tested if self.window.words[place] != NUMBER], dtype=np.intp)
        if not len(tested):
            return 0, Comparison(0.0, 0.0, 1.0)
        weights = part.reference_weights, part.window_weights
        shares = [mass @ side / mass.sum() for mass, side in zip(weights, (before, now), strict=True)]
        place, rise = surest_rise(shares[0][tested], shares[1][tested], *map(effective, weights))
        return int(tested[place]), rise

    def sentence(self, part: Part, change: Comparison) -> str:
        """The word, and the words of the texts that have it."""
        place, _ = self._surest(part)
        having = self._having(part, place)
        now = float(part.window_weights[having].sum() / part.window_weights.sum())
        word, before = self.window.words[place], odds(now - change.effect)
        words = _quoted_words(part.window[having], self.texts, self.background, but=word)
        also = f"; these also say {words}" if words else ""
        return f"{quoted(word)} is in {odds(now)} of the texts, before in {before}{also}"

    def _having(self, part: Part, place: int) -> npt.NDArray[np.bool_]:
        return np.asarray(self.window.rows(part.window)[:, [place]].toarray().ravel() > 0)

    def examples(self, part: Part) -> list[int]:
        """The texts that have the word with the most words in common."""
        having = self._having(part, self._surest(part)[0])
        return _typical(part.window[having], self.texts, self.background)


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of texts, formed of reference and window together, so that a new topic is among them."""

    reference: Places
    window: Places
    texts: Sequence[Bag]
    background: WordCounts
    kind: ClassVar[AlarmKind] = AlarmKind.TOPICS
    subject: ClassVar[str | None] = None
    unit: ClassVar[str] = "share of texts that changed topic"
    minimum: ClassVar[float] = 0.05

    def narrowed(self, part: Part) -> Part:
        """All of it."""
        return part

    def _shares(self, part: Part) -> Shares:
        sides = part.of(self.reference, self.window)
        names = [str(topic) for topic in range(int(max(map(np.max, sides[:2]))) + 1)]
        return shares_of_places(names, *sides)

    def compare(self, part: Part) -> Comparison:
        """As categories: what the texts were clustered by does not know which of them are the window's."""
        return compare_shares(self._shares(part))

    def sentence(self, part: Part, change: Comparison) -> str:  # noqa: ARG002  its effect is of all topics
        """The topic that gained most, by the words that tell it."""
        both = self._shares(part)
        most = both.most_gained()
        words = _quoted_words(self._gained(part, both), self.texts, self.background)
        now, before = odds(both.window[most]), odds(both.reference[most])
        return f"{now} of the texts are {f'about {words}' if words else 'of one topic'}, before {before}"

    def _gained(self, part: Part, both: Shares) -> Places:
        is_gained = self.window[part.window] == int(both.names[both.most_gained()])
        return np.compress(is_gained, part.window)

    def examples(self, part: Part) -> list[int]:
        """The texts of the topic that gained most with the most words in common."""
        return _typical(self._gained(part, self._shares(part)), self.texts, self.background)
