"""`secondlook sandbox` serves the local Slack, says how to reach it, and stops when asked."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests
from click.testing import CliRunner
from slack_sdk import WebClient

from bot.cli import main
from tests.patience import PATIENCE

COMMAND = [sys.executable, "-u", "-m", "bot.cli", "sandbox", "--no-browser", "--port", "0"]


def heed_ctrl_c() -> None:
    """A process that was started in a script's background ignores Ctrl-C, and so do those it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def running() -> Iterator[tuple["subprocess.Popen[str]", dict[str, str]]]:
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True, preexec_fn=heed_ctrl_c) as process:
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            if line.startswith("Stop with"):
                break
        pairs = (line.partition("=") for line in printed.splitlines() if "=" in line)
        yield process, {name: value for name, _, value in pairs}
        process.kill()


def test_the_settings_it_prints_reach_it_and_ctrl_c_stops_it(
    running: tuple["subprocess.Popen[str]", dict[str, str]],
) -> None:
    process, variables = running
    client = WebClient(variables["SLACK_BOT_TOKEN"], base_url=variables["SLACK_API_URL"])
    assert client.auth_test()["team"] == "Acme Bank"
    page = requests.get(variables["SLACK_API_URL"].removesuffix("api/"), timeout=PATIENCE)
    assert "<html" in page.text
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 0


def test_a_port_that_is_taken_is_said_plainly() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        shown = CliRunner().invoke(main, ["sandbox", "--no-browser", "--port", port])
    assert shown.exit_code == 2
    assert port in shown.output
    assert "Traceback" not in shown.output
