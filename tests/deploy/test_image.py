"""The image copies what exists, installs by hash, and runs as nobody in particular."""

import ast
import json
import re
import tomllib

import pytest

from tests.deploy.dockerfile import DOCKERFILE, Instruction, instructions, is_sent, of_image, sources
from tests.places import ROOT

IGNORED = (ROOT / ".dockerignore").read_text()


def texts(name: str) -> list[str]:
    return [step.text for step in of_image() if step.name == name]


def test_lines_are_joined_and_comments_dropped() -> None:
    text = "# a\nFROM x AS y\nENV A=1 \\\n    B=2\n"
    assert instructions(text) == [Instruction("FROM", "x AS y"), Instruction("ENV", "A=1 B=2")]


def test_everything_the_image_copies_exists_and_is_sent_to_the_builder() -> None:
    copied = sources(of_image())
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert [name for name in copied if not is_sent(name, IGNORED)] == []


@pytest.mark.parametrize(
    "path",
    [".env", "deploy/.env", ".git/config", "tests/x.py", "bot/__pycache__/x.pyc", "secondlook.sqlite3"],
)
def test_secrets_and_what_the_image_does_not_need_stay_outside(path: str) -> None:
    assert not is_sent(path, IGNORED)


def test_every_package_of_the_project_is_copied() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(packages) <= set(sources(of_image()))


def test_nothing_is_fetched_but_by_hash() -> None:
    installs = [text for text in texts("RUN") if "pip install" in text]
    assert ["--require-hashes" in text for text in installs] == [True, False]
    assert "--no-deps --no-build-isolation ." in installs[1]


def test_the_same_python_builds_and_runs_and_the_project_supports_it() -> None:
    builds, runs = (text.split()[0] for text in texts("FROM"))
    assert builds == runs
    minor = re.fullmatch(r"python:3\.(\d+)-slim", runs)
    assert minor
    assert int(minor[1]) >= 11


def test_it_does_not_run_as_root() -> None:
    assert texts("USER") == ["secondlook"]
    assert "useradd --system --uid 10001" in " ".join(texts("RUN"))


def test_the_health_check_is_python_that_parses_and_asks_healthz() -> None:
    (text,) = texts("HEALTHCHECK")
    command = json.loads(text.partition("CMD ")[2])
    assert command[:2] == ["python", "-c"]
    ast.parse(command[2])
    assert "/healthz" in command[2]


def test_the_command_is_one_that_exists() -> None:
    from bot.cli import COMMANDS

    assert json.loads(texts("ENTRYPOINT")[0]) == ["secondlook"]
    assert json.loads(texts("CMD")[0])[0] in COMMANDS


def test_the_dockerfile_names_no_address() -> None:
    assert re.findall(r"https?://(?!127\.0\.0\.1)", DOCKERFILE.read_text()) == []
