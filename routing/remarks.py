"""What a line says beside naming a label: a reason, a regret, a denial, a doubt, or ordinary talk."""

import re
from collections.abc import Collection

from routing.label_reading import NEAR, Mention
from routing.label_spelling import fold
from routing.reply_words import (
    ACKNOWLEDGMENT,
    ASKING,
    BECAUSE,
    END_OF_CLAUSE,
    LONGEST_REGRET,
    LONGEST_SMALL,
    NO_DENIAL,
    NO_REASON,
    NOT,
    NOT_AFTER,
    OR,
    QUESTION,
    REGRET,
    SHORT_NOT,
    SMALL,
    TALK,
    UNDO,
    WHY,
)

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


def says_undo(said: str) -> bool:
    """Whether a folded line says that its writer wants an answer back."""
    if UNDO.search(said):
        return True
    start = said.strip(MARKS)
    is_short = len(start.split()) <= LONGEST_REGRET
    return bool(REGRET.search(start) if is_short else REGRET.match(start)) and not TALK.match(start)


def is_denied(said: str, mention: Mention) -> bool:
    """Whether a folded text says that the label it names there is none: `not fraud`, `fraudではない`."""
    before = said[max(0, mention.start - NEAR) : mention.start]
    before = END_OF_CLAUSE.split(NO_DENIAL.sub(" ", before))[-1]
    near = " ".join(before.split()[-DENIED_WITHIN:])
    has_denial = NOT.search(near) or SHORT_NOT.search(near)
    return bool(has_denial) or bool(NOT_AFTER.match(said[mention.end :]))


def leaves_doubt(why: str, *, is_explicit: bool) -> bool:
    """Whether what stands behind a label takes back that it is an answer: `fraud, or?`, `fraud: not sure`."""
    said = folded(why)
    bare = said.strip(MARKS)
    if not any(letter.isalnum() for letter in bare) or bare in NO_REASON or OR.match(bare):
        return True
    if UNDO.match(bare):
        return True
    if is_explicit:
        return is_question(why) and len(bare.split()) <= LONGEST_QUESTION
    return is_question(why) or is_talk(why)


def is_question(words: str) -> bool:
    """Whether a line ends as a question does."""
    return bool(QUESTION.search(words[-NEAR:]))


def is_talk(words: str) -> bool:
    """Whether a line is plainly about no case: thanks, greetings, plans, questions, bare agreement."""
    said = folded(words)
    bare = said.strip(MARKS)
    if not any(letter.isalpha() for letter in bare) or is_question(words) or bare in ACKNOWLEDGMENT:
        return True
    is_small = len(bare.split()) <= LONGEST_SMALL and bool(SMALL.search(bare))
    return is_small or bool(TALK.match(bare) or ASKING.match(bare))


def addresses(words: str, names: Collection[str], *, by_name_only: bool = False) -> bool:
    """Whether a line begins by calling somebody of these names: `Jonas, …`, or with `by_name_only=False`
    also `Jonas can you …`.
    """
    said = folded(words).lstrip(MARKS)
    for name in names:
        whole = fold(name)
        for called in {whole, whole.partition(" ")[0]}:
            end = r"\s*[,:!?—]" if by_name_only else r"(?!\w)"
            if len(called) >= SHORTEST_NAME and re.match(rf"{ADDRESS}@?{re.escape(called)}{end}", said):
                return True
    return False
