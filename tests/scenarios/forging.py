"""Payloads that no control of ours sends, signed as Slack signs them (or not)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode

import requests

from bot.sandbox.http_client import signature_headers
from tests.patience import PATIENCE
from tests.scenarios.people import Case
from tests.scenarios.words import controls
from tests.scenarios.world import World

JsonObject = dict[str, Any]
TEAM = "T0ACMEBANK"
_moments = count(1)


def send(world: World, payload: JsonObject, secret: str | None = None) -> requests.Response:
    """Send an interaction to the request URL, signed with Slack's secret or another."""
    body = urlencode({"payload": json.dumps(payload)}).encode()
    headers = signature_headers(secret or world.slack.config.signing_secret, body, datetime.now(UTC))
    headers["content-type"] = "application/x-www-form-urlencoded"
    url = f"{world.app.url}/slack/events"
    return requests.post(url, data=body, headers=headers, timeout=PATIENCE)


def click_payload(world: World, case: Case, user: str, team: str = TEAM) -> JsonObject:
    """What Slack sends when somebody presses the first button of the case's message."""
    message = world.person(user).message(case)
    block, element = next(iter(controls(message)))
    action = {name: element[name] for name in ("type", "action_id", "value")}
    return {
        "type": "block_actions",
        "team": {"id": TEAM, "domain": "acme-bank"},
        "user": {"id": user, "team_id": team},
        "api_app_id": world.slack.config.bot.app_id,
        "channel": {"id": case.channel, "name": "payments-desk"},
        "container": {"type": "message", "channel_id": case.channel, "message_ts": message["ts"]},
        "actions": [{**action, "block_id": block["block_id"], "action_ts": f"{next(_moments)}.0"}],
    }


def submission(world: World, user: str, change: Callable[[JsonObject], JsonObject]) -> JsonObject:
    """What Slack sends when the open window is submitted, with its `private_metadata` changed."""
    window = world.person(user).window()
    assert window is not None, "no window is open"
    metadata = change(json.loads(window["private_metadata"]))
    values = {
        "label": {"label": {"type": "radio_buttons", "selected_option": {"value": "fraud"}}},
        "rationale": {"rationale": {"type": "plain_text_input", "value": "because"}},
    }
    return {
        "type": "view_submission",
        "team": {"id": TEAM, "domain": "acme-bank"},
        "user": {"id": user, "team_id": TEAM},
        "api_app_id": world.slack.config.bot.app_id,
        "view": {**window, "private_metadata": json.dumps(metadata), "state": {"values": values}},
    }
