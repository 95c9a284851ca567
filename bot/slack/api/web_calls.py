"""A call to Slack through slack_sdk: its answer, or the kind of its failure."""

import socket
from collections.abc import Callable, Mapping
from datetime import timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web import SlackResponse

from bot.slack.api.failures import SlackFailure, SlackPermanent, SlackRetryable, SlackUnknownOutcome
from bot.slack.api.refusals import OTHER_WORKSPACE, refusal
from bot.slack.blocks.message import JsonObject
from routing.slack_channel import ChannelId

DEFAULT_RETRY_AFTER = 1.0
UNTOUCHED = frozenset(
    {"ratelimited", "rate_limited", "message_limit_exceeded", "service_unavailable", "team_added_to_org"}
)
"""Answers after which Slack has surely done nothing and may do it a little later."""
UNKNOWN = frozenset({"fatal_error", "internal_error", "request_timeout", "update_failed"})
"""Answers after which Slack may have done it."""
LONGEST_DETAIL = 300


def slack_client(token: str | None, base_url: str | None = None, timeout: int = 10) -> WebClient:
    """A client without slack_sdk's retries (they sleep in the caller and can post twice).

    `timeout` in seconds for connecting and for each read.
    """
    return WebClient(token=token, base_url=base_url or WebClient.BASE_URL, timeout=timeout, retry_handlers=[])


def retry_after(headers: Mapping[str, Any]) -> timedelta:
    """How long Slack asks to wait, a second where it does not say; at most an hour."""
    lowered = {str(name).lower(): value for name, value in headers.items()}
    try:
        seconds = float(str(lowered.get("retry-after", DEFAULT_RETRY_AFTER)))
    except ValueError:
        seconds = DEFAULT_RETRY_AFTER
    # Bounded: a header that is read wrong must not silence a channel for years.
    return timedelta(seconds=min(max(seconds, 0.0), 3600.0))


def _details(data: JsonObject) -> tuple[str, ...]:
    """What Slack says beside the code: the scope that is missing, and what it does not take of the blocks."""
    needed = data.get("needed")
    messages = (data.get("response_metadata") or {}).get("messages") or data.get("errors") or []
    sentences = [f"Needed: {needed}."] * bool(needed) + [str(message) for message in messages]
    return tuple(sentence[:LONGEST_DETAIL] for sentence in sentences[:5])


def failure_of(error: SlackApiError, method: str) -> SlackFailure:
    """The failure that Slack's refusal means: by status first, then by error code."""
    response: SlackResponse = error.response
    if response.status_code == 429:
        return SlackRetryable("ratelimited", retry_after(response.headers))
    # Slack may have posted before it failed: as a plain failure the next try would post again.
    if response.status_code >= 500:
        return SlackUnknownOutcome(f"http_{response.status_code}")
    data = response.data if isinstance(response.data, dict) else {}
    code = str(data.get("error", "invalid_answer"))
    if code in UNTOUCHED:
        return SlackRetryable(code, retry_after(response.headers))
    if code in UNKNOWN or " " in code:  # slack_sdk puts a sentence here when the answer was not JSON
        return SlackUnknownOutcome(code[:80])
    return SlackPermanent(code, refusal(code, method).mend, method, _details(data))


def connection_failure(error: Exception) -> SlackFailure:
    """The failure that a broken connection means: retryable only if nothing can have reached Slack."""
    reason = error.reason if isinstance(error, URLError) else None
    # Only these: of any other break the request may have been read, though no answer came.
    if isinstance(reason, ConnectionRefusedError | socket.gaierror):
        return SlackRetryable("connection_refused")
    return SlackUnknownOutcome(type(reason or error).__name__)


def _bare(channel_id: ChannelId) -> str:
    """The id for Slack, which would look for any in the workspace that the token is for."""
    if channel_id.team_id:
        raise SlackPermanent(OTHER_WORKSPACE, refusal(OTHER_WORKSPACE).mend)
    return channel_id.id


def call(method: str, function: Callable[..., SlackResponse], **arguments: Any) -> JsonObject:
    """Call `function` (Slack's `method`) and return Slack's answer; raises a SlackFailure otherwise.

    A channel of another workspace is refused without a call.
    """
    bare = {name: _bare(each) if isinstance(each, ChannelId) else each for name, each in arguments.items()}
    try:
        response = function(**bare)
    except SlackApiError as error:
        raise failure_of(error, method) from error
    except (OSError, HTTPException, SlackRequestError) as error:
        raise connection_failure(error) from error
    data = response.data
    return data if isinstance(data, dict) else {}
