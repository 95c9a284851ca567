"""The real SocketModeHandler: connect, act, lose the connection, connect again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from bot.sandbox import Sandbox, SlackFault
from tests.patience import PATIENCE
from tests.sandbox.conftest import Heard, Json, Page
from tests.sandbox.test_bolt_http import MODAL, click, post_case, values


@pytest.fixture
def app(client: WebClient, heard: Heard) -> App:
    bolt = App(client=client, signing_secret="unused", ignoring_self_events_enabled=False)

    @bolt.event("message")
    def message(body: Json) -> None:
        heard.add(body)

    return bolt


@pytest.fixture
def handler(app: App, sandbox: Sandbox, client: WebClient) -> Iterator[SocketModeHandler]:
    running = SocketModeHandler(app, sandbox.config.app_token, web_client=client, ping_interval=1)
    running.connect()  # type: ignore[no-untyped-call]  # Bolt's handler has no types
    assert sandbox.wait_connected(1)
    yield running
    assert running.client is not None
    running.client.auto_reconnect_enabled = False
    sandbox.drop_sockets()  # the client's reader then wakes up at once instead of after 3 s
    try:
        running.close()  # type: ignore[no-untyped-call]  # Bolt's handler has no types
    except AttributeError:  # slack_sdk's reader hung up between its look at the socket and its use
        running.close()  # type: ignore[no-untyped-call]


def test_without_a_connection_an_action_answers_not_connected(client: WebClient, maya: Page) -> None:
    ts = post_case(client)

    assert click(maya, ts)["error"] == "not_connected"
    assert (
        maya.post("command", channel="C0DIGITS", command="/secondlook", text="")["error"] == "not_connected"
    )
    assert maya.post("message", channel="C0DIGITS", text="anyone?")["ok"]


def test_clicks_submissions_commands_and_events_go_over_the_socket(
    app: App, handler: SocketModeHandler, sandbox: Sandbox, client: WebClient, maya: Page, heard: Heard
) -> None:
    @app.action("confirm")
    def confirm(ack: Any, body: Json) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        ack()

    @app.view("label")
    def label(ack: Any) -> None:
        ack(response_action="errors", errors={"why": "Say more."})

    @app.command("/secondlook")
    def command(ack: Any) -> None:
        ack("Nothing waits for you.")

    assert click(maya, post_case(client)) == {"ok": True}
    view_id = maya.get("state")["modals"][0]["id"]
    submitted = maya.post("view/submit", view_id=view_id, state=values("x"))
    assert submitted["errors"] == {"why": "Say more."}
    assert maya.post("command", channel="C0DIGITS", command="/secondlook", text="")["ok"]
    maya.post("message", channel="C0DIGITS", text="hello")
    texts = [body["event"]["text"] for body in heard.wait_for(2)]
    assert texts == ["Which digit?", "hello"]
    assert sandbox.state.ephemerals_of("U0MAYA")[0].text == "Nothing waits for you."


def test_each_envelope_goes_to_exactly_one_connection(sandbox: Sandbox, maya: Page) -> None:
    web = WebClient(base_url=sandbox.api_url, timeout=PATIENCE)
    urls = [web.apps_connections_open(app_token=sandbox.config.app_token)["url"] for _ in range(2)]
    with connect(urls[0]) as first, connect(urls[1]) as second:
        assert '"hello"' in str(first.recv(PATIENCE))
        assert '"hello"' in str(second.recv(PATIENCE))
        maya.post("message", channel="C0DIGITS", text="one")
        maya.post("message", channel="C0DIGITS", text="two")
        first_text, second_text = str(first.recv(PATIENCE)), str(second.recv(PATIENCE))

    assert ('"one"' in first_text) != ('"one"' in second_text)
    assert ('"two"' in first_text) != ('"two"' in second_text)


def test_an_unacknowledged_event_comes_again_with_its_number(sandbox: Sandbox, client: WebClient) -> None:
    quick = replace(sandbox.config, ack_seconds=0.05)
    with Sandbox(quick) as other:
        web = WebClient(base_url=other.api_url, timeout=PATIENCE)
        url = web.apps_connections_open(app_token=quick.app_token)["url"]
        with connect(url) as socket:
            socket.recv(PATIENCE)
            Page(other, "U0MAYA").post("message", channel="C0DIGITS", text="hello")
            attempts = [str(socket.recv(PATIENCE)) for _ in range(4)]

    assert ['"retry_attempt": 0' in attempts[0], '"retry_attempt": 3' in attempts[3]] == [True, True]
    assert '"retry_reason": "http_timeout"' in attempts[1]


def test_a_ticket_opens_one_connection(sandbox: Sandbox) -> None:
    web = WebClient(base_url=sandbox.api_url, timeout=PATIENCE)
    url = web.apps_connections_open(app_token=sandbox.config.app_token)["url"]
    with connect(url) as socket:
        socket.recv(PATIENCE)
        with pytest.raises(InvalidStatus), connect(url):
            pass


def test_the_handler_reconnects_when_it_is_asked_to(
    app: App, handler: SocketModeHandler, sandbox: Sandbox, maya: Page, heard: Heard
) -> None:
    opened = sandbox.stats()["calls"]["apps.connections.open"]

    sandbox.disconnect_sockets()

    assert sandbox.wait_connected(1)
    maya.post("message", channel="C0DIGITS", text="hello again")
    assert heard.wait_for(1)[0]["event"]["text"] == "hello again"
    assert sandbox.stats()["calls"]["apps.connections.open"] == opened + 1


def test_a_refused_socket_is_closed_and_the_next_is_not(sandbox: Sandbox) -> None:
    sandbox.faults.add(SlackFault("socket_refuse", count=1))
    web = WebClient(base_url=sandbox.api_url, timeout=PATIENCE)
    first, second = (web.apps_connections_open(app_token=sandbox.config.app_token)["url"] for _ in range(2))

    with pytest.raises(InvalidStatus), connect(first):
        pass
    with connect(second) as socket:
        assert '"hello"' in str(socket.recv(PATIENCE))


def test_a_silent_socket_answers_no_ping_and_takes_no_acknowledgment(sandbox: Sandbox, maya: Page) -> None:
    web = WebClient(base_url=sandbox.api_url, timeout=PATIENCE)
    url = web.apps_connections_open(app_token=sandbox.config.app_token)["url"]
    with connect(url) as socket:
        socket.recv(PATIENCE)
        assert socket.ping().wait(PATIENCE)
        number = sandbox.faults.add(SlackFault("socket_silent"))
        unanswered = socket.ping()
        assert not unanswered.wait(0.2)
        sandbox.faults.clear(number)
        assert socket.ping().wait(PATIENCE)


def test_more_than_ten_connections_are_sent_away(sandbox: Sandbox) -> None:
    web = WebClient(base_url=sandbox.api_url, timeout=PATIENCE)
    urls = [web.apps_connections_open(app_token=sandbox.config.app_token)["url"] for _ in range(11)]
    with ExitStack() as stack:
        greetings = [str(stack.enter_context(connect(url)).recv(PATIENCE)) for url in urls]

        assert all('"hello"' in greeting for greeting in greetings[:10])
        assert "too_many_websockets" in greetings[10]
        assert sandbox.connection_count == 10


def test_stopping_ends_open_connections(sandbox: Sandbox) -> None:
    web = WebClient(base_url=sandbox.api_url, timeout=PATIENCE)
    url = web.apps_connections_open(app_token=sandbox.config.app_token)["url"]
    with connect(url) as socket:
        socket.recv(PATIENCE)
        sandbox.stop()
        with pytest.raises(ConnectionClosed):
            socket.recv(PATIENCE)


def test_the_bot_token_opens_no_socket(sandbox: Sandbox) -> None:
    web = WebClient(base_url=sandbox.api_url, timeout=PATIENCE)

    with pytest.raises(Exception, match="not_allowed_token_type"):
        web.apps_connections_open(app_token=sandbox.config.bot_token)


def test_a_silent_socket_gets_nothing_and_the_person_sees_a_timeout(sandbox: Sandbox) -> None:
    with Sandbox(replace(sandbox.config, ack_seconds=0.1)) as other:
        url = WebClient(base_url=other.api_url, timeout=PATIENCE).apps_connections_open(
            app_token=other.config.app_token
        )["url"]
        with connect(url) as socket:
            socket.recv(PATIENCE)
            other.faults.add(SlackFault("socket_silent"))
            answer = Page(other, "U0MAYA").post(
                "command", channel="C0DIGITS", command="/secondlook", text="next"
            )
            socket.send('{"envelope_id": "any"}')

    assert answer["error"] == "timeout"


def test_a_connection_lost_during_a_command_fails_it(sandbox: Sandbox, maya: Page) -> None:
    url = WebClient(base_url=sandbox.api_url, timeout=PATIENCE).apps_connections_open(
        app_token=sandbox.config.app_token
    )["url"]
    answers: list[Json] = []
    with connect(url) as socket:
        socket.recv(PATIENCE)
        asking = threading.Thread(
            target=lambda: answers.append(
                maya.post("command", channel="C0DIGITS", command="/secondlook", text="next")
            )
        )
        asking.start()
        socket.send("no JSON")
        socket.send("[]")
        assert '"slash_commands"' in str(socket.recv(PATIENCE))
        sandbox.drop_sockets()
        asking.join(PATIENCE)

    assert answers[0]["error"] == "dispatch_failed"
