"""Builds the Bolt app: the same listeners for Socket Mode and for signed HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace

import structlog
from slack_bolt import App, BoltResponse
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.log import Seldom
from bot.slack.api.gateway import SlackGateway
from bot.slack.blocks import control_ids
from bot.slack.blocks.message import JsonObject
from bot.slack.hear.clicks import CLICKS
from bot.slack.hear.commands import on_command
from bot.slack.hear.envelopes import PayloadRefused, checked
from bot.slack.hear.events import HAPPENINGS
from bot.slack.hear.interactions import Desk, Listener, Replaying, on_click, on_submit
from bot.slack.hear.lookups import on_lookup
from bot.slack.hear.window_submissions import WINDOWS
from bot.usecases.context import Context
from storage.errors import DatabaseUnavailable

WORKERS = 32
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class BotIdentity:
    """Who the bot is in Slack, from `auth.test`: what it says itself is ignored.

    `enterprise_id` is the organization of its workspace, empty outside Enterprise Grid.
    """

    user_id: str
    bot_id: str
    enterprise_id: str = ""


def build_app(
    ctx: Context,
    gateway: SlackGateway,
    *,
    signing_secret: str,
    identity: BotIdentity,
    wake: Callable[[], None],
    replay: Replaying,
    aftermath: Executor | None = None,
) -> App:
    """The app with all listeners; builds no connection and calls nothing. `ctx` learns who the bot is.

    `wake` is called after every act so that the senders look for work; `replay` is called after the ack of
    the window that asks for it, since it takes seconds; `aftermath` runs what comes after
    an ack (default: 32 threads of its own).
    """
    present = ctx.installation.present
    enterprise_id = identity.enterprise_id or present.enterprise_id
    ctx.installation.present = replace(present, bot_user_id=identity.user_id, enterprise_id=enterprise_id)
    executor = aftermath or ThreadPoolExecutor(WORKERS, thread_name_prefix="slack-aftermath")
    app = App(
        name="secondlook",
        signing_secret=signing_secret,
        client=WebClient(),  # without a token: nothing but the gateway calls Slack
        authorize=_authorize(ctx.team_id, identity),
        process_before_response=True,  # else Bolt acknowledges an event before it is stored
        listener_executor=executor,
        request_verification_enabled=True,
        ignoring_self_events_enabled=False,  # to Bolt the deletion of our message is our own act
    )
    desk = Desk(ctx, gateway, executor, wake, replay)
    _register(app, desk)
    app.error(_on_error(desk.line))
    return app


def _authorize(team_id: str, identity: BotIdentity) -> Callable[[], AuthorizeResult]:
    """The bot's only workspace, from the start: no click waits for `auth.test`."""

    def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id=team_id, bot_user_id=identity.user_id, bot_id=identity.bot_id
        )

    return authorize


def _register(app: App, desk: Desk) -> None:
    for action_id, take_click in CLICKS.items():
        app.action(action_id)(on_click(desk, take_click))
    for callback_id, take_window in WINDOWS.items():
        app.view(callback_id)(on_submit(desk, take_window))
    for action_id in (control_ids.CHOOSE, control_ids.LABEL):
        app.options(action_id)(on_lookup(desk))
    for kind, happen in HAPPENINGS.items():
        app.event(kind)(_on_event(desk, happen))
    app.event(re.compile(""))(_on_other_event)  # comes last: the first listener that fits takes an event
    app.command(control_ids.COMMAND)(on_command(desk))


def _on_event(desk: Desk, happen: Callable[[Desk, JsonObject], None]) -> Listener:
    """A listener for an event: acknowledged by Bolt after the commit; if that fails, Slack sends it again."""

    def listener(body: JsonObject) -> None:
        happen(desk, body)

    return listener


def _on_other_event() -> None:
    """An event that means nothing here, our own reaction, say: acknowledged, so that none is sent again."""


def _on_error(line: Seldom) -> Callable[[Exception, JsonObject], BoltResponse]:
    """Whatever else went wrong in a listener: logged, and never taken for done."""

    def answer(error: Exception, body: JsonObject) -> BoltResponse:
        if not isinstance(error, DatabaseUnavailable):
            log.error("slack.listener_failed", kind=body.get("type"), exc_info=error)
        elif line.is_due():
            log.warning("slack.event_not_saved", kind=body.get("type"), error=str(error))
        return BoltResponse(status=500, body="")

    return answer


class CheckingHandler(SocketModeHandler):
    """Socket Mode that acknowledges what is no payload of Slack's, and shows it to no listener."""

    def handle(  # type: ignore[override]  # as its parent's, whose client is the same
        self, client: SocketModeClient, req: SocketModeRequest
    ) -> None:
        """Take an envelope."""
        try:
            checked(req.payload)
        except PayloadRefused as refused:
            log.warning("slack.payload_refused", transport="socket", reason=refused.detail)
            client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))
        else:
            super().handle(client, req)


def build_socket_handler(
    app: App, app_token: str, web_client: WebClient, ping_seconds: float = 10.0
) -> SocketModeHandler:
    """Socket Mode for `app`; `web_client` carries the API's address. Call `connect()` and `close()`."""
    handler = CheckingHandler(
        app, app_token, web_client=web_client, ping_interval=ping_seconds, concurrency=WORKERS
    )
    take = handler.client.run_message_listeners

    def run_message_listeners(message: JsonObject, raw_message: str) -> None:
        # The SDK raises at a payload that is no object, and never acknowledges it.
        if "envelope_id" in message and not isinstance(message.get("payload"), dict):
            message = {**message, "payload": {}}
        take(message, raw_message)

    handler.client.run_message_listeners = run_message_listeners  # type: ignore[method-assign]
    return handler
