"""The composition root: builds the application from settings and policy, starts it, drains it."""

import gc
import os
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import structlog

from bot import log as logs
from bot.clock import Clock, SystemClock
from bot.delivery.deliveries import Deliveries
from bot.delivery.sender.durations import Tempo, tempo_of
from bot.http.app import build_api
from bot.http.health import SlackState
from bot.http.signatures import Services
from bot.ids import new_id
from bot.outages.database_health import DatabaseHealth
from bot.policy.policy_file import read_policy
from bot.process.database_wait import DatabaseWait
from bot.process.http_server import HttpServer
from bot.process.policy_reload import PolicyReload
from bot.process.scheduler import Ticker
from bot.process.slack_connection import SlackConnection
from bot.process.ticks import Ticks
from bot.record_keys import keyring
from bot.settings import Settings
from bot.slack.api.gateway import SlackFailure, SlackGateway, SlackPermanent, WebClientGateway
from bot.slack.api.web_calls import slack_client
from bot.slack.http_route import SlackDoor
from bot.usecases.context import Context, PolicyHolder
from bot.usecases.review import catch_up
from bot.usecases.thresholds import in_force
from routing.policy import Policy
from storage.engine.database import Database
from storage.errors import StorageError

log = structlog.get_logger()

RECONNECT_SECONDS = 5.0
SAVE_WITHIN = 2.0
"""In seconds, what a click does; after three Slack shows an error to whoever clicked."""
JOIN_SECONDS = 5.0
RELOADS = signal.SIGHUP
HEARD = (signal.SIGTERM, signal.SIGINT, RELOADS)


