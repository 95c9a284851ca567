"""`secondlook serve` as a process of its own, which a story may kill."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

import requests

from bot.sandbox import Sandbox
from tests.patience import PATIENCE, eventually
from tests.places import ROOT
from tests.scenarios.inbox import Inbox, inbox
from tests.scenarios.people import Case, Expert
from tests.scenarios.shop import Shop, prediction
from tests.scenarios.world import AUDIT_KEYS, POLICY, SECRET, slack_config

JsonObject = dict[str, Any]


@dataclass
class Served:
    """The process between a local Slack and the shop; `log` holds its lines, of all its lives."""

    slack: Sandbox
    env_file: Path
    url: str = ""
    log: list[JsonObject] = field(default_factory=list)
    _process: "subprocess.Popen[str] | None" = None
    _reader: threading.Thread | None = None

    @property
    def process(self) -> "subprocess.Popen[str]":
        """The running process."""
        assert self._process is not None, "it does not run"
        return self._process

    def start(self) -> None:
        """Start it; returns when the log says that it runs."""
        command = [sys.executable, "-m", "tests.scenarios.hasty", "serve", "--env-file", str(self.env_file)]
        environ = {name: value for name, value in os.environ.items() if not _is_ours(name)}
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        runs = threading.Event()
        self._reader = threading.Thread(target=self._read, args=[self._process, runs], daemon=True)
        self._reader.start()
        assert runs.wait(PATIENCE), f"it did not start: {self.log[-3:]}"
        assert self.url, f"it ended at once: {self.log[-3:]}"

    def kill(self) -> None:
        """SIGKILL: nothing is finished."""
        self.process.kill()
        self._end()

    def ask_to_stop(self) -> None:
        """SIGTERM; returns at once."""
        self.process.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        """Wait for its end; its exit status."""
        status = self.process.wait(PATIENCE)
        self._end()
        return status

    def _end(self) -> None:
        process, self._process, self.url = self.process, None, ""
        process.wait(PATIENCE)
        if self._reader is not None:
            self._reader.join(PATIENCE)
        if process.stderr is not None:
            process.stderr.close()

    def _read(self, process: "subprocess.Popen[str]", runs: threading.Event) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            entry = json.loads(line) if line.startswith("{") else {"event": line}
            self.log.append(entry)
            if entry.get("event") == "application.started":
                self.url = str(entry["url"])
                runs.set()
        runs.set()


def _is_ours(name: str) -> bool:
    return name.startswith(("SECONDLOOK_", "SLACK_", "SHOP_"))


@dataclass(frozen=True)
class Branch:
    """A shop whose cases a served process takes."""

    served: Served
    shop: Shop

    @property
    def inbox(self) -> Inbox:
        """Where the shop receives callbacks."""
        return self.shop.inbox

    def settle(self) -> None:
        """Wait until nothing is on its way any more."""
        eventually(lambda: self.served.slack.wait_idle() and not self._has_backlog())

    def _has_backlog(self) -> bool:
        ready = requests.get(f"{self.served.url}/readyz", timeout=PATIENCE).json()
        return ready["oldest_undelivered_for"] is not None

    def person(self, user_id: str) -> Expert:
        """A person of the local Slack."""
        return Expert(self.served.slack.url, user_id)

    def post(self, external_id: str) -> Case | None:
        """Post a case that a person has to look at; None if it was not answered with 202."""
        answer = self.shop.post(prediction(external_id, "fraud", "fraud", 0.7))
        return Case(answer.json()["case_id"], external_id) if answer.status_code == 202 else None


@contextmanager
def serving(database_url: str, folder: Path) -> Iterator[Branch]:
    """A process that serves, with Slack and a shop around it; everything ends with the block."""
    with Sandbox(slack_config()) as slack, inbox(SECRET) as mail:
        served = Served(slack, _configured(slack, mail, database_url, folder))
        try:
            served.start()
            yield Branch(served, Shop(lambda: served.url, SECRET, mail))
        finally:
            if served._process is not None:
                served.kill()


def _configured(slack: Sandbox, mail: Inbox, database_url: str, folder: Path) -> Path:
    policy = folder / "policy.toml"
    policy.write_text(Template(POLICY).safe_substitute(callback_url=mail.url), encoding="utf-8")
    variables = {
        "SECONDLOOK_DATABASE_URL": database_url,
        "SECONDLOOK_POLICY": str(policy),
        "SECONDLOOK_DRAW_KEY": "a key for the stories' draws",
        "SECONDLOOK_AUDIT_KEYS": AUDIT_KEYS,
        "SECONDLOOK_PORT": "0",
        "SHOP_SECRET": SECRET,
        "SLACK_BOT_TOKEN": slack.config.bot_token,
        "SLACK_APP_TOKEN": slack.config.app_token,
        "SLACK_API_URL": slack.api_url,
    }
    env_file = folder / "serve.env"
    lines = [f"{name}={value}\n" for name, value in variables.items()]
    env_file.write_text("".join(lines), encoding="utf-8")
    return env_file
