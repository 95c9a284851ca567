"""`secondlook serve` runs the bot as its own process until it is asked to stop."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from bot.sandbox import Sandbox, SandboxConfig
from storage.engine.database import Database
from tests.commands.installation import Installation, install
from tests.doctor.policies import environment, policy_text
from tests.patience import PATIENCE, patient

NOTHING_INHERITED = {name: "" for name in os.environ if name.startswith(("SECONDLOOK_", "SLACK_"))}


@pytest.fixture
def slack() -> Iterator[Sandbox]:
    with Sandbox(patient(SandboxConfig.default())) as sandbox:
        yield sandbox


@pytest.fixture
def installed(tmp_path: Path, slack: Sandbox) -> Iterator[Installation]:
    url = f"sqlite:///{tmp_path}/fresh.sqlite3"
    database = Database(url)
    variables = environment(slack.api_url)
    yield install(tmp_path, database, url, policy_text(), SECONDLOOK_PORT="0", **variables)
    database.dispose()


@pytest.fixture
def process(installed: Installation) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "bot.cli", "serve", "--env-file", str(installed.env_file)]
    environ = {**os.environ, **NOTHING_INHERITED}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
    ) as running:
        yield running
        running.kill()


def started(process: "subprocess.Popen[str]") -> str:
    """The address that the log names when everything runs; the rest of the log is read on and dropped."""
    assert process.stderr is not None
    for line in process.stderr:
        event = json.loads(line)
        if event["event"] == "application.started":
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return str(event["url"])
    raise AssertionError("it ended before it had started")


def test_it_migrates_answers_and_stops_when_asked(
    process: "subprocess.Popen[str]", installed: Installation, slack: Sandbox
) -> None:
    url = started(process)
    ready = requests.get(f"{url}/readyz", timeout=PATIENCE).json()
    assert (ready["status"], ready["slack"]["detail"]) == ("ready", "connected")
    assert slack.connection_count == 1
    assert process.stdout is not None
    assert process.stdout.readline().startswith(f"Second Look takes cases at {url} ")
    assert installed.run("database", "status").exit_code == 0
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("SLACK_BOT_TOKEN=", "SLACK_BOT_TOKEN is not set"),
        ("SECONDLOOK_DRAW_KEY=", "SECONDLOOK_DRAW_KEY is not set"),
        ("SHOP_SECRET=", "SHOP_SECRET is not set"),
        ("SLACK_BOT_TOKEN=xoxb-wrong", "SLACK_BOT_TOKEN"),
        ("SLACK_BOT_TOKEN=xoxp-a-persons", "SLACK_BOT_TOKEN takes the bot token, xoxb-…"),
        ("SLACK_BOT_TOKEN=xapp-1-LOCAL-0000000000-second-look", "SLACK_BOT_TOKEN takes the bot token"),
        ("SLACK_BOT_TOKEN=xoxe.xoxb-1-rotating", "Turn token rotation off"),
        ("SLACK_APP_TOKEN=xoxb-local-0000000000-second-look", "SLACK_APP_TOKEN takes the app token"),
        ("SECONDLOOK_POLICY=nowhere.toml", "nowhere.toml: No such file"),
    ],
)
def test_what_is_missing_is_said_in_plain_words_with_exit_status_2(
    installed: Installation, variable: str, words: str
) -> None:
    with installed.env_file.open("a") as lines:
        lines.write(f"{variable}\n")
    shown = installed.run("serve")
    assert shown.exit_code == 2
    assert words in shown.output
    assert "takes cases" not in shown.output
    assert "Traceback" not in shown.output
