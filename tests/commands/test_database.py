"""`secondlook database` and `secondlook audit` say how the stored things are."""

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from click.testing import CliRunner

from bot.cli import main
from storage import audit
from storage.audit import Entry
from tests.commands.installation import Installation

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_database_of_this_version_is_said_to_be_writable(installation: Installation) -> None:
    shown = installation.run("database", "status")
    assert shown.exit_code == 0
    assert "migrated, writable" in shown.output


def test_an_upgrade_creates_the_database_and_can_be_repeated(tmp_path: Path) -> None:
    env = {"SECONDLOOK_DATABASE_URL": f"sqlite:///{tmp_path}/new.sqlite3"}
    before = CliRunner().invoke(main, ["database", "status"], env=env)
    first = CliRunner().invoke(main, ["database", "upgrade"], env=env)
    second = CliRunner().invoke(main, ["database", "upgrade"], env=env)
    after = CliRunner().invoke(main, ["database", "status"], env=env)
    assert [before.exit_code, first.exit_code, second.exit_code, after.exit_code] == [1, 0, 0, 0]


def test_a_database_that_is_none_is_said_plainly_with_exit_status_2(tmp_path: Path) -> None:
    env = {"SECONDLOOK_DATABASE_URL": "mysql://localhost/x"}
    shown = CliRunner().invoke(main, ["database", "upgrade"], env=env)
    assert shown.exit_code == 2
    assert "SQLite file or in PostgreSQL" in shown.output


def record(installation: Installation, count: int) -> None:
    entries = [Entry(NOON, "tester", "case.opened", f"case_{number}", {}) for number in range(count)]
    with installation.database.write() as tx:
        audit.append_many(tx, entries)


def test_an_unbroken_record_is_counted(installation: Installation) -> None:
    record(installation, 3)
    shown = installation.run("audit", "verify")
    assert (shown.exit_code, shown.output) == (0, "Unbroken: 3 entries.\n")


def test_an_entry_edited_behind_the_bots_back_is_found(installation: Installation) -> None:
    record(installation, 3)
    with installation.database.write() as tx:
        tx.execute(sa.text("UPDATE audit SET actor = 'nobody' WHERE seq = 2"))
    shown = installation.run("audit", "verify")
    assert shown.exit_code == 1
    assert "Broken at entry 2 of 3" in shown.output


def test_no_database_is_made_only_to_look_into_it(tmp_path: Path) -> None:
    path = tmp_path / "none.sqlite3"
    env = {"SECONDLOOK_DATABASE_URL": f"sqlite:///{path}"}
    shown = CliRunner().invoke(main, ["audit", "verify"], env=env)
    assert shown.exit_code == 2
    assert "does not exist yet" in shown.output
    assert not path.exists()
