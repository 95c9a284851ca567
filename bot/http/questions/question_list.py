"""Under which name each question's answer is posted."""

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from bot.http.questions import choice as choices
from bot.http.questions import rating as ratings
from bot.http.strict import Strict


class PostedAnswer(Strict):
    """The predicted answer: just one of these."""

    label: choices.Posted | None = None
    rating: ratings.Posted | None = None

    @model_validator(mode="after")
    def _single_answer(self) -> "PostedAnswer":
        if (self.label is None) == (self.rating is None):
            raise PydanticCustomError("answer", "give either a label or, where the task has one, a rating")
        return self

    @property
    def key(self) -> str:
        """The answer's key."""
        return choices.key_of(self.label or "") if self.rating is None else ratings.key_of(self.rating)
