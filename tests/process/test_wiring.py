"""The whole application in one process: it starts, carries a case to a decision and back, and drains."""

import base64
import json
import sqlite3
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa
from slack_sdk import WebClient
from standardwebhooks.webhooks import Webhook

from bot.clock import SystemClock
from bot.demo.person import SimulatedPerson
from bot.process import slack_connection, wiring
from bot.process.slack_connection import BotAccount
from bot.process.wiring import Application, build
from bot.sandbox import Sandbox, SandboxConfig, SlackFault
from bot.settings import Secrets, Settings
from bot.slack.api.gateway import SlackPermanent
from routing.policy import load_policy
from storage.cases import cases
from storage.engine import dialects
from storage.engine.database import Database
from storage.tables import channel_readings, projections
from tests.delivery.receiver import Receiver, receiving
from tests.patience import PATIENCE, eventually, patient
from tests.places import ROOT
from tests.worlds.clocks import MONDAY, StillClock
from tests.worlds.contexts import has_members
from tests.worlds.delivery import delivering, open_case
from tests.worlds.people import DIGITS
from tests.worlds.policies import ORDERS

SECRET = base64.b64encode(bytes([7]) * 24).decode()


@pytest.fixture
def slack() -> Iterator[Sandbox]:
    with Sandbox(replace(patient(SandboxConfig.default()), pace=0.0)) as running:
        yield running


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def settings_for(slack: Sandbox, database_url: str, *, is_socket: bool = True) -> Settings:
    config = slack.config
    return Settings(
        secrets=Secrets({"SHOP_SECRET": SECRET, "SHOP_OLD_SECRET": SECRET}),
        database_url=database_url,
        draw_key=b"0123456789abcdef",
        audit_keys=(("test", b"a key for the record"),),
        slack_bot_token=config.bot_token,
        slack_app_token=config.app_token if is_socket else None,
        slack_signing_secret=config.signing_secret,
        slack_api_url=slack.api_url,
        port=0,
    )


def application(
    slack: Sandbox,
    database_url: str,
    receiver: Receiver,
    *,
    is_socket: bool = True,
    save_within: float = PATIENCE,
) -> Application:
    policy = load_policy(ORDERS.replace("http://127.0.0.1:1/callback", receiver.url), "policy.toml")
    return build(settings_for(slack, database_url, is_socket=is_socket), policy, save_within=save_within)


def post_case(app: Application, name: str = "order-1") -> str:
    body = {
        "task": "fraud",
        "external_id": name,
        "input": {"text": f"Input of {name}."},
        "prediction": {"label": "fraud", "confidence": 0.71},
        "model": {"name": "radar", "version": "1.4"},
        "occurred_at": SystemClock().now().isoformat(),
    }
    text, now = json.dumps(body), SystemClock().wall()
    headers = {
        "content-type": "application/json",
        "webhook-id": f"msg-{name}",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(f"msg-{name}", now, text),
    }
    request = urllib.request.Request(f"{app.url}/v1/cases", text.encode(), headers)  # noqa: S310  loopback
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310  loopback
        return str(json.load(answer)["case_id"])


def readiness(app: Application) -> dict[str, Any]:
    with urllib.request.urlopen(f"{app.url}/readyz", timeout=PATIENCE) as answer:  # noqa: S310  loopback
        return dict(json.load(answer))


def answer(slack: Sandbox, user_id: str = "U0MAYA") -> None:
    """Click the first answer of the only message in the channel."""
    person = SimulatedPerson(slack.url, user_id)
    (message,) = person.messages(DIGITS)
    block = next(block for block in message["blocks"] if block["type"] == "actions")
    person.click(DIGITS, message, block, block["elements"][0])


def messages(slack: Sandbox) -> list[str]:
    return [message.text for message in slack.state.conversations[DIGITS].top_level()]


@pytest.mark.parametrize("is_socket", [True, False])
def test_a_case_is_posted_answered_updated_and_called_back(
    slack: Sandbox, receiver: Receiver, database_url: str, is_socket: bool
) -> None:
    with application(slack, database_url, receiver, is_socket=is_socket) as app:
        if not is_socket:
            slack.connect_url(f"{app.url}/slack/events")
        case_id = post_case(app)
        eventually(lambda: messages(slack) and has_members(app.ctx))
        answer(slack)
        eventually(lambda: receiver.received)
        eventually(lambda: "decided" in messages(slack)[0].lower())
        with app.ctx.database.read() as tx:
            decision = cases.get(tx, case_id).decision
        assert decision is not None
        body = json.loads(receiver.received[0].body)
    assert (body["type"], body["data"]["decision"]["label"]) == ("case.decided", decision.label)


