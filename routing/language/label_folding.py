"""How the names of labels are spelled, and which spellings a reply cannot tell apart."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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

    @property
    def was(self) -> Sequence[str]:
        """The names that it had before."""


def fold(text: str) -> str:
    """`text` without what does not tell labels apart: case, width, script of digits, kind of dash and what
    stands between words. Signs stay: `-1`, `+1` and `1` differ, `C`, `C++` and `C#` too.
    """
    seen = "".join(letter for letter in text if unicodedata.category(letter) not in {"Cf", "Cs", "Co"})
    wide = unicodedata.normalize("NFKC", seen).translate(DASHES).translate(APOSTROPHES).casefold()
    # Once more: what `casefold` makes of a text need not be in the form that it had before.
    digits = "".join(_digit(letter) for letter in unicodedata.normalize("NFKC", wide))
    return BETWEEN_WORDS.sub(" ", " ".join(digits.split()))


def _digit(letter: str) -> str:
    return str(unicodedata.decimal(letter)) if letter.isdecimal() else letter


def spellings(labels: Iterable[NamedLabel]) -> Mapping[str, frozenset[str]]:
    """The labels' names by each folded spelling that may mean them."""

    def folded(text: str) -> Iterator[str]:
        for spelling in (fold(text), fold(without_pictograms(text))):
            if any(not is_pictogram(letter) for letter in spelling):
                yield spelling

    return _names_by_spelling(labels, folded)


def exact_spellings(labels: Iterable[NamedLabel]) -> Mapping[str, frozenset[str]]:
    """The labels' names by their name, title and earlier names, letter by letter."""
    return _names_by_spelling(labels, lambda text: [unicodedata.normalize("NFC", text)])


def _names_by_spelling(
    labels: Iterable[NamedLabel], spelled: Callable[[str], Iterable[str]]
) -> dict[str, frozenset[str]]:
    """The labels' names by what is `spelled` of their texts; earlier names yield to present ones."""
    present: dict[str, set[str]] = defaultdict(set)
    earlier: dict[str, set[str]] = defaultdict(set)
    for label in labels:
        for names, texts in ((present, (label.name, label.shown)), (earlier, label.was)):
            for spelling in (spelling for text in texts for spelling in spelled(text)):
                names[spelling].add(label.name)
    return {spelling: frozenset(names) for spelling, names in (earlier | present).items()}


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
