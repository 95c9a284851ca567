"""Modals and the Home tab: what is entered, what is sent, what goes wrong."""

from __future__ import annotations

from queue import Queue
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from slack_bolt import Ack, App
from slack_sdk import WebClient

from tests.patience import PATIENCE

from .conftest import DIGITS, Json, Visit, actions, button, option, plain


def field(block_id: str, element: Json, **more: Any) -> Json:
    """An input block whose label is its id and whose action id is its block id."""
    element = {"action_id": block_id, **element}
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id.title()),
        "element": element,
        **more,
    }


def window(*blocks: Json, **more: Any) -> Json:
    """A modal that asks for something."""
    texts = {"title": plain("Label this case"), "submit": plain("Save"), "close": plain("Cancel")}
    return {"type": "modal", "callback_id": "case", **texts, "blocks": list(blocks), **more}


RATIONALE = field("rationale", {"type": "plain_text_input", "multiline": True, "min_length": 3})
SURE = field(
    "sure",
    {"type": "radio_buttons", "options": [option("Low"), option("High")], "initial_option": option("High")},
)
LABEL = field("label", {"type": "static_select", "options": [option("Fraud"), option("Fine")]}, optional=True)
NOTE = field("note", {"type": "plain_text_input"}, optional=True)
AMOUNT = field("amount", {"type": "number_input", "is_decimal_allowed": False}, optional=True)
DUE = field("due", {"type": "datepicker", "initial_date": "2026-11-24"}, optional=True)


def opened(app: App, client: WebClient, visit: Visit, view: Json) -> Page:
    """The page with the modal that a button opens."""

    @app.action("open")
    def on_open(ack: Ack, body: Json) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=view)

    client.chat_postMessage(channel=DIGITS, text="Which?", blocks=actions(button("Label…", "open")))
    page = visit()
    page.locator("[data-action-id=open]").click()
    expect(page.get_by_role("dialog", name="Label this case")).to_be_visible()
    return page


def test_required_field_is_asked_for_before_anything_is_sent(
    app: App, client: WebClient, visit: Visit
) -> None:
    page = opened(app, client, visit, window(RATIONALE, SURE))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))

    page.get_by_role("button", name="Save").click()

    error = page.locator("[data-block-id=rationale] .field-error")
    expect(error).to_have_text("Please complete this required field.")
    expect(page.locator("[data-action-id=rationale]")).to_be_focused()
    expect(page.locator("[data-action-id=rationale]")).to_have_attribute("aria-invalid", "true")
    assert [url for url in sent if url.endswith("/ui/view/submit")] == []


def test_errors_of_the_app_stand_under_their_fields_and_the_next_try_closes(
    app: App, client: WebClient, visit: Visit
) -> None:
    @app.view("case")
    def on_submit(ack: Ack, view: Json) -> None:
        if view["state"]["values"]["rationale"]["rationale"]["value"] == "odd":
            ack(response_action="errors", errors={"rationale": "What is odd?"})
        else:
            ack()

    page = opened(app, client, visit, window(RATIONALE, SURE))
    page.get_by_role("textbox", name="Rationale").fill("odd")

    page.get_by_role("button", name="Save").click()

    expect(page.locator("[data-block-id=rationale] .field-error")).to_have_text("What is odd?")
    expect(page.get_by_role("textbox", name="Rationale")).to_have_value("odd")
    page.get_by_role("textbox", name="Rationale").fill("the address differs")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_submission_carries_every_field_in_slacks_shape(app: App, client: WebClient, visit: Visit) -> None:
    submitted: Queue[Json] = Queue()

    @app.view("case")
    def on_submit(ack: Ack, view: Json) -> None:
        ack()
        submitted.put(view["state"]["values"])

    page = opened(app, client, visit, window(RATIONALE, SURE, LABEL, NOTE, AMOUNT, DUE))
    page.get_by_role("textbox", name="Rationale").fill("seen before")
    page.get_by_role("combobox", name="Label").click()
    page.get_by_role("option", name="Fraud").click()
    page.get_by_role("textbox", name="Amount").fill("12")

    page.get_by_role("button", name="Save").click()

    values = submitted.get(timeout=PATIENCE)
    assert values["rationale"]["rationale"] == {"type": "plain_text_input", "value": "seen before"}
    assert values["sure"]["sure"]["selected_option"]["value"] == "high"
    assert values["label"]["label"] == {"type": "static_select", "selected_option": option("Fraud")}
    assert values["note"]["note"] == {"type": "plain_text_input", "value": None}
    assert values["amount"]["amount"] == {"type": "number_input", "value": "12"}
    assert values["due"]["due"] == {"type": "datepicker", "selected_date": "2026-11-24"}


