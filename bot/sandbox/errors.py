"""The local Slack's errors: what the Web API refuses, and what a person on the page may not do."""

from collections.abc import Iterable
from typing import Any

from bot.sandbox.json_types import JsonObject


class SandboxError(Exception):
    """The local Slack could not do this."""


class ApiError(SandboxError):
    """The Web API answers an error code."""

    def __init__(self, code: str, messages: Iterable[str] = (), **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.messages = list(messages)
        self.more = more

    def body(self) -> JsonObject:
        """The JSON that Slack answers."""
        body: JsonObject = {"ok": False, "error": self.code, **self.more}
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
        return body


class RateLimited(ApiError):
    """Too many calls: HTTP 429."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after


class UiRefused(SandboxError):
    """The page asked for something that a person cannot do."""

    def __init__(self, error: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.error = error
        self.message = message
        self.status = status


class NotConnected(SandboxError):
    """Nothing listens: no Socket Mode connection is open and no request URL is set."""


class DispatchFailed(SandboxError):
    """The app did not answer an interaction properly."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error
        self.message = message
