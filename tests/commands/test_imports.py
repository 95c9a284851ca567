"""Proves that a command imports what takes long only where it needs it: a busy machine changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import COMMANDS
from storage.engine.database import Database
from tests.commands.imports import heavy_imports
from tests.commands.installation import Installation, install
from tests.http import reporting
from tests.http.reporting import LAST_DAY
from tests.http.shop import SECRETS
from tests.worlds.policies import SHOP

TEAM = '\n[teams.risk]\nchannel = "fraud"\ntasks = ["fraud"]\n'
CASE = '{"task": "fraud", "external_id": "x", "input": {"text": "t"}, "prediction": {"label": "fraud"}}'


@pytest.fixture
def installed(tmp_path: Path, sqlite_url: str) -> Iterator[Installation]:
    database = Database(sqlite_url)
    (tmp_path / "case.json").write_text(CASE)
    yield install(
        tmp_path, database, sqlite_url, SHOP + TEAM, SECONDLOOK_AUDIT_KEYS="k:a-key-for-the-record", **SECRETS
    )
    database.dispose()


def imports(installed: Installation, *arguments: str, status: int = 0) -> set[str]:
    return heavy_imports([*arguments, "--env-file", str(installed.env_file)], status=status)


def test_a_kept_report_is_printed_with_the_database_alone(installed: Installation) -> None:
    with installed.database.write() as tx:
        reporting.keep(tx, "risk", LAST_DAY)
    assert imports(installed, "report", "risk") == {"sqlalchemy"}


def test_the_doctor_measures_nothing_and_serves_nothing(installed: Installation) -> None:
    # Alembic, because it says whether the schema is this version's; findings make the exit status 1.
    assert imports(installed, "doctor", status=1) == {"alembic", "slack_sdk", "sqlalchemy"}


def test_a_policy_is_checked_without_what_serves_or_measures(installed: Installation) -> None:
    policy = installed.env_file.parent / "policy.toml"
    assert heavy_imports(["policy", "check", str(policy)]) <= {"sqlalchemy"}


def test_the_record_and_the_dead_letters_need_the_database_alone(installed: Installation) -> None:
    assert imports(installed, "audit", "verify") == {"sqlalchemy"}
    assert imports(installed, "deliveries", "list") == {"sqlalchemy"}


def test_who_starts_or_sends_waits_for_none_of_it(installed: Installation, tmp_path: Path) -> None:
    assert heavy_imports(["init", str(tmp_path / "new")]) == set()
    assert imports(installed, "send", str(tmp_path / "case.json"), "--service", "shop", "--show") == set()


def test_to_explain_all_commands_needs_little() -> None:
    others = "\n".join(f"CliRunner().invoke(main, [{name!r}, '--help'])" for name in COMMANDS)
    shown = heavy_imports(["--help"], before=f"from bot.cli import main\n{others}")
    assert shown <= {"sqlalchemy", "starlette", "uvicorn"}
