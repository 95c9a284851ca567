"""Under which name each question's answer is posted."""

from bot.http.questions import choice as choices
from bot.http.questions import rating as ratings
from bot.http.strict import Strict

ANSWERS = ("label", "rating")


class PostedAnswer(Strict):
    """The predicted answer: just one of these."""

    label: choices.Posted | None = None
    rating: ratings.Posted | None = None

    @property
    def key(self) -> str:
        """The answer's key."""
        return choices.key_of(self.label or "") if self.rating is None else ratings.key_of(self.rating)
