"""How texts differ from known ones: new words, the topics they fall in, and the words that tell them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.cluster import MiniBatchKMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from threadpoolctl import threadpool_limits

from routing.novelty import SHRINK, words_of

Floats = npt.NDArray[np.float64]
UNUSUAL = 0.02
"""The share of known texts that have more new words than the limit."""
MAX_FEATURES = 5_000
MAX_TOPICS = 50
TEXTS_PER_TOPIC = 10
NUMBER = "0"


@dataclass(frozen=True, slots=True)
class WordCounts:
    """In how many of `n` texts each word was."""

    n: int
    seen_in: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class KnownWords:
    """The words of known texts, and the share of new ones that only 2 % of these had, against the others."""

    counts: WordCounts
    limit: float

    def new_shares(self, texts: Sequence[str]) -> Floats:
        """New words of each text / (its words + 2), below 1."""
        known = self.counts.seen_in.keys()
        found = [words_of(text) for text in texts]
        return np.array([len(words - known) / (len(words) + SHRINK) for words in found])


def count_words(texts: Iterable[str]) -> WordCounts:
    """In how many texts each word is."""
    found = [words_of(text) for text in texts]
    return WordCounts(len(found), dict(Counter(word for words in found for word in words)))


def know_words(texts: Sequence[str]) -> KnownWords | None:
    """What words these texts have; None if there are none."""
    counts = count_words(texts)
    if not counts.seen_in:
        return None
    found = [words_of(text) for text in texts]
    shares = [sum(counts.seen_in[word] == 1 for word in words) / (len(words) + SHRINK) for words in found]
    return KnownWords(counts, float(np.quantile(shares, 1 - UNUSUAL, method="inverted_cdf")))


def telling_words(counts: WordCounts, background: WordCounts, most: int) -> tuple[str, ...]:
    """The words whose share of texts is most above the background's, by at least a tenth of all texts."""
    gains = (
        (n / counts.n - background.seen_in.get(word, 0) / max(background.n, 1), word)
        for word, n in counts.seen_in.items()
        if n > 1 and word != NUMBER
    )
    ordered = sorted((-gain, word) for gain, word in gains if gain >= 0.1)
    return tuple(word for _, word in ordered[:most])


def _in_order(text: str) -> list[str]:
    # Sums of floats depend on the order, and sets of text have another in every process.
    return sorted(words_of(text))


def topics(texts: Sequence[str], rng: np.random.Generator) -> npt.NDArray[np.intp] | None:
    """The topic of each text: TF-IDF of its distinct words, mini-batch k-means, at most 50.

    The texts are shuffled first, so that a topic does not depend on who comes first. None if fewer than two
    words are in at least two texts.
    """
    counts = count_words(texts).seen_in
    if sum(n > 1 for n in counts.values()) < 2:
        return None
    order = rng.permutation(len(texts))
    vectorizer = TfidfVectorizer(analyzer=_in_order, min_df=2, max_features=MAX_FEATURES)
    vectors = vectorizer.fit_transform([texts[place] for place in order])
    clusters = max(2, min(MAX_TOPICS, len(texts) // TEXTS_PER_TOPIC))
    seed = int(rng.integers(2**31))
    # The vectors are few: with a thread for every core, waiting for each other takes most of the time.
    with threadpool_limits(limits=1):
        fitted = MiniBatchKMeans(clusters, random_state=seed, n_init=1).fit(vectors)
    found = np.empty(len(texts), dtype=np.intp)
    found[order] = fitted.labels_
    return found
