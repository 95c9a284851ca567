"""What a reply in a case's thread means: an answer, a reason, a doubt, or talk. Never guesses."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from routing.language.doubt_words import AROUND_NUMBERS, CLAIM
from routing.language.label_folding import fold
from routing.language.reply_text import LONGEST_HEARD, MARKERS, WrittenReply, read, readable
from routing.language.reply_words import ANSWERS_TO_PEOPLE, BECAUSE, END_OF_CLAUSE
from routing.policy import Task
from routing.thread_reply.label_mentions import LIKENESS, Front, Mention, Reader
from routing.thread_reply.remarks import (
    MARKS,
    addresses,
    clauses,
    folded,
    is_denied,
    is_talk,
    leaves_doubt,
    refusals,
    says_doubt,
    says_undo,
    says_why,
    turns,
)

NUMBER = re.compile(r"(?<![\d.,])[-+−–]?\d+(?:[.,]\d+)?")
WORD = re.compile(r"[^\W\d_]+")
REASON_FOLLOWS = re.compile(rf"\s(?={BECAUSE})", re.I)
TIME_OF_DAY = re.compile(r"\d:\d")
NOBODY: Mapping[str, str] = MappingProxyType({})
HEAD = re.compile(r"\s*(?:[：，;!?\n]|(?<!\d)[:,.]|[:,.](?!\d))|\s[-–—]+\s")
SHORTEST_BEGINNING = 2
FEW_WORDS = 3
ITEM = re.compile(r"^\s*(?:\d{1,2}|[^\W\d_])\s*[.):：–-]", re.M)
"""How the lines of a list begin."""
LONGEST_ITEM = 2


@dataclass(frozen=True, slots=True)
class LabelReply:
    """The reply names exactly one label, in front, with a rationale or without."""

    label: str
    rationale: str | None


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for the answer of the person. `is_free`: it does not call itself a reason."""

    text: str
    is_free: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """The person may not stand by their answer any more: ask. `labels` are the others that they name."""

    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnclearReply:
    """The reply speaks of a label, but does not give it plainly: ask."""


@dataclass(frozen=True, slots=True)
class Talk:
    """Meant for other people, or about something else: leave it alone."""


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """The person's answer in force. `awaits_reason`: the first free line would still be its reason."""

    label: str
    awaits_reason: bool


Meaning = LabelReply | Reason | Doubt | UnclearReply | Talk


def interpret(
    text: str, task: Task, own: OwnAnswer | None = None, people: Mapping[str, str] = NOBODY
) -> Meaning:
    """What a thread reply, as Slack sends it, means for a case of the task.

    A label is read from its name or title in front of the reply, alone or with a reason behind a mark or
    "because". What is not plain is asked, never guessed. `people` are names by user id: of those whom the
    reply mentions, and of those whom it may address.
    """
    written = read(text, people)
    # A scale is a question whose answers have neighbors.
    is_scale = bool(task.asks.neighbors(task.asks.options[0].name))
    hearing = _Hearing(written, Reader(task.asks.options), frozenset(people.values()), is_scale)
    return hearing.without_answer() if own is None else hearing.with_answer(own)


