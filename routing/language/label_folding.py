"""How the names of labels are spelled, and which spellings a reply cannot tell apart."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from routing.language.reply_text import is_pictogram

DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
APOSTROPHES = dict.fromkeys(map(ord, "‘’‛ʼ＇`´"), "'")
BETWEEN_WORDS = re.compile(r"(?<=[^\W_])(?:[\s_]+|-+|\s+-+\s+)(?=[^\W_])")
"""A sign is none: the minus of `grade -1` stays."""


class NamedLabel(Protocol):
    """A label: by `name` in data, by `shown` to people."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def shown(self) -> str:
        """Its title, or its name."""


def fold(text: str) -> str:
    """`text` without what does not tell labels apart: case, width, script of digits, kind of dash and what
    stands between words. Signs stay: `-1`, `+1` and `1` differ, `C`, `C++` and `C#` too.
    """
    seen = "".join(letter for letter in text if unicodedata.category(letter) not in {"Cf", "Cs", "Co"})
    wide = unicodedata.normalize("NFKC", seen).translate(DASHES).translate(APOSTROPHES).casefold()
    digits = "".join(_digit(letter) for letter in unicodedata.normalize("NFKC", wide))
    return BETWEEN_WORDS.sub(" ", " ".join(digits.split()))


def _digit(letter: str) -> str:
    return str(unicodedata.decimal(letter)) if letter.isdecimal() else letter


def spellings(labels: Iterable[NamedLabel]) -> Mapping[str, frozenset[str]]:
    """The labels' names by each folded spelling that may mean them."""
    names_by_spelling: dict[str, set[str]] = defaultdict(set)
    for label in labels:
        for text in (label.name, label.shown):
            for spelling in (fold(text), fold(without_pictograms(text))):
                if any(not is_pictogram(letter) for letter in spelling):
                    names_by_spelling[spelling].add(label.name)
    return {spelling: frozenset(names) for spelling, names in names_by_spelling.items()}


def exact_spellings(labels: Iterable[NamedLabel]) -> Mapping[str, frozenset[str]]:
    """The labels' names by their name and title, letter by letter."""
    names_by_spelling: dict[str, set[str]] = defaultdict(set)
    for label in labels:
        for text in (label.name, label.shown):
            names_by_spelling[unicodedata.normalize("NFC", text)].add(label.name)
    return {spelling: frozenset(names) for spelling, names in names_by_spelling.items()}


def collisions(labels: Iterable[NamedLabel]) -> Iterator[tuple[str, str]]:
    """Pairs of names or titles of two labels that are the same for whoever types them."""
    seen: dict[str, tuple[str, str]] = {}
    for label in labels:
        for text in dict.fromkeys((label.name, label.shown)):
            owner, spelling = seen.setdefault(fold(text), (label.name, text))
            if owner != label.name:
                yield spelling, text


def without_pictograms(text: str) -> str:
    """The text without its emoji."""
    return "".join(letter for letter in text if not is_pictogram(letter))
