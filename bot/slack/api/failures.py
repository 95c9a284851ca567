"""The ways a call to Slack fails, by what Slack may have done of it."""

from datetime import timedelta

from bot.errors import BotError
from bot.slack.api.refusals import NO_APP, NO_BOT, ROTATES, Refusal, refusal

__all__ = [
    "NO_APP",
    "NO_BOT",
    "ROTATES",
    "MembersUnfinished",
    "OverLimits",
    "SlackFailure",
    "SlackPermanent",
    "SlackRetryable",
    "SlackUnknownOutcome",
]
_PICTURE_WORDS = ("image", "slack_file", "slack file")
"""As in "downloading image failed [json-pointer:/blocks/3/image_url]" and "invalid slack file"."""


class SlackFailure(BotError):
    """The call to Slack failed."""


class SlackRetryable(SlackFailure):
    """Slack did not take the call; the same call may succeed later."""

    def __init__(self, code: str, retry_after: timedelta | None = None) -> None:
        super().__init__(f"({code})")
        self.code = code
        self.retry_after = retry_after


class SlackPermanent(SlackFailure):
    """Slack refuses this call, and will again until something is changed."""

    # `details` are Slack's own words about what it does not take.
    def __init__(self, code: str, mend: str, method: str = "", details: tuple[str, ...] = ()) -> None:
        self.mend = " ".join((mend, *details))
        super().__init__(f"({code}) {self.mend}")
        self.code = code
        self.method = method
        self.details = details

    @property
    def refusal(self) -> Refusal:
        """What becomes of the call."""
        return refusal(self.code, self.method)

    @property
    def is_about_picture(self) -> bool:
        """Whether Slack could not fetch a picture, or does not take it."""
        is_upload = self.method.startswith("files.")
        return is_upload or any(word in line for line in self.details for word in _PICTURE_WORDS)


class SlackUnknownOutcome(SlackFailure):
    """The answer was lost: Slack may have done it. Look the attempt up before calling again."""

    def __init__(self, code: str) -> None:
        super().__init__(f"({code})")
        self.code = code


class MembersUnfinished(SlackFailure):
    """Slack did not give all members of the channel; `user_ids` are those that it gave."""

    def __init__(self, user_ids: frozenset[str], detail: str) -> None:
        super().__init__(detail)
        self.user_ids = user_ids


class OverLimits(BotError):
    """The message or view breaks a limit of Slack and was not sent."""
