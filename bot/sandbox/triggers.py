"""Short-lived permissions: trigger ids that open modals, and response URLs."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.errors import ApiError

RESPONSE_URL_SECONDS = 30 * 60
RESPONSE_URL_USES = 5


@dataclass
class Trigger:
    """Who acted, in which view, until when the trigger works."""

    user_id: str
    view_id: str | None
    expires: float
    is_used: bool = False


class Triggers:
    """Issues trigger ids and exchanges each once, within `seconds`."""

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._triggers: dict[str, Trigger] = {}
        self._lock = threading.Lock()

    def issue(self, user_id: str, view_id: str | None = None) -> str:
        """A new trigger id for what `user_id` just did."""
        trigger_id = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**11)}.{secrets.token_hex(16)}"
        with self._lock:
            self._triggers[trigger_id] = Trigger(user_id, view_id, self._monotonic() + self._seconds)
        return trigger_id

    def exchange(self, trigger_id: str) -> Trigger:
        """Use a trigger; ApiError if it is unknown, too old or used."""
        with self._lock:
            trigger = self._triggers.get(trigger_id)
            if trigger is None:
                raise ApiError("invalid_arguments", ["invalid `trigger_id`"])
            if self._monotonic() > trigger.expires:
                raise ApiError("expired_trigger_id")
            if trigger.is_used:
                raise ApiError("exchanged_trigger_id")
            trigger.is_used = True
            return trigger


@dataclass
class ResponseUrl:
    """Where answers to an interaction go; `message_ts` is the message acted on."""

    id: str
    channel_id: str
    user_id: str
    message_ts: str | None
    thread_ts: str | None
    expires: float
    uses: int = 0


class ResponseUrls:
    """Issues response URLs and counts their uses: 30 minutes, 5 uses."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._urls: dict[str, ResponseUrl] = {}
        self._lock = threading.Lock()

    def issue(
        self, channel_id: str, user_id: str, message_ts: str | None = None, thread_ts: str | None = None
    ) -> str:
        """A new response URL's path."""
        url_id = secrets.token_urlsafe(18)
        expires = self._monotonic() + RESPONSE_URL_SECONDS
        with self._lock:
            self._urls[url_id] = ResponseUrl(url_id, channel_id, user_id, message_ts, thread_ts, expires)
        return f"/response/{url_id}"

    def use(self, url_id: str) -> ResponseUrl:
        """Count a use; ApiError if it is unknown, too old or used up."""
        with self._lock:
            url = self._urls.get(url_id)
            if url is None:
                raise ApiError("invalid_url")
            if self._monotonic() > url.expires:
                raise ApiError("expired_url")
            if url.uses >= RESPONSE_URL_USES:
                raise ApiError("used_url")
            url.uses += 1
            return url
