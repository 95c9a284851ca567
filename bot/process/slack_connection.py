"""The bot's side of Slack: who it is there, and how clicks and events reach its listeners."""

import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from math import ceil
from typing import Protocol

import structlog
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.builtin import SocketModeClient

from bot.delivery.sender.slack_health import SlackHealth
from bot.errors import SettingsInvalid
from bot.process.socket_pulse import ANSWER_SECONDS, BEAT_SECONDS, MISSED_PINGS, PING_SECONDS, Pulse
from bot.settings import Settings
from bot.slack.api.failures import NO_BOT
from bot.slack.api.gateway import SlackFailure, SlackGateway, SlackPermanent
from bot.slack.api.token_kinds import refusal, wrong_app_token, wrong_bot_token
from bot.slack.api.web_calls import call, connection_failure, failure_of
from bot.slack.app import BotIdentity, build_app, build_socket_handler
from bot.usecases.context import Context
from bot.usecases.plan.replay import QuickReplay

log = structlog.get_logger()

WORKERS = 32


@dataclass(frozen=True, slots=True)
class BotAccount:
    """The bot in its workspace."""

    team_id: str
    identity: BotIdentity


def who_am_i(client: WebClient) -> BotAccount:
    """Ask Slack; raises a SlackFailure, SlackPermanent for a token that is no bot's or does not last."""
    wrong = wrong_bot_token(client.token or "")
    if wrong is not None:
        raise wrong
    answer = call("auth.test", client.auth_test)
    team_id, user_id, bot_id, enterprise_id = (
        str(answer.get(name) or "") for name in ("team_id", "user_id", "bot_id", "enterprise_id")
    )
    if not (team_id and user_id and bot_id):  # Slack names a bot only where a bot token asks
        raise refusal(NO_BOT)
    return BotAccount(team_id, BotIdentity(user_id, bot_id, enterprise_id))


class Socket(Protocol):
    """What we use of Bolt's SocketModeHandler, which has no types."""

    client: SocketModeClient

    def connect(self) -> None:
        """Open the socket."""

    def close(self) -> None:
        """Close it and end its threads."""


