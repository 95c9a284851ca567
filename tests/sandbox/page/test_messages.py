"""Messages on the page: what people see and what their clicks tell the app."""

from __future__ import annotations

from queue import Queue
from threading import Event

import pytest
from playwright.sync_api import expect
from slack_bolt import Ack, App, Respond, Say
from slack_sdk import WebClient

from bot.sandbox import Sandbox
from tests.patience import PATIENCE

from .conftest import DIGITS, Json, Visit, actions, button, option, plain, write

CLICKED: list[Json] = [{"type": "section", "text": {"type": "mrkdwn", "text": "Maya says *seven*"}}]


def test_clicked_button_tells_the_app_who_clicked_and_the_message_changes(
    app: App, client: WebClient, visit: Visit
) -> None:
    clicks: Queue[Json] = Queue()

    @app.action("seven")
    def on_click(ack: Ack, body: Json) -> None:
        ack()
        clicks.put(body)
        client.chat_update(channel=DIGITS, ts=body["message"]["ts"], text="Seven", blocks=CLICKED)

    client.chat_postMessage(channel=DIGITS, text="Which?", blocks=actions(button("Seven", "seven")))
    page = visit()

    page.get_by_role("button", name="Seven", exact=True).click()

    expect(page.locator(".message strong")).to_have_text("seven")
    expect(page.locator("[data-action-id=seven]")).to_have_count(0)
    body = clicks.get(timeout=PATIENCE)
    assert body["user"]["id"] == "U0MAYA"
    assert body["actions"][0]["value"] == "seven"


def test_clicked_button_spins_until_the_app_answers(app: App, client: WebClient, visit: Visit) -> None:
    may_answer = Event()

    @app.action("seven")
    def on_click(ack: Ack) -> None:
        may_answer.wait(PATIENCE)
        ack()

    client.chat_postMessage(channel=DIGITS, text="Which?", blocks=actions(button("Seven", "seven")))
    page = visit()

    page.locator("[data-action-id=seven]").click()

    expect(page.locator("[data-action-id=seven][aria-busy=true]")).to_be_visible()
    may_answer.set()
    expect(page.locator("[data-action-id=seven]:not([aria-busy])")).to_be_visible()
    expect(page.locator(".action-warning")).to_have_count(0)


def test_click_that_the_app_does_not_take_warns_beside_the_button(
    app: App, client: WebClient, visit: Visit
) -> None:
    buttons = actions(button("Seven", "nobody"), button("Nine", "nine"))
    client.chat_postMessage(channel=DIGITS, text="Which?", blocks=buttons)
    page = visit()

    page.locator("[data-action-id=nobody]").click()

    warning = page.locator("[data-action-id=nobody] + .action-warning")
    expect(warning).to_have_text("This app is not responding")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


def test_ephemeral_message_is_seen_by_its_person_only(client: WebClient, visit: Visit) -> None:
    maya, jonas = visit("U0MAYA"), visit("U0JONAS")

    client.chat_postEphemeral(channel=DIGITS, user="U0MAYA", text="Already answered")
    client.chat_postMessage(channel=DIGITS, text="For everybody")

    expect(maya.locator("[data-ephemeral=true]")).to_contain_text("Only visible to you")
    expect(maya.get_by_text("Already answered")).to_be_visible()
    expect(jonas.get_by_text("For everybody")).to_be_visible()
    expect(jonas.get_by_text("Already answered")).to_have_count(0)
    maya.get_by_role("button", name="Dismiss").click()
    expect(maya.get_by_text("Already answered")).to_have_count(0)


def test_new_message_leaves_the_nodes_of_others_alone(client: WebClient, visit: Visit) -> None:
    first = client.chat_postMessage(channel=DIGITS, text="First")["ts"]
    page = visit()
    page.locator(f"[data-ts='{first}']").evaluate("node => { node.isTheSame = true; }")

    client.chat_postMessage(channel=DIGITS, text="Another")

    expect(page.get_by_text("Another")).to_be_visible()
    assert page.locator(f"[data-ts='{first}']").evaluate("node => node.isTheSame")


