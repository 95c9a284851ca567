"""`secondlook doctor` prints findings with their mends, and its exit status says whether it will run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands.doctor import conclusion, line
from bot.doctor.finding import fail, ok, warn
from bot.sandbox import Sandbox, SandboxConfig, SlackFault
from storage.engine.database import Database
from tests.commands.installation import Installation, install
from tests.doctor.policies import environment, policy_text
from tests.patience import patient


@pytest.fixture
def slack() -> Iterator[Sandbox]:
    with Sandbox(patient(SandboxConfig.default())) as sandbox:
        yield sandbox


@pytest.fixture
def examined(tmp_path: Path, sqlite_url: str, slack: Sandbox) -> Iterator[Installation]:
    database = Database(sqlite_url)
    yield install(tmp_path, database, sqlite_url, policy_text(), **environment(slack.api_url))
    database.dispose()


def test_a_complete_installation_is_told_to_serve(examined: Installation) -> None:
    shown = examined.run("doctor")
    assert shown.exit_code == 0
    assert "✓ bot token" in shown.output
    assert "Nothing in the way: `secondlook serve`." in shown.output


def test_what_is_wrong_is_followed_by_its_mend_and_exit_status_1(
    examined: Installation, slack: Sandbox
) -> None:
    slack.faults.add(SlackFault("error", method="conversations.info", error="channel_not_found"))
    shown = examined.run("doctor")
    assert shown.exit_code == 1
    lines = shown.output.splitlines()
    place = next(number for number, text in enumerate(lines) if text.startswith("✗ channel digits"))
    assert "→ Check the channel's id in the policy" in lines[place + 1]
    assert "2 in the way of running" in lines[-1]


def test_no_secret_is_printed(examined: Installation, slack: Sandbox) -> None:
    shown = examined.run("doctor")
    hidden = [value for name, value in environment("").items() if name != "SLACK_API_URL"]
    assert [value for value in hidden if value in shown.output] == []


def test_a_finding_is_one_line_and_its_mend_another() -> None:
    assert line(ok("clock", "agrees")).plain == "✓ clock                agrees"
    assert line(warn("clock", "late", "Set it.")).plain.splitlines()[1] == "    → Set it."
    assert line(fail("x", "y", "z")).plain.startswith("✗ x")


def test_several_lines_are_a_block_below_the_name() -> None:
    shown = line(fail("policy", "a: wrong\nb: wrong", "Correct them.")).plain
    assert shown.splitlines()[1:] == ["    a: wrong", "    b: wrong", "    → Correct them."]


def test_only_failures_are_in_the_way() -> None:
    assert "serve" in conclusion([ok("a", "b"), warn("c", "d", "e")])
    assert "1 in the way" in conclusion([fail("a", "b", "c")])
