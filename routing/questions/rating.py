"""The question "how much of it?": the answer is a step of an ordered scale, more or less far off."""

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated

from pydantic import Field, model_validator

from routing.answer import Answer
from routing.fields import ShortName
from routing.questions.option import LabelSpec
from routing.section import Section

FEWEST, MOST = 2, 10
Step = Annotated[int, Field(strict=True, ge=-100, le=100)]


class Rating(Section):
    """A scale of whole steps from `lowest` to `highest`; an answer's key is the step in digits.

    `titles` are what people read beside some steps, by the step: "1" = "useless", "5" = "perfect".
    """

    lowest: Step = 1
    highest: Step = 5
    titles: dict[str, ShortName] = Field(default={})

    @model_validator(mode="after")
    def _is_a_scale(self) -> "Rating":
        count = self.highest - self.lowest + 1
        if not FEWEST <= count <= MOST:
            raise ValueError(f"a scale has {FEWEST} to {MOST} steps; change `lowest` or `highest`")
        unknown = [step for step in self.titles if step not in self._steps]
        if unknown:
            raise ValueError(f"the scale has no step {unknown[0]!r}; name its steps in `titles`")
        return self

    @cached_property
    def _steps(self) -> tuple[str, ...]:
        return tuple(map(str, range(self.lowest, self.highest + 1)))

    @cached_property
    def options(self) -> tuple[LabelSpec, ...]:
        """The steps, lowest first."""
        return tuple(self._option(step) for step in self._steps)

    def _option(self, step: str) -> LabelSpec:
        title = self.titles.get(step)
        # Not validated: with its step in front a title may be longer than a label may be.
        return LabelSpec.model_construct(
            name=step,
            title=f"{step}: {title}" if title else None,
            description="",
        )

    def answer(self, key: str) -> Answer:
        """That step, as a number."""
        return Answer(key, int(key))

    def loss(self, predicted: str, decided: str) -> float:
        """The distance in steps, as a share of the whole scale."""
        return abs(int(predicted) - int(decided)) / (self.highest - self.lowest)

    def neighbors(self, key: str) -> tuple[str, ...]:
        """The step below and the step above."""
        return tuple(step for step in self._steps if abs(int(step) - int(key)) == 1)

    def is_disputed(self, answers: Sequence[str]) -> bool:
        """Whether the middle lies between two steps."""
        return self.settled(answers) is None

    def settled(self, answers: Sequence[str]) -> str | None:
        """Their median; None where an even number of them has two different ones in the middle."""
        ordered = sorted(map(int, answers))
        lower, upper = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
        # Not their mean: no expert gave it, and it may be no step.
        return str(lower) if lower == upper else None
