"""A running local Slack with a small Bolt app, and people at its page in the system's Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from slack_bolt import App
from slack_sdk import WebClient

from bot.sandbox import Sandbox, SandboxConfig
from tests.patience import PATIENCE, patient
from tests.sandbox.test_bolt_http import BoltServer

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
DIGITS = "C0DIGITS"
Json = dict[str, Any]
Visit = Callable[..., Page]
expect.set_options(timeout=1000 * PATIENCE)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for the page's tests; gone after them, since Playwright keeps an event loop running."""
    if CHROMIUM is None:
        pytest.skip("There is no Chromium on this machine.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def config() -> SandboxConfig:
    return patient(SandboxConfig.default())


@pytest.fixture
def sandbox(config: SandboxConfig) -> Iterator[Sandbox]:
    with Sandbox(config) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> WebClient:
    return WebClient(token=sandbox.config.bot_token, base_url=sandbox.api_url, timeout=PATIENCE)


@pytest.fixture
def app(sandbox: Sandbox, client: WebClient) -> Iterator[App]:
    """A Bolt app over signed HTTP; a test adds its listeners."""
    bolt = App(client=client, signing_secret=sandbox.config.signing_secret)
    server = BoltServer(bolt)
    sandbox.connect_url(server.url)
    yield bolt
    server.stop()


@pytest.fixture
def visit(browser: Browser, sandbox: Sandbox) -> Iterator[Visit]:
    """Opens the page as a person; whatever goes wrong in the page fails the test."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_page(person_id: str = "U0MAYA", place: str = DIGITS, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(f"{sandbox.url}/?as={person_id}#{place}")
        expect(page.locator("html[data-ready]")).to_have_count(1)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def plain(text: str) -> Json:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def option(label: str) -> Json:
    """An option whose value is its label in lower case."""
    return {"text": plain(label), "value": label.lower()}


def button(label: str, action_id: str, **more: Any) -> Json:
    """A button whose value is its action id."""
    return {"type": "button", "text": plain(label), "action_id": action_id, "value": action_id, **more}


def actions(*elements: Json) -> list[Json]:
    """One actions block."""
    return [{"type": "actions", "block_id": "acts", "elements": list(elements)}]


def write(
    sandbox: Sandbox, person_id: str, text: str, channel: str = DIGITS, thread_ts: str | None = None
) -> str:
    """A person writes without a browser; returns the message's ts."""
    body = {"as": person_id, "channel": channel, "text": text, "thread_ts": thread_ts}
    answer = requests.post(f"{sandbox.url}/ui/message", json=body, timeout=PATIENCE)
    answer.raise_for_status()
    ts: str = answer.json()["ts"]
    return ts