@pytest.mark.parametrize(
    ("element", "typed", "words"),
    [
        ({"type": "plain_text_input", "min_length": 5}, "abc", "at least 5 characters"),
        ({"type": "plain_text_input", "max_length": 2}, "abc", "2 characters or fewer"),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "whole number"),
        ({"type": "number_input", "is_decimal_allowed": True, "max_value": "3"}, "3.5", "at most 3"),
        ({"type": "email_text_input"}, "nobody", "valid email address"),
        ({"type": "url_text_input"}, "example", "valid URL"),
    ],
)
def test_field_that_breaks_its_rule_says_which(
    app: App, client: WebClient, visit: Visit, element: Json, typed: str, words: str
) -> None:
    page = opened(app, client, visit, window(field("note", element)))
    page.get_by_role("textbox", name="Note").fill(typed)

    page.get_by_role("button", name="Save").click()

    expect(page.locator("[data-block-id=note] .field-error")).to_contain_text(words)


def test_escape_closes_the_modal_and_the_app_hears_of_it(app: App, client: WebClient, visit: Visit) -> None:
    closed: Queue[Json] = Queue()

    @app.view_closed("case")
    def on_close(ack: Ack, body: Json) -> None:
        ack()
        closed.put(body)

    page = opened(app, client, visit, window(NOTE, notify_on_close=True))

    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    assert closed.get(timeout=PATIENCE)["is_cleared"] is False
    expect(page.locator("[data-action-id=open]")).to_be_focused()


def test_focus_stays_inside_the_modal(app: App, client: WebClient, visit: Visit) -> None:
    page = opened(app, client, visit, window(NOTE))

    for _ in range(8):
        page.keyboard.press("Tab")

        inside = "!!document.activeElement.closest('dialog') || document.activeElement === document.body"
        assert page.evaluate(inside)


def test_entered_text_outlives_an_update_of_the_modal(app: App, client: WebClient, visit: Visit) -> None:
    more = {"type": "actions", "block_id": "acts", "elements": [button("Show all", "all")]}
    note: Json = {"type": "section", "text": plain("The whole input")}

    @app.action("all")
    def on_all(ack: Ack, body: Json) -> None:
        ack()
        client.views_update(view_id=body["view"]["id"], view=window(note, NOTE, more))

    page = opened(app, client, visit, window(NOTE, more))
    page.get_by_role("textbox", name="Note").fill("half a thought")

    page.locator("[data-action-id=all]").click()

    expect(page.get_by_text("The whole input")).to_be_visible()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("half a thought")


def test_pushed_modal_lies_above_and_gives_way_to_the_first(
    app: App, client: WebClient, visit: Visit
) -> None:
    @app.action("why")
    def on_why(ack: Ack, body: Json) -> None:
        ack()
        text: Json = {"type": "section", "text": plain("Because it is dear.")}
        above = {"type": "modal", "title": plain("Why me?"), "blocks": [text]}
        client.views_push(trigger_id=body["trigger_id"], view=above)

    page = opened(app, client, visit, window(NOTE, actions(button("Why?", "why"))[0]))

    page.locator("[data-action-id=why]").click()
    expect(page.get_by_role("dialog", name="Why me?")).to_contain_text("Because it is dear.")
    page.locator("[data-command=cancel]").click()

    expect(page.get_by_role("dialog", name="Label this case")).to_be_visible()


def test_app_that_does_not_answer_a_submission_leaves_the_modal_open_with_a_warning(
    app: App, client: WebClient, visit: Visit
) -> None:
    page = opened(app, client, visit, window(NOTE))

    page.get_by_role("button", name="Save").click()

    expect(page.locator(".dialog-trouble")).to_have_text("We had some trouble connecting. Try again?")
    expect(page.get_by_role("dialog", name="Label this case")).to_be_visible()


def test_options_of_an_external_select_come_from_the_app(app: App, client: WebClient, visit: Visit) -> None:
    @app.options("label")
    def on_options(ack: Ack, payload: Json) -> None:
        words = [word for word in ("Fraud", "Fine") if payload["value"] in word.lower()]
        ack(options=[option(word) for word in words])

    page = opened(
        app, client, visit, window(field("label", {"type": "external_select", "min_query_length": 2}))
    )

    page.get_by_role("combobox", name="Label").click()
    page.keyboard.type("fi")
    page.get_by_role("option", name="Fine").click()

    expect(page.locator("[data-action-id=label]")).to_have_text("Fine")


def test_home_tab_is_published_on_opening_and_its_buttons_work(
    app: App, client: WebClient, visit: Visit
) -> None:
    clicks: Queue[Json] = Queue()

    @app.event("app_home_opened")
    def on_home(event: Json) -> None:
        case: Json = {
            "type": "section",
            "text": plain("Three open cases"),
            "accessory": button("Take", "take"),
        }
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [case]})

    @app.action("take")
    def on_take(ack: Ack, body: Json) -> None:
        ack()
        clicks.put(body)

    page = visit()

    page.locator(".side-row[data-place=home]").click()
    expect(page.locator(".home")).to_contain_text("Three open cases")
    page.locator(".home [data-action-id=take]").click()

    assert clicks.get(timeout=PATIENCE)["view"]["type"] == "home"
