"""What is wrong with the whole Slack connection, and until when nobody should call."""

import threading
import time

from bot.slack.api.gateway import SlackFailure, SlackPermanent, SlackRetryable, SlackUnknownOutcome
from bot.slack.api.refusals import Breadth, Consequence


class SlackHealth:
    """Shared by all who call Slack: a refusal of the token holds everybody, a success frees everybody.

    That Slack does not answer is shown, too, but holds nobody: each row waits for itself.
    """

    def __init__(self, hold_seconds: float = 30.0) -> None:
        self._lock = threading.Lock()
        self._hold_seconds = hold_seconds
        self._trouble: str | None = None
        self._outage: str | None = None
        self._held_until = 0.0

    @property
    def trouble(self) -> str | None:
        """The error and its mend, or None while Slack takes our calls."""
        with self._lock:
            return self._trouble or self._outage

    def held_for(self) -> float:
        """Real seconds for which Slack should be left alone."""
        with self._lock:
            return max(0.0, self._held_until - time.monotonic())

    def refused(self, error: SlackPermanent) -> bool:
        """Note a refusal; whether every other call would meet it, so that Slack is left alone for a while."""
        refusal = error.refusal
        if refusal.outcome is not Consequence.HOLD or refusal.reach is not Breadth.WORKSPACE:
            return False
        with self._lock:
            self._trouble = f"{error.code}: {error.mend}"
            self._held_until = time.monotonic() + self._hold_seconds
        return True

    def failed(self, error: Exception) -> None:
        """Note a failed call: whether Slack refuses us, does not answer, or only does not take that call."""
        if isinstance(error, SlackPermanent):
            self.refused(error)
        if not isinstance(error, SlackFailure):
            return  # a defect of ours says nothing about Slack
        with self._lock:
            # A refusal ends an outage, too: whoever refuses answers.
            self._outage = f"Slack does not answer: {error}" if _is_silence(error) else None

    def worked(self) -> None:
        """Note a success."""
        with self._lock:
            self._trouble, self._outage, self._held_until = None, None, 0.0


def _is_silence(error: SlackFailure) -> bool:
    """A 429 is an answer, though not the wanted answer."""
    is_asked_to_wait = isinstance(error, SlackRetryable) and error.retry_after is not None
    return isinstance(error, SlackRetryable | SlackUnknownOutcome) and not is_asked_to_wait
