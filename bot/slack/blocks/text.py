"""Makes texts from cases safe and short: nothing in them can ping, disguise a link or break a layout."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

ELLIPSIS = "…"
MARKS_IN_A_ROW = 3
LONGEST_WORD = 120
LONGEST_URL = 2_900
LONGEST_HOST = 80
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_JOINERS = "\u200c\u200d"
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co"})
_LONG_WORD = re.compile(rf"[^\s\u2e80-\uffef]{{{LONGEST_WORD + 1},}}")
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*\n")
_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\u0085\x0b\x0c]")
_USER_ID = re.compile(r"[UW][A-Z0-9_]{0,30}")
_MOMENT = re.compile(r"\s*<!date\^[^<>]*>")
_SPACES = re.compile(r"\s+")
_UNWRITABLE = re.compile("[\ud800-\udfff\0]")
_LONGEST_ID = 255


def _is_visible(char: str, before: str) -> bool:
    """Joiners stay where scripts and emoji need them: after a character beyond ASCII."""
    if char in _JOINERS:
        return before > "\x7f"
    is_character = ord(char) & 0xFFFE != 0xFFFE and not 0xFDD0 <= ord(char) <= 0xFDEF
    return char == "\n" or (is_character and unicodedata.category(char) not in _INVISIBLE)


def _visible(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks <= MARKS_IN_A_ROW and _is_visible(char, kept[-1] if kept else ""):
            kept.append(char)
    return "".join(kept)


def clean(text: str) -> str:
    """`text` without control, direction-override, zero-width and tag characters and floods of accents.

    Line ends become `\\n`, tabs spaces, and several blank lines in a row a single one.
    """
    lines = _LINE_ENDS.sub("\n", text).replace("\t", "    ")
    return _BLANK_LINES.sub("\n\n", _visible(lines)).strip()


def single_line(text: str) -> str:
    """`text` cleaned, on a single line."""
    return _SPACES.sub(" ", clean(text))


def length(text: str) -> int:
    """Length in UTF-16 units: the more cautious of the ways in which Slack may count."""
    return len(text) + sum(1 for char in text if char > "\uffff")


def cut(text: str, longest: int) -> str:
    """`text` in at most `longest` UTF-16 units, ending in an ellipsis if anything was cut."""
    if length(text) <= longest:
        return text
    used = 0
    for number, char in enumerate(text):
        used += length(char)
        if used > longest - 1:
            # A joiner or variation selector left dangling would take hold of the ellipsis.
            return text[:number].rstrip(_JOINERS + "\ufe0e\ufe0f").rstrip() + ELLIPSIS
    return text


def short_words(text: str) -> str:
    """`text` with words that no screen can wrap cut to 120 characters."""
    return _LONG_WORD.sub(lambda match: cut(match.group(), LONGEST_WORD), text)


def shown(text: str, longest: int, lines: int = 15) -> str:
    """`text` fit for a message: clean, at most `longest` characters and `lines` lines, no endless words."""
    rows = short_words(clean(text)).split("\n")
    kept = "\n".join(rows[:lines]) + (f"\n{ELLIPSIS}" if len(rows) > lines else "")
    return cut(kept, longest)


def label_text(text: str, longest: int) -> str:
    """`text` on a single line for buttons, options and titles; never empty, since Slack refuses that."""
    return cut(single_line(text), longest) or "—"


def escape(text: str, longest: int) -> str:
    """`text` with `&`, `<` and `>` escaped, in at most `longest` characters, for Slack's mrkdwn."""
    pieces: list[str] = []
    used = 0
    for char in text:
        piece = _ENTITIES.get(char, char)
        # By piece: an entity that is cut in two shows its first half.
        used += length(piece)
        if used > longest:
            return "".join(pieces[:-1]) + ELLIPSIS
        pieces.append(piece)
    return "".join(pieces)


def moment(at: datetime) -> str:
    """`at` as mrkdwn that everyone reads in their own time zone."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{fallback(at)}>"


def unmarked(mrkdwn: str) -> str:
    """Our own mrkdwn as plain text, for the places where Slack interprets none: errors under fields.

    Without its moments: nobody there could read them in their own time zone.
    """
    text = _MOMENT.sub("", mrkdwn)
    for char, entity in reversed(_ENTITIES.items()):  # the ampersand last: `&amp;lt;` means `&lt;`
        text = text.replace(entity, char)
    return text


def mention(user_id: str) -> str:
    """A person in mrkdwn: shown with their name as Slack knows it."""
    # Any other text between the brackets could close them, and ping a whole channel.
    return f"<@{user_id}>" if _USER_ID.fullmatch(user_id) else "somebody"


def fallback(at: datetime) -> str:
    """`at` for readers whose program knows no time zones."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def web_address(url: str | None) -> str | None:
    """`url` if it is a web address that a message may link to, else None."""
    if url is None or length(url) > LONGEST_URL or url != _SPACES.sub("", _visible(url)):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    has_credentials = "@" in parts.netloc
    return url if parts.scheme in ("http", "https") and host and not has_credentials else None


def host_of(url: str) -> str:
    """The host a link really leads to, in ASCII, so that no look-alike letter disguises it.

    Of a long host the end is shown: that is the part that says whose it is.
    """
    host = urlsplit(url).hostname or ""
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        name = host.encode("ascii", "backslashreplace").decode("ascii")
    return name if len(name) <= LONGEST_HOST else ELLIPSIS + name[-LONGEST_HOST:]


def text_in(value: Any, longest: int = _LONGEST_ID) -> str:
    """The text that `value` is, cut; empty for anything else.

    What no database stores (half a character, NUL) is replaced: it may stand in what people type.
    """
    return _UNWRITABLE.sub("\ufffd", value[:longest]) if isinstance(value, str) else ""
