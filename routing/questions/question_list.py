"""The questions that a task may ask, by their sections in the policy."""

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticKnownError

from routing.questions.choice import Choice
from routing.questions.option import LabelSpec
from routing.questions.question import Question
from routing.questions.rating import Rating
from routing.section import Section

FEWEST_LABELS, MOST_LABELS = 2, 100


class Inquiry(Section):
    """What a task asks: its `labels` to choose from, or the section of another question."""

    rating: Rating | None = None
    labels: tuple[LabelSpec, ...] = Field(default=(), max_length=MOST_LABELS, validate_default=True)

    @field_validator("labels")
    @classmethod
    def _labels_or_rating(cls, labels: tuple[LabelSpec, ...], info: ValidationInfo) -> tuple[LabelSpec, ...]:
        is_other = info.data.get("rating") is not None or "rating" not in info.data
        if is_other and labels:
            raise ValueError("a task with a rating has no labels; keep one of the two")
        if not is_other and len(labels) < FEWEST_LABELS:
            # By pydantic's own kinds of error, for which the policy's words are written.
            sizes = {"field_type": "Tuple", "min_length": FEWEST_LABELS, "actual_length": len(labels)}
            raise PydanticKnownError("too_short", sizes) if labels else PydanticKnownError("missing")
        return labels

    @property
    def asks(self) -> Question:
        """The question, with what the policy says of it."""
        return self.rating or Choice(self.labels)
