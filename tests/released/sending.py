"""Sends a recorded payload as Slack would today: only what Slack itself renews is new."""

import copy
import json
from dataclasses import fields
from typing import Any
from urllib.parse import urlencode

import requests

from bot.sandbox.http_client import signature_headers
from bot.sandbox.views import View
from tests.patience import PATIENCE
from tests.released.record.tap import FORM
from tests.released.slack_state import show
from tests.scenarios.world import World

JsonObject = dict[str, Any]
_OWN_TO_API = {field.name for field in fields(View)} | {"state"}
_ADDED = ("team_id", "previous_view_id", "root_view_id", "app_id", "app_installed_team_id", "bot_id")


def send(world: World, payload: JsonObject) -> requests.Response:
    """Post the payload to the application, signed now, with a new trigger and a new response URL."""
    renewed = _renewed(world, payload)
    if "event" in renewed:
        return _post(world, json.dumps(renewed), "application/json")
    form = renewed if "command" in renewed else {"payload": json.dumps(renewed)}
    return _post(world, urlencode(form), FORM)


def person_of(payload: JsonObject) -> str:
    """Who acted."""
    user = payload.get("user")
    event = payload.get("event", {})
    return str(user["id"] if isinstance(user, dict) else payload.get("user_id") or event.get("user") or "")


def _post(world: World, text: str, content_type: str) -> requests.Response:
    body = text.encode()
    signed = signature_headers(world.slack.config.signing_secret, body, world.clock.wall())
    headers = {"content-type": content_type, **signed}
    return requests.post(f"{world.app.url}/slack/events", data=body, headers=headers, timeout=PATIENCE)


def _renewed(world: World, payload: JsonObject) -> JsonObject:
    renewed, workspace, person = copy.deepcopy(payload), world.slack.workspace, person_of(payload)
    view = payload.get("view")
    if view is not None:
        show(world.slack, _view(view, person))
    if "trigger_id" in payload:
        renewed["trigger_id"] = workspace.triggers.issue(person, view["id"] if view else None)
    if "response_url" in payload:
        container = payload.get("container", {})
        channel = payload.get("channel_id") or payload["channel"]["id"]
        ts, thread_ts = container.get("message_ts"), container.get("thread_ts")
        under = thread_ts if thread_ts != ts else None
        renewed["response_url"] = world.slack.url + workspace.response_urls.issue(channel, person, ts, under)
    return renewed


def _view(view: JsonObject, person: str) -> View:
    """The view on the person's screen, from how Slack gave it."""
    content = {name: value for name, value in view.items() if name not in _OWN_TO_API | set(_ADDED)}
    previous, root = view["previous_view_id"], view["root_view_id"]
    return View(view["id"], person, content, view["hash"], root, previous, view["state"]["values"])