@dataclass(frozen=True, slots=True)
class _Hearing:
    """A reply before a set of labels."""

    written: WrittenReply
    reader: Reader
    names: frozenset[str]
    is_scale: bool

    def without_answer(self) -> Meaning:
        """The meaning for somebody without an answer."""
        fronts = self.fronts()
        # Two labels that may be meant are a question, however likely either is.
        if len(fronts) == 1 and not self._is_doubtful(fronts[0]):
            return self._answer(fronts[0])
        is_near = fronts or self.mentions() or self._is_nearly_a_label() or self._numbers()
        if self.is_addressed() or not is_near:
            return Talk()
        return UnclearReply()

    def with_answer(self, own: OwnAnswer) -> Meaning:
        """The meaning for somebody with an answer."""
        fronts = self.fronts()
        plain = fronts[0] if len(fronts) == 1 and not self._is_doubtful(fronts[0]) else None
        if plain and (plain.label == own.label or plain.is_explicit):
            return self._answer(plain)
        others = self._others(own, fronts)
        is_other_step = bool(self._numbers()) and self._numbers()[0] != own.label
        if others or is_other_step or self._takes_back(own, fronts):
            return Talk() if self.is_addressed() else Doubt(others)
        if self.written.is_to_somebody:
            return Talk()
        if says_why(self.written.own_words):
            return Reason(self.written.words)
        is_free = own.awaits_reason and not addresses(self.written.own_words, self.names, by_name_only=True)
        if is_free and self._has_words() and not self._is_talk():
            return Reason(self.written.words, is_free=True)
        return Talk()

    def fronts(self) -> tuple[Front, ...]:
        """The labels that may be meant in front of the reply."""
        fronts = self.reader.in_front(self.written.body)
        # A name such as `>5` or `:x:` looks like markup of Slack; spelled exactly it is meant.
        typed = self.reader.as_typed(self.written.whole.translate(MARKERS).strip())
        labels = {front.label for front in fronts}
        return (*fronts, *(front for front in typed if front.label not in labels))

    def mentions(self) -> tuple[Mention, ...]:
        """The labels that the person's own words speak of."""
        return self.reader.speaks_of(folded(self.written.own_words))

    def is_addressed(self) -> bool:
        """Whether the reply begins by addressing somebody."""
        return self.written.is_to_somebody or addresses(self.written.own_words, self.names)

    def _answer(self, front: Front) -> LabelReply:
        why = readable(front.why)
        quote = readable(self.written.quote) if why and self.written.body else ""
        return LabelReply(front.label, "\n".join(filter(None, (quote, why))) or None)

    def _is_doubtful(self, front: Front) -> bool:
        """Whether what stands around the label makes it no plain answer."""
        if self._is_refused(front):
            return True
        if not front.why:
            return False
        heard = readable(front.why[:LONGEST_HEARD])
        if leaves_doubt(heard, is_explicit=front.is_explicit) or self._is_for_people(front, heard):
            return True
        if len(front.label) <= LONGEST_ITEM and ITEM.search(front.why.partition("\n")[2]):
            return True
        words = folded(heard)
        if front.is_explicit and self._ends_nearly_in_another(words, front):
            return True
        return any(self._unsettles(words, mention, front) for mention in self.reader.speaks_of(words))

    def _is_refused(self, front: Front) -> bool:
        """Whether an emoji denies or asks, in front of the label, behind it, or at the end of the reason."""
        words, why = self.written.own.translate(MARKERS), front.why.translate(MARKERS)
        around = words.rpartition(why)[0] if why else words
        ends = why.split()
        shown = refusals(" ".join((around, *ends[:1], *ends[-1:])))
        return bool(shown - refusals(" ".join(self.reader.names_of(front.label))))

    def _is_for_people(self, front: Front, heard: str) -> bool:
        """Whether a label with which people also answer each other may be meant so: `no - I'm at lunch`."""
        if not any(fold(name) in ANSWERS_TO_PEOPLE for name in self.reader.names_of(front.label)):
            return False
        is_declared = front.mark.startswith((":", "：", "﹕", "꞉")) or says_why(heard)
        return not is_declared or is_talk(heard) or addresses(heard, self.names)

    def _ends_nearly_in_another(self, words: str, front: Front) -> bool:
        """Whether a reason ends in another label with a slip of the finger: `no wait, legit`."""
        *_, last = clauses(words) or [""]
        if self.reader.speaks_of(last):
            return False
        near = self.reader.nearly(" ".join(word for word in last.split() if word not in CLAIM))
        return bool(near) and front.label not in near

    def _unsettles(self, words: str, mention: Mention, front: Front) -> bool:
        """Whether a label named in the reason speaks against the label in front."""
        if front.label in mention.labels:
            return is_denied(words, mention)
        if not front.is_explicit or turns(words):
            return True
        if is_denied(words, mention):
            return False
        behind = words[mention.end :]
        if not any(letter.isalnum() for letter in behind):
            return True
        begun = END_OF_CLAUSE.split(words[: mention.start])[-1]
        ended = END_OF_CLAUSE.split(behind, maxsplit=1)[0]
        return all(word.strip(MARKS) in CLAIM for word in f"{begun} {ended}".split() if word.strip(MARKS))

    def _others(self, own: OwnAnswer, fronts: tuple[Front, ...]) -> tuple[str, ...]:
        named = {front.label for front in fronts} | self._differing_by_a_sign()
        near = self.reader.nearly(self._head())
        named |= set() if own.label in near else near
        for mention in self.mentions():
            named |= mention.labels
        return tuple(sorted(named - {own.label}))

    def _takes_back(self, own: OwnAnswer, fronts: tuple[Front, ...]) -> bool:
        words = folded(self.written.own_words)
        if says_doubt(words) and not self._is_talk():
            return True
        if says_undo(words) or any(front.label == own.label for front in fronts):
            return True
        if not self._has_words():
            struck = self.written.whole[:LONGEST_HEARD].translate(MARKERS).replace("~", " ")
            return "~" in self.written.whole and bool(self.reader.speaks_of(folded(struck)))
        return any(own.label in mention.labels and is_denied(words, mention) for mention in self.mentions())

    def _has_words(self) -> bool:
        return any(letter.isalpha() for letter in self.written.own_words)

    def _numbers(self) -> tuple[str, ...]:
        """The numbers of a reply that holds nothing else before its reason, where a step is asked."""
        words = REASON_FOLLOWS.split(self._head(), maxsplit=1)[0]
        if not self.is_scale or TIME_OF_DAY.search(self.written.own_words):
            return ()
        numbers, others = NUMBER.findall(words), WORD.findall(NUMBER.sub(" ", words))
        return tuple(numbers) if set(others) <= AROUND_NUMBERS else ()

    def _is_talk(self) -> bool:
        return is_talk(self.written.own_words)

    def _is_nearly_a_label(self) -> bool:
        """Whether a short reply is a part of a label's name, or a name with a slip of the finger."""
        head = self._head()
        if self._differing_by_a_sign():
            return True
        if len(head) < SHORTEST_BEGINNING or len(head.split()) > FEW_WORDS:
            return False
        if any(spelling.startswith(head) for spelling in self.reader.folded):
            return True
        return bool(difflib.get_close_matches(head, list(self.reader.folded), n=1, cutoff=LIKENESS))

    def _differing_by_a_sign(self) -> set[str]:
        """The labels that the reply begins with but for a sign: `1` where labels are `-1` and `+1`."""
        head = _without_signs(self._head())
        named: set[str] = set()
        for spelling, labels in self.reader.folded.items():
            if head and head == _without_signs(spelling):
                named |= labels
        return named

    def _head(self) -> str:
        """What stands before the first mark, folded."""
        return fold(HEAD.split(self.written.own_words, maxsplit=1)[0])


def _without_signs(spelling: str) -> str:
    return "".join(letter for letter in spelling if letter.isalnum())
