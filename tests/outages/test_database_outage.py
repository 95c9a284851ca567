"""PostgreSQL that is not there yet, goes away, or says nothing: who waits is told, and nothing is lost."""

import json
import os
import signal
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.demo.person import HandsRefused
from bot.process.wiring import Application
from bot.sandbox import Sandbox, SandboxConfig
from storage.cases import cases
from tests.delivery.receiver import Receiver, receiving
from tests.patience import PATIENCE, eventually, patient
from tests.process.test_wiring import application, messages, post_case, serving_process
from tests.scenarios.people import Case, Expert
from tests.worlds import postgres
from tests.worlds.contexts import has_members
from tests.worlds.people import DIGITS

SOON = 3.0
"""In seconds, how long a click waits for the database: long enough for a busy machine while it is there."""


@pytest.fixture
def slack() -> Iterator[Sandbox]:
    with Sandbox(replace(patient(SandboxConfig.default()), pace=0.0)) as running:
        yield running


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    """A server of this module's own, which its tests stop."""
    try:
        running = postgres.running(postgres.SAFE)  # what was committed outlives the stop
        started = running.__enter__()
    except postgres.NoPostgres as reason:
        pytest.skip(f"PostgreSQL: {reason}")
    yield started
    running.__exit__(None, None, None)


@pytest.fixture
def url(server: postgres.Server, request: pytest.FixtureRequest) -> str:
    """An empty database of the server."""
    name = f"outage_{abs(hash(request.node.name))}"
    server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    server.execute(f"CREATE DATABASE {name}")
    return server.url(name)


@contextmanager
def stopped(server: postgres.Server) -> Iterator[None]:
    """It is not there during the block."""
    server.stop()
    try:
        yield
    finally:
        server.start()


@contextmanager
def silent(server: postgres.Server) -> Iterator[None]:
    """It takes connections and says nothing during the block."""
    first = int((server.data / "postmaster.pid").read_text().split()[0])
    family = [first, *(pid for pid in processes() if parent(pid) == first)]
    for pid in family:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in family:
            with suppress(ProcessLookupError):  # whoever was ending before it was stopped has ended
                os.kill(pid, signal.SIGCONT)


def processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def ask(app: Application, path: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"{app.url}{path}", timeout=PATIENCE) as answer:  # noqa: S310  loopback
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def refusal(post: Callable[[], object]) -> tuple[int, str | None, str]:
    """The status, when to come back, and the words with which a post is refused."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        post()
    with refused.value as error:
        return error.code, error.headers["retry-after"], error.read().decode()


def knock(app: Application) -> None:
    """Something arrives where Slack sends to."""
    with urllib.request.urlopen(f"{app.url}/slack/events", b"{}", PATIENCE):  # noqa: S310  loopback
        pass


@contextmanager
def starting(app: Application) -> Iterator[threading.Thread]:
    """The application while it starts; it is stopped after the block."""
    thread = threading.Thread(target=app.start)
    thread.start()
    try:
        eventually(lambda: serves(app))
        yield thread
    finally:
        app.stop()
        thread.join(PATIENCE)


def serves(app: Application) -> bool:
    try:
        return ask(app, "/healthz")[0] == 200
    except OSError:
        return False


@pytest.mark.parametrize("is_socket", [True, False])
def test_serve_waits_for_a_database_that_is_not_there_yet(
    slack: Sandbox, receiver: Receiver, server: postgres.Server, url: str, is_socket: bool
) -> None:
    app = application(slack, url, receiver, is_socket=is_socket)
    with stopped(server), starting(app):
        eventually(lambda: "refuses" in ask(app, "/readyz")[1]["database"]["detail"])
        status, ready = ask(app, "/readyz")
        assert (status, ready["status"]) == (503, "unavailable")
        assert ready["database"]["detail"] == "waiting for the database: it refuses connections"
        assert ask(app, "/healthz") == (200, {"status": "alive"})
        status, comes_back, words = refusal(lambda: post_case(app))
        assert (status, comes_back) == (503, "5")
        assert "waiting for the database: it refuses connections; nothing was stored, send it again" in words
        status, comes_back, _ = refusal(lambda: knock(app))
        assert (status, comes_back) == ((404, None) if is_socket else (503, "5"))

        server.start()
        eventually(app.ready)
        if not is_socket:
            slack.connect_url(f"{app.url}/slack/events")
        post_case(app)
        eventually(lambda: messages(slack))
        server.stop()


def test_a_process_that_waits_is_ended_by_sigterm_at_once(slack: Sandbox, tmp_path: Path) -> None:
    process = serving_process(slack, tmp_path, "postgresql://nobody@127.0.0.1:1/nowhere")
    assert process.stderr is not None
    first = json.loads(next(line for line in iter(process.stderr.readline, "") if "database" in line))
    assert (first["event"], first["reason"]) == (
        "database.waiting",
        "waiting for the database: it refuses connections",
    )
    process.terminate()
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (0, "")
    last = json.loads(err.splitlines()[-1])
    assert (last["event"], last["is_drained"]) == ("application.stopped", True)


def test_an_outage_is_two_lines_in_the_log_and_nothing_is_lost(
    slack: Sandbox, receiver: Receiver, server: postgres.Server, url: str
) -> None:
    with application(slack, url, receiver) as app:
        post_case(app)
        eventually(lambda: messages(slack))
        with capture_logs() as lines:
            with stopped(server):
                eventually(lambda: "database.away" in events_of(lines))
                status, ready = ask(app, "/readyz")
                assert (status, ready["database"]["detail"]) == (
                    503,
                    "waiting for the database: it refuses connections",
                )
                for number in range(20):
                    status, _, words = refusal(partial(post_case, app, f"lost-{number}"))
                    assert status == 503
                    assert "waiting for the database" in words
            eventually(lambda: "database.back" in events_of(lines))
        post_case(app, "order-2")
        eventually(lambda: len(messages(slack)) == 2)
        eventually(app.ready)
    troubles = events_of(line for line in lines if line["log_level"] in {"warning", "error"})
    assert troubles.count("database.away") == events_of(lines).count("database.back") == 1
    assert set(troubles) <= {"database.away", "intake.database_unavailable"}
    assert not any(line.get("exc_info") for line in lines)


def events_of(lines: Any) -> list[str]:
    return [line["event"] for line in lines]


@pytest.fixture(params=["stopped", "silent"])
def outage(request: pytest.FixtureRequest) -> Any:
    return {"stopped": stopped, "silent": silent}[request.param]


@pytest.mark.parametrize("is_socket", [True, False])
def test_what_people_do_during_an_outage_is_answered_in_time_and_can_be_done_again(
    slack: Sandbox, receiver: Receiver, server: postgres.Server, url: str, is_socket: bool, outage: Any
) -> None:
    with application(slack, url, receiver, is_socket=is_socket, save_within=SOON) as app:
        if not is_socket:
            slack.connect_url(f"{app.url}/slack/events")
        case = Case(post_case(app), "order-1", DIGITS)
        maya = Expert(slack.url, "U0MAYA")
        eventually(lambda: maya.messages_of(case) and has_members(app.ctx))
        eventually(lambda: has_window(maya, case))
        with outage(server):
            with pytest.raises(HandsRefused, match="could not be saved just now, and nothing was recorded"):
                maya.fill_in(label="fine", rationale="a known customer")
            window = maya.window()
            maya.press(case, "Confirm: fraud")
            eventually(lambda: "nothing was recorded" in maya.private_words(case))
            maya._post("command", channel=DIGITS, command="/secondlook", text="next")
            eventually(lambda: "could not be read just now" in maya.private_words(case))
        assert window is not None
        with app.ctx.database.read() as tx:
            assert cases.get(tx, case.case_id).labels == ()

        eventually(lambda: is_filled_in(maya))
        eventually(lambda: receiver.received)
        with app.ctx.database.read() as tx:
            assert [one.label for one in cases.get(tx, case.case_id).labels] == ["fine"]


def has_window(person: Expert, case: Case) -> bool:
    """Press until it opens: a busy machine may take longer than a click waits."""
    if not person.window():
        person.press(case, "Answer with a reason…")
    return person.window() is not None


def is_filled_in(person: Expert) -> bool:
    """Try; the database has only just come back."""
    with suppress(HandsRefused):
        person.fill_in(label="fine", rationale="a known customer")
        return True
    return False
