"""Finds the label that stands in front of a reply, and the labels that a text speaks of."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from routing.language.label_folding import NamedLabel, exact_spellings, fold, spellings, without_pictograms
from routing.language.reply_text import EMOJI_SPAN
from routing.language.reply_words import BECAUSE, EVERYDAY, LEAD_IN, POINTING, UNSPACED

QUOTES = "\"'“”„‟‘’‚‛«»‹›`´*_「」『』《》【】"
CLOSING = f"[{re.escape(QUOTES)}]*"
OPENING = re.compile(CLOSING)
BARE = re.compile(rf"{CLOSING}[\s.!,;:…。｡！，；：、؛،।–—-]*{CLOSING}[.!]*\s*")
EXPLICIT = re.compile(
    rf"{CLOSING}(?:\s*[:：﹕꞉]\s*|\s+-+\s+|\s*--+\s*|\s*[–—―]+\s*|[ \t.!,;。！，；、]*\n\s*"
    rf"|\s*(?:-+>|=+>|[→⇒]|=)\s*|\s*[,;.]?\s+(?={BECAUSE})|\s*[,，、]?\s*(?=因为|因為|由于|由於|なぜなら|เพราะ))(?P<why>\S.*)",
    re.I | re.S,
)
LOOSE = re.compile(
    rf"{CLOSING}(?:\s*[,;，；、،؛।]\s*|[.!]+\s+|\s*[。！｡…]+\s*|\.\.+\s*|\s*(?=[(\[（［【]))(?P<why>\S.*)",
    re.S,
)
ENCLOSED = re.compile(r"[(（［【]([^()（）［］【】]+)[)）］】][.!。]*")
BETWEEN_DIGITS = re.compile(r"[.,:;：．，]\d|\s?[–—-]\s?\d|\s*(?:=|-+>|=+>|[→⇒])\s*\d")
EMOJI_BEHIND = re.compile(
    rf"(?:\s*(?:{EMOJI_SPAN.pattern}|[\u2300-\u27bf\ufe0f\u200d\U0001f000-\U0001faff]))+"
)
GREEK = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]")
MARKUP = "*_`"
SENTENCE_MARKS = " .!?…,;:。！？"
LONGEST_ORNAMENT = 200
"""In letters: what follows a bare label, marks and emoji."""
NEAR = 60
"""In letters: so far before a label a word is looked for that points at it."""
FEW_WORDS = 3
SHORTEST_SLIP = 4
LIKENESS = 0.8
"""From this similarity on (difflib's ratio) a few words are a label with a slip of the finger."""
INFLECTED = 4
"""Names of so many letters and more are recognized with an ending: `frauds`, `legitimate` for `legit`."""


@dataclass(frozen=True, slots=True)
class Front:
    """A label in front of a reply: how far its name goes, where the reason begins, and the reason.

    `mark`: what stands between the two; `is_explicit`: in a form that people use for nothing else;
    `is_exact`: spelled letter by letter.
    """

    label: str
    end: int
    why_at: int
    why: str
    mark: str
    is_explicit: bool
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Mention:
    """Labels that a spelling in a folded text may mean, and where it stands."""

    labels: frozenset[str]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Span:
    labels: frozenset[str]
    exact: frozenset[str]
    start: int
    end: int


class Reader:
    """Reads replies for a set of labels."""

    def __init__(self, labels: Iterable[NamedLabel]) -> None:
        labels = tuple(labels)
        self.folded = spellings(labels)
        self._exact = exact_spellings(labels)
        self._alike = _alike(self.folded)
        self._reach = 2 * max(map(len, (*self.folded, *self._exact))) + len(QUOTES)

    def in_front(self, body: str) -> tuple[Front, ...]:
        """Each label that may be meant in front of what somebody says: none, one, or several to ask about.

        `label: fraud` says the same as `fraud`, unless a label begins so.
        """
        fronts = self._fronts(body)
        lead = LEAD_IN.match(body)
        if fronts or lead is None:
            return _meant(fronts)
        declared = self._fronts(body[lead.end() :])
        return _meant([replace(front, mark=":", is_explicit=True) for front in declared])

    def as_typed(self, whole: str) -> tuple[Front, ...]:
        """The same for a text of which Slack takes a part for markup: only names that are spelled exactly."""
        return _meant([front for front in self._fronts(whole) if front.is_exact])

    def names_of(self, label: str) -> tuple[str, ...]:
        """The name of a label and its title, letter by letter."""
        return tuple(name for name, labels in self._exact.items() if label in labels)

    def nearly(self, head: str) -> frozenset[str]:
        """The labels that a few folded words name but for a slip, or by half of a name and more."""
        if len(head) < SHORTEST_SLIP or len(head.split()) > FEW_WORDS:
            return frozenset()
        near = [labels for spelling, labels in self.folded.items() if _is_near(head, spelling)]
        return frozenset().union(*near)

    def speaks_of(self, text: str) -> tuple[Mention, ...]:
        """The labels that a folded text names anywhere, the longest names first."""
        mentions = []
        for spelling in sorted(self.folded, key=len, reverse=True):
            if spelling not in text:
                continue
            for match in _pattern(spelling).finditer(text):
                if _is_meant(text, spelling, match.start()):
                    mentions.append(Mention(self.folded[spelling], match.start(), match.end()))
                # Blanked, so that a shorter name inside is no second mention; of
                # the same length, so that the places of later ones are right.
                text = text[: match.start()] + "\ufffc" * len(match[0]) + text[match.end() :]
        return tuple(mentions)

    def _fronts(self, body: str) -> list[Front]:
        spans = list(self._spans(body))
        fronts = [front for span in spans for front in self._read(body, span)]
        return [front for front in fronts if not any(_reaches(span, front) for span in spans)]

    def _spans(self, body: str) -> Iterator[_Span]:
        opening = OPENING.match(body)
        behind = opening.end() if opening else 0
        # A label that is nothing but such a mark is no quote in front of another: `_!` where `_` and `!` are.
        is_label = any(body[:end] in self._exact for end in range(1, behind + 1))
        for start in sorted({0, 0 if is_label else behind}):
            spelled = ""
            for end in range(start + 1, min(len(body), start + self._reach) + 1):
                exact = self._exact.get(body[start:end], frozenset())
                spelling = fold(body[start:end])
                is_longer, spelled = spelling != spelled, spelling  # a blank or marker behind adds nothing
                labels = exact | self.folded.get(spelling, frozenset()) if is_longer else exact
                if labels:
                    yield _Span(labels, exact, start, end)

    def _read(self, body: str, span: _Span) -> Iterator[Front]:
        piece, rest = body[span.start : span.end], body[span.end :]
        if piece[-1].isdecimal() and BETWEEN_DIGITS.match(rest):
            return  # a number goes on: `1:30`, `2–3 days`
        if GREEK.match(piece[-1]) and rest.startswith(";"):
            return  # a question
        why_at, why, is_explicit = _behind(body, span)
        if why is None:
            return
        is_alone = len(self._alike[fold(piece).strip(SENTENCE_MARKS)]) < 2
        for label in span.labels:
            is_exact = label in span.exact
            if is_exact or is_alone:
                mark = body[span.end : why_at].strip()
                yield Front(label, span.end, why_at, why, mark, is_explicit, is_exact)


def _is_near(head: str, spelling: str) -> bool:
    """Whether `head` is like the spelling, or like its beginning: `ledgit` for `legitimate`."""
    if 2 * len(head) < len(spelling):
        return False
    beginnings = {spelling, *(spelling[: len(head) + more] for more in (-1, 0, 1))}
    return bool(difflib.get_close_matches(head, list(filter(None, beginnings)), n=1, cutoff=LIKENESS))


def _alike(folded: Mapping[str, frozenset[str]]) -> Mapping[str, set[str]]:
    """The labels by their spelling without the marks that anybody may add to a sentence: `no` and `No!`."""
    alike: dict[str, set[str]] = defaultdict(set)
    for spelling, names in folded.items():
        alike[spelling.strip(SENTENCE_MARKS)] |= names
    return alike


def _behind(body: str, span: _Span) -> tuple[int, str | None, bool]:
    """Where the reason behind a label begins, the reason, and whether the form is explicit; None: no form."""
    emoji = EMOJI_BEHIND.match(body, span.end)
    ends = emoji.end() if emoji else span.end
    rest = body[ends:]
    if len(rest) <= LONGEST_ORNAMENT and BARE.fullmatch(without_pictograms(EMOJI_SPAN.sub("", rest))):
        return len(body), "", True
    for form in (EXPLICIT, LOOSE):
        match = form.fullmatch(rest)
        if match:
            opening = "".join(mark for mark in body[: span.start] if mark in MARKUP)
            why = _within(match["why"], "" if rest.startswith(opening) else opening)
            return ends + match.start("why"), why, form is EXPLICIT
    return 0, None, False


def _within(why: str, opening: str) -> str:
    """The reason without the brackets around it, and without the end of an emphasis that began before."""
    if opening:
        closing = opening[::-1]
        why = why.removeprefix(closing).lstrip().removesuffix(closing)
    enclosed = ENCLOSED.fullmatch(why)
    return enclosed[1].strip() if enclosed else why


def _reaches(span: _Span, front: Front) -> bool:
    """Whether another label takes in what was read as the mark behind this label: `No!` and `no`."""
    return front.end < span.end <= front.why_at and bool(span.labels - {front.label})


def _meant(fronts: list[Front]) -> tuple[Front, ...]:
    """One front if the fronts name one label, or the longest is spelled exactly; else all."""
    if not fronts:
        return ()
    end = max(front.end for front in fronts)
    longest = [front for front in fronts if front.end == end]
    exact = [front for front in longest if front.is_exact]
    if len({front.label for front in exact}) == 1:
        return (exact[0],)
    if len({front.label for front in fronts}) == 1:
        return (longest[0],)
    return tuple(fronts)


def _pattern(spelling: str) -> re.Pattern[str]:
    """Finds a folded spelling as a word; longer ones with an ending, and anywhere where no spaces are."""
    name = re.escape(spelling)
    if re.search(f"[{UNSPACED}]", spelling):
        return re.compile(name)
    before = r"(?<![\w+\-<>#])(?<!\d[.:,])" if spelling[0].isalnum() else r"(?<!\w)"
    letters = len(spelling) if spelling.isalpha() else 0
    ending = r"\w{0,8}" if letters > INFLECTED else r"(?:e?s|e?n)?" if letters == INFLECTED else ""
    behind = r"(?![.:,]?\d)" if spelling[-1].isdecimal() else ""
    return re.compile(rf"{before}{name}{ending}(?![\w+#]){behind}")


def _is_meant(text: str, spelling: str, start: int) -> bool:
    """Whether a word that ordinary talk has, too, is meant as a label: pointed at, or nearly alone."""
    if spelling not in EVERYDAY and len(spelling) > 1 and not spelling.isdecimal():
        return True
    return len(text.split()) <= FEW_WORDS or bool(POINTING.search(text[max(0, start - NEAR) : start]))
