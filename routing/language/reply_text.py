"""Reads the text of a reply as Slack sends it: what a person meant to write, without losing a word."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

# Markers inside the working text: where a mention or an emoji begins and ends, and which line is a quote.
MENTION, MENTION_END, EMOJI, EMOJI_END, QUOTED = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
MARKERS = dict.fromkeys(map(ord, (MENTION, MENTION_END, EMOJI, EMOJI_END, QUOTED)))
MENTION_SPAN = re.compile(f"{MENTION}[^{MENTION_END}]*{MENTION_END}")
EMOJI_SPAN = re.compile(f"{EMOJI}[^{EMOJI_END}]*{EMOJI_END}")
LONGEST_HEARD = 4_000
"""In letters: what stands farther behind are words of a reason, whatever they say."""
SOMEONE = "someone"
"""How a person is called whom nobody here knows."""

SLACK_TOKEN = re.compile(r"<([^<>|\n]*)(?:\|([^<>\n]*))?>")
EMOJI_NAME = re.compile(r"(?<![\w:]):[a-z0-9_+'-]+:(?::skin-tone-\d:)?(?!\w)")
QUOTE_MARK = re.compile(r"^[ \t]*(?:&gt;|>)")
LONG_QUOTE = re.compile(r"^[ \t]*(?:&gt;|>){3}")
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
STRUCK = re.compile(r"(?<![\w~])~(?=\S)[^~\n]+(?<=\S)~(?![\w~])")
CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.S)
EMPHASIS = (
    re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\w*])"),
    re.compile(r"(?<!\w)_(?=[^\s_])([^_\n]+)(?<=[^\s_])_(?!\w)"),
)
FIRST_PICTOGRAM = 0x2300
SKIN_TONES = range(0x1F3FB, 0x1F400)
INVISIBLE = frozenset("\u00ad\u200b\u200e\u200f\u061c\u2060\ufe0e\ufeff\u202a\u202b\u202c\u202d\u202e")
ISOLATES = range(0x2066, 0x206A)
LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\u0085\x0b\x0c]")
BEFORE_THE_WORDS = re.compile(rf"(?:\s|•|[,:](?=\s)|{MENTION_SPAN.pattern}|{EMOJI_SPAN.pattern})+")


@dataclass(frozen=True, slots=True)
class WrittenReply:
    """A reply in three readings, all with markers: `whole` as written; `quote`, the quoted lines in front;
    `body`, what the person says: without the quote, mentions, emoji and struck words in front of it.
    """

    whole: str
    quote: str
    body: str

    @property
    def words(self) -> str:
        """Everything that was written, readable: names for mentions, addresses behind the titles of links."""
        return readable(self.whole)

    @property
    def is_to_somebody(self) -> bool:
        """Whether a mention stands in front of what the person says."""
        own = "\n".join(line for line in self.whole.split("\n") if not line.startswith(QUOTED))
        return own.lstrip().startswith((MENTION, "@"))

    @property
    def own(self) -> str:
        """What the person says themselves, with markers: no quotes, no struck text."""
        lines = (line for line in self.whole.split("\n") if not line.startswith(QUOTED))
        return STRUCK.sub(" ", "\n".join(lines))

    @property
    def own_words(self) -> str:
        """What the person says themselves, as far as it is heard: no quotes, mentions, emoji, struck text."""
        begun = self.whole[:LONGEST_HEARD]
        lines = (line for line in begun.split("\n") if not line.startswith(QUOTED))
        own = EMOJI_SPAN.sub(" ", MENTION_SPAN.sub(" ", STRUCK.sub(" ", "\n".join(lines))))
        kept = "".join(" " if is_pictogram(letter) else letter for letter in own)
        return readable(kept)


def mentioned(text: str) -> frozenset[str]:
    """The ids of the people that a reply mentions."""
    targets = (match[1] for match in SLACK_TOKEN.finditer(text))
    return frozenset(target[1:] for target in targets if target.startswith("@"))


def read(text: str, names: Mapping[str, str]) -> WrittenReply:
    """The reply as it was meant; `names` by user id are those of the people it mentions."""
    whole = _without_invisible(_marked(text, names))
    lines = whole.strip("\n").split("\n")
    first = next((place for place, line in enumerate(lines) if not line.startswith(QUOTED)), len(lines))
    return WrittenReply(whole, "\n".join(lines[:first]), _in_front("\n".join(lines[first:])))


def readable(marked: str) -> str:
    """Working text as a person reads it: without markers and emphasis, blanks in a row as a single blank."""
    pieces = CODE.split(marked.translate(MARKERS))
    plain = (piece if place % 2 else _without_emphasis(piece) for place, piece in enumerate(pieces))
    lines = (" ".join(line.split()) for line in "".join(plain).split("\n"))
    return "\n".join(line for line in lines if line)


def is_pictogram(letter: str) -> bool:
    """Whether a letter is an emoji or a part of it."""
    if letter in "\u200d\ufe0f\u20e3":
        return True
    return (unicodedata.category(letter) == "So" and ord(letter) >= FIRST_PICTOGRAM) or ord(
        letter
    ) in SKIN_TONES


def _marked(text: str, names: Mapping[str, str]) -> str:
    lines = LINE_ENDS.sub("\n", text.translate(MARKERS)).split("\n")
    long = next((place for place, line in enumerate(lines) if LONG_QUOTE.match(line)), len(lines))
    quoted = (
        f"{QUOTED}{line.lstrip()}" if place >= long or QUOTE_MARK.match(line) else line
        for place, line in enumerate(lines)
    )
    marked = SLACK_TOKEN.sub(lambda match: _token(match, names), "\n".join(quoted))
    marked = EMOJI_NAME.sub(lambda match: f"{EMOJI}{match[0]}{EMOJI_END}", marked)
    for entity, letter in ENTITIES:  # the ampersand last: `&amp;lt;` means `&lt;`
        marked = marked.replace(entity, letter)
    return unicodedata.normalize("NFC", marked)


def _token(match: re.Match[str], names: Mapping[str, str]) -> str:
    target, shown = match[1], match[2] or ""
    if target.startswith("@"):
        return f"{MENTION}@{names.get(target[1:]) or shown.lstrip('@') or SOMEONE}{MENTION_END}"
    if target.startswith("!date^"):
        return shown
    if target.startswith("!"):
        return f"{MENTION}@{shown.lstrip('@') or target[1:].partition('^')[0]}{MENTION_END}"
    if not shown or target.startswith("#"):
        return shown or target
    is_as_typed = target.partition(":")[2].strip("/").casefold() == shown.strip("/").casefold()
    return shown if is_as_typed or shown == target else f"{shown} <{target}>"


def _without_invisible(text: str) -> str:
    return "".join(
        letter
        for letter in text
        if letter in "\n\t"
        or not (
            letter in INVISIBLE or ord(letter) in ISOLATES or unicodedata.category(letter) in {"Cc", "Cs"}
        )
    )


def _without_emphasis(text: str) -> str:
    for mark in EMPHASIS:
        # Stars around words emphasize them; around a number they multiply.
        text = mark.sub(lambda match: match[1] if any(map(str.isalpha, match[1])) else match[0], text)
    return text


def _in_front(own: str) -> str:
    """`own` from its first word on that stands: not struck, no mention, no emoji."""
    while True:
        rest = own
        for pattern in (BEFORE_THE_WORDS, STRUCK):
            if match := pattern.match(rest):
                rest = rest[match.end() :]
        words = (place for place, letter in enumerate(rest) if not is_pictogram(letter))
        rest = rest[next(words, len(rest)) :]
        if rest == own:
            return rest
        own = rest
