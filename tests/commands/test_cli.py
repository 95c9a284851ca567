"""The list of commands: complete, ordered for a newcomer, quick, and true."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from bot.cli import COMMANDS, main


def test_the_help_lists_every_command_on_one_line_in_the_newcomers_order() -> None:
    shown = CliRunner().invoke(main, ["--help"])
    lines = shown.output.partition("Commands:")[2].strip().splitlines()
    assert [line.split()[0] for line in lines] == [
        "demo",
        "init",
        "doctor",
        "serve",
        "send",
        "policy",
        "budget",
        "digest",
        "report",
        "deliveries",
        "sandbox",
        "database",
        "audit",
    ]


def test_no_line_of_the_help_is_wider_than_a_terminal() -> None:
    shown = CliRunner().invoke(main, ["--help"], terminal_width=80)
    assert [line for line in shown.output.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("name", list(COMMANDS))
def test_each_listed_command_is_there_and_explains_itself(name: str) -> None:
    command = COMMANDS[name].load()
    assert isinstance(command, click.Command)
    assert command.name == name
    shown = CliRunner().invoke(main, [name, "--help"])
    assert shown.exit_code == 0
    assert command.help


def test_the_help_imports_no_command_and_nothing_heavy() -> None:
    heavy = ("fastapi", "slack_sdk", "sqlalchemy", "pydantic", "rich", "numpy", "bot.commands", "bot.demo")
    program = (
        "import sys\nfrom click.testing import CliRunner\nfrom bot.cli import main\n"
        f"CliRunner().invoke(main, ['--help'])\nprint([name for name in {heavy} if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_an_unknown_command_is_named_with_exit_status_2() -> None:
    shown = CliRunner().invoke(main, ["serv"])
    assert shown.exit_code == 2
    assert "No such command 'serv'" in shown.output


def test_the_version_is_said() -> None:
    shown = CliRunner().invoke(main, ["--version"])
    assert shown.output.startswith("secondlook 0.")


def test_wrong_settings_are_said_in_plain_words_with_exit_status_2() -> None:
    shown = CliRunner().invoke(main, ["database", "status"], env={"SECONDLOOK_PORT": "eighty"})
    assert shown.exit_code == 2
    assert "SECONDLOOK_PORT is 'eighty'" in shown.output
    assert "Traceback" not in shown.output


def test_an_env_file_that_is_named_but_absent_is_refused() -> None:
    shown = CliRunner().invoke(main, ["database", "status", "--env-file", "nowhere/.env"])
    assert shown.exit_code == 2
    assert "secondlook init" in shown.output