def test_it_says_when_it_is_ready(slack: Sandbox, receiver: Receiver, sqlite_url: str) -> None:
    with application(slack, sqlite_url, receiver) as app:
        eventually(app.ready)
        assert readiness(app)["slack"]["is_ok"]
    assert not app.ready()


def test_it_takes_cases_while_slack_is_down_and_posts_them_after(
    slack: Sandbox, receiver: Receiver, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "RECONNECT_SECONDS", 0.1)
    slack.faults.add(SlackFault("down"))
    with application(slack, sqlite_url, receiver) as app:
        post_case(app)
        assert not app.ready()
        assert readiness(app)["status"] == "degraded"
        slack.faults.clear()
        eventually(app.ready)
        eventually(lambda: messages(slack))
    assert len(messages(slack)) == 1


def test_a_socket_that_opens_while_it_stops_is_closed_again(
    slack: Sandbox, receiver: Receiver, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "RECONNECT_SECONDS", 0.1)
    is_opening, may_open, who_am_i = Event(), Event(), slack_connection.who_am_i

    def slow(client: WebClient) -> BotAccount:
        account = who_am_i(client)
        is_opening.set()
        assert may_open.wait(PATIENCE)
        return account

    monkeypatch.setattr(slack_connection, "who_am_i", slow)
    slack.faults.add(SlackFault("down"))
    with application(slack, sqlite_url, receiver):
        slack.faults.clear()
        assert is_opening.wait(PATIENCE)
    may_open.set()
    for thread in threading.enumerate():
        if thread.name == "slack-reconnect":
            thread.join(PATIENCE)
    eventually(lambda: slack.connection_count == 0)
    assert slack.stats()["calls"]["apps.connections.open"] == 1


