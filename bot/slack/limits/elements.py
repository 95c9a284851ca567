"""Limits of texts, options and interactive elements (Slack's Block Kit reference)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.slack.limits.violation import (
    Check,
    JsonObject,
    ObjectShape,
    Violation,
    Violations,
    all_of,
    anything,
    boolean,
    by_type,
    integer,
    list_of,
    string,
    word_of,
)

ID = string(255)
TYPE = string(50)
URL = string(3000, 1)
OPTIONS = 100
CHOICES = 10
OVERFLOW = 5


def _text_shape(longest: int, *kinds: str) -> Check:
    properties = {"type": word_of(*kinds), "text": string(longest, 1), "emoji": boolean, "verbatim": boolean}
    return ObjectShape(properties, ("type", "text"))


def plain_text(longest: int) -> Check:
    """Check for a `plain_text` object of at most `longest` characters."""
    return _text_shape(longest, "plain_text")


def any_text(longest: int) -> Check:
    """Check for a `plain_text` or `mrkdwn` object of at most `longest` characters."""
    return _text_shape(longest, "plain_text", "mrkdwn")


CONFIRM = ObjectShape(
    {
        "title": plain_text(100),
        "text": any_text(300),
        "confirm": plain_text(30),
        "deny": plain_text(30),
        "style": word_of("primary", "danger"),
    },
    ("title", "text", "confirm", "deny"),
)


def _option(text: Check) -> Check:
    properties = {"text": text, "value": string(150), "description": any_text(75), "url": URL}
    return ObjectShape(properties, ("text", "value"))


SELECT_OPTION = _option(plain_text(75))
CHOICE_OPTION = _option(any_text(75))
OPTION_GROUP = ObjectShape(
    {"label": plain_text(75), "options": list_of(SELECT_OPTION, OPTIONS)}, ("label", "options")
)
SLACK_FILE = ObjectShape({"id": string(255, 1), "url": URL})


def _single_of(*names: str) -> Check:
    def check(value: Any, path: str) -> Violations:
        if isinstance(value, dict) and sum(name in value for name in names) != 1:
            yield Violation(path, f"must have exactly one of: {', '.join(names)}")

    return check


def _entries(value: JsonObject, name: str) -> list[Any]:
    items = value.get(name)
    return items if isinstance(items, list) else []


def _initial_among_options(value: Any, path: str) -> Violations:
    """Slack refuses a preselected option that does not exactly match any of the options."""
    if not isinstance(value, dict):
        return
    groups = [group for group in _entries(value, "option_groups") if isinstance(group, dict)]
    options = _entries(value, "options") + [
        option for group in groups for option in _entries(group, "options")
    ]
    chosen = [value["initial_option"]] if "initial_option" in value else _entries(value, "initial_options")
    if options and any(option not in options for option in chosen):
        yield Violation(path, "initial option must be one of the options")


def _element(required: tuple[str, ...] = (), **properties: Check) -> Check:
    own: Mapping[str, Check] = {"type": TYPE, "action_id": ID, "confirm": CONFIRM, **properties}
    return ObjectShape(own, ("type", *required))


def _select(**properties: Check) -> Check:
    return _element((), placeholder=plain_text(150), focus_on_load=boolean, **properties)


def _static_select(**properties: Check) -> Check:
    options: Mapping[str, Check] = {
        "options": list_of(SELECT_OPTION, OPTIONS),
        "option_groups": list_of(OPTION_GROUP, OPTIONS),
    }
    return all_of(
        _select(**options, **properties), _single_of("options", "option_groups"), _initial_among_options
    )


def _text_input(**properties: Check) -> Check:
    return _element(
        (), placeholder=plain_text(150), focus_on_load=boolean, dispatch_action_config=anything, **properties
    )


def _choices(**properties: Check) -> Check:
    shape = _element(
        ("options",), options=list_of(CHOICE_OPTION, CHOICES), focus_on_load=boolean, **properties
    )
    return all_of(shape, _initial_among_options)


IMAGE_SOURCE = _single_of("image_url", "slack_file")
IMAGE = all_of(
    ObjectShape(
        {"type": TYPE, "image_url": URL, "slack_file": SLACK_FILE, "alt_text": string(2000, 1)},
        ("alt_text",),
    ),
    IMAGE_SOURCE,
)

BUTTON = _element(
    ("text",),
    text=plain_text(75),
    value=string(2000),
    url=URL,
    style=word_of("primary", "danger"),
    accessibility_label=string(75),
)
SELECTED = list_of(ID, OPTIONS)
MANY = integer(1, 1000)

INTERACTIVE: Mapping[str, Check] = {
    "button": BUTTON,
    "static_select": _static_select(initial_option=SELECT_OPTION),
    "multi_static_select": _static_select(
        initial_options=list_of(SELECT_OPTION, OPTIONS), max_selected_items=MANY
    ),
    "external_select": _select(initial_option=SELECT_OPTION, min_query_length=integer(0, 100)),
    "multi_external_select": _select(
        initial_options=list_of(SELECT_OPTION, OPTIONS),
        min_query_length=integer(0, 100),
        max_selected_items=MANY,
    ),
    "users_select": _select(initial_user=ID),
    "multi_users_select": _select(initial_users=SELECTED, max_selected_items=MANY),
    "conversations_select": _select(
        initial_conversation=ID,
        default_to_current_conversation=boolean,
        filter=anything,
        response_url_enabled=boolean,
    ),
    "multi_conversations_select": _select(
        initial_conversations=SELECTED,
        default_to_current_conversation=boolean,
        filter=anything,
        max_selected_items=MANY,
    ),
    "channels_select": _select(initial_channel=ID, response_url_enabled=boolean),
    "multi_channels_select": _select(initial_channels=SELECTED, max_selected_items=MANY),
    "overflow": _element(("options",), options=list_of(SELECT_OPTION, OVERFLOW)),
    "radio_buttons": _choices(initial_option=CHOICE_OPTION),
    "checkboxes": _choices(initial_options=list_of(CHOICE_OPTION, CHOICES)),
    "datepicker": _select(initial_date=string(10, 10)),
    "timepicker": _select(initial_time=string(5, 5), timezone=ID),
    "datetimepicker": _element(initial_date_time=integer(0, 9_999_999_999), focus_on_load=boolean),
}

INPUTS: Mapping[str, Check] = {
    **{kind: check for kind, check in INTERACTIVE.items() if kind not in {"button", "overflow"}},
    "plain_text_input": _text_input(
        initial_value=string(3000),
        multiline=boolean,
        min_length=integer(0, 3000),
        max_length=integer(1, 3000),
    ),
    "email_text_input": _text_input(initial_value=string(3000)),
    "url_text_input": _text_input(initial_value=string(3000)),
    "number_input": _text_input(
        initial_value=string(3000), is_decimal_allowed=boolean, min_value=string(50), max_value=string(50)
    ),
    "rich_text_input": _text_input(initial_value=anything),
    "file_input": _element(filetypes=list_of(string(50), 100), max_files=integer(1, 10)),
}

ACTION_ELEMENT = by_type(INTERACTIVE)
INPUT_ELEMENT = by_type(INPUTS)
ACCESSORY = by_type({**INTERACTIVE, "image": IMAGE})
CONTEXT_ELEMENT = by_type({"image": IMAGE, "plain_text": any_text(3000), "mrkdwn": any_text(3000)})