def test_select_is_searched_and_chosen_with_the_keyboard(app: App, client: WebClient, visit: Visit) -> None:
    chosen: Queue[Json] = Queue()

    @app.action("digit")
    def on_choice(ack: Ack, action: Json) -> None:
        ack()
        chosen.put(action)

    options = [option(f"Digit {name}") for name in ("one", "two", "seven", "nine")]
    select = {
        "type": "static_select",
        "action_id": "digit",
        "placeholder": plain("Choose"),
        "options": options,
    }
    client.chat_postMessage(channel=DIGITS, text="Which?", blocks=actions(select))
    page = visit()

    page.get_by_role("combobox", name="Choose").press("Enter")
    page.keyboard.type("sev")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")

    assert chosen.get(timeout=PATIENCE)["selected_option"]["value"] == "digit seven"
    expect(page.locator("[data-action-id=digit]")).to_have_text("Digit seven")


def test_overflow_menu_sends_the_option(app: App, client: WebClient, visit: Visit) -> None:
    chosen: Queue[Json] = Queue()

    @app.action("more")
    def on_choice(ack: Ack, action: Json) -> None:
        ack()
        chosen.put(action)

    menu = {"type": "overflow", "action_id": "more", "options": [option("Snooze"), option("Escalate")]}
    client.chat_postMessage(channel=DIGITS, text="Which?", blocks=actions(menu))
    page = visit()

    page.get_by_role("button", name="More actions").first.click()
    page.get_by_role("menuitem", name="Escalate").click()

    assert chosen.get(timeout=PATIENCE)["selected_option"]["value"] == "escalate"


