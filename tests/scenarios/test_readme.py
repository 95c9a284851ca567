"""Proves that the lines of the README work as they are written, one after the other, in one shell."""

import os
import re
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox import Sandbox, SandboxConfig
from tests.patience import patient
from tests.places import ROOT
from tests.scenarios import uv_stand_in
from tests.worlds.people import DIGITS

BLOCK = re.compile(r"^( *)```(sh|python)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
README = (ROOT / "README.md").read_text(encoding="utf-8")
RUNS_ALSO = "(set -a; . my-team/.env; uv run python snippet.py)"


def blocks(language: str) -> list[str]:
    return [textwrap.dedent(text) for _, name, text in BLOCK.findall(README) if name == language]


@pytest.fixture
def slack() -> Iterator[Sandbox]:
    with Sandbox(patient(SandboxConfig.default())) as slack:
        yield slack


@pytest.fixture
def environment(tmp_path: Path, slack: Sandbox) -> dict[str, str]:
    """Where `uv` and `pip` are stand-ins, and nothing of this process's own settings is left."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, line in {"uv": f'exec {sys.executable} {uv_stand_in.__file__} "$@"', "pip": "exit 0"}.items():
        (tools / name).write_text(f"#!/bin/sh\n{line}\n")
        (tools / name).chmod(0o700)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SECONDLOOK", "SLACK"))}
    return {
        **kept,
        "PATH": f"{tools}:{os.environ['PATH']}",
        "BROWSER": "true",
        "README_BOT_TOKEN": slack.config.bot_token,
        "README_APP_TOKEN": slack.config.app_token,
        "README_CHANNEL": DIGITS,
        "README_API_URL": slack.api_url,
        "README_PORT": str(port),
    }


def test_the_readme_has_its_lines_in_blocks_of_a_shell() -> None:
    lines = "".join(blocks("sh"))
    steps = ("demo", "init", "doctor", "serve", "send")
    assert [name for name in steps if f"secondlook {name}" not in lines] == []
    opened = re.findall(r"^ *```(sh|python|toml|mermaid)$", README, re.MULTILINE)
    assert README.count("```") == 2 * len(opened)


@pytest.mark.long
def test_the_lines_of_the_readme_work_one_after_the_other_in_one_shell(
    tmp_path: Path, environment: dict[str, str], slack: Sandbox
) -> None:
    (snippet,) = blocks("python")
    port = environment["README_PORT"]
    (tmp_path / "snippet.py").write_text(snippet.replace("localhost:8080", f"localhost:{port}"))
    script = "set -e\n" + "".join(blocks("sh")).replace("kill %1", f"{RUNS_ALSO}\nkill %1")
    shell = subprocess.run(
        ["bash", "-c", f"{script}\nwait"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert shell.returncode == 0, shell.stdout + shell.stderr
    assert "Traceback" not in shell.stdout + shell.stderr
    assert "Nothing in the way" in shell.stdout
    assert "Written to out.json" in shell.stdout
    assert "202 Accepted" in shell.stderr
    assert "202 {'case_id'" in shell.stdout
    assert len(slack.state.messages_in(DIGITS)) >= 2
