"""How soon `secondlook serve` is ready before a local Slack, and how much memory it then holds."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import requests

from bot.sandbox import Sandbox, SandboxConfig
from tests.benchmarks.figure import Figure, at_most
from tests.http.shop import SECRETS
from tests.worlds.policies import SHOP

READY_SECONDS = 2.0
MEMORY_MB = 150.0
GIVE_UP_SECONDS = 60.0


def measure() -> list[Figure]:
    """Seconds until `/readyz` says ready, the second time (the first compiles), and megabytes then."""
    with Sandbox(SandboxConfig.default()) as slack, tempfile.TemporaryDirectory() as folder:
        _start(slack, Path(folder))
        seconds, megabytes = _start(slack, Path(folder))
    return [
        at_most("serve is ready after", seconds, READY_SECONDS, "s"),
        at_most("serve's memory", megabytes, MEMORY_MB, "MB", "resident, when ready"),
    ]


def _start(slack: Sandbox, folder: Path) -> tuple[float, float]:
    port = _free_port()
    (folder / "policy.toml").write_text(SHOP)
    environ = os.environ | SECRETS | _settings(slack, folder, port)
    command = [sys.executable, "-m", "bot.cli", "serve"]
    started = time.perf_counter()
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.DEVNULL, stderr=(folder / "log").open("w")
    ) as process:
        try:
            _wait_ready(f"http://127.0.0.1:{port}/readyz", process)
            return time.perf_counter() - started, _resident_megabytes(process.pid)
        finally:
            process.terminate()


def _settings(slack: Sandbox, folder: Path, port: int) -> dict[str, str]:
    return {
        "SECONDLOOK_DATABASE_URL": f"sqlite:///{folder}/secondlook.sqlite3",
        "SECONDLOOK_POLICY": str(folder / "policy.toml"),
        "SECONDLOOK_DRAW_KEY": "0123456789abcdef",
        "SECONDLOOK_PORT": str(port),
        "SLACK_BOT_TOKEN": slack.config.bot_token,
        "SLACK_APP_TOKEN": slack.config.app_token,
        "SLACK_API_URL": slack.api_url,
    }


def _wait_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.perf_counter() + GIVE_UP_SECONDS
    while time.perf_counter() < deadline and process.poll() is None:
        with suppress(requests.RequestException):
            if requests.get(url, timeout=5).json()["status"] == "ready":
                return
        time.sleep(0.01)
    raise RuntimeError("serve did not become ready")


def _resident_megabytes(pid: int) -> float:
    """Resident memory by Linux's count."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
