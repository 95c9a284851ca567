"""Modals and Home tabs beyond the first submission: clicks inside, pushing, limits, values."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import Sandbox
from bot.sandbox.views import input_errors, state_values
from tests.sandbox.conftest import Heard, Json, Page
from tests.sandbox.test_bolt_http import MODAL, BoltServer, app, server

__all__ = ["app", "server"]
HOME: Json = {
    "type": "home",
    "blocks": [
        {
            "type": "actions",
            "block_id": "row",
            "elements": [
                {
                    "type": "button",
                    "action_id": "open",
                    "text": {"type": "plain_text", "text": "Open"},
                    "value": "c1",
                },
                {"type": "external_select", "action_id": "who", "min_query_length": 1},
            ],
        }
    ],
}


@pytest.fixture
def home(client: WebClient) -> str:
    view_id: str = client.views_publish(user_id="U0MAYA", view=HOME)["view"]["id"]
    return view_id


def act(page: Page, view_id: str, action_id: str = "open", **more: Any) -> Json:
    return page.post("action", view_id=view_id, block_id="row", action_id=action_id, type="button", **more)


def test_a_click_on_the_home_tab_carries_the_view(
    app: App, server: BoltServer, home: str, client: WebClient, maya: Page, heard: Heard
) -> None:
    @app.action("open")
    def clicked(ack: Any, body: Json) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        ack()
        heard.add(body)

    assert act(maya, home) == {"ok": True}

    (body,) = heard.wait_for(1)
    assert body["container"] == {"type": "view", "view_id": home}
    assert (body["view"]["type"], body["actions"][0]["value"]) == ("home", "c1")
    assert "response_url" not in body
    assert act(maya, home, "never")["error"] == "no_such_control"
    assert len(maya.get("state")["modals"]) == 1


def test_only_its_person_can_act_in_a_view(server: BoltServer, home: str, jonas: Page) -> None:
    assert act(jonas, home)["error"] == "view_not_found"


def test_suggestions_are_asked_for_in_a_view(app: App, server: BoltServer, home: str, maya: Page) -> None:
    options = [{"text": {"type": "plain_text", "text": "Jonas"}, "value": "U0JONAS"}]

    @app.options("who")
    def who(ack: Any) -> None:
        ack(options=options)

    def suggest(action_id: str) -> Json:
        return maya.post("suggest", view_id=home, block_id="row", action_id=action_id, value="jo")

    assert suggest("who") == {"ok": True, "options": options}
    assert suggest("never")["error"] == "no_such_control"


def test_a_modal_is_pushed_only_onto_another(sandbox: Sandbox, client: WebClient) -> None:
    trigger_id = sandbox.workspace.triggers.issue("U0MAYA")

    with pytest.raises(SlackApiError, match="invalid_arguments"):
        client.views_push(trigger_id=trigger_id, view=MODAL)


def test_a_button_in_a_modal_pushes_a_second_one(
    app: App, server: BoltServer, home: str, client: WebClient, maya: Page
) -> None:
    inner = {**MODAL, "blocks": [*MODAL["blocks"], HOME["blocks"][0]]}

    @app.action("open")
    def clicked(ack: Any, body: Json) -> None:
        call = client.views_open if body["view"]["type"] == "home" else client.views_push
        call(trigger_id=body["trigger_id"], view=inner)
        ack()

    act(maya, home)
    (bottom,) = maya.get("state")["modals"]
    typed = {"values": {"why": {"text": {"type": "plain_text_input", "value": "half"}}}}
    act(maya, bottom["id"], state=typed)

    below, top = maya.get("state")["modals"]
    assert (top["previous_view_id"], top["root_view_id"]) == (below["id"], below["id"])
    assert below["state"]["values"]["why"]["text"]["value"] == "half"
    maya.post("view/close", view_id=top["id"], clear=True)
    assert maya.get("state")["modals"] == []


def test_an_external_id_names_one_view(sandbox: Sandbox, client: WebClient) -> None:
    trigger = sandbox.workspace.triggers.issue
    named = {**MODAL, "external_id": "case-1"}
    client.views_open(trigger_id=trigger("U0MAYA"), view=named)

    renamed = {**named, "title": {"type": "plain_text", "text": "Again"}}
    assert client.views_update(external_id="case-1", view=renamed)["view"]["title"]["text"] == "Again"
    with pytest.raises(SlackApiError, match="duplicate_external_id"):
        client.views_open(trigger_id=trigger("U0JONAS"), view=named)


def test_a_view_may_not_be_too_large_nor_show_an_unknown_file(sandbox: Sandbox, client: WebClient) -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}
    image = {"type": "image", "slack_file": {"id": "F0NONE"}, "alt_text": "a"}

    with pytest.raises(SlackApiError, match="view_too_large"):
        client.views_publish(user_id="U0MAYA", view={"type": "home", "blocks": [section] * 90})
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        client.views_publish(user_id="U0MAYA", view={"type": "home", "blocks": [image]})


ELEMENTS: list[tuple[Json, Json]] = [
    ({"type": "plain_text_input"}, {"value": None}),
    ({"type": "plain_text_input", "initial_value": "odd"}, {"value": "odd"}),
    ({"type": "static_select", "initial_option": {"value": "1"}}, {"selected_option": {"value": "1"}}),
    ({"type": "checkboxes"}, {"selected_options": []}),
    ({"type": "multi_users_select", "initial_users": ["U1"]}, {"selected_users": ["U1"]}),
    ({"type": "datepicker"}, {"selected_date": None}),
]


@pytest.mark.parametrize(("element", "expected"), ELEMENTS)
def test_state_begins_with_what_an_element_begins_with(element: Json, expected: Json) -> None:
    block = {"type": "input", "block_id": "b", "element": {**element, "action_id": "a"}}

    assert state_values([block], {}) == {"b": {"a": {"type": element["type"], **expected}}}


def test_what_a_person_clears_is_empty_even_if_it_began_with_something() -> None:
    element = {"type": "plain_text_input", "action_id": "a", "initial_value": "odd"}
    block = {"type": "input", "block_id": "b", "element": element}

    (entry,) = state_values([block], {"b": {"a": {"type": "plain_text_input"}}})["b"].values()

    assert entry["value"] is None


@pytest.mark.parametrize(
    ("block", "value", "error"),
    [
        ({}, None, "Please complete this required field."),
        ({"optional": True}, None, None),
        ({"min_length": 3}, "ab", "Please enter at least 3 characters."),
        ({"max_length": 3}, "abcd", "Please enter at most 3 characters."),
        ({}, "abc", None),
        ({}, ["a"], None),
    ],
)
def test_the_client_checks_inputs_before_it_submits(block: Json, value: Any, error: str | None) -> None:
    element = {"type": "plain_text_input", "action_id": "a", **block}
    blocks = [
        {"type": "divider", "block_id": "d"},
        {"type": "input", "block_id": "b", **block, "element": element},
    ]

    errors = input_errors(blocks, {"b": {"a": {"value": value}}})

    assert errors == ({"b": error} if error else {})
