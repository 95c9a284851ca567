"""What the runbook says of the first start works: two examples copied, filled in, and served."""

import json
import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from bot.env_file import read_env_file
from bot.sandbox import Sandbox, SandboxConfig, SlackChannel
from tests.patience import PATIENCE, patient
from tests.places import ROOT

DEPLOY = ROOT / "deploy"
COMMAND = re.compile(r"python -c .+$")
INHERITED = {
    name: value for name, value in os.environ.items() if not name.startswith(("SECONDLOOK_", "SLACK_"))
}
POLICY = tomllib.loads((DEPLOY / "policy.example.toml").read_text())


@pytest.fixture
def slack() -> Iterator[Sandbox]:
    """A workspace with the channels of the example."""
    config = SandboxConfig.default()
    people = tuple(person.id for person in config.people)
    channels = tuple(
        SlackChannel(channel["id"], name, people) for name, channel in POLICY["channels"].items()
    )
    with Sandbox(patient(replace(config, channels=channels, user_groups=()))) as sandbox:
        yield sandbox


def filled_in(text: str, slack: Sandbox) -> str:
    """The example with Slack's tokens, and everything else made by the command that stands above it."""
    tokens = {"SLACK_BOT_TOKEN": slack.config.bot_token, "SLACK_APP_TOKEN": slack.config.app_token}
    lines, command = [], None
    for line in text.splitlines():
        shown = COMMAND.search(line) if line.startswith("#") else None
        command = shown[0] if shown else command
        name = line.removesuffix("=")
        if line.endswith("=") and name in tokens:
            line += tokens[name]
        elif line.endswith("=") and command is not None:
            program = command.replace("python", sys.executable, 1)
            made = subprocess.run(["sh", "-c", program], capture_output=True, text=True, check=True)
            line, command = line + made.stdout.strip(), None
        lines.append(line)
    return "\n".join(lines)


@pytest.fixture
def folder(tmp_path: Path, slack: Sandbox) -> Path:
    """`cp env.example .env && cp policy.example.toml policy.toml`, and both filled in."""
    (tmp_path / "policy.toml").write_text((DEPLOY / "policy.example.toml").read_text())
    env = filled_in((DEPLOY / "env.example").read_text(), slack)
    set_by_compose = ("SECONDLOOK_POLICY=policy.toml", "SECONDLOOK_DATABASE_URL=sqlite:///x.sqlite3")
    more = (*set_by_compose, "SECONDLOOK_PORT=0", f"SLACK_API_URL={slack.api_url}")
    (tmp_path / ".env").write_text("\n".join((env, *more)))
    return tmp_path


def test_the_example_of_the_settings_names_every_secret_of_the_example_of_the_policy() -> None:
    services = POLICY["services"].values()
    named = {
        name for service in services for name in (*service["secret_env"], *service.get("bearer_env", ()))
    }
    assert named <= set(read_env_file(DEPLOY / "env.example"))


def test_it_serves_from_both_examples_as_the_runbook_says(folder: Path, slack: Sandbox) -> None:
    command = [sys.executable, "-m", "bot.cli", "serve"]
    environ = {**INHERITED, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environ, cwd=folder
    ) as process:
        assert process.stderr is not None
        try:
            events = (json.loads(line) for line in process.stderr)
            url = next(event["url"] for event in events if event["event"] == "application.started")
            threading.Thread(target=process.stderr.read, daemon=True).start()
            ready = requests.get(f"{url}/readyz", timeout=PATIENCE).json()
        finally:
            process.kill()
    assert (ready["status"], ready["slack"]["detail"]) == ("ready", "connected")
    assert slack.connection_count <= 1