@contextmanager
def locked(database_url: str) -> Iterator[None]:
    """Another process writes to the SQLite file during the block: nobody else may."""
    other = sqlite3.connect(str(sa.make_url(database_url).database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


def status_of_a_knock(app: Application) -> int:
    """What something unsigned is answered where Slack sends to."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{app.url}/slack/events", b"{}", PATIENCE)  # noqa: S310  loopback
    with refused.value as error:
        return error.code


def give_up(app: Application, case_id: str) -> None:
    """Make the case's message a dead letter that a connection may mend."""
    is_it = projections.c.case_id == case_id
    dead = {"is_due": False, "dead_reason": "(channel_not_found) Check the channel's id in the policy."}
    with app.ctx.database.write() as tx:
        tx.execute(sa.update(projections).where(is_it).values(dead))


@pytest.fixture
def impatient_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that somebody else holds is an error almost at once."""
    monkeypatch.setattr(wiring, "Database", partial(Database, wait_for_lock=0.05))


@pytest.mark.usefixtures("impatient_database")
def test_slack_is_heard_when_it_is_back_though_the_database_fails_just_then(
    slack: Sandbox, receiver: Receiver, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "RECONNECT_SECONDS", 0.1)
    slack.faults.add(SlackFault("down"))
    with application(slack, sqlite_url, receiver, is_socket=False) as app:
        give_up(app, post_case(app))
        assert status_of_a_knock(app) == 503
        with locked(sqlite_url):
            slack.faults.clear()
            eventually(lambda: status_of_a_knock(app) == 401)
        eventually(lambda: messages(slack))


@pytest.mark.usefixtures("impatient_database")
@pytest.mark.parametrize("is_socket", [True, False])
def test_it_starts_though_the_database_fails_once_slack_is_there(
    slack: Sandbox, receiver: Receiver, sqlite_url: str, is_socket: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack.faults.add(SlackFault("down"))
    with application(slack, sqlite_url, receiver) as before:
        give_up(before, post_case(before))
    slack.faults.clear()
    app = application(slack, sqlite_url, receiver, is_socket=is_socket)
    connect, lock = app.slack.connect, ExitStack()

    def connect_and_lock() -> object:
        connection = connect()
        lock.enter_context(locked(sqlite_url))
        return connection

    monkeypatch.setattr(app.slack, "connect", connect_and_lock)
    with lock, app:
        assert app.slack.trouble is None
        lock.close()
        eventually(lambda: messages(slack))


def test_no_look_is_wanted_at_a_channel_whose_id_was_mended(
    slack: Sandbox, receiver: Receiver, sqlite_url: str
) -> None:
    slack.faults.add(SlackFault("down"))
    right = load_policy(ORDERS, "policy.toml")
    wrong = load_policy(ORDERS.replace(f'id = "{DIGITS}"', 'id = "C0DIGITZ"'), "policy.toml")
    open_case(delivering(Database(sqlite_url), StillClock(MONDAY), wrong))
    with build(settings_for(slack, sqlite_url), right) as app, app.ctx.database.read() as tx:
        wanted = set(tx.execute(sa.select(channel_readings.c.channel_id)).scalars())
    assert wanted == {channel.id for channel in right.channels.values()}


def test_a_click_that_cannot_be_saved_soon_is_told_so_while_slack_still_waits(
    slack: Sandbox, receiver: Receiver, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialects, "WAIT_FOR_TURN", 3_600.0)
    with application(slack, database_url, receiver, save_within=0.1) as app:
        case_id = post_case(app)
        eventually(lambda: messages(slack) and has_members(app.ctx))
        with app.ctx.database.write() as tx:  # another transaction that takes its time
            cases.lock(tx, case_id)
            answer(slack)
            eventually(
                lambda: "could not be saved" in str(SimulatedPerson(slack.url, "U0MAYA").messages(DIGITS))
            )
        with app.ctx.database.read() as tx:
            assert cases.get(tx, case_id).labels == ()


def test_a_refused_token_is_told_at_the_start(slack: Sandbox, receiver: Receiver, sqlite_url: str) -> None:
    slack.faults.add(SlackFault("token_revoked"))
    with pytest.raises(SlackPermanent, match="token_revoked"):
        application(slack, sqlite_url, receiver).start()


def test_a_restart_goes_on_with_what_was_open(slack: Sandbox, receiver: Receiver, database_url: str) -> None:
    with application(slack, database_url, receiver) as app:
        post_case(app)
        eventually(lambda: messages(slack) and has_members(app.ctx))
    with application(slack, database_url, receiver) as again:
        eventually(again.ready)
        answer(slack)
        eventually(lambda: receiver.received)
    assert len(messages(slack)) == 1


def serving_process(
    slack: Sandbox, folder: Path, database_url: str, before: str = ""
) -> "subprocess.Popen[str]":
    """A process of its own that runs the statement `before` and serves; it tells its address and its log."""
    (folder / "policy.toml").write_text(ORDERS)
    environ = {
        "SECONDLOOK_DATABASE_URL": database_url,
        "SECONDLOOK_POLICY": str(folder / "policy.toml"),
        "SECONDLOOK_DRAW_KEY": "0123456789abcdef",
        "SECONDLOOK_PORT": "0",
        "SHOP_SECRET": SECRET,
        "SHOP_OLD_SECRET": SECRET,
        "SLACK_BOT_TOKEN": slack.config.bot_token,
        "SLACK_APP_TOKEN": slack.config.app_token,
        "SLACK_API_URL": slack.api_url,
    }
    imports = "from bot.process.wiring import serve; from bot.settings import read_settings"
    return subprocess.Popen(
        [sys.executable, "-c", f"{before}\n{imports}\nserve(read_settings(), print)"],
        cwd=ROOT,
        env=environ,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_process_serves_and_ends_when_it_is_asked_to(slack: Sandbox, tmp_path: Path) -> None:
    watching = (
        "import atexit, sys; heavy = ('numpy', 'scipy', 'sklearn', 'matplotlib'); "
        "atexit.register(lambda: print('heavy', [name for name in heavy if name in sys.modules]))"
    )
    process = serving_process(slack, tmp_path, f"sqlite:///{tmp_path / 'db.sqlite3'}", watching)
    assert process.stderr is not None
    lines = iter(process.stderr.readline, "")
    assert any("application.started" in line for line in lines)
    eventually(lambda: slack.connection_count == 1)
    process.terminate()
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert '"is_drained": true' in err
    assert out.splitlines()[1:] == ["heavy []"]
