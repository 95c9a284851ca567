"""The page around the messages: people, addresses, themes, phones, lost connections, troubles."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import requests
from playwright.sync_api import Browser, Page, expect
from slack_sdk import WebClient

from bot.clock import SystemClock
from bot.sandbox import Sandbox, SandboxConfig
from tests.patience import PATIENCE

from .conftest import DIGITS, Json, Visit, actions, button, option, plain, write

LUMINANCE = """node => {
    const [red, green, blue] = getComputedStyle(node).backgroundColor.match(/[\\d.]+/g).map(Number);
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}"""
FAINT_TEXTS = """() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const channels = (color) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (rgb) => {
        const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
        const [r, g, b] = rgb.map((v) => linear(v / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (node) => {
        for (let at = node; at; at = at.parentElement) {
            const color = channels(getComputedStyle(at).backgroundColor);
            if (color[3] === 255) return color.slice(0, 3);
        }
        return channels(getComputedStyle(document.documentElement).getPropertyValue("--frame")).slice(0, 3);
    };
    const faint = [];
    const walker = document.createTreeWalker(document.querySelector(".panes"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode.parentElement;
        const box = node.getBoundingClientRect();
        const isDrawn = walker.currentNode.textContent.trim() && box.width;
        if (!isDrawn || node.closest(".toolbar, .send, .emoji")) continue;
        const one = luminance(channels(getComputedStyle(node).color).slice(0, 3)) + 0.05;
        const other = luminance(ground(node)) + 0.05;
        const ratio = Math.max(one, other) / Math.min(one, other);
        if (ratio < 4.5) faint.push(`${node.className || node.tagName}: ${ratio.toFixed(2)}`);
    }
    return [...new Set(faint)];
}"""


@pytest.mark.parametrize(("scheme", "is_light"), [("light", True), ("dark", False)])
def test_page_follows_the_systems_theme_until_it_is_switched(
    visit: Visit, scheme: str, is_light: bool
) -> None:
    page = visit(color_scheme=scheme)
    panes = page.locator(".panes")
    assert (panes.evaluate(LUMINANCE) > 0.5) is is_light

    page.get_by_role("button", name="Switch between light and dark").click()

    assert (panes.evaluate(LUMINANCE) > 0.5) is not is_light
    page.reload()
    assert (panes.evaluate(LUMINANCE) > 0.5) is not is_light


def rich_message() -> list[Json]:
    """Blocks with every kind of colored text."""
    text = "*bold* `code` <https://a.example|link> <@U0MAYA> <@U0JONAS> <!date^1392734382^{date}|x>"
    select = {
        "type": "static_select",
        "action_id": "s",
        "placeholder": plain("Choose"),
        "options": [option("A")],
    }
    buttons = [
        button("Yes", "yes", style="primary"),
        button("No", "no", style="danger"),
        button("Maybe", "maybe"),
    ]
    return [
        {"type": "header", "text": plain("Which digit?")},
        {"type": "section", "text": {"type": "mrkdwn", "text": text}},
        *actions(*buttons, select),
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "model *digits 1* `c_1`"}]},
        {
            "type": "table",
            "rows": [[{"type": "raw_text", "text": "Tier"}], [{"type": "raw_text", "text": "high"}]],
        },
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(
    client: WebClient, sandbox: Sandbox, visit: Visit, scheme: str
) -> None:
    ts = client.chat_postMessage(channel=DIGITS, text="Which?", blocks=rich_message())["ts"]
    client.chat_postMessage(channel=DIGITS, text="In the thread", thread_ts=ts)
    client.reactions_add(channel=DIGITS, timestamp=ts, name="eyes")
    client.chat_postEphemeral(channel=DIGITS, user="U0MAYA", text="For *you*")
    page = visit(color_scheme=scheme, reduced_motion="reduce")
    expect(page.locator(".message")).to_have_count(2)

    page.locator(".thread-summary").click()
    expect(page.locator(".thread .message")).to_have_count(2)
    page.mouse.move(0, 0)

    assert page.evaluate(FAINT_TEXTS) == []


class StoppedClock(SystemClock):
    """A clock that always shows one moment, long after this was written."""

    def now(self) -> datetime:
        """2031, a Saturday."""
        return datetime(2031, 3, 1, 12, 0, tzinfo=UTC)


def test_today_is_what_the_sandboxs_clock_says(browser: Browser, config: SandboxConfig) -> None:
    with Sandbox(config, clock=StoppedClock()) as running, browser.new_page() as page:
        write(running, "U0JONAS", "In the future")

        page.goto(f"{running.url}/?as=U0MAYA#{DIGITS}")

        expect(page.locator(".day-line")).to_have_text("Today")
        expect(page.locator(".message time")).to_have_text("12:00 PM")


def test_person_is_switched_in_place_and_offered_in_a_tab_of_its_own(visit: Visit) -> None:
    page = visit("U0MAYA")

    page.get_by_role("button", name="Acting as Maya Okafor. Switch person").click()
    in_a_tab = page.get_by_role("menuitem", name="Jonas Weber")
    expect(in_a_tab).to_have_attribute("target", "_blank")
    page.get_by_role("menuitemradio", name="Jonas Weber").click()

    expect(page.locator(".person-name")).to_have_text("Jonas Weber")
    expect(page).to_have_url(f"{page.url.split('?')[0]}?as=U0JONAS#{DIGITS}")


def test_permalink_shows_its_message_marked(client: WebClient, sandbox: Sandbox, visit: Visit) -> None:
    ts = client.chat_postMessage(channel=DIGITS, text="Long ago")["ts"]
    for number in range(60):
        write(sandbox, "U0JONAS", f"line {number}")

    page = visit(place=f"{DIGITS}/{ts}")

    marked = page.locator(".message.is-highlighted")
    expect(marked).to_contain_text("Long ago")
    expect(marked).to_be_in_viewport()


def test_slacks_own_permalink_of_a_reply_opens_its_thread(client: WebClient, visit: Visit) -> None:
    parent = client.chat_postMessage(channel=DIGITS, text="Which?")["ts"]
    reply = client.chat_postMessage(channel=DIGITS, text="A reply", thread_ts=parent)["ts"]
    link = client.chat_getPermalink(channel=DIGITS, message_ts=reply)["permalink"]
    page = visit()

    page.goto(link)

    expect(page.locator(".thread .message.is-highlighted")).to_contain_text("A reply")


def test_unknown_place_is_said_and_another_shown(visit: Visit) -> None:
    page = visit(place="C0NOWHERE")

    expect(page.get_by_role("status").filter(has_text="does not exist")).to_be_visible()
    expect(page.locator(".conversation .pane-title")).to_be_visible()


def test_unknown_person_gets_an_explanation(sandbox: Sandbox, visit: Visit) -> None:
    page = visit()

    page.goto(f"{sandbox.url}/?as=U0NOBODY")

    expect(page.get_by_role("alert")).to_contain_text("There is no such person.")


def test_sidebar_folds_on_a_phone_and_nothing_is_wider_than_the_screen(
    client: WebClient, visit: Visit
) -> None:
    client.chat_postMessage(channel=DIGITS, text="Which?", blocks=rich_message())
    page = visit(viewport={"width": 360, "height": 700})
    row = page.locator(".side-row[data-channel-id=C0GENERAL]")
    expect(row).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.locator(".conversation .timeline-scroll").evaluate("n => n.scrollWidth <= n.clientWidth")

    page.get_by_role("button", name="Show channels").click()
    row.click()

    expect(page.locator(".conversation .pane-title")).to_have_text("general")
    expect(row).to_be_hidden()


def test_lost_connection_is_shown_and_healed(visit: Visit, sandbox: Sandbox, config: SandboxConfig) -> None:
    page = visit()
    notice = page.locator("#reconnecting")
    expect(notice).to_be_hidden()

    sandbox.stop()
    expect(notice).to_be_visible()
    port = int(sandbox.url.rsplit(":", 1)[1])
    with Sandbox(replace(config, port=port)) as again:
        write(again, "U0JONAS", "Back again")

        expect(notice).to_be_hidden(timeout=1000 * PATIENCE)
        expect(page.get_by_text("Back again")).to_be_visible()


def test_faults_are_switched_on_and_off_from_the_page(visit: Visit, sandbox: Sandbox) -> None:
    page = visit()
    ribbon = page.locator(".ribbon")

    ribbon.click()
    page.get_by_role("menuitemradio", name="Slack is down").click()
    expect(ribbon).to_have_text("Slack is down")
    assert requests.post(f"{sandbox.url}/api/api.test", timeout=PATIENCE).status_code == 503
    ribbon.click()
    page.get_by_role("menuitemradio", name="Everything works").click()

    expect(ribbon).to_have_text("Sandbox")
    assert sandbox.faults.active() == []


def test_page_asks_nobody_but_the_sandbox(visit: Visit, sandbox: Sandbox, client: WebClient) -> None:
    client.chat_postMessage(channel=DIGITS, text="Which?", blocks=rich_message())
    page = visit()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.reload()
    expect(page.locator(".message")).to_have_count(1)

    assert [url for url in asked if not url.startswith(sandbox.url)] == []
    assert len(asked) > 20


def fits(page: Page) -> bool:
    """Whether the newest message is wholly in view."""
    script = "n => n.scrollHeight - n.scrollTop - n.clientHeight < 2"
    at_bottom: bool = page.locator(".conversation .timeline-scroll").evaluate(script)
    return at_bottom


def test_view_stays_at_the_newest_message(visit: Visit, sandbox: Sandbox) -> None:
    for number in range(40):
        write(sandbox, "U0JONAS", f"line {number}")
    page = visit()
    assert fits(page)

    write(sandbox, "U0JONAS", "the newest")

    expect(page.get_by_text("the newest")).to_be_in_viewport()
    assert fits(page)
