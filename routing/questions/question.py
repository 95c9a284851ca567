"""What every question knows: its answers, how far two are apart, and what several amount to."""

from collections.abc import Sequence
from typing import Protocol

from routing.answer import Answer
from routing.questions.option import LabelSpec


class Question(Protocol):
    """A kind of question, with what a task's policy says of it. Answers go by their keys."""

    @property
    def options(self) -> tuple[LabelSpec, ...]:
        """What may be answered, in the order in which people read it."""
        ...

    def answer(self, key: str) -> Answer:
        """The answer of that key, in full."""
        ...

    def loss(self, predicted: str, decided: str) -> float:
        """How far the prediction is from the decided answer: 0 if it is right, 1 at most."""
        ...

    def neighbors(self, key: str) -> tuple[str, ...]:
        """The answers that lie beside it; none where answers have no order."""
        ...

    def is_disputed(self, answers: Sequence[str]) -> bool:
        """Whether these answers need an adjudicator, where the tier names some."""
        ...

    def settled(self, answers: Sequence[str]) -> str | None:
        """What the answers amount to without an adjudicator; None where they do not."""
        ...