@pytest.mark.parametrize(("answer", "expected"), [("Keep it", 0), ("Delete", 1)])
def test_confirm_dialog_decides_whether_the_app_hears(
    app: App, client: WebClient, visit: Visit, answer: str, expected: int
) -> None:
    clicks: Queue[Json] = Queue()

    @app.action("delete")
    def on_click(ack: Ack, action: Json) -> None:
        ack()
        clicks.put(action)

    @app.action("after")
    def on_after(ack: Ack) -> None:
        ack()

    ask = {
        "title": plain("Delete?"),
        "text": plain("For good."),
        "confirm": plain("Delete"),
        "deny": plain("Keep it"),
    }
    buttons = actions(button("Remove", "delete", confirm=ask, style="danger"), button("Next", "after"))
    client.chat_postMessage(channel=DIGITS, text="Which?", blocks=buttons)
    page = visit()

    page.locator("[data-action-id=delete]").click()
    expect(page.get_by_role("dialog")).to_contain_text("For good.")
    page.get_by_role("dialog").get_by_role("button", name=answer, exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    with page.expect_response("**/ui/action"):
        page.locator("[data-action-id=after]").click()

    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert clicks.qsize() == expected


def test_reply_in_the_thread_pane_reaches_the_app_and_is_counted(
    app: App, client: WebClient, visit: Visit
) -> None:
    replies: Queue[Json] = Queue()
    app.event("message")(lambda event: replies.put(event))
    ts = client.chat_postMessage(channel=DIGITS, text="Which?")["ts"]
    page = visit()

    page.locator(f"[data-ts='{ts}']").hover()
    page.get_by_role("button", name="Reply in thread").click()
    page.get_by_role("combobox", name="Reply…").fill("seven: the bar & the <hook>")
    page.keyboard.press("Enter")

    expect(page.locator(".thread .message").last).to_contain_text("seven: the bar & the <hook>")
    expect(page.locator(".conversation .thread-summary")).to_contain_text("1 reply")
    heard = replies.get(timeout=PATIENCE)
    assert (heard["thread_ts"], heard["text"]) == (ts, "seven: the bar &amp; the &lt;hook&gt;")


def test_slash_command_is_offered_run_and_answered_in_private(app: App, visit: Visit) -> None:
    @app.command("/secondlook")
    def on_command(ack: Ack, respond: Respond, command: Json) -> None:
        ack()
        respond(f"You asked for {command['text']}.")

    page = visit()
    field = page.get_by_role("combobox", name="Message #digits-experts")

    field.press_sequentially("/sec")
    expect(page.get_by_role("option", name="/secondlook")).to_be_visible()
    field.press("Tab")
    field.press_sequentially("queue")
    field.press("Enter")

    expect(page.locator("[data-ephemeral=true]")).to_contain_text("You asked for queue.")
    expect(field).to_have_value("")


def test_unknown_command_is_refused_under_the_field(visit: Visit) -> None:
    page = visit()
    field = page.get_by_role("combobox", name="Message #digits-experts")

    field.fill("/nonsense now")
    field.press("Enter")

    expect(page.locator(".conversation .composer-problem")).to_contain_text(
        "/nonsense is not a valid command"
    )
    expect(field).to_have_value("/nonsense now")


def test_typed_name_becomes_a_mention_that_the_app_hears(app: App, visit: Visit) -> None:
    heard: Queue[Json] = Queue()

    @app.event("app_mention")
    def on_mention(event: Json, say: Say) -> None:
        heard.put(event)

    page = visit()
    field = page.get_by_role("combobox", name="Message #digits-experts")

    field.fill("@Second Look hello")
    field.press("Enter")

    assert heard.get(timeout=PATIENCE)["text"] == "<@U0SECONDLOOK> hello"
    expect(page.locator(".message .mention")).to_have_text("@Second Look")


def test_unread_counts_and_mentions_show_until_read(client: WebClient, visit: Visit) -> None:
    page = visit(place="C0GENERAL")

    client.chat_postMessage(channel=DIGITS, text="<@U0MAYA> please look")

    row = page.locator(f".side-row[data-channel-id={DIGITS}]")
    expect(row.locator(".badge")).to_have_text("1")
    row.click()
    expect(page.locator(".new-line")).to_be_visible()
    expect(row.locator(".badge")).to_have_count(0)


def test_reaction_is_added_and_taken_back(client: WebClient, visit: Visit) -> None:
    ts = client.chat_postMessage(channel=DIGITS, text="Which?")["ts"]
    page = visit()

    page.locator(f"[data-ts='{ts}']").hover()
    page.get_by_role("button", name="Add reaction").click()
    page.get_by_role("button", name="eyes", exact=True).click()
    mine = page.locator(".reaction.is-mine[data-name=eyes]")
    expect(mine).to_have_text("👀1")
    mine.click()

    expect(page.locator(".reaction")).to_have_count(0)


def test_message_that_comes_while_reading_above_waits_behind_a_pill(
    visit: Visit, sandbox: Sandbox, client: WebClient
) -> None:
    for number in range(30):
        write(sandbox, "U0JONAS", f"line {number}")
    page = visit()
    scroller = page.locator(".conversation .timeline-scroll")
    scroller.evaluate("node => { node.scrollTop = 0; }")
    expect(page.get_by_text("line 0", exact=True)).to_be_in_viewport()

    client.chat_postMessage(channel=DIGITS, text="down here")

    pill = page.locator(".conversation .new-pill")
    expect(pill).to_have_text("1 new message")
    expect(page.get_by_text("line 0", exact=True)).to_be_in_viewport()
    pill.click()
    expect(page.get_by_text("down here")).to_be_in_viewport()
    expect(pill).to_be_hidden()


def test_message_of_the_same_moment_does_not_undo_the_way_up(visit: Visit) -> None:
    script = """async () => {
        const { Timeline } = await import("/page/messages/timeline.js");
        const line = (number) => ({ ts: `${1700000000 + number}.000100`, user: "U0JONAS", text: "line" });
        const lines = [...Array(40).keys()].map(line);
        const timeline = new Timeline({ label: "Lines" });
        timeline.node.style.height = "200px";
        document.body.append(timeline.node);
        timeline.patch("C0DIGITS", lines);
        const isAtBottom = timeline.isAtBottom;
        timeline.scroller.scrollTop = 0;
        timeline.patch("C0DIGITS", [...lines, line(40)]);
        return [isAtBottom, timeline.scroller.scrollTop, timeline.pill.textContent];
    }"""

    assert visit().evaluate(script) == [True, 0, "1 new message"]
