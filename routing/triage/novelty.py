"""Novelty of a single case: how its input differs from all that experts have labeled, without numpy."""

import re
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from struct import iter_unpack, pack
from typing import Any
from zlib import crc32

from routing.prediction import CaseInput, Scalar

MAX_TERMS = 50_000
"""Words a profile knows at most. A new word is taken for any of them with odds of at most 50,000 / 2**32,
1 in 85,000, because a profile keeps CRC-32 of the words instead of what customers wrote."""
MAX_CHARACTERS = 10_000
"""How much of a text is read."""
SHRINK = 2
"""Added to the number of words: one new word of one says less than seven new of nine."""
UNLIKE = "unlike anything labeled:"
"""How the reason of a novel case begins, in stored rows too."""
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_TERM = re.compile(rf"[{_UNSPACED}]|[^\W\d_{_UNSPACED}]+|\d+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Novelty:
    """What is new about a case, in words."""

    reason: str


def words_of(text: str) -> frozenset[str]:
    """The distinct words of a text's first 10,000 characters.

    Case and compatible forms of a character (NFKC) are the same, all numbers are a single word. Where a
    script writes no spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) each character is a word.
    """
    plain = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).casefold()
    return frozenset(_TERM.findall(_DIGITS.sub("0", plain)))


def terms(text: str) -> frozenset[int]:
    """The distinct words of a text, each as CRC-32."""
    # JSON may bring lone surrogates, which UTF-8 refuses.
    return frozenset([crc32(word.encode("utf-8", "surrogatepass")) for word in words_of(text)])


def value_key(value: Scalar) -> int:
    """CRC-32 of a field's value; those of text, number, truth and absence differ."""
    return crc32(f"{type(value).__name__}:{value}".encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class Words:
    """The words of labeled texts, as `terms`, and the limit of the shrunk share of new ones.

    That is new / (words + 2). A text above the limit has a larger share than `rarity` - 1 of `rarity` labeled
    texts had, each held against the others.
    """

    keys: frozenset[int]
    limit: float
    rarity: int

    def judge(self, text: str | None) -> str | None:
        """What is new about the text, in words; None if nothing is."""
        words = terms(text) if text else frozenset()
        new = len(words - self.keys)
        if new / (len(words) + SHRINK) <= self.limit:
            return None
        are = "word is" if len(words) == 1 else "words are"
        odds = f"more than in {self.rarity - 1:,} of {self.rarity:,} labeled cases"
        return f"{new} of {len(words)} {are} new ({odds})"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The range of a numeric field from `low` to `high`; `has_gaps` where labeled cases lack it."""

    name: str
    low: float
    high: float
    has_gaps: bool

    def judge(self, value: Scalar) -> str | None:
        """How the value is unlike all labeled ones, in words; None if it is not."""
        if value is None or value != value:  # NaN is no value
            return None if self.has_gaps else f"{self.name} is missing, as in no labeled case"
        if isinstance(value, str | bool):
            return f"{self.name} is no number, as in no labeled case"
        if self.low <= value <= self.high:
            return None
        return f"{self.name} lies outside {self.low:,.6g} to {self.high:,.6g}"


@dataclass(frozen=True, slots=True)
class Categories:
    """The values of a field in labeled cases, as `value_key`; of a missing field that of None."""

    name: str
    keys: frozenset[int]

    def judge(self, value: Scalar) -> str | None:
        """How the value is unlike all labeled ones, in words; None if it is not."""
        if value_key(value) in self.keys:
            return None
        what = "is missing, as" if value is None else "has a value seen"
        return f"{self.name} {what} in no labeled case"


@dataclass(frozen=True, slots=True)
class NoveltyProfile:
    """What `n` labeled inputs of a task looked like; as JSON it takes less than half a megabyte.

    A case like them is called novel with a probability of at most `alpha`, shared equally by the text and
    every field that is judged (conformal: Vovk, Gammerman & Shafer 2005, so nothing is assumed of their
    distribution). See `routing.measures.drift.novelty_profile`.
    """

    n: int
    alpha: float
    words: Words | None = None
    fields: tuple[Numbers | Categories, ...] = ()

    def judge(self, case_input: CaseInput) -> Novelty | None:
        """What is new about a case; None if it is like the labeled ones."""
        of_text = [self.words.judge(case_input.text)] if self.words else []
        of_fields = [field.judge(case_input.fields.get(field.name)) for field in self.fields]
        reasons = [reason for reason in (*of_text, *of_fields) if reason is not None]
        return Novelty(f"{UNLIKE} {'; '.join(reasons)}") if reasons else None

    def to_json(self) -> dict[str, Any]:
        """As JSON, the same for equal profiles."""
        words = self.words
        return {
            "n": self.n,
            "alpha": self.alpha,
            "words": words and {"known": _packed(words.keys), "limit": words.limit, "rarity": words.rarity},
            "fields": [_field_to_json(field) for field in self.fields],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "NoveltyProfile":
        """The profile that `to_json` gave."""
        words = stored["words"]
        return cls(
            n=stored["n"],
            alpha=stored["alpha"],
            words=words and Words(_unpacked(words["known"]), words["limit"], words["rarity"]),
            fields=tuple(_field_from_json(field) for field in stored["fields"]),
        )


def _field_to_json(field: Numbers | Categories) -> dict[str, Any]:
    if isinstance(field, Categories):
        return {"name": field.name, "known": _packed(field.keys)}
    return {"name": field.name, "low": field.low, "high": field.high, "has_gaps": field.has_gaps}


def _field_from_json(stored: Mapping[str, Any]) -> Numbers | Categories:
    # By its keys: profiles that are stored name no kind.
    if "known" in stored:
        return Categories(stored["name"], _unpacked(stored["known"]))
    return Numbers(stored["name"], stored["low"], stored["high"], stored["has_gaps"])


def _packed(keys: Iterable[int]) -> str:
    ordered = sorted(keys)
    return b64encode(pack(f">{len(ordered)}I", *ordered)).decode()


def _unpacked(packed: str) -> frozenset[int]:
    return frozenset(key for (key,) in iter_unpack(">I", b64decode(packed)))
