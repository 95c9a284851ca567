"""Modals and Home tabs: a view, how Slack gives it, and which inputs a submission must fill."""

import copy
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.config import BotUser
from bot.sandbox.json_types import JsonObject
from bot.sandbox.messages import interactive_elements

STACK = 3
REQUIRED = "Please complete this required field."


@dataclass
class View:
    """An open modal or a person's Home tab; `content` is the app's JSON with the ids filled in."""

    id: str
    user_id: str
    content: JsonObject
    hash: str
    root_id: str
    previous_id: str | None = None
    values: JsonObject = field(default_factory=dict)

    @property
    def blocks(self) -> list[JsonObject]:
        """Its blocks."""
        blocks: list[JsonObject] = self.content["blocks"]
        return blocks


def api_view(view: View, team_id: str, bot: BotUser) -> JsonObject:
    """The view as `views.open` answers it and interaction payloads carry it."""
    content = copy.deepcopy(view.content)
    defaults: JsonObject = {"private_metadata": "", "callback_id": "", "external_id": ""}
    if content["type"] == "modal":
        defaults |= {
            "clear_on_close": False,
            "notify_on_close": False,
            "close": None,
            "submit": None,
            "submit_disabled": False,
        }
    return {
        **defaults,
        **content,
        "id": view.id,
        "team_id": team_id,
        "state": {"values": copy.deepcopy(view.values)},
        "hash": view.hash,
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id,
        "app_id": bot.app_id,
        "app_installed_team_id": team_id,
        "bot_id": bot.bot_id,
    }


_EMPTY: dict[str, tuple[str, Any]] = {
    "plain_text_input": ("value", None),
    "email_text_input": ("value", None),
    "url_text_input": ("value", None),
    "number_input": ("value", None),
    "rich_text_input": ("rich_text_value", None),
    "static_select": ("selected_option", None),
    "external_select": ("selected_option", None),
    "radio_buttons": ("selected_option", None),
    "checkboxes": ("selected_options", []),
    "multi_static_select": ("selected_options", []),
    "multi_external_select": ("selected_options", []),
    "users_select": ("selected_user", None),
    "multi_users_select": ("selected_users", []),
    "conversations_select": ("selected_conversation", None),
    "multi_conversations_select": ("selected_conversations", []),
    "channels_select": ("selected_channel", None),
    "multi_channels_select": ("selected_channels", []),
    "datepicker": ("selected_date", None),
    "timepicker": ("selected_time", None),
    "datetimepicker": ("selected_date_time", None),
    "file_input": ("files", []),
}
_INITIAL = {
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "value": "initial_value",
    "rich_text_value": "initial_value",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
}


def state_values(blocks: list[JsonObject], answers: JsonObject) -> JsonObject:
    """Slack's `state.values`: every stateful element, with what the person gave or it began with."""
    values: JsonObject = {}
    for block in blocks:
        for element in interactive_elements(block):
            if element["type"] not in _EMPTY:
                continue
            block_id, action_id = block["block_id"], element["action_id"]
            answer = (answers.get(block_id) or {}).get(action_id)
            values.setdefault(block_id, {})[action_id] = _entry(element, answer)
    return values


def _entry(element: JsonObject, answer: JsonObject | None) -> JsonObject:
    name, empty = _EMPTY[element["type"]]
    initial = element.get(_INITIAL.get(name, ""), empty)
    value = initial if answer is None else answer.get(name, empty)
    return {"type": element["type"], name: None if value == "" else value}


def input_errors(blocks: list[JsonObject], values: JsonObject) -> dict[str, str]:
    """What Slack's own client finds wrong before it submits: block id to the words under the field."""
    errors: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        name, _ = _EMPTY[element["type"]]
        problem = _input_error(block, element, values[block["block_id"]][element["action_id"]][name])
        if problem:
            errors[block["block_id"]] = problem
    return errors


def _input_error(block: JsonObject, element: JsonObject, value: Any) -> str | None:
    if not value:
        return None if block.get("optional") else REQUIRED
    if not isinstance(value, str):
        return None
    if len(value) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if len(value) > element.get("max_length", 3000):
        return f"Please enter at most {element.get('max_length', 3000)} characters."
    return None
