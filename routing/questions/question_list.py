"""The questions that a task may ask, by their sections in the policy."""

from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticKnownError

from routing.questions.choice import Choice
from routing.questions.option import LabelSpec, token_of
from routing.questions.question import Question
from routing.questions.rating import Rating
from routing.section import Section

FEWEST_LABELS, MOST_LABELS = 2, 1_000


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

    @cached_property
    def label_names(self) -> tuple[str, ...]:
        """The names of what may be answered, in the policy's order."""
        return tuple(label.name for label in self.asks.options)

    @cached_property
    def earlier_names(self) -> Mapping[str, str]:
        """The name that a label has now by each name it had before; without those that two labels claim."""
        present = set(self.label_names)
        pairs = [(name, label.name) for label in self.asks.options for name in label.was]
        claims = Counter(name for name, _ in pairs)
        # A name that two labels claim means neither: to guess would move answers from the first to the other.
        return {name: now for name, now in pairs if name not in present and claims[name] == 1}

    @cached_property
    def _labels(self) -> Mapping[str, LabelSpec]:
        return {label.name: label for label in self.asks.options}

    @cached_property
    def _names_by_token(self) -> Mapping[str, str]:
        """The names that controls carry by a digest, those of before too."""
        names = (*self.label_names, *self.earlier_names)
        return {token: name for name in names if (token := token_of(name)) != name}

    def present_name(self, name: str) -> str:
        """The name that the label of this name, or token, has now; the same for what is no label's name."""
        name = self._names_by_token.get(name, name)
        return self.earlier_names.get(name, name)

    def token(self, name: str) -> str:
        """What a control carries for the label of this name."""
        label = self.label(name)
        return label.token if label else token_of(name)

    def label(self, name: str) -> LabelSpec | None:
        """The label that has this name, or had it before; or None."""
        return self._labels.get(self.present_name(name))
