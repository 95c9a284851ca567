"""The question "which of these is it?": the answer is a label, right or wrong."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from routing.answer import Answer
from routing.questions.option import LabelSpec


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice among a task's labels; an answer's key is the label's name."""

    options: tuple[LabelSpec, ...]

    def answer(self, key: str) -> Answer:
        """The label of that name."""
        return Answer(key, key)

    def loss(self, predicted: str, decided: str) -> float:
        """1 for another label, else 0."""
        return float(predicted != decided)

    def neighbors(self, key: str) -> tuple[str, ...]:  # noqa: ARG002  labels have no order
        """None."""
        return ()

    def is_disputed(self, answers: Sequence[str]) -> bool:
        """Whether they are not all the same."""
        return len(set(answers)) > 1

    def settled(self, answers: Sequence[str]) -> str | None:
        """The label of more than half of them."""
        votes = Counter(answers)
        # More than half, not most: of three answers that all differ none is anybody's decision.
        leaders = (label for label, count in votes.items() if 2 * count > votes.total())
        return next(leaders, None)
