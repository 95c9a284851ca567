"""The bank whose work is recorded and taken up again: its Slack, its service and its application."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from string import Template
from typing import Any

import requests
from standardwebhooks.webhooks import Webhook

from bot.sandbox import Sandbox, SandboxConfig, SlackChannel, UserGroup
from tests.patience import PATIENCE
from tests.scenarios.inbox import inbox
from tests.scenarios.passing import UNHURRIED
from tests.scenarios.people import AIKO, JONAS, LEADS, MAYA, NADIA, PAYMENTS, SAM
from tests.scenarios.shop import Shop
from tests.scenarios.world import SECRET, World, slack_config
from tests.worlds.clocks import MovableClock

JsonObject = dict[str, Any]
OLD, CLOSED_ROOM, PRIVATE_ROOM = "C0OLD", "C0CLOSED", "C0PRIVATE"
PRIYA = "U0PRIYA"
"""Of the workspace, but of no channel."""
SINGLE, BATCH = "/v1/cases", "/v1/cases/batch"
MEDIA_TYPES = {SINGLE: "application/json", BATCH: "application/x-ndjson"}


def bank_config() -> SandboxConfig:
    """The payments desk and its leads, and rooms that nobody works in, to be changed at will."""
    everyone = (MAYA, JONAS, AIKO, NADIA, SAM)
    channels = (
        SlackChannel(PAYMENTS, "payments-desk", everyone, "Payments that need a look"),
        SlackChannel(LEADS, "leads", (NADIA, SAM), "Digests and overdue cases"),
        SlackChannel(OLD, "old-desk", (NADIA,), "Closed"),
        SlackChannel(CLOSED_ROOM, "lobby", (MAYA,), "Nobody works here"),
        SlackChannel(PRIVATE_ROOM, "vault", (MAYA,), "Nor here", is_private=True),
    )
    seniors = UserGroup("S0SENIORS", "seniors", "Seniors", (NADIA, SAM))
    return replace(slack_config(), channels=channels, user_groups=(seniors,))


@dataclass(frozen=True, slots=True)
class Post:
    """A body that the service posted under a webhook id, and what it was answered."""

    path: str
    webhook_id: str
    text: str
    status: int
    answer: JsonObject


def post(address: str, path: str, text: str, webhook_id: str) -> requests.Response:
    """Post a body, signed now."""
    sent_at = datetime.now(UTC)
    headers = {
        "content-type": MEDIA_TYPES[path],
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(webhook_id, sent_at, text),
    }
    return requests.post(address + path, data=text.encode(), headers=headers, timeout=PATIENCE)


def posted(address: str, path: str, text: str, webhook_id: str) -> Post:
    """Post a body and keep the answer."""
    answer = post(address, path, text, webhook_id)
    assert answer.status_code in (200, 202), answer.text
    return Post(path, webhook_id, text, answer.status_code, json.loads(answer.text))


@contextmanager
def bank(
    database_url: str, policy_text: str, moment: datetime, prepare: Callable[[World], None] | None = None
) -> Iterator[World]:
    """The bank at that moment, its application not started; Slack reaches it by signed HTTP.

    `prepare` comes before the application may be started.
    """
    clock = MovableClock(moment)
    with Sandbox(bank_config(), clock) as slack, inbox(SECRET) as mail:
        shop = Shop(lambda: world.app.url, SECRET, mail)
        text = Template(policy_text).safe_substitute(callback_url=mail.url)
        world = World(clock, slack, shop, text, database_url, is_socket=False, tempo=UNHURRIED)
        if prepare is not None:
            prepare(world)
        try:
            yield world
        finally:
            world.stop()
