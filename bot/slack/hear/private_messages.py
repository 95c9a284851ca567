"""Private messages: nobody keeps them, so what Slack does not take at once is tried once more or lost."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.slack.api.failures import SlackRetryable

LONGEST_WAIT = timedelta(seconds=5)
"""Who waits longer for an answer has looked away, and a thread is held up meanwhile."""


def tell_privately(send: Callable[..., object], *arguments: Any) -> None:
    """Send; where Slack asks to wait a short time, once more after it. Raises a SlackFailure."""
    try:
        send(*arguments)
    except SlackRetryable as error:
        if error.retry_after is None or error.retry_after > LONGEST_WAIT:
            raise
        # In the thread, unlike what rows want: a receipt is worth a
        # short wait, but no row that outlives the process.
        threading.Event().wait(error.retry_after.total_seconds())
        send(*arguments)
