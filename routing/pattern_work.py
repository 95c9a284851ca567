"""What a regular expression costs: to compile, which the library does each time, and for each byte of text.

The engine (Rust's `regex`) never backtracks, so the time is at most the pattern's size times the text's. Near
that bound come patterns in which many wide parts (classes, dots, alternatives) follow each other; others are
read in about a nanosecond a byte. `\\w` and `\\p{…}` are tables of Unicode, long to compile. Figures are
nanoseconds of one core, from above.
"""

import re
from dataclasses import dataclass

PIECE = re.compile(
    r"""(?P<table>\\[pP]\{[^}]*\}|\\[wWpP])|(?P<short>\\[dDsSbB])|(?P<escape>\\.)
    |(?P<set>\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\])
    |(?P<times>\{(?P<least>\d+)(?:,(?P<most>\d*))?\})
    |(?P<flags>\(\?[a-zA-Z-]+\))|(?P<open>\((?:\?(?:[a-zA-Z-]*:|P?<\w+>))?)|(?P<close>\))|(?P<bar>\|)|(?P<dot>\.)|(?P<repeat>[*+?])|(?P<letter>.)""",
    re.X | re.S,
)
FEW_WIDE = 8
READ, SEARCHED = 5.0, 30.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern with its counted repetitions written out: nanoseconds to compile, parts, and wide parts."""

    compiling: float = 0.0
    parts: int = 0
    wide: int = 0

    def __add__(self, other: "Pattern") -> "Pattern":
        return Pattern(self.compiling + other.compiling, self.parts + other.parts, self.wide + other.wide)

    def times(self, count: int) -> "Pattern":
        """The pattern `count` times."""
        return Pattern(self.compiling * count, self.parts * count, self.wide * count)

    @property
    def per_byte(self) -> float:
        """Nanoseconds for a byte of text."""
        return READ if self.wide <= FEW_WIDE else SEARCHED * self.parts


LETTER, DOT, SHORT, TABLE = (
    Pattern(2_000.0, 1),
    Pattern(5_000.0, 1, 1),
    Pattern(40_000.0, 1, 1),
    Pattern(400_000.0, 1, 1),
)
SINGLE = {"letter": LETTER, "escape": LETTER, "dot": DOT, "bar": DOT, "short": SHORT, "table": TABLE}


def pattern_work(pattern: str) -> Pattern:
    """The pattern's size. It need not be a valid one."""
    groups: list[list[Pattern]] = [[Pattern(20_000.0)]]
    for piece in PIECE.finditer(pattern):
        kind, latest = piece.lastgroup, groups[-1]
        if kind == "open":
            groups.append([Pattern()])
        elif kind == "close" and len(groups) > 1:
            groups[-2].append(sum(groups.pop(), Pattern()))
        elif kind == "times":
            latest.append(latest.pop().times(max(int(piece["least"]), int(piece["most"] or 0), 1)))
        elif kind == "set":
            latest.append(_set(piece[0]))
        elif kind in SINGLE:
            latest.append(SINGLE[kind])
    return sum((part for group in groups for part in group), Pattern())


def _set(text: str) -> Pattern:
    if re.search(r"\\[wWpP]", text):
        return TABLE
    return SHORT if re.search(r"\\[dDsS]", text) else DOT
