"""Whether experts follow the model's answer because they see it, in words: of all of a task together."""

from collections.abc import Iterator

from bot.words.numbers import counted
from routing.evidence.estimate import FEWEST
from routing.evidence.expertise import Arm, TaskAnchoring

PROVEN = 0.05
"""The chance, over all tasks of a digest, of telling of an effect where there is none."""


def anchoring_sentences(rows: tuple[TaskAnchoring, ...]) -> Iterator[str]:
    """How often people agree with the model where they see its answer and where they do not."""
    for row in rows:
        shown, hidden = row.effect.shown, row.effect.hidden
        if min(shown.drawn, hidden.drawn) < FEWEST:
            few = counted(min(shown.drawn, hidden.drawn), "case")
            yield f"{row.task}: too few to tell whether experts follow the model ({few} on one side)."
            continue
        yield (
            f"{row.task}: experts agree with the model in {_share(shown)} where they see its answer, and in "
            f"{_share(hidden)} where it is hidden{_conclusion(row, len(rows))}."
        )


def _share(arm: Arm) -> str:
    return f"{arm.agreed / arm.drawn:.0%} of {counted(arm.drawn, 'case')}"


def _conclusion(row: TaskAnchoring, tasks: int) -> str:
    chance = row.effect.p_value
    # Several tasks are several tests: each with its part (Bonferroni).
    if chance is None or chance * tasks > PROVEN:
        return "; chance alone may make that difference"
    return ": they follow what they see, so some errors pass as right"
