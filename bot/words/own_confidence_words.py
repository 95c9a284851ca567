"""Whether experts are right as often as they say to be sure, in words: of all of a task together."""

from collections.abc import Iterator

from bot.words.numbers import counted
from routing.evidence.estimate import FEWEST
from routing.evidence.expertise import StatedConfidence, TaskConfidence
from routing.label import ExpertConfidence

SURENESS = {
    ExpertConfidence.HIGH: "Sure",
    ExpertConfidence.MEDIUM: "Fairly sure",
    ExpertConfidence.LOW: "A guess",
}
"""What experts choose from."""


def own_confidence_sentences(rows: tuple[TaskConfidence, ...]) -> Iterator[str]:
    """How often experts are right when they say that they are sure, fairly sure, or that they guess."""
    for row in rows:
        parts = [_part(part) for part in row.parts if part.n >= FEWEST]
        if parts:
            yield f"{row.task}: of what experts answered, and others settled, too, {', '.join(parts)}."
        else:
            few = counted(row.score.n, "answer")
            yield f"{row.task}: too few to tell whether experts are as sure as they are right ({few})."


def _part(part: StatedConfidence) -> str:
    words = SURENESS[ExpertConfidence(part.stated)].lower()
    return f"“{words}” was right in {part.right / part.n:.0%} of {counted(part.n, 'answer')}"
