"""A person changes their own message on the page, in its place."""

from __future__ import annotations

import pytest
import requests
from playwright.sync_api import Locator, Page, expect
from slack_sdk import WebClient

from bot.sandbox import Sandbox
from tests.patience import PATIENCE

from .conftest import DIGITS, Visit, write

PHONE = {"viewport": {"width": 390, "height": 780}}
Pane = Page | Locator


def open_menu(pane: Pane, ts: str) -> None:
    message = pane.locator(f"[data-ts='{ts}']")
    message.hover()
    message.get_by_role("button", name="More actions").click()


def open_editor(page: Page, ts: str, pane: Pane | None = None) -> Locator:
    open_menu(pane or page, ts)
    page.get_by_role("menuitem", name="Edit message").click()
    field = page.get_by_role("textbox", name="Edit message")
    expect(field).to_be_focused()
    return field


def react(sandbox: Sandbox, ts: str) -> None:
    body = {"as": "U0JONAS", "channel": DIGITS, "ts": ts, "name": "eyes"}
    requests.post(f"{sandbox.url}/ui/reaction", json=body, timeout=PATIENCE).raise_for_status()


def test_own_message_is_edited_in_its_place_and_everybody_sees_it(sandbox: Sandbox, visit: Visit) -> None:
    ts = write(sandbox, "U0MAYA", "seven")
    maya, jonas = visit("U0MAYA"), visit("U0JONAS")

    field = open_editor(maya, ts)
    expect(field).to_have_value("seven")
    field.fill("nine")
    field.press("Enter")

    expect(field).to_have_count(0)
    for page in (maya, jonas):
        expect(page.locator(f"[data-ts='{ts}'] .message-text")).to_have_text("nine (edited)")


def test_shift_and_enter_begins_a_line_and_the_button_saves(sandbox: Sandbox, visit: Visit) -> None:
    ts = write(sandbox, "U0MAYA", "seven")
    page = visit()

    field = open_editor(page, ts)
    field.press("Shift+Enter")
    field.press_sequentially("or nine")
    page.get_by_role("button", name="Save").click()

    expect(field).to_have_count(0)
    assert sandbox.state.conversations[DIGITS].messages[ts].text == "seven\nor nine"


@pytest.mark.parametrize("way_out", ["Escape", "Cancel"])
def test_what_is_not_saved_leaves_the_message_and_its_thread_open(
    sandbox: Sandbox, visit: Visit, client: WebClient, way_out: str
) -> None:
    parent = client.chat_postMessage(channel=DIGITS, text="Which?")["ts"]
    ts = write(sandbox, "U0MAYA", "seven", thread_ts=parent)
    page = visit()
    page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")

    field = open_editor(page, ts, thread)
    field.fill("nine")
    if way_out == "Escape":
        field.press("Escape")
    else:
        page.get_by_role("button", name="Cancel").click()

    expect(field).to_have_count(0)
    expect(thread.locator(f"[data-ts='{ts}'] .message-text")).to_have_text("seven")
    expect(thread.locator(f"[data-ts='{ts}']")).to_be_focused()
    assert sandbox.state.conversations[DIGITS].messages[ts].edited_ts is None


def test_reply_is_edited_in_the_thread_on_a_phone(sandbox: Sandbox, visit: Visit, client: WebClient) -> None:
    parent = client.chat_postMessage(channel=DIGITS, text="Which?")["ts"]
    ts = write(sandbox, "U0MAYA", "seven", thread_ts=parent)
    page = visit(**PHONE)
    page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")

    field = open_editor(page, ts, thread)
    field.fill("nine " * 40)
    box = thread.locator(".message-editor").bounding_box()
    page.get_by_role("button", name="Save").click()

    assert box
    assert 0 <= box["x"] <= box["x"] + box["width"] <= 390
    expect(thread.locator(f"[data-ts='{ts}'] .edited")).to_be_visible()


def test_others_messages_and_the_apps_offer_no_editing(
    sandbox: Sandbox, visit: Visit, client: WebClient
) -> None:
    others = write(sandbox, "U0JONAS", "seven")
    apps = str(client.chat_postMessage(channel=DIGITS, text="Which?")["ts"])
    page = visit()

    for ts in (others, apps):
        open_menu(page, ts)
        expect(page.get_by_role("menuitem", name="Delete message")).to_be_visible()
        expect(page.get_by_role("menuitem", name="Edit message")).to_have_count(0)
        page.keyboard.press("Escape")


