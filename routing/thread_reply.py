"""Reads a reply in a case's thread: a label with its rationale, free text, or unclear. Never guesses."""

import re
import unicodedata
from dataclasses import dataclass

from routing.policy import LabelSpec, Task

MAX_WORDS_UNCLEAR = 3
SLACK_TOKEN = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
QUOTED_LINE = re.compile(r"^(?:&gt;|>).*$", re.M)
STRUCK = re.compile(r"(?<!\w)~[^~\n]+~(?!\w)")
MARKED = (
    re.compile(r"\*([^*\n]+)\*"),
    re.compile(r"(?<!\w)_([^_\n]+)_(?!\w)"),
    re.compile(r"(?<!`)`++([^`\n]+)`+"),
)
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
EMOJI_NAME = re.compile(r"(?<!\w):[a-z0-9_+'-]+:(?::skin-tone-\d:)?(?!\w)")
QUOTES = "\"'“”„‟‘’‚«»‹›`*_"
FIRST_PICTOGRAM = 0x2300
SKIN_TONES = range(0x1F3FB, 0x1F400)
INVISIBLE = frozenset("\u200b\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff")
QUOTE = f"[{re.escape(QUOTES)}]?"
REASON_WORDS = r"(?:because|since|as the|cause|cos|due to)\b"
SEPARATOR = rf"(?:\s*:\s*|\s+-+\s+|\s*[–—]\s*|\s*\n\s*|\s*[,;.]?\s+(?={REASON_WORDS}))"
NOT_A_REASON = frozenset(
    {
        "no",
        "not",
        "nope",
        "never",
        "maybe",
        "perhaps",
        "or",
        "not sure",
        "unsure",
        "no idea",
        "i guess",
        "wrong",
    }
)


@dataclass(frozen=True, slots=True)
class LabelReply:
    """The reply names exactly one label, in front, with a rationale or without."""

    label: str
    rationale: str | None


@dataclass(frozen=True, slots=True)
class FreeText:
    """The reply says something, but names no label; `text` is what was said, without markup."""

    text: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """The reply may mean a label, or says nothing: ask."""


def interpret(text: str, task: Task) -> LabelReply | FreeText | Unclear:
    """What a thread reply, as Slack sends it, means for a case of the task.

    A label is read from its name or title in any case of letters, alone or followed by `:`, ` - `, a line
    break or "because" and a rationale. A part of a label, a question, or a label among a few other words is
    unclear.
    """
    said = clean(text)
    read = {found for label in task.labels if (found := _read(said, label)) is not None}
    if read:
        longest = max(length for _, length, _ in read)
        best = {(name, rationale) for name, length, rationale in read if length == longest}
        return _reply(best)
    if not said or _may_mean_a_label(said, task):
        return Unclear()
    return FreeText(said)


def clean(text: str) -> str:
    """The person's own words: without mentions, emoji, quoted and struck text, markup and entities."""
    words = SLACK_TOKEN.sub(_token, STRUCK.sub(" ", QUOTED_LINE.sub("", text)))
    for entity, letter in ENTITIES:
        words = words.replace(entity, letter)
    words = unicodedata.normalize("NFC", EMOJI_NAME.sub(" ", words))
    for mark in MARKED:
        words = mark.sub(r"\1", words)
    kept = "".join(letter for letter in words if letter in "\n\t" or not _is_ornament(letter))
    lines = (" ".join(line.split()) for line in kept.splitlines())
    return "\n".join(line for line in lines if line)


def _token(match: re.Match[str]) -> str:
    target, shown = match[1], match[2]
    if target.startswith(("@", "!")):
        return " "
    return shown or target


def _is_ornament(letter: str) -> bool:
    category = unicodedata.category(letter)
    is_emoji = (category == "So" and ord(letter) >= FIRST_PICTOGRAM) or ord(letter) in SKIN_TONES
    return is_emoji or category in {"Cc", "Cs"} or letter in INVISIBLE


def _shape(alias: str) -> str:
    words = (re.escape(word) for word in re.split(r"[\s_-]+", clean(alias)) if word)
    return r"[\s_-]+".join(words)


def _aliases(label: LabelSpec) -> set[str]:
    return {shape for shape in (_shape(label.name), _shape(label.shown)) if shape}


def _read(said: str, label: LabelSpec) -> tuple[str, int, str | None] | None:
    """The label's name, how much of the reply it takes, the rationale; None if it is not in front."""
    for alias in sorted(_aliases(label), key=len, reverse=True):
        pattern = rf"{QUOTE}({alias}){QUOTE}(?:\s*[.!]*\s*|{SEPARATOR}(?P<why>\S.*))"
        match = re.fullmatch(pattern, said, re.I | re.S)
        if match:
            return label.name, len(match[1]), match["why"]
    return None


def _reply(best: set[tuple[str, str | None]]) -> LabelReply | Unclear:
    name, rationale = min(best, key=str)
    doubtful = rationale is not None and _is_no_reason(rationale)
    return Unclear() if len(best) > 1 or doubtful else LabelReply(name, rationale)


def _is_no_reason(rationale: str) -> bool:
    words = rationale.casefold().strip(" .!?…")
    return not any(letter.isalnum() for letter in words) or words in NOT_A_REASON


def _may_mean_a_label(said: str, task: Task) -> bool:
    aliases = {alias for label in task.labels for alias in _aliases(label)}
    head = re.split(r"\s*[:?,\n]|\s[-–—]+\s", said.strip(QUOTES), maxsplit=1)[0].casefold()
    shown = {text.casefold() for label in task.labels for text in (label.name, label.shown)}
    if len(head) >= 2 and any(text.startswith(head) for text in shown):
        return True
    is_short = len(said.split()) <= MAX_WORDS_UNCLEAR
    return is_short and any(re.search(rf"\b{alias}\b", said, re.I) for alias in aliases)