class SlackConnection:
    """Socket Mode where there is an app token, else signed HTTP; nothing is heard before `connect`.

    `on_hello` is called whenever a socket opens: what happened while none was open is lost, so that things
    have to be looked at again. A click that the database cannot save within so many seconds is answered so.
    """

    def __init__(
        self,
        ctx: Context,
        settings: Settings,
        client: WebClient,
        gateway: SlackGateway,
        health: SlackHealth,
        wake: Callable[[], None],
        save_within: float,
    ) -> None:
        self._ctx = ctx
        # Connections of its own: ticks and senders may hold all
        # of the pool's while Slack counts three seconds.
        self._hurried = ctx.database.hurried(save_within)
        self._settings = settings
        self._client = client
        self._gateway = gateway
        self._health = health
        self._wake = wake
        # Apart from Bolt's workers: what follows a click calls
        # Slack, and must not keep the next click from its ack.
        self._aftermath = ThreadPoolExecutor(WORKERS, thread_name_prefix="slack-aftermath")
        self._handler: Socket | None = None
        self._changing = threading.Lock()
        self._pulse = Pulse(most_looks=ceil((MISSED_PINGS * PING_SECONDS + ANSWER_SECONDS) / BEAT_SECONDS))
        self._is_closing = threading.Event()
        self._is_usable = False
        self.on_hello: Callable[[], None] = lambda: None
        if settings.slack_app_token is None and settings.slack_signing_secret is None:
            raise SettingsInvalid(
                "Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP) is set; set one."
            )

    @property
    def uses_http(self) -> bool:
        """Whether Slack calls us, rather than we hold a socket."""
        return self._settings.slack_app_token is None

    @property
    def trouble(self) -> str | None:
        """Why Slack cannot be used just now, or None."""
        if self._health.trouble is not None:
            return self._health.trouble
        if not self._is_usable:
            return "not connected yet"
        if self._handler is not None and not self._handler.client.is_connected():
            return "the socket is down; it is being opened again"
        if self._pulse.is_silent:
            return "the socket does not answer; it is being opened again"
        return None

    def connect(self) -> tuple[Context, App]:
        """Find out who we are and listen; the context that knows the workspace. Raises a SlackFailure."""
        account = who_am_i(self._client)
        ctx = replace(self._ctx, team_id=account.team_id)
        app = build_app(
            replace(ctx, database=self._hurried),
            self._gateway,
            signing_secret=self._settings.slack_signing_secret or "",
            identity=account.identity,
            wake=self._wake,
            replay=QuickReplay(ctx),
            aftermath=self._aftermath,
        )
        if self._settings.slack_app_token is not None:
            self._open_socket(app, self._settings.slack_app_token)
        self._is_usable = True
        self._health.worked()
        log.info("slack.connected", team=account.team_id, transport="http" if self.uses_http else "socket")
        return ctx, app

    def _open_socket(self, app: App, app_token: str) -> None:
        wrong = wrong_app_token(app_token)
        if wrong is not None:
            raise wrong
        handler: Socket = build_socket_handler(app, app_token, self._client, PING_SECONDS)
        handler.client.on_message_listeners.append(self._heard)
        try:
            handler.connect()
        except SlackApiError as error:
            _close(handler)
            raise failure_of(error, "apps.connections.open") from error
        except OSError as error:
            _close(handler)
            raise connection_failure(error) from error
        with self._changing:  # `close` came before and would not see this socket, or it sees it
            is_late = self._is_closing.is_set()
            self._handler = None if is_late else handler
        if is_late:
            _close(handler)
            raise SlackFailure("Nothing is listened to any more.")
        threading.Thread(target=self._watch, args=[handler.client], name="slack-pulse", daemon=True).start()

    def _watch(self, client: SocketModeClient) -> None:
        """Open another socket as soon as this does not answer: what Slack sends to it meanwhile is lost."""
        while not self._is_closing.wait(BEAT_SECONDS):
            session = client.current_session
            if session is None or not session.is_active() or not self._pulse.look(session):
                continue  # a closed socket is opened again by slack_sdk
            log.warning("slack.socket_silent")
            try:
                _hang_up(client)
                session.close()
                client.connect_to_new_endpoint()
            except Exception as error:  # noqa: BLE001  slack_sdk raises many kinds, and tries again by itself
                log.warning("slack.not_connected", reason=str(error))

    def _heard(self, message: str) -> None:
        """Every connection begins with a `hello`."""
        # Without parsing: every message comes by here, and only the first of a connection is meant.
        if '"type":"hello"' in message.replace(" ", "")[:200]:
            self.on_hello()

    def refused(self, error: SlackFailure) -> None:
        """Note why connecting failed."""
        if isinstance(error, SlackPermanent):
            self._health.refused(error)
        log.warning("slack.not_connected", reason=str(error))

    def close(self) -> None:
        """Take no more clicks; what runs ends first."""
        with self._changing:
            self._is_closing.set()
        if self._handler is not None:
            _close(self._handler)
        self._aftermath.shutdown(wait=True, cancel_futures=False)
        self._hurried.dispose()


def _close(handler: Socket) -> None:
    """Take no more envelopes, let running ones acknowledge, and hang up.

    The handler's own close hangs up first, so that those acknowledgments are lost, and sits out two
    time-outs: of its queue (1 s) and of a read (3 s).
    """
    client = handler.client
    client.auto_reconnect_enabled = False
    client.closed = True
    client.message_queue.put(None)
    client.message_processor.shutdown()  # type: ignore[no-untyped-call]  # slack_sdk has no types here
    client.message_workers.shutdown()
    _hang_up(client)
    try:
        handler.close()
    except AttributeError:  # slack_sdk's reader hung up between its look at the socket and its use
        handler.close()


def _hang_up(client: SocketModeClient) -> None:
    """End a read that is under way, for which a session's own close would wait."""
    sock = client.current_session.sock if client.current_session is not None else None
    if sock is not None:
        with suppress(OSError):  # the other side has hung up before
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