def test_reaction_that_comes_meanwhile_leaves_what_is_being_typed(sandbox: Sandbox, visit: Visit) -> None:
    ts = write(sandbox, "U0MAYA", "seven")
    page = visit()
    field = open_editor(page, ts)
    field.fill("nine")

    react(sandbox, ts)

    expect(page.locator(f"[data-ts='{ts}'] .reaction")).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_value("nine")
    page.keyboard.press("Enter")
    expect(page.locator(f"[data-ts='{ts}'] .message-text")).to_have_text("nine (edited)")


def test_old_words_never_show_again_after_saving(sandbox: Sandbox, visit: Visit) -> None:
    ts = write(sandbox, "U0MAYA", "seven")
    page = visit()
    page.route("**/ui/messages?**", lambda route: None)
    field = open_editor(page, ts)
    field.fill("nine")

    field.press("Enter")

    expect(field).to_have_count(0)
    expect(page.locator(f"[data-ts='{ts}'] .message-text")).to_have_text("nine (edited)")


def test_refused_edit_says_why_and_keeps_what_was_typed(sandbox: Sandbox, visit: Visit) -> None:
    ts = write(sandbox, "U0MAYA", "seven")
    page = visit()
    field = open_editor(page, ts)
    field.fill("nine")
    sandbox.workspace.membership.archive(sandbox.state.conversations[DIGITS], "U0SAM", is_archived=True)

    field.press("Enter")

    expect(page.locator(".message-editor").get_by_text("This channel is archived.")).to_be_visible()
    expect(field).to_have_value("nine")


def test_empty_words_cannot_be_saved_and_unchanged_ones_are_not_sent(sandbox: Sandbox, visit: Visit) -> None:
    ts = write(sandbox, "U0MAYA", "<https://example.com|a label>")
    page = visit()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    field = open_editor(page, ts)

    field.fill(" ")
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    field.press("Enter")
    field.fill("https://example.com")
    field.press("Enter")

    expect(field).to_have_count(0)
    expect(page.locator(f"[data-ts='{ts}'] .message-text")).to_have_text("a label")
    assert not [url for url in sent if url.endswith("/ui/edit")]


def test_editor_grows_with_its_words_up_to_a_limit(sandbox: Sandbox, visit: Visit) -> None:
    ts = write(sandbox, "U0MAYA", "seven")
    page = visit()
    field = open_editor(page, ts)

    def height() -> float:
        return float(field.locator("..").evaluate("node => node.offsetHeight"))

    single = height()
    field.fill("1\n2\n3")
    three = height()
    field.fill("\n".join(map(str, range(50))))

    assert single < three < height() <= 240
    assert field.evaluate("node => node.scrollHeight > node.clientHeight")


def test_editor_of_the_last_message_stays_above_the_composer(sandbox: Sandbox, visit: Visit) -> None:
    for number in range(30):
        ts = write(sandbox, "U0MAYA", f"line {number}")
    page = visit()

    open_editor(page, ts).fill("1\n2\n3\n4")

    expect(page.get_by_role("button", name="Save")).to_be_in_viewport(ratio=1)
    save = page.get_by_role("button", name="Save").bounding_box()
    composer = page.locator(".conversation .composer").bounding_box()
    assert save
    assert composer
    assert save["y"] + save["height"] <= composer["y"]


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("a &amp; b &lt;c&gt; &amp;amp;", "a & b <c> &amp;"),
        ("<@U0SECONDLOOK> and <@U0JONAS>, look", "@Second Look and @Jonas Weber, look"),
        ("<@U0GONE> and <#C0GENERAL|general>", "@U0GONE and #general"),
        ("<!here> <!subteam^S0DIGITS|@digits> <!subteam^S0X>", "@here @digits @S0X"),
        ("<https://example.com/?a=1&amp;b=2>.", "https://example.com/?a=1&b=2."),
        ("*bold* `code`\n&gt; quoted", "*bold* `code`\n> quoted"),
    ],
)
def test_stored_text_is_typed_again_as_the_same_text(visit: Visit, stored: str, typed: str) -> None:
    script = """async (stored) => {
        const { decodeStored, encodeTyped } = await import("/page/text/encoding.js");
        const { typed, mentions } = decodeStored(stored);
        return [typed, encodeTyped(typed, mentions)];
    }"""

    again = visit().evaluate(script, stored)

    assert again == [typed, stored]


def test_mention_stays_that_of_the_same_person_among_two_of_one_name(sandbox: Sandbox, visit: Visit) -> None:
    sandbox.state.change_person("U0PRIYA", real_name="Jonas Weber")
    ts = write(sandbox, "U0MAYA", "<@U0PRIYA> look")
    page = visit()

    field = open_editor(page, ts)
    field.fill(f"{field.input_value()} here")
    field.press("Enter")

    expect(field).to_have_count(0)
    assert sandbox.state.conversations[DIGITS].messages[ts].text == "<@U0PRIYA> look here"
