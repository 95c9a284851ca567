"""The words of a rationale that can make a theme: without the case's own, with negation and hedges.

Which words carry no meaning a list says for English; in any language they are those that most texts have, see
`common_words`. Scripts without spaces count in pairs of signs.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from routing.measures.drift.text_familiarity import in_pairs

Run = tuple[str, ...]
"""Words that follow each other."""
LONGEST = 3
"""Words in the longest term."""

_KEPT = """
no not nor never none nothing nobody neither without cannot can may might could would should must maybe
perhaps possibly probably likely unlikely necessarily only just any all some every always sometimes often but
because if unless although however too very more less most least same different other
"""
_PASSED_OVER = """
a an the this that these those there here it its he she they them their theirs his her hers him we us our ours
you your yours i me my mine is are was were be been being am do does did doing done has have had having of in
on at to from by for with about into onto over under as and or so then than which who whom whose what when
where while how also s t re ve ll d m
"""

NEGATIONS_AND_HEDGES = frozenset(_KEPT.split())
"""Kept, also where the case says them: they carry what an expert means."""

_STOP = frozenset(_PASSED_OVER.split())
_CONTRACTED = (
    (re.compile(r"\bwon\s?['’]t\b"), "will not"),
    (re.compile(r"\b(?:can\s?['’]t|ca\s?n['’]t|cannot)\b"), "can not"),
    (re.compile(r"\s?n['’]t\b"), " not"),
)
_WORD = re.compile(r"[^\W\d_]+")


def terms(text: str, case_text: str, common: Collection[str] = ()) -> tuple[str, ...]:
    """Every run of one to three words of the rationale, as often as it occurs."""
    return terms_of(runs(text, case_text, common))


def runs(text: str, case_text: str, common: Collection[str] = ()) -> list[Run]:
    """The words of the rationale.

    Words that carry no meaning, and the `common` ones, are passed over; a word of the case breaks a run, so
    that no term joins what stood on both sides of it.
    """
    own = frozenset(_words(case_text)) - NEGATIONS_AND_HEDGES
    return [tuple(run) for run in _runs(_words(text), own, common) if run]


def terms_of(word_runs: Iterable[Run]) -> tuple[str, ...]:
    """Every one to three words that follow each other in a run, as often as they do."""
    return tuple(term for run in word_runs for term in _terms_of(run))


def common_words(texts: Iterable[str], share: float) -> frozenset[str]:
    """What more than this share of the texts say, as articles are in any language; never a negation."""
    sets = [frozenset(_words(text)) for text in texts]
    seen_in = Counter(word for words in sets for word in words)
    return frozenset(word for word, n in seen_in.items() if n > share * len(sets)) - NEGATIONS_AND_HEDGES


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    for contracted, full in _CONTRACTED:
        plain = contracted.sub(full, plain)
    return [part for word in _WORD.findall(plain) for part in in_pairs(word)]


def _runs(words: list[str], own: Collection[str], common: Collection[str]) -> Iterator[list[str]]:
    run: list[str] = []
    for word in words:
        if word in _STOP or word in common:
            continue
        if word in own:
            yield run
            run = []
        else:
            run.append(word)
    yield run


def _terms_of(run: Run) -> Iterator[str]:
    for size in range(1, LONGEST + 1):
        for start in range(len(run) - size + 1):
            yield " ".join(run[start : start + size])
