"""What a regular expression costs: to compile, which the library does each time, and for each byte of text.

The engine (Rust's `regex`) never backtracks, so the time is at most the pattern's size times the text's. Near
that bound come patterns in which many open parts follow each other (classes, dots, alternatives, and whatever
may be left out or repeated); others are read in some nanoseconds a byte. `\\w` and `\\p{…}` are tables of
Unicode, long to compile. Figures are nanoseconds of a core, from above.
"""

import re
from dataclasses import dataclass

PIECE = re.compile(
    r"""(?P<table>\\[pP](?:\{[^}]*\}|\w)|\\[wW])|(?P<short>\\[dDsS])|(?P<edge>\\[bB])|(?P<escape>\\.)
    |(?P<set>\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\])
    |(?P<times>\{(?P<least>\d+)(?P<more>,(?P<most>\d*))?\}\??)
    |(?P<flags>\(\?[a-zA-Z-]+\))|(?P<open>\((?:\?(?:[a-zA-Z-]*:|P?<\w+>))?)|(?P<close>\))
    |(?P<bar>\|)|(?P<dot>\.)|(?P<repeat>[*+?]\??)|(?P<letter>.)""",
    re.X | re.S,
)
FEW_OPEN, OPTIONAL = 8, 8
READ, SEARCHED = 10.0, 30.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern with its counted repetitions written out: nanoseconds to compile, parts, and open parts.

    A part that may be left out weighs as much as `OPTIONAL` parts.
    """

    compiling: float = 0.0
    parts: int = 0
    open: int = 0

    def __add__(self, other: "Pattern") -> "Pattern":
        return Pattern(self.compiling + other.compiling, self.parts + other.parts, self.open + other.open)

    def times(self, count: int) -> "Pattern":
        """The pattern `count` times."""
        return Pattern(self.compiling * count, self.parts * count, self.open * count)

    @property
    def optional(self) -> "Pattern":
        """The pattern where it may be left out or come again."""
        return Pattern(self.compiling, self.parts * OPTIONAL, self.parts)

    @property
    def per_byte(self) -> float:
        """Nanoseconds for a byte of text."""
        return READ if self.open <= FEW_OPEN else SEARCHED * self.parts


LETTER, DOT = Pattern(2_000.0, 1), Pattern(5_000.0, 1, 1)
SHORT, TABLE = Pattern(40_000.0, 1, 1), Pattern(400_000.0, 1, 1)
EDGE = Pattern(40_000.0, 1, FEW_OPEN + 1)  # beyond ASCII the engine tells words apart the slow way
SINGLE = {
    "letter": LETTER,
    "escape": LETTER,
    "dot": DOT,
    "bar": DOT,
    "short": SHORT,
    "table": TABLE,
    "edge": EDGE,
}


def pattern_work(pattern: str) -> Pattern:
    """The pattern's size. It need not be valid."""
    groups: list[list[Pattern]] = [[Pattern(20_000.0)]]
    for piece in PIECE.finditer(pattern):
        kind, latest = piece.lastgroup, groups[-1]
        if kind == "open":
            # With an empty part: `(*)` and `({2})` repeat what is not there.
            groups.append([Pattern()])
        elif kind == "close" and len(groups) > 1:
            groups[-2].append(sum(groups.pop(), Pattern()))
        elif kind == "repeat" and latest[-1].parts:
            latest.append(latest.pop().optional)
        elif kind == "times":
            latest.append(_times(latest.pop(), piece))
        elif kind == "set":
            latest.append(_set(piece[0]))
        elif kind in SINGLE:
            latest.append(SINGLE[kind])
    return sum((part for group in groups for part in group), Pattern())


def _times(part: Pattern, piece: re.Match[str]) -> Pattern:
    least, most = int(piece["least"]), int(piece["most"] or piece["least"])
    is_fixed = not piece["more"] or (least == most and bool(piece["most"]))
    return (part if is_fixed else part.optional).times(max(least, most, 1))


def _set(text: str) -> Pattern:
    if re.search(r"\\[wWpP]", text):
        return TABLE
    return SHORT if re.search(r"\\[dDsS]", text) else DOT
