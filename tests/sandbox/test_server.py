"""Starting, stopping, waiting, and what happens when the app misbehaves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from bot.listener import PortTaken, take_no_more
from bot.sandbox import Sandbox, SandboxConfig, serve
from bot.sandbox.config import SlashCommand
from bot.sandbox.server import NotRunning
from tests.patience import PATIENCE
from tests.sandbox.conftest import Page


class RawApp:
    """A TCP server that answers every request with the same bytes, or hangs up, or never answers."""

    def __init__(self, answer: bytes | None) -> None:
        self._answer = answer
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self._ready.wait(PATIENCE)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        running = await asyncio.start_server(self._handle, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{running.sockets[0].getsockname()[1]}/slack"
        self._ready.set()
        await self._stopping.wait()
        await take_no_more(running.sockets)
        running.close()
        open_requests = asyncio.all_tasks() - {asyncio.current_task()}
        for request in open_requests:
            request.cancel()
        await asyncio.gather(*open_requests, return_exceptions=True)
        await asyncio.sleep(0)  # the closing of a transport takes one more turn

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read(65536)
            if self._answer is None:
                await self._stopping.wait()
            writer.write(self._answer or b"")
        finally:
            writer.close()

    def stop(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()


def answered(body: bytes, kind: str = "application/json", status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


@pytest.fixture
def raw(request: pytest.FixtureRequest) -> Iterator[RawApp]:
    running = RawApp(request.param)
    yield running
    running.stop()


def say(sandbox: Sandbox, text: str = "next") -> Any:
    return Page(sandbox, "U0MAYA").post("command", channel="C0DIGITS", command="/secondlook", text=text)


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (answered(b"", status="500 Oops"), "dispatch_failed"),
        (answered(b"{"), "dispatch_failed"),
        (b"nonsense\r\n\r\n", "dispatch_failed"),
        (b"", "dispatch_failed"),
        (answered(b'{"blocks": [{"type": "marquee"}]}'), "dispatch_failed"),
        (None, "timeout"),
    ],
    indirect=["raw"],
)
def test_an_app_that_answers_badly_is_said_to_have_failed(
    config: SandboxConfig, raw: RawApp, error: str
) -> None:
    with Sandbox(
        replace(config, request_url=raw.url, ack_seconds=0.3 if error == "timeout" else PATIENCE)
    ) as sandbox:
        answer = say(sandbox)

    assert (answer["ok"], answer["error"]) == (False, error)


@pytest.mark.parametrize("raw", [answered(b"Nothing waits.", "text/plain")], indirect=True)
def test_a_plain_answer_to_a_command_is_shown(config: SandboxConfig, raw: RawApp) -> None:
    with Sandbox(replace(config, request_url=raw.url)) as sandbox:
        assert say(sandbox) == {"ok": True}
        assert [m.text for m in sandbox.state.ephemerals_of("U0MAYA")] == ["Nothing waits."]


@pytest.mark.parametrize("raw", [answered(b"[]")], indirect=True)
def test_a_command_must_be_one_of_the_app(config: SandboxConfig, raw: RawApp) -> None:
    with Sandbox(replace(config, request_url=raw.url, commands=(SlashCommand("/other", "", ""),))) as sandbox:
        assert say(sandbox)["error"] == "unknown_command"


def test_an_app_that_is_not_there_is_said_not_to_be(config: SandboxConfig) -> None:
    with Sandbox(replace(config, request_url="http://127.0.0.1:9/slack")) as sandbox:
        assert say(sandbox)["error"] == "dispatch_failed"
        Page(sandbox, "U0MAYA").post("message", channel="C0DIGITS", text="lost")
        assert sandbox.wait_idle()


@pytest.mark.parametrize("raw", [None], indirect=True)
def test_stopping_does_not_wait_for_the_app(config: SandboxConfig, raw: RawApp) -> None:
    sandbox = Sandbox(replace(config, request_url=raw.url, ack_seconds=60))
    sandbox.start()
    answers: list[Any] = []
    asking = threading.Thread(target=lambda: answers.append(say(sandbox)))
    asking.start()
    Page(sandbox, "U0MAYA").post("message", channel="C0DIGITS", text="hello")
    assert sandbox.wait_idle(0.05) is False
    sandbox.stop()
    asking.join(PATIENCE)

    assert answers[0]["ok"] is False
    assert not asking.is_alive()


@pytest.mark.parametrize("raw", [answered(b"", status="500 Oops")], indirect=True)
def test_an_event_that_waits_for_its_retry_is_not_under_way(config: SandboxConfig, raw: RawApp) -> None:
    with Sandbox(replace(config, request_url=raw.url, retry_delays=(0.0, 60.0))) as sandbox:
        Page(sandbox, "U0MAYA").post("message", channel="C0DIGITS", text="hello")
        assert sandbox.wait_idle()


def test_a_port_in_use_is_said_to_be(config: SandboxConfig, sandbox: Sandbox) -> None:
    port = int(sandbox.url.rpartition(":")[2])

    with pytest.raises(PortTaken, match=str(port)):
        Sandbox(replace(config, port=port))


def test_a_sandbox_that_does_not_run_cannot_be_steered(config: SandboxConfig) -> None:
    sandbox = Sandbox(config)

    with pytest.raises(NotRunning):
        sandbox.disconnect_sockets()
    sandbox.stop()


def test_stopping_twice_is_stopping(config: SandboxConfig) -> None:
    sandbox = Sandbox(config)
    sandbox.start()
    sandbox.stop()
    sandbox.stop()

    with pytest.raises(requests.ConnectionError):
        requests.get(sandbox.url, timeout=1)


def test_waiting_for_a_change_ends_with_it_or_with_the_time(sandbox: Sandbox) -> None:
    writing = threading.Thread(
        target=lambda: Page(sandbox, "U0MAYA").post("message", channel="C0DIGITS", text="hello")
    )
    writing.start()
    assert sandbox.state.wait_for(lambda state: bool(state.messages_in("C0DIGITS")))
    writing.join()
    assert sandbox.state.wait_for(lambda state: state.version < 0, timeout=0.01) is False


def test_serving_ends_with_an_interrupt(config: SandboxConfig) -> None:
    seen: list[Sandbox] = []

    def interrupt(running: Sandbox) -> None:
        seen.append(running)
        raise KeyboardInterrupt

    serve(config, open_browser=False, on_ready=interrupt)

    with pytest.raises(requests.ConnectionError):
        requests.get(seen[0].url, timeout=1)


def test_serving_ends_when_it_is_stopped_and_opens_the_browser_if_wanted(
    config: SandboxConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    statuses: list[int] = []
    monkeypatch.setattr("webbrowser.open", opened.append)

    def ready(running: Sandbox) -> None:
        statuses.append(requests.get(running.url, timeout=PATIENCE).status_code)
        running.stop()

    serve(config, open_browser=True, on_ready=ready)

    assert statuses == [200]
    assert opened[0].startswith("http://127.0.0.1:")
