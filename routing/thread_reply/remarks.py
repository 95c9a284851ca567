"""What a line says beside naming a label: a reason, a regret, a denial, a doubt, or ordinary talk."""

import re
from collections.abc import Collection

from routing.language.doubt_words import (
    CONDITION,
    DENIAL,
    DOUBT,
    DOUBT_BEHIND,
    HEDGE,
    LEADING,
    LONGEST_DOUBT,
    REFUSAL,
    REFUSING,
    RETORT,
)
from routing.language.label_folding import fold
from routing.language.reply_words import (
    ACKNOWLEDGMENT,
    ASKING,
    BECAUSE,
    END_OF_CLAUSE,
    LONGEST_REGRET,
    NO_DENIAL,
    NO_REASON,
    NOT,
    NOT_AFTER,
    OR,
    POLITE,
    QUESTION,
    REGRET,
    SHORT_NOT,
    SHORTEST_MATTER,
    SLIP,
    SLIP_AROUND,
    SMALL,
    SMALL_AROUND,
    TALK,
    UNDO,
    UNSPACED,
    WHY,
)
from routing.thread_reply.label_mentions import NEAR, Mention

REASON = re.compile(rf"(?:{BECAUSE}|{WHY})", re.I)
MARKS = " .!?…,;:。！？、，-()\"'"
DENIED_WITHIN = 5
"""In words: so far before a label its denial may stand."""
LONGEST_QUESTION = 4
"""In words: a longer question behind `label:` may be the reason, `fraud: who would order this twice?`."""
ADDRESS = r"(?:(?:hi|hey|hello|hallo|hola|ciao|dear|ok|okay|yes|no|thanks|thank you|sorry)[\s,]+)?"
SHORTEST_NAME = 3


def folded(words: str) -> str:
    """Words for comparison: folded, with the end of a line as the end of a sentence."""
    return fold(" . ".join(line.strip() for line in words.split("\n")))


def says_why(words: str) -> bool:
    """Whether a line begins like a reason: `because …`, `why: …`."""
    return bool(REASON.match(words.strip(MARKS).strip()))


def says_undo(text: str) -> bool:
    """Whether a folded line says that its writer wants an answer back."""
    if UNDO.search(text):
        return True
    start = text.strip(MARKS)
    if TALK.match(start):
        return False
    is_short = len(start.split()) <= LONGEST_REGRET
    return bool(REGRET.search(start) if is_short else REGRET.match(start)) or _is_slip(start)


def _is_slip(text: str) -> bool:
    """Whether the first clause or the last says nothing but that something was wrong."""
    return any(SLIP.search(clause) and _is_all_of(SLIP, SLIP_AROUND, clause) for clause in _ends(text))


def _is_all_of(pattern: re.Pattern[str], around: Collection[str], text: str) -> bool:
    """Whether a text holds nothing but what the pattern finds, numbers, and words of `around`."""
    others = (word.strip(MARKS) for word in pattern.sub(" ", text).split())
    return all(not word or word in around or word[0].isdecimal() for word in others)


def clauses(text: str) -> list[str]:
    """The clauses of a folded text, without the marks around them."""
    pieces = (piece.strip(MARKS) for piece in END_OF_CLAUSE.split(text))
    return [piece for piece in pieces if piece]


def _ends(text: str) -> list[str]:
    """The first clause and the last."""
    pieces = clauses(text)
    return [*pieces[:1], *pieces[-1:]]


def says_doubt(text: str) -> bool:
    """Whether a short folded text doubts or denies as its beginning or end: `not sure`, `false alarm`."""
    bare = _without_leading(text.strip(MARKS))
    if len(bare.split()) > LONGEST_DOUBT:
        return False
    if any(clause in HEDGE or _without_leading(clause) in HEDGE for clause in _ends(bare)):
        return True
    return bool(DOUBT.match(bare) or DOUBT_BEHIND.search(bare))


