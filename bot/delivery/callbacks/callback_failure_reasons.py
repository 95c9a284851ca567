"""Why a callback did not arrive, and whether trying again can help."""

import requests
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema
from requests_hardened.ip_filter import InvalidIPAddress

from bot.delivery.callbacks.callback_session import AuthorityUnreadable, Reply
from bot.errors import BotError

GONE = 410
EXCERPT = " It said "
"""Stands before the endpoint's words, which the log leaves out."""


class CallbackFailed(BotError):
    """The callback did not arrive."""

    def __init__(self, detail: str, *, is_permanent: bool = False, is_endpoint_down: bool = False) -> None:
        super().__init__(detail)
        self.is_permanent = is_permanent
        self.is_endpoint_down = is_endpoint_down

    @property
    def loggable(self) -> str:
        """The reason without the endpoint's words, which may repeat a case's input."""
        return self.detail.partition(EXCERPT)[0]


def check(reply: Reply) -> None:
    """Accept an answer of 200 to 299; raises CallbackFailed for any other."""
    if 200 <= reply.status < 300:
        return
    if reply.status == GONE:
        raise CallbackFailed(
            "The endpoint is gone (410). Correct callback_url, then retry.", is_permanent=True
        )
    if 300 <= reply.status < 400:
        raise CallbackFailed(
            f"The endpoint redirects ({reply.status}), which is not followed; name its final address."
        )
    words = f"{EXCERPT}{reply.excerpt[:200]!r}" if reply.excerpt else ""
    is_down = reply.status >= 500
    raise CallbackFailed(f"The endpoint answered {reply.status}.{words}", is_endpoint_down=is_down)


def failure_of(error: requests.RequestException) -> CallbackFailed:
    """The failure that an error of requests means."""
    if isinstance(error, InvalidIPAddress):
        return CallbackFailed(
            "The address is private. Set allow_private_callbacks in the policy if that is meant, then retry.",
            is_permanent=True,
        )
    if isinstance(error, AuthorityUnreadable):
        return CallbackFailed("The policy's ca_file cannot be read here: mend the file or its path.")
    if isinstance(error, InvalidURL | InvalidSchema | MissingSchema):
        return CallbackFailed(
            "The address is not an http(s) one. Correct callback_url, then retry.", is_permanent=True
        )
    return CallbackFailed(_words(error), is_endpoint_down=True)


def _words(error: requests.RequestException) -> str:
    # In this order: a connection that takes too long and a bad certificate are connection errors, too.
    if isinstance(error, requests.exceptions.ProxyError):
        return "The proxy cannot be reached, or refuses."
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "No connection in time."
    if isinstance(error, requests.exceptions.Timeout):
        return "No answer in time."
    if isinstance(error, requests.exceptions.SSLError):
        return "The endpoint's certificate is not valid."
    if isinstance(error, requests.exceptions.ConnectionError):
        return "The endpoint cannot be reached."
    return f"The call ended in {type(error).__name__}."
