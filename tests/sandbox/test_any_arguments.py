"""Whatever an app sends, the local Slack answers with a code of Slack's and never breaks."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import SystemClock
from bot.sandbox import SandboxConfig
from bot.sandbox.api.gateway import METHODS, Gateway
from bot.sandbox.parts import build_parts
from bot.slack.limits import message_violations, view_violations

CONFIG = replace(SandboxConfig.default(), pace=0)
IDS = ["C0DIGITS", "#general", "U0MAYA", "D0MAYA", "1.0", "B0SECONDLOOK", "F00000001", "in.png"]
KINDS = [
    "section",
    "actions",
    "input",
    "image",
    "table",
    "modal",
    "home",
    "button",
    "plain_text",
    "static_select",
    "overflow",
]
NAMES = [
    "type",
    "text",
    "blocks",
    "elements",
    "element",
    "accessory",
    "options",
    "rows",
    "title",
    "slack_file",
    "id",
    "event_type",
]
ARGUMENTS = [
    "channel",
    "ts",
    "text",
    "blocks",
    "view",
    "metadata",
    "user",
    "users",
    "files",
    "limit",
    "cursor",
    "trigger_id",
    "timestamp",
    "name",
    "oldest",
    "latest",
    "types",
    "filename",
    "length",
    "user_id",
    "thread_ts",
    "attachments",
    "channels",
    "hash",
    "view_id",
    "email",
    "usergroup",
    "username",
]
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
values: st.SearchStrategy[Any] = st.recursive(
    scalars | st.sampled_from(KINDS) | st.sampled_from(IDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)
arguments = st.dictionaries(st.sampled_from(ARGUMENTS), values | values.map(json.dumps), max_size=6)


@settings(max_examples=300, deadline=None)
@given(method=st.sampled_from(sorted(METHODS)), args=arguments)
def test_any_arguments_get_an_answer(method: str, args: dict[str, Any]) -> None:
    gateway = Gateway(build_parts(CONFIG, "http://127.0.0.1:1", SystemClock(), time.monotonic).workspace)
    token = CONFIG.app_token if METHODS[method].token == "app" else CONFIG.bot_token

    answer = gateway.answer(method, args, token)

    assert answer.body["ok"] or answer.body["error"]
    assert json.dumps(answer.body)


@settings(max_examples=300, deadline=None)
@given(payload=values)
def test_any_payload_can_be_checked(payload: Any) -> None:
    assert isinstance(view_violations(payload), tuple)
    assert isinstance(message_violations({"text": "t", "blocks": payload, "metadata": payload}), tuple)