def _without_leading(text: str) -> str:
    leading = LEADING.match(text)
    return text[leading.end() :] if leading else text


def turns(text: str) -> bool:
    """Whether a folded reason begins by turning against what stands before it: `no, …`, `actually …`."""
    bare = text.strip(MARKS)
    return bool(RETORT.match(bare) or REGRET.match(bare) or SLIP.match(bare)) or says_undo(text)


def refusals(text: str) -> frozenset[str]:
    """The kinds of emoji in a text that deny or ask: `❌` and `:x:`, `👎🏽` and `:-1::skin-tone-4:`."""
    return frozenset(REFUSING[match["name"] or match["sign"]] for match in REFUSAL.finditer(text))


def is_denied(text: str, mention: Mention) -> bool:
    """Whether a folded text says that the label it names there is none: `not fraud`, `fraudではない`."""
    before = text[max(0, mention.start - NEAR) : mention.start]
    before = END_OF_CLAUSE.split(NO_DENIAL.sub(" ", before))[-1]
    near = " ".join(before.split()[-DENIED_WITHIN:])
    has_denial = NOT.search(near) or SHORT_NOT.search(near)
    return bool(has_denial) or bool(NOT_AFTER.match(text[mention.end :]))


def leaves_doubt(why: str, *, is_explicit: bool) -> bool:
    """Whether what stands behind a label takes back that it is an answer: `fraud, or?`, `fraud: not sure`."""
    text = folded(why)
    bare = text.strip(MARKS)
    if not any(letter.isalnum() for letter in bare) or bare in NO_REASON or OR.match(bare):
        return True
    if UNDO.match(bare) or says_doubt(text) or (len(bare.split()) <= LONGEST_DOUBT and says_undo(text)):
        return True
    if any(clause in DENIAL or CONDITION.match(clause) for clause in _ends(bare)):
        return True
    if is_explicit:
        return is_question(why) and len(bare.split()) <= LONGEST_QUESTION
    return is_question(why) or is_talk(why)


def is_question(words: str) -> bool:
    """Whether a line ends as a question does."""
    return bool(QUESTION.search(words[-NEAR:]))


def is_talk(words: str) -> bool:
    """Whether a line is plainly about no case: thanks, greetings, plans, questions, bare agreement."""
    bare = folded(words).strip(MARKS)
    if not any(letter.isalpha() for letter in bare) or is_question(words) or bare in ACKNOWLEDGMENT:
        return True
    if _is_all_small(bare):
        return True
    return not _goes_on(bare) and bool(TALK.match(bare) or ASKING.match(bare))


def _is_all_small(bare: str) -> bool:
    """Whether a line is about a meal, a pause or a meeting, and about nothing else."""
    small = SMALL.search(bare)
    if small is None:
        return False
    return bool(re.match(f"[{UNSPACED}]", small[0])) or _is_all_of(SMALL, SMALL_AROUND, bare)


def _goes_on(bare: str) -> bool:
    """Whether a line that begins with a greeting or an excuse goes on about something else."""
    if not POLITE.match(bare):
        return False
    matter = END_OF_CLAUSE.split(bare, maxsplit=1)[1:]
    return bool(matter) and len(matter[0].split()) >= SHORTEST_MATTER and not is_talk(matter[0])


def addresses(words: str, names: Collection[str], *, by_name_only: bool = False) -> bool:
    """Whether a line begins by calling somebody of these names: `Jonas, …`, or with `by_name_only=False`
    also `Jonas can you …`.
    """
    text = folded(words).lstrip(MARKS)
    for name in names:
        whole = fold(name)
        for called in {whole, whole.partition(" ")[0]}:
            end = r"\s*[,:!?—]" if by_name_only else r"(?!\w)"
            if len(called) >= SHORTEST_NAME and re.match(rf"{ADDRESS}@?{re.escape(called)}{end}", text):
                return True
    return False
