"""Takes events and interactions to the app: over Socket Mode when it is connected, else signed HTTP."""

import asyncio
import json
import secrets
import threading
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from bot.clock import Clock
from bot.sandbox.config import VERIFICATION_TOKEN, SandboxConfig
from bot.sandbox.errors import DispatchFailed, NotConnected, SandboxError
from bot.sandbox.faults import Faults
from bot.sandbox.http_client import HttpReply, post, signature_headers
from bot.sandbox.json_types import JsonObject
from bot.sandbox.sockets import Sockets

Kind = Literal["events_api", "interactive", "slash_commands"]
FORM = "application/x-www-form-urlencoded"


class UrlNotVerified(SandboxError):
    """The request URL did not answer Slack's challenge."""


@dataclass(frozen=True)
class DeliveryAttempt:
    """How a try to deliver an event ended."""

    is_accepted: bool
    reason: str = ""
    is_final: bool = False


class Delivery:
    """The only caller of the app."""

    def __init__(self, config: SandboxConfig, clock: Clock, sockets: Sockets, faults: Faults) -> None:
        self.request_url = config.request_url
        self._config = config
        self._clock = clock
        self._sockets = sockets
        self._faults = faults
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._busy = 0
        self._idle = threading.Condition()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Deliver in this event loop from now on."""
        self._loop = loop

    def stop(self) -> None:
        """Give up everything under way; call in the event loop."""
        self._loop = None
        for task in list(self._tasks):
            task.cancel()

    @property
    def is_connected(self) -> bool:
        """Whether anything listens."""
        return self._sockets.count > 0 or self.request_url is not None

    def wait_idle(self, timeout: float) -> bool:
        """Block until no event is on its way (what waits for a later retry does not count)."""
        with self._idle:
            return self._idle.wait_for(lambda: self._busy == 0, timeout)

    def _count(self, change: int) -> None:
        with self._idle:
            self._busy += change
            self._idle.notify_all()

    def send_event(self, payload: JsonObject) -> None:
        """Deliver an event with Slack's retries, in the background; callable from any thread."""
        loop = self._loop
        if loop is None or not self.is_connected:
            return
        self._count(1)  # here and not in the loop: wait_idle() right after this must not see nothing to do
        try:
            loop.call_soon_threadsafe(self._begin, payload)
        except RuntimeError:  # the loop has just closed
            self._count(-1)

    def _begin(self, payload: JsonObject) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver_event(payload))
        self._tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._count(-1)

    async def _deliver_event(self, payload: JsonObject) -> None:
        attempt = await self._try_event(payload, 0, "")
        for number, delay in enumerate(self._config.retry_delays, 1):
            if attempt.is_accepted or attempt.is_final:
                return
            await self._wait(delay)
            attempt = await self._try_event(payload, number, attempt.reason)

    async def _wait(self, delay: float) -> None:
        if not delay:
            return
        self._count(-1)
        try:
            await asyncio.sleep(delay)
        finally:
            self._count(1)

    async def _try_event(self, payload: JsonObject, retry: int, reason: str) -> DeliveryAttempt:
        try:
            attempt = await self._send_event_once(payload, retry, reason)
        except NotConnected:
            return DeliveryAttempt(is_accepted=False, is_final=True)
        except TimeoutError:
            return DeliveryAttempt(is_accepted=False, reason="http_timeout")
        except (OSError, DispatchFailed):
            return DeliveryAttempt(is_accepted=False, reason="connection_failed")
        if attempt.is_accepted and self._faults.take(("ack_lost",), payload["event"]["type"]):
            return DeliveryAttempt(is_accepted=False, reason="http_timeout")
        return attempt

    async def _send_event_once(self, payload: JsonObject, retry: int, reason: str) -> DeliveryAttempt:
        seconds = self._config.ack_seconds
        if self._sockets.count:
            more = {"accepts_response_payload": False, "retry_attempt": retry, "retry_reason": reason}
            await self._sockets.deliver("events_api", payload, seconds, **more)
            return DeliveryAttempt(is_accepted=True)
        headers = {"content-type": "application/json"}
        if retry:
            headers |= {"x-slack-retry-num": str(retry), "x-slack-retry-reason": reason}
        reply = await self._post(json.dumps(payload).encode(), headers)
        is_final = reply.headers.get("x-slack-no-retry") == "1"
        return DeliveryAttempt(reply.status // 100 == 2, "http_error", is_final)

    async def _post(self, body: bytes, headers: dict[str, str], url: str | None = None) -> HttpReply:
        target = url or self.request_url
        if target is None:
            raise NotConnected
        signed = signature_headers(self._config.signing_secret, body, self._clock.wall())
        sending = asyncio.create_task(post(target, body, {**headers, **signed}))
        self._tasks.add(sending)
        try:
            return await asyncio.wait_for(sending, self._config.ack_seconds)
        finally:
            self._tasks.discard(sending)

    async def ask(self, kind: Kind, payload: JsonObject) -> JsonObject:
        """Deliver an interaction or a command once and return the acknowledgment's payload.

        Raises NotConnected, or DispatchFailed when the app does not acknowledge in time or properly.
        """
        try:
            if self._sockets.count:
                seconds = self._config.ack_seconds
                return await self._sockets.deliver(kind, payload, seconds, accepts_response_payload=True)
            fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            return _parsed(await self._post(urlencode(fields).encode(), {"content-type": FORM}))
        except TimeoutError:
            message = f"The app did not answer within {self._config.ack_seconds:g} seconds."
            raise DispatchFailed("timeout", message) from None
        except OSError:
            raise DispatchFailed("dispatch_failed", "The app could not be reached.") from None
        except asyncio.CancelledError:
            # stop() cancels only the inner request: whoever clicked on the page still gets an answer.
            if self._loop is None:
                raise DispatchFailed("dispatch_failed", "The local Slack is stopping.") from None
            raise

    async def verify_url(self, url: str) -> None:
        """Send the signed `url_verification` challenge; UrlNotVerified unless it comes back."""
        challenge = secrets.token_urlsafe(24)
        body = {"token": VERIFICATION_TOKEN, "challenge": challenge, "type": "url_verification"}
        try:
            reply = await self._post(json.dumps(body).encode(), {"content-type": "application/json"}, url)
        except (OSError, TimeoutError) as failed:
            raise UrlNotVerified(url) from failed
        if reply.status != 200 or challenge.encode() not in reply.body:
            raise UrlNotVerified(f"{url} answered {reply.status}")


def _parsed(reply: HttpReply) -> JsonObject:
    if reply.status // 100 != 2:
        raise DispatchFailed("dispatch_failed", f"The app answered {reply.status}.")
    if not reply.body.strip():
        return {}
    if "json" not in reply.headers.get("content-type", ""):
        return {"text": reply.body.decode(errors="replace")}
    try:
        answer = json.loads(reply.body)
    except ValueError:
        raise DispatchFailed("dispatch_failed", "The app answered broken JSON.") from None
    return answer if isinstance(answer, dict) else {}
