"""Themes of rationales: TF-IDF, non-negative matrix factorization, and only groups that hold together.

Texts are read in an order of their own and chance comes from `rng`, so the same rationales and the same
generator give the same themes. `weights` say what each rationale stands for; they count in a theme's share,
while which texts belong together is a matter of the texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from routing.evidence.error_patterns import CaseRationale, Quote, Theme, ThemeReport
from routing.measures.texts.rationale_words import Run, common_words, runs, terms, terms_of
from routing.measures.texts.theme_chance import are_more_than_chance, likenesses
from routing.measures.texts.theme_names import name_themes

Floats = npt.NDArray[np.float64]
Groups = npt.NDArray[np.intp]
LEAST_RATIONALES = 30
MOST_RATIONALES = 1_000
"""Rationales read; of more, this many are drawn at random."""
SIZES = range(4, 9)
"""Numbers of groups that are tried."""
LEAST_TEXTS = 5
LEAST_STABILITY = 0.6
SUBSAMPLES = 8
SUBSAMPLE_SHARE = 0.8
MOST_OF_RATIONALES = 0.4
MOST_OF_CASES = 0.2
"""What more rationales, or different cases, say is passed over: what makes a theme, fewer say."""
QUOTES_SHOWN = 2
NO_GROUP = -1
_MOST_TERMS = 1_500
_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class _Corpus:
    """`counts` and `vectors` (TF-IDF) have a row per rationale and a column per term of its `runs`."""

    rationales: tuple[CaseRationale, ...]
    runs: tuple[Sequence[Run], ...]
    weights: Floats
    counts: Any
    vectors: Any
    vocabulary: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Grouping:
    """The group of every rationale (NO_GROUP if it says nothing others say) and how much it belongs there."""

    groups: Groups
    loading: Floats
    size: int


@dataclass(frozen=True, slots=True)
class _Trial:
    grouping: _Grouping
    stability: float
    stability_of: tuple[float, ...]


def seeded_themes(
    rationales: Sequence[CaseRationale], seed: int, weights: Sequence[float] | None = None
) -> ThemeReport:
    """As `find_themes`, for callers without numpy: the same rationales and seed give the same themes."""
    return find_themes(rationales, np.random.default_rng(seed), weights)


def find_themes(
    rationales: Sequence[CaseRationale],
    rng: np.random.Generator,
    weights: Sequence[float] | None = None,
) -> ThemeReport:
    """What many experts say, the largest theme first; without themes the report says why.

    The number of groups is that whose groups change least (adjusted Rand index, Hubert & Arabie 1985)
    when a fifth of the texts is left out. Groups of fewer than LEAST_TEXTS texts are held back, and groups
    whose stability, or that of all groups together, is under LEAST_STABILITY. Raises ValueError for weights
    that do not fit.
    """
    read, mass = _read(rationales, weights, rng)
    if len(read) < LEAST_RATIONALES:
        are = "is" if len(read) == 1 else "are"
        few = f"Themes are told from {LEAST_RATIONALES} reasons on; so far there {are} {len(read)}"
        why = few if read else None  # where nobody writes, nobody waits for themes
        return ThemeReport(len(rationales), len(read), 0, 0.0, (), 0, why)
    corpus = _corpus(read, mass)
    if corpus is None:
        why = "Too few reasons share any words beside those of their cases"
        return ThemeReport(len(rationales), len(read), 0, 0.0, (), 0, why)
    # The matrices are small: with a thread for every core, waiting for each other takes most of the time.
    with threadpool_limits(limits=1):
        best = max((_tried(corpus, size, rng) for size in _sizes(corpus)), key=lambda tried: tried.stability)
        shown = _shown(corpus, best, rng)
    return _report(len(rationales), corpus, best, shown)


def _read(
    rationales: Sequence[CaseRationale], weights: Sequence[float] | None, rng: np.random.Generator
) -> tuple[tuple[CaseRationale, ...], Floats]:
    """Rationales that say something, in an order that does not depend on how they came."""
    mass = [1.0] * len(rationales) if weights is None else weights
    if len(rationales) != len(mass):
        raise ValueError("rationales and weights need one value per rationale")
    if not all(0 < weight < np.inf for weight in mass):
        raise ValueError("weights have to be positive and finite")
    pairs = [pair for pair in zip(rationales, mass, strict=True) if pair[0].text.strip()]
    pairs.sort(key=lambda pair: (pair[0].case_id, pair[0].text, pair[0].case_text, pair[1]))
    if len(pairs) > MOST_RATIONALES:
        drawn = np.sort(rng.choice(len(pairs), MOST_RATIONALES, replace=False))
        pairs = [pairs[place] for place in drawn]
    return tuple(pair[0] for pair in pairs), np.array([pair[1] for pair in pairs], dtype=np.float64)


def _corpus(read: tuple[CaseRationale, ...], weights: Floats) -> _Corpus | None:
    """Terms that at least two texts hold; None where texts or terms are too few for the fewest groups."""
    common = _common(read)
    word_runs = tuple(runs(rationale.text, rationale.case_text, common) for rationale in read)
    counted = _counted(word_runs)
    if counted is None or np.count_nonzero(counted[0].getnnz(axis=1)) < SIZES.start * LEAST_TEXTS:
        return None
    counts, vocabulary = counted
    return _Corpus(read, word_runs, weights, counts, TfidfTransformer().fit_transform(counts), vocabulary)


def _common(read: tuple[CaseRationale, ...]) -> frozenset[str]:
    """Words that tell nothing in any language: too many rationales, or different cases, have them."""
    about = {rationale.case_text for rationale in read if rationale.case_text}
    of_cases = common_words(about, MOST_OF_CASES) if len(about) >= LEAST_RATIONALES else frozenset()
    return of_cases | common_words([rationale.text for rationale in read], MOST_OF_RATIONALES)


def _counted(word_runs: Sequence[Sequence[Run]]) -> tuple[Any, tuple[str, ...]] | None:
    """How often every text has each term that two texts have; None where terms are too few."""
    terms_by_text = [terms_of(text) for text in word_runs]
    repeated = _repeated(terms_by_text)
    if len(repeated) < SIZES.start:
        return None
    counter = CountVectorizer(analyzer=lambda text: text, vocabulary=repeated)
    return counter.transform(terms_by_text), tuple(repeated)


def _repeated(terms_by_text: Sequence[tuple[str, ...]]) -> list[str]:
    texts_with: dict[str, int] = {}
    for text_terms in terms_by_text:
        for term in set(text_terms):
            texts_with[term] = texts_with.get(term, 0) + 1
    ranked = sorted((-n, term) for term, n in texts_with.items() if n > 1)
    return sorted(term for _, term in ranked[:_MOST_TERMS])


def _sizes(corpus: _Corpus) -> list[int]:
    """Numbers of groups that leave LEAST_TEXTS texts, and a term, for each."""
    room = min(len(corpus.rationales) // LEAST_TEXTS, len(corpus.vocabulary))
    return [size for size in SIZES if size <= max(room, SIZES.start)]


def _tried(corpus: _Corpus, size: int, rng: np.random.Generator) -> _Trial:
    """Groups of all texts, and how well they and each of them come back from parts of the texts."""
    whole = _grouped(corpus.vectors, size, rng)
    n = len(corpus.rationales)
    overall, of_each = [], []
    for _ in range(SUBSAMPLES):
        # Sorted, because the factorization depends on the order of its rows.
        part = np.sort(rng.choice(n, round(SUBSAMPLE_SHARE * n), replace=False))
        again = _grouped(corpus.vectors[part], size, rng).groups
        overall.append(adjusted_rand_score(whole.groups[part], again))
        of_each.append(_agreement_of_each(whole.groups[part], again, size))
    return _Trial(whole, float(np.mean(overall)), tuple(float(index) for index in np.mean(of_each, axis=0)))


def _grouped(vectors: Any, size: int, rng: np.random.Generator) -> _Grouping:
    """Every text goes where its loading is largest.

    The number of rounds is fixed (tol=0), which bounds the time: whether the groups are any good is judged by
    their stability, not by the solver's gradient.
    """
    seed = int(rng.integers(2**31))
    model = NMF(size, init="nndsvda", solver="cd", tol=0.0, max_iter=_ROUNDS, random_state=seed)
    # An exact factorization leaves a squared rest of 0, by rounding maybe below it; its root is not used.
    with np.errstate(invalid="ignore"):
        loadings = model.fit_transform(vectors)
    # A component's scale is free: only with terms of unit length are loadings of two components comparable.
    loadings = loadings * np.linalg.norm(model.components_, axis=1)
    largest = loadings.max(axis=1)
    return _Grouping(np.where(largest > 0, loadings.argmax(axis=1), NO_GROUP), largest, size)


def _agreement_of_each(groups: Groups, again: Groups, size: int) -> list[float]:
    """Adjusted Rand index of "in this group or not" for each group and its match in the other grouping."""
    overlap = np.zeros((size, size))
    both = (groups != NO_GROUP) & (again != NO_GROUP)
    np.add.at(overlap, (groups[both], again[both]), 1.0)
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    return [
        float(adjusted_rand_score(groups == row, again == column))
        for row, column in zip(rows, columns, strict=True)
    ]


def _shown(corpus: _Corpus, best: _Trial, rng: np.random.Generator) -> list[int]:
    """The groups that are large, stable, and more than the same words dealt at random would give."""
    size, groups = best.grouping.size, best.grouping.groups
    stable = [group for group in range(size) if _is_stable(best, group)]
    if not stable:
        return []

    def grouped(word_runs: Sequence[Sequence[Run]]) -> tuple[Any, Groups] | None:
        counted = _counted(word_runs)
        if counted is None or counted[0].shape[1] < size:
            return None
        vectors = TfidfTransformer().fit_transform(counted[0])
        return vectors, _grouped(vectors, size, rng).groups

    alike = likenesses(corpus.vectors, groups, size)
    is_more = are_more_than_chance(alike, corpus.runs, grouped, LEAST_TEXTS, rng)
    return [group for group in stable if is_more[group]]


def _report(received: int, corpus: _Corpus, best: _Trial, shown: Sequence[int]) -> ThemeReport:
    names = name_themes(best.grouping.groups, best.grouping.size, corpus.counts, corpus.vocabulary)
    themes = [_theme(corpus, best, group, names[group]) for group in shown]
    themes.sort(key=lambda theme: (-theme.share, theme.terms))
    formed = len(np.unique(best.grouping.groups[best.grouping.groups != NO_GROUP]))
    n, hidden = len(corpus.rationales), formed - len(themes)
    why = None if themes else _why_none(best)
    return ThemeReport(received, n, formed, best.stability, tuple(themes), hidden, why)


def _why_none(best: _Trial) -> str:
    if any(_is_stable(best, group) for group in range(best.grouping.size)):
        return "No reasons were more alike than the same words dealt at random"
    return "No reasons stayed together when a fifth of them was left out"


def _is_stable(tried: _Trial, group: int) -> bool:
    """Large enough and stable, as is the grouping: a group among many may hold together by luck."""
    texts = np.count_nonzero(tried.grouping.groups == group)
    stability = min(tried.stability, tried.stability_of[group])
    return bool(texts >= LEAST_TEXTS and stability >= LEAST_STABILITY)


def _theme(corpus: _Corpus, tried: _Trial, group: int, name: tuple[str, ...]) -> Theme:
    inside = np.flatnonzero(tried.grouping.groups == group)
    ranked = inside[np.argsort(-tried.grouping.loading[inside], kind="stable")]
    texts = [corpus.rationales[place] for place in ranked]
    return Theme(
        terms=name,
        n=len(texts),
        share=float(corpus.weights[inside].sum() / corpus.weights.sum()),
        stability=tried.stability_of[group],
        quotes=_quotes(texts),
        case_ids=tuple(dict.fromkeys(text.case_id for text in texts)),
    )


def _quotes(texts: Sequence[CaseRationale]) -> tuple[Quote, ...]:
    """The texts that belong most, each of another wording and case; fewer where there are no others."""
    quotes: list[Quote] = []
    for rationale in texts:
        wording = terms(rationale.text, "")
        if all(rationale.case_id != quote.case_id and wording != terms(quote.text, "") for quote in quotes):
            quotes.append(Quote(rationale.case_id, rationale.text))
        if len(quotes) == QUOTES_SHOWN:
            break
    return tuple(quotes)
