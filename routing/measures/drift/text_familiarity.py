"""How texts differ from a reference: new words, the topics they fall in, and the words that tell them.

A text counts as the set of its words, `Bag`: as `novelty.words_of` has them, but of scripts that
write no spaces every pair of neighboring characters in place of the characters, which are too few to tell a
topic: Japanese spells what is new with some 80 signs that every text has.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from routing.triage.novelty import MAX_CHARACTERS, SHRINK, words_of

Floats = npt.NDArray[np.float64]
Bag = frozenset[str]
UNUSUAL = 0.02
"""The share of learned texts that have more new words than the limit."""
MAX_FEATURES = 5_000
MAX_TOPICS = 30
TEXTS_PER_TOPIC = 10
DIMENSIONS = 30
"""Directions in which texts differ most: topics are formed in these, because short texts share few words."""
DECIMALS = 6
ROUNDS = 20
NUMBER = "0"
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u30ff"
    "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese, without their marks."""
_RUN = re.compile(rf"[{_UNSPACED}]+")
_RUN_OR_MARKS = re.compile(rf"[{_UNSPACED}\u3008-\u3037]+")


@dataclass(frozen=True, slots=True)
class WordCounts:
    """In how many of `n` texts each word was."""

    n: int
    seen_in: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of learned texts, and the share of new words that only 2 % of these had."""

    counts: WordCounts
    limit: float

    def new_shares(self, texts: Sequence[Bag]) -> Floats:
        """New words of each text / (its words + 2), below 1."""
        vocabulary = self.counts.seen_in.keys()
        return np.array([len(words - vocabulary) / (len(words) + SHRINK) for words in texts])


@dataclass(frozen=True, slots=True)
class WordTable:
    """Which text, a row each, has which of the `words`, a column each; only words that two texts have."""

    words: tuple[str, ...]
    holds: Any

    def rows(self, places: npt.NDArray[np.intp]) -> Any:
        """The rows of these texts."""
        return self.holds[places]


def words_in(text: str) -> Bag:
    """The distinct words of a text's first 10,000 characters."""
    plain = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).casefold()
    runs = _RUN.findall(plain)
    if not runs:
        return words_of(plain)
    pairs = frozenset(pair for run in runs for pair in _pairs(run))
    return words_of(_RUN_OR_MARKS.sub(" ", plain)) | pairs


def in_pairs(word: str) -> list[str]:
    """The word, or of a word that is written without spaces the pairs of its neighboring characters."""
    return _pairs(word) if _RUN.fullmatch(word) else [word]


def _pairs(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(max(1, len(run) - 1))]


def count_words(texts: Iterable[Bag]) -> WordCounts:
    """In how many texts each word is."""
    listed = list(texts)
    return WordCounts(len(listed), dict(Counter(word for words in listed for word in words)))


def learn_words(texts: Sequence[Bag]) -> Lexicon | None:
    """What words these texts have; None if there are none."""
    counts = count_words(texts)
    if not counts.seen_in:
        return None
    shares = [sum(counts.seen_in[word] == 1 for word in words) / (len(words) + SHRINK) for words in texts]
    return Lexicon(counts, float(np.quantile(shares, 1 - UNUSUAL, method="inverted_cdf")))


def telling_words(counts: WordCounts, background: WordCounts, most: int) -> tuple[str, ...]:
    """The words whose share of texts is most above the background's, by at least a tenth of all texts."""
    gains = (
        (n / counts.n - background.seen_in.get(word, 0) / max(background.n, 1), word)
        for word, n in counts.seen_in.items()
        if n > 1 and word != NUMBER
    )
    ordered = sorted((-gain, word) for gain, word in gains if gain >= 0.1)
    return tuple(word for _, word in ordered[:most])


def tabulate(texts: Sequence[Bag]) -> WordTable | None:
    """The 5,000 words that most texts have; None if fewer than two words are in at least two texts."""
    seen_in = count_words(texts).seen_in
    if sum(n > 1 for n in seen_in.values()) < 2:
        return None
    # Sums of floats depend on the order, and sets of text have another in every process.
    counter = CountVectorizer(analyzer=sorted, min_df=2, max_features=MAX_FEATURES, dtype=np.float64)
    holds = counter.fit_transform(texts)
    return WordTable(tuple(counter.get_feature_names_out()), holds)


def topics(table: WordTable, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """The topic of each text: latent semantic analysis (Deerwester et al. 1990), then k-means, at most 30.

    Texts that say the same count as a single point of that weight. These are sorted, so that a topic does not
    depend on whether a text belongs to the reference or to the window.
    """
    seed = int(rng.integers(2**31))
    vectors = TfidfTransformer().fit_transform(table.holds)
    # The vectors are few: with a thread for every core, waiting for each other takes most of the time.
    with threadpool_limits(limits=1):
        if len(table.words) > DIMENSIONS:
            vectors = TruncatedSVD(DIMENSIONS, n_iter=2, random_state=seed).fit_transform(vectors)
        else:
            vectors = vectors.toarray()
        points, place, n = np.unique(
            normalize(vectors).round(DECIMALS), axis=0, return_inverse=True, return_counts=True
        )
        clusters = min(MAX_TOPICS, max(2, len(place) // TEXTS_PER_TOPIC), len(points))
        means = KMeans(clusters, n_init=1, max_iter=ROUNDS, random_state=seed).fit(points, sample_weight=n)
    return np.asarray(means.labels_[place], dtype=np.intp)