class Application:
    """Second Look in one process: webhook API, Slack, deliveries and ticks, each in threads of its own.

    Usable as a context manager; `start` returns when it works, `stop` drains within ten seconds.
    """

    def __init__(
        self,
        ctx: Context,
        settings: Settings,
        gateway: SlackGateway | None,
        tempo: Tempo,
        save_within: float,
        policy_path: Path | None,
    ) -> None:
        client = slack_client(settings.need_bot_token(), settings.slack_api_url)
        gateway = gateway or WebClientGateway(client)
        self.ctx = ctx
        self._is_stopping = threading.Event()
        self._changing = threading.RLock()
        self._waiting = DatabaseWait(self._is_stopping)
        self._database = DatabaseHealth(ctx.database.ping)
        self.deliveries = Deliveries(ctx, gateway, tempo, settings.secrets, self._database)
        self.slack = SlackConnection(
            ctx, settings, client, gateway, self.deliveries.health, self.deliveries.wake, save_within
        )
        services = Services(ctx.policy, settings.secrets)
        name = f"{socket.gethostname()}:{os.getpid()}:{ctx.new_id('replica')}"  # containers repeat the rest
        self._policy = PolicyReload(ctx, services, policy_path, name)
        self._api = build_api(
            ctx,
            services,
            slack_state=self._slack_state,
            policy_state=self._policy.state,
            on_stored=self.deliveries.wake_messages,
            refuses=lambda: self._waiting.words,
        )
        self._slack_door = SlackDoor()
        if self.slack.uses_http:
            self._api.router.routes.append(self._slack_door.route)
        self._server = HttpServer(self._api, settings.host, settings.port)
        self.ticks = Ticks(self.deliveries.courier, self.deliveries.wake, self._policy.look)
        self._ticker = Ticker(self.ticks.all(), ctx.clock, self._database)
        self._database.on_back = self._database_is_back
        self._signing_secret = settings.slack_signing_secret or ""
        self._reconnecting = threading.Thread(target=self._reconnect, name="slack-reconnect", daemon=True)

    @property
    def url(self) -> str:
        """Where the webhook API is served."""
        return self._server.url

    def start(self) -> bool:
        """Bring the schema up to date and start everything; False where `stop` came before that was done.

        A PostgreSQL that is not there yet is waited for, as Slack is; meanwhile the address answers that it
        waits. A token that Slack refuses raises SlackPermanent, a database that lets nobody in for a minute
        DatabaseUnavailable.
        """
        try:
            self._server.start()
            if not self._open_database():
                return False
            with self._changing:  # `stop` waits for this, or comes first and nothing is begun
                if self._is_stopping.is_set():
                    return False
                self._go_live()
                return True
        except Exception:
            self.stop()
            raise

    def _open_database(self) -> bool:
        """Whether it is open; not if `stop` came before."""
        if self.ctx.database.dialect == "postgresql":
            return self._waiting.open(self._prepare_database)
        self._prepare_database()  # a file that cannot be opened is a mistake at once
        self._waiting.words = None
        return True

    def _prepare_database(self) -> None:
        self.ctx.database.upgrade()
        # Before the first case: what is active in the database counts, not what this file holds.
        self._policy.look()
        in_force.refresh(self.ctx)
        catch_up.begin(self.ctx)  # after what has moved: no look is wanted at a channel that was left

    def reload(self) -> None:
        """Read the policy file at once, if it has changed."""
        self._policy.ask()
        self._ticker.hurry("policy")

    def _go_live(self) -> None:
        self.slack.on_hello = self.ticks.sweep_soon
        try:
            self._connect()
        except SlackPermanent:
            raise
        except SlackFailure as error:
            self.slack.refused(error)
            self._reconnecting.start()
        self._sweep()  # before anything is sent, so that a single look serves the start and its gap
        self.deliveries.start()
        self._ticker.start()
        log.info("application.started", url=self.url, slack=self.slack.trouble or "connected")

    def _sweep(self) -> None:
        """Look now; where the database does not let us, the tick does, and what is held waits for it."""
        try:
            self.ticks.sweep()
        except StorageError as error:
            log.warning("tick.failed", tick="sweep", reason=str(error))

    def _database_is_back(self) -> None:
        """Whatever became due meanwhile is done now."""
        self.deliveries.wake()
        self._ticker.catch_up()

    def ready(self) -> bool:
        """Whether cases are taken, Slack is there and the database answers."""
        return self._server.is_serving and self.slack.trouble is None and self._database_answers()

    def stop(self) -> None:
        """Take nothing new, finish what was begun, close everything. Does nothing the second time."""
        if self._is_stopping.is_set():
            return
        self._is_stopping.set()
        with self._changing:  # first who brings work, last what all of them use
            self._ticker.stop()
            self._server.stop()
            self.slack.close()
            has_ended = self.deliveries.stop()
            # A database that was never reached has no row of this replica, and would be waited for once more.
            if self._waiting.words is None:
                self._policy.leave()
            self.ctx.database.dispose()
        log.info("application.stopped", is_drained=has_ended)

    def _connect(self) -> None:
        """Listen to Slack; what needs the database is the sweep's, which is tried until it works."""
        ctx, app = self.slack.connect()
        self.ctx = ctx
        self.ticks.know_workspace(ctx)
        if self.slack.uses_http:
            self._slack_door.open(app, self._signing_secret)

    def _reconnect(self) -> None:
        """Try until Slack is back; until then cases are taken and wait."""
        while not self._is_stopping.wait(RECONNECT_SECONDS):
            try:
                self._connect()
            except SlackFailure as error:
                self.slack.refused(error)
            else:
                return

    def _slack_state(self) -> SlackState:
        trouble = self.slack.trouble
        return SlackState(is_ok=trouble is None, detail=trouble or "connected")

    def _database_answers(self) -> bool:
        try:
            self.ctx.database.ping()
        except StorageError:
            return False
        return True

    def __enter__(self) -> "Application":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def build(
    settings: Settings,
    policy: Policy | None = None,
    clock: Clock | None = None,
    *,
    gateway: SlackGateway | None = None,
    tempo: Tempo | None = None,
    save_within: float = SAVE_WITHIN,
) -> Application:
    """The application, not started; its port is taken already (0 in the settings: a free one).

    `policy` defaults to the settings' file, which is then followed while it runs, `clock` to the machine's,
    `gateway` to the real calls, `tempo` to Slack's limits. A click that is not saved within so many seconds
    is given up. Raises SettingsInvalid, InvalidPolicy or PortTaken.
    """
    policy_path = None if policy else settings.policy_path
    policy = policy or read_policy(settings.policy_path, settings.policy_origin)
    clock = clock or SystemClock()
    ctx = Context(
        database=Database(settings.database_url, keyring=keyring(settings, may_make=True)),
        active=PolicyHolder.of(policy),
        clock=clock,
        new_id=new_id,
        draw_key=settings.need_draw_key(),
        team_id="",
    )
    return Application(ctx, settings, gateway, tempo or tempo_of(clock), save_within, policy_path)


def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Run until SIGTERM or SIGINT, then drain; `announce` gets the address once everything runs.

    SIGHUP has the policy file read anew.
    """
    logs.configure()
    # Every thread inherits this. A handler would be lost if the signal came just before the wait for it.
    signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
    application = build(settings)
    starting = Startup(application, announce)
    starting.thread.start()
    while signal.sigwait(HEARD) == RELOADS:
        application.reload()
    application.stop()
    starting.thread.join(JOIN_SECONDS)
    if starting.error is not None:
        raise starting.error


class Startup:
    """Starts the application in a thread of its own, so that a signal is heard while it waits.

    `error` is what kept it from starting; then it sends the signal itself.
    """

    def __init__(self, application: Application, announce: Callable[[str], None]) -> None:
        self._application = application
        self._announce = announce
        self.error: Exception | None = None
        self.thread = threading.Thread(target=self._run, name="start", daemon=True)

    def _run(self) -> None:
        try:
            if self._application.start():
                gc.freeze()  # what is built by now stays: to search it stops every thread for 0.1 s
                self._announce(self._application.url)
        except Exception as error:  # noqa: BLE001 - it is raised again in the main thread
            self.error = error
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
