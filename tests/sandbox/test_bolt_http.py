"""The real Bolt app over signed HTTP: every kind of payload arrives and is answered."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import Sandbox, SlackFault
from bot.sandbox.delivery import UrlNotVerified
from tests.patience import PATIENCE
from tests.sandbox.conftest import Heard, Json, Page
from tests.worlds.clocks import MonotonicClock

MODAL: Json = {
    "type": "modal",
    "callback_id": "label",
    "notify_on_close": True,
    "title": {"type": "plain_text", "text": "Label"},
    "submit": {"type": "plain_text", "text": "Save"},
    "private_metadata": "c1",
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": {"type": "plain_text", "text": "Why?"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}
CASE: list[Json] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Which digit?*"}},
    {
        "type": "actions",
        "block_id": "answer",
        "elements": [
            {
                "type": "button",
                "action_id": "confirm",
                "text": {"type": "plain_text", "text": "3"},
                "value": "c1:3",
            },
            {
                "type": "static_select",
                "action_id": "choose",
                "placeholder": {"type": "plain_text", "text": "Another"},
                "options": [
                    {"text": {"type": "plain_text", "text": str(n)}, "value": f"c1:{n}"} for n in range(3)
                ],
            },
        ],
    },
]


class BoltServer:
    """Serves a Bolt app over HTTP; `statuses` may hold answers to give instead of the app's."""

    def __init__(self, app: App) -> None:
        self.statuses: list[int] = []
        self.requests: list[dict[str, str]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                server.requests.append({name.lower(): value for name, value in self.headers.items()})
                if server.statuses:
                    self.send_response(server.statuses.pop(0))
                    self.end_headers()
                    return
                headers: dict[str, Any] = {name.lower(): [value] for name, value in self.headers.items()}
                answer = app.dispatch(BoltRequest(body=body, headers=headers))
                self.send_response(answer.status)
                for name, values in answer.headers.items():
                    self.send_header(name, values[0])
                self.end_headers()
                self.wfile.write(answer.body.encode())

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/slack/events"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self) -> None:
        """End it."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@pytest.fixture
def app(sandbox: Sandbox, client: WebClient) -> App:
    return App(
        client=client,
        signing_secret=sandbox.config.signing_secret,
        process_before_response=True,
        ignoring_self_events_enabled=False,
    )


@pytest.fixture
def server(app: App, sandbox: Sandbox) -> Iterator[BoltServer]:
    running = BoltServer(app)
    sandbox.connect_url(running.url)
    yield running
    running.stop()


def post_case(client: WebClient) -> str:
    ts: str = client.chat_postMessage(channel="C0DIGITS", text="Which digit?", blocks=CASE)["ts"]
    return ts


def click(page: Page, ts: str, action_id: str = "confirm", **more: Any) -> Json:
    kind = {"confirm": "button"}.get(action_id, "static_select")
    return page.post(
        "action", channel="C0DIGITS", ts=ts, block_id="answer", action_id=action_id, type=kind, **more
    )


def test_a_wrong_secret_does_not_pass_the_challenge(sandbox: Sandbox, client: WebClient) -> None:
    running = BoltServer(App(client=client, signing_secret="another"))

    with pytest.raises(UrlNotVerified):
        sandbox.connect_url(running.url)
    running.stop()


def test_a_click_carries_who_what_and_where(
    app: App, server: BoltServer, sandbox: Sandbox, client: WebClient, maya: Page, heard: Heard
) -> None:
    @app.action("confirm")
    def confirm(ack: Any, body: Json, action: Json) -> None:
        ack()
        heard.add({"body": body, "action": action})

    ts = post_case(client)
    assert click(maya, ts) == {"ok": True}

    (got,) = heard.wait_for(1)
    body, action = got["body"], got["action"]
    assert (action["value"], action["block_id"], action["type"]) == ("c1:3", "answer", "button")
    assert action["text"]["text"] == "3"
    assert float(action["action_ts"]) > float(ts)
    assert body["user"] == {"id": "U0MAYA", "username": "maya", "name": "maya", "team_id": "T0ACMEBANK"}
    assert body["channel"] == {"id": "C0DIGITS", "name": "digits-experts"}
    assert body["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": "C0DIGITS",
        "is_ephemeral": False,
    }
    assert body["message"]["blocks"][1]["block_id"] == "answer"
    assert body["response_url"].startswith(sandbox.url)


def test_a_choice_carries_the_option_and_the_state(
    app: App, server: BoltServer, client: WebClient, maya: Page, heard: Heard
) -> None:
    @app.action("choose")
    def choose(ack: Any, body: Json, action: Json) -> None:
        ack()
        heard.add({"body": body, "action": action})

    option = {"text": {"type": "plain_text", "text": "2"}, "value": "c1:2"}
    state = {"values": {"answer": {"choose": {"type": "static_select", "selected_option": option}}}}
    click(maya, post_case(client), "choose", selected_option=option, state=state)

    (got,) = heard.wait_for(1)
    assert got["action"]["selected_option"] == option
    assert got["body"]["state"] == state


def test_a_modal_opens_once_within_three_seconds(
    app: App, server: BoltServer, client: WebClient, maya: Page, heard: Heard, fake_time: MonotonicClock
) -> None:
    @app.action("confirm")
    def confirm(ack: Any, body: Json) -> None:
        ack()
        heard.add(body)

    ts = post_case(client)
    click(maya, ts)
    click(maya, ts)
    first, second = (body["trigger_id"] for body in heard.wait_for(2))

    assert client.views_open(trigger_id=first, view=MODAL)["view"]["state"] == {"values": {}}
    assert view_error(client, first) == "exchanged_trigger_id"
    assert view_error(client, "nonsense") == "invalid_arguments"
    fake_time.now += 3.1
    assert view_error(client, second) == "expired_trigger_id"


def view_error(client: WebClient, trigger_id: str) -> Any:
    with pytest.raises(SlackApiError) as error:
        client.views_open(trigger_id=trigger_id, view=MODAL)
    return error.value.response["error"]


def open_modal(app: App, client: WebClient, page: Page) -> str:
    @app.action("confirm")
    def confirm(ack: Any, body: Json) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        ack()

    assert click(page, post_case(client)) == {"ok": True}
    (view,) = page.get("state")["modals"]
    view_id: str = view["id"]
    return view_id


def values(text: str) -> Json:
    return {"values": {"why": {"text": {"type": "plain_text_input", "value": text}}}}


def test_a_submission_closes_the_modal(
    app: App, server: BoltServer, client: WebClient, maya: Page, heard: Heard
) -> None:
    @app.view("label")
    def label(ack: Any, body: Json, view: Json) -> None:
        ack()
        heard.add({"body": body, "view": view})

    view_id = open_modal(app, client, maya)
    answer = maya.post("view/submit", view_id=view_id, state=values("smudged"))

    (got,) = heard.wait_for(1)
    assert answer == {"ok": True, "closed": True}
    assert got["view"]["state"]["values"]["why"]["text"] == {"type": "plain_text_input", "value": "smudged"}
    assert got["view"]["private_metadata"] == "c1"
    assert got["body"]["user"]["id"] == "U0MAYA"
    assert maya.get("state")["modals"] == []


def test_an_empty_required_field_is_refused_before_the_app_hears_of_it(
    app: App, server: BoltServer, sandbox: Sandbox, client: WebClient, maya: Page
) -> None:
    view_id = open_modal(app, client, maya)
    assert sandbox.wait_idle()
    calls = len(server.requests)

    answer = maya.post("view/submit", view_id=view_id, state=values(""))

    assert answer == {"ok": True, "errors": {"why": "Please complete this required field."}}
    assert len(server.requests) == calls


def test_errors_of_the_app_appear_under_their_field(
    app: App, server: BoltServer, client: WebClient, maya: Page
) -> None:
    @app.view("label")
    def label(ack: Any) -> None:
        ack(response_action="errors", errors={"why": "Say more."})

    view_id = open_modal(app, client, maya)
    answer = maya.post("view/submit", view_id=view_id, state=values("x"))

    assert answer == {"ok": True, "errors": {"why": "Say more."}}
    assert len(maya.get("state")["modals"]) == 1


@pytest.mark.parametrize(("action", "depth"), [("update", 1), ("push", 2), ("clear", 0)])
def test_a_submission_can_update_push_or_clear(
    app: App, server: BoltServer, client: WebClient, maya: Page, action: str, depth: int
) -> None:
    following = {**MODAL, "title": {"type": "plain_text", "text": "Thanks"}}

    @app.view("label")
    def label(ack: Any) -> None:
        ack(response_action=action, **({} if action == "clear" else {"view": following}))

    view_id = open_modal(app, client, maya)
    answer = maya.post("view/submit", view_id=view_id, state=values("x"))

    modals = maya.get("state")["modals"]
    assert answer == {"ok": True, "closed": action == "clear"}
    assert len(modals) == depth
    assert not modals or modals[-1]["title"]["text"] == "Thanks"


def test_a_stack_holds_three_modals(app: App, server: BoltServer, client: WebClient, maya: Page) -> None:
    @app.view("label")
    def label(ack: Any) -> None:
        ack(response_action="push", view=MODAL)

    view_id = open_modal(app, client, maya)
    for _ in range(2):
        maya.post("view/submit", view_id=view_id, state=values("x"))
        view_id = maya.get("state")["modals"][-1]["id"]
    answer = maya.post("view/submit", view_id=view_id, state=values("x"))

    assert (answer["ok"], answer["error"]) == (False, "dispatch_failed")
    assert "push_limit_reached" in answer["message"]
    assert len(maya.get("state")["modals"]) == 3


def test_a_closed_modal_is_told_if_it_asked_for_it(
    app: App, server: BoltServer, client: WebClient, maya: Page, heard: Heard
) -> None:
    @app.view_closed("label")
    def closed(ack: Any, body: Json) -> None:
        ack()
        heard.add(body)

    view_id = open_modal(app, client, maya)
    assert maya.post("view/close", view_id=view_id) == {"ok": True}

    (got,) = heard.wait_for(1)
    assert (got["type"], got["is_cleared"], got["view"]["id"]) == ("view_closed", False, view_id)


def test_an_update_of_a_changed_view_is_a_conflict(
    app: App, server: BoltServer, client: WebClient, maya: Page
) -> None:
    view_id = open_modal(app, client, maya)
    old = maya.get("state")["modals"][0]["hash"]
    client.views_update(view_id=view_id, view=MODAL, hash=old)

    with pytest.raises(SlackApiError, match="hash_conflict"):
        client.views_update(view_id=view_id, view=MODAL, hash=old)


def test_a_command_is_answered_to_its_person(
    app: App, server: BoltServer, maya: Page, jonas: Page, heard: Heard
) -> None:
    @app.command("/secondlook")
    def command(ack: Any, body: Json) -> None:
        heard.add(body)
        ack("Nothing waits for you.")

    answer = maya.post("command", channel="C0DIGITS", command="/secondlook", text="next")

    (got,) = heard.wait_for(1)
    assert answer == {"ok": True}
    assert (got["text"], got["user_id"], got["channel_name"]) == ("next", "U0MAYA", "digits-experts")
    (seen,) = maya.get("messages", channel="C0DIGITS")["messages"]
    assert (seen["text"], seen["ephemeral"]) == ("Nothing waits for you.", True)
    assert jonas.get("messages", channel="C0DIGITS")["messages"] == []


def test_a_response_url_works_five_times_and_can_replace_and_delete(
    app: App, server: BoltServer, client: WebClient, maya: Page, heard: Heard, fake_time: MonotonicClock
) -> None:
    @app.action("confirm")
    def confirm(ack: Any, respond: Any) -> None:
        ack()
        heard.add({"respond": respond})

    click(maya, post_case(client))
    respond = heard.wait_for(1)[0]["respond"]

    assert respond("only you").status_code == 200
    assert respond(text="decided", replace_original=True).status_code == 200
    shown = maya.get("messages", channel="C0DIGITS")["messages"]
    assert [(m["text"], m["ephemeral"]) for m in shown] == [("decided", False), ("only you", True)]
    assert respond(text="all", response_type="in_channel").status_code == 200
    assert respond(delete_original=True).status_code == 200
    assert respond("five").status_code == 200
    assert "used_url" in respond("six").body
    assert client.conversations_history(channel="C0DIGITS")["messages"][-1]["text"] == "all"


def test_a_response_url_ends_after_half_an_hour(
    app: App, server: BoltServer, client: WebClient, maya: Page, heard: Heard, fake_time: MonotonicClock
) -> None:
    @app.action("confirm")
    def confirm(ack: Any, respond: Any) -> None:
        ack()
        heard.add({"respond": respond})

    click(maya, post_case(client))
    fake_time.now += 30 * 60 + 1

    assert "expired_url" in heard.wait_for(1)[0]["respond"]("late").body


def test_events_tell_of_messages_mentions_edits_deletions_and_the_home_tab(
    app: App, server: BoltServer, sandbox: Sandbox, client: WebClient, maya: Page, heard: Heard
) -> None:
    @app.event("message")
    @app.event("app_mention")
    @app.event("app_home_opened")
    @app.event("reaction_added")
    @app.event("member_joined_channel")
    @app.event("channel_archive")
    def any_event(body: Json) -> None:
        heard.add(body)

    def kinds() -> list[str]:
        assert sandbox.wait_idle()
        events = [body["event"] for body in heard.items]
        heard.items.clear()
        return sorted(event.get("subtype") or event["type"] for event in events)

    maya.post("message", channel="C0DIGITS", text="hello <@U0SECONDLOOK>")
    assert kinds() == ["app_mention", "message"]
    maya.post("message", channel="D0MAYA", text="private")
    assert kinds() == ["message"]
    ts = post_case(client)
    client.chat_update(channel="C0DIGITS", ts=ts, text="decided")
    maya.post("reaction", channel="C0DIGITS", ts=ts, name="eyes")
    maya.post("delete", channel="C0DIGITS", ts=ts)
    assert kinds() == ["message", "message_changed", "message_deleted", "reaction_added"]
    maya.post("home")
    sandbox.workspace.membership.join(sandbox.state.conversations["C0DIGITS"], "U0PRIYA")
    sandbox.workspace.membership.archive(sandbox.state.conversations["C0DIGITS"], "U0SAM", is_archived=True)
    assert kinds() == ["app_home_opened", "channel_archive", "member_joined_channel"]


def test_a_thread_reply_names_its_parent(
    app: App, server: BoltServer, client: WebClient, maya: Page, heard: Heard
) -> None:
    @app.message("fraud")
    def reply(body: Json) -> None:
        heard.add(body)

    parent = post_case(client)
    maya.post("message", channel="C0DIGITS", text="fraud: odd", thread_ts=parent)

    (got,) = heard.wait_for(1)
    event = got["event"]
    assert (event["thread_ts"], event["parent_user_id"], event["user"]) == (parent, "U0SECONDLOOK", "U0MAYA")
    assert (event["channel_type"], event["blocks"][0]["type"]) == ("channel", "rich_text")
    assert got["authorizations"][0]["user_id"] == "U0SECONDLOOK"


def test_an_event_is_retried_until_it_is_acknowledged(
    app: App, server: BoltServer, sandbox: Sandbox, maya: Page, heard: Heard
) -> None:
    @app.event("message")
    def message(body: Json) -> None:
        heard.add(body)

    server.requests.clear()
    server.statuses = [500, 503]
    maya.post("message", channel="C0DIGITS", text="hello")

    heard.wait_for(1)
    assert [each.get("x-slack-retry-num") for each in server.requests] == [None, "1", "2"]
    assert server.requests[1]["x-slack-retry-reason"] == "http_error"


def test_a_lost_acknowledgment_brings_the_same_event_again(
    app: App, server: BoltServer, sandbox: Sandbox, maya: Page, heard: Heard
) -> None:
    @app.event("message")
    def message(body: Json) -> None:
        heard.add(body)

    sandbox.faults.add(SlackFault("ack_lost", count=1))
    maya.post("message", channel="C0DIGITS", text="hello")

    first, second = heard.wait_for(2)
    assert first["event_id"] == second["event_id"]


def test_suggestions_come_from_the_app(app: App, server: BoltServer, client: WebClient, maya: Page) -> None:
    select = {
        "type": "external_select",
        "action_id": "who",
        "placeholder": {"type": "plain_text", "text": "Who?"},
    }
    options = [{"text": {"type": "plain_text", "text": "Jonas"}, "value": "U0JONAS"}]

    @app.options("who")
    def who(ack: Any, payload: Json) -> None:
        assert payload["value"] == "jo"
        ack(options=options)

    blocks = [{"type": "actions", "block_id": "b", "elements": [select]}]
    ts = client.chat_postMessage(channel="C0DIGITS", text="t", blocks=blocks)["ts"]
    answer = maya.post("suggest", channel="C0DIGITS", ts=ts, block_id="b", action_id="who", value="jo")

    assert answer == {"ok": True, "options": options}


def test_shortcuts_of_both_kinds_arrive(
    app: App, server: BoltServer, client: WebClient, maya: Page, heard: Heard
) -> None:
    @app.shortcut("ask")
    def ask(ack: Any, body: Json) -> None:
        ack()
        heard.add(body)

    ts = post_case(client)
    maya.post("shortcut", callback_id="ask")
    maya.post("shortcut", callback_id="ask", channel="C0DIGITS", ts=ts)

    whole, of_message = heard.wait_for(2)
    assert (whole["type"], of_message["type"]) == ("shortcut", "message_action")
    assert of_message["message"]["ts"] == ts


def test_an_action_that_nobody_handles_is_said_to_have_failed(
    app: App, server: BoltServer, client: WebClient, maya: Page
) -> None:
    assert click(maya, post_case(client))["error"] == "dispatch_failed"


def test_the_home_tab_shows_what_was_published(
    app: App, server: BoltServer, sandbox: Sandbox, client: WebClient, maya: Page, jonas: Page
) -> None:
    @app.event("app_home_opened")
    def opened(event: Json) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": CASE})

    maya.post("home")

    assert sandbox.state.wait_for(lambda state: "U0MAYA" in state.homes)
    view = maya.get("state")["home"]
    assert view["blocks"][1]["elements"][0]["action_id"] == "confirm"
    assert jonas.get("state")["home"] is None


def test_a_click_on_a_version_already_replaced_still_arrives_but_not_on_what_never_was(
    app: App, server: BoltServer, client: WebClient, maya: Page, heard: Heard
) -> None:
    @app.action("confirm")
    def confirm(ack: Any, body: Json) -> None:
        ack()
        heard.add(body)

    ts = post_case(client)
    client.chat_update(channel="C0DIGITS", ts=ts, text="decided")

    assert click(maya, ts) == {"ok": True}
    assert heard.wait_for(1)[0]["message"]["text"] == "decided"
    assert click(maya, ts, "never")["error"] == "no_such_control"


def test_the_app_that_takes_too_long_is_said_to_time_out(
    app: App, sandbox: Sandbox, client: WebClient, maya: Page
) -> None:
    release = threading.Event()

    @app.action("confirm")
    def confirm(ack: Any) -> None:
        release.wait(PATIENCE)
        ack()

    quick = replace(sandbox.config, ack_seconds=0.2)
    with Sandbox(quick) as other:
        running = BoltServer(app)
        other.connect_url(running.url)
        other_client = WebClient(token=client.token, base_url=other.api_url, timeout=PATIENCE)
        answer = click(Page(other, "U0MAYA"), post_case(other_client))
        release.set()
        running.stop()

    assert (answer["ok"], answer["error"]) == (False, "timeout")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": "gone", "replace_original": True}, "message_not_found"),
        ({"delete_original": True}, "message_not_found"),
        ({"response_type": "in_channel"}, "no_text"),
        ({"text": "t", "blocks": [{"type": "marquee"}]}, "invalid_blocks"),
    ],
)
def test_a_response_that_cannot_be_is_refused(
    app: App, server: BoltServer, client: WebClient, maya: Page, heard: Heard, body: Json, code: str
) -> None:
    @app.action("confirm")
    def confirm(ack: Any, respond: Any) -> None:
        ack()
        heard.add({"respond": respond})

    ts = post_case(client)
    click(maya, ts)
    respond = heard.wait_for(1)[0]["respond"]
    client.chat_delete(channel="C0DIGITS", ts=ts)

    answer = respond(**body)

    assert answer.status_code == 404
    assert code in answer.body


def test_an_ephemeral_message_is_replaced_through_its_response_url(
    app: App, server: BoltServer, client: WebClient, maya: Page, heard: Heard
) -> None:
    @app.action("confirm")
    def confirm(ack: Any, body: Json, respond: Any) -> None:
        ack()
        heard.add(body)
        respond(text="thanks", replace_original=True)

    ts = client.chat_postEphemeral(channel="C0DIGITS", user="U0MAYA", text="q", blocks=CASE)["message_ts"]
    click(maya, ts)

    (body,) = heard.wait_for(1)
    assert body["container"]["is_ephemeral"]
    assert "message" not in body
    (seen,) = maya.get("messages", channel="C0DIGITS")["messages"]
    assert (seen["text"], seen["ephemeral"], seen["blocks"]) == ("thanks", True, None)


def test_nothing_is_told_of_channels_without_the_bot(
    app: App, server: BoltServer, sandbox: Sandbox, maya: Page, heard: Heard
) -> None:
    @app.event("message")
    @app.event("reaction_added")
    @app.event("member_left_channel")
    def any_event(body: Json) -> None:
        heard.add(body["event"])

    digits = sandbox.state.conversations["C0DIGITS"]
    assert sandbox.workspace.membership.leave(digits, "U0SECONDLOOK")
    assert not sandbox.workspace.membership.leave(digits, "U0SECONDLOOK")
    ts = maya.post("message", channel="C0DIGITS", text="secret")["ts"]
    maya.post("reaction", channel="C0DIGITS", ts=ts, name="eyes")
    maya.post("reaction", channel="C0DIGITS", ts=ts, name="eyes")
    maya.post("delete", channel="C0DIGITS", ts=ts)
    sandbox.workspace.membership.leave(digits, "U0JONAS")

    assert sandbox.wait_idle()
    assert [(event["type"], event["user"]) for event in heard.items] == [
        ("member_left_channel", "U0SECONDLOOK")
    ]
