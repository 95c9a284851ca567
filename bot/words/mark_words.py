"""What whoever settles a disagreement says of it, in words."""

from collections.abc import Iterator, Mapping

from bot.words.numbers import counted
from routing.evidence.marked_cases import MarkedCase, MarkedCases
from routing.label import Mark

MARKS: Mapping[Mark, str] = {
    Mark.GUIDELINE_GAP: "The guideline says nothing of this",
    Mark.BOTH_DEFENSIBLE: "Both answers are defensible",
}


def marked_sentence(marked: MarkedCases) -> str:
    """How many disagreements were marked, and as what."""
    gaps = f"{marked.gaps} because the guideline says nothing of it" if marked.gaps else ""
    both = f"{marked.both} because both answers are defensible" if marked.both else ""
    were = "was" if marked.gaps + marked.both == 1 else "were"
    settled = counted(marked.gaps + marked.both, "disagreement")
    parts = ", ".join(filter(None, (gaps, both)))
    return f"{settled} {were} marked by who settled it: {parts}. /secondlook gaps lists them all."


def marked_lines(marked: MarkedCases) -> Iterator[tuple[MarkedCase, str]]:
    """The newest of them, each with its words."""
    for case in marked.newest:
        yield case, f"{case.task}, decided {case.decided}. {MARKS[case.mark]}: {case.begins}".rstrip(": ")
