"""The doctor tells a database that works from one that is absent, old, closed or read-only."""

import socket
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from bot.doctor.database import check_database
from bot.doctor.finding import CheckFinding, CheckStatus
from storage.delivery import claimed_events
from storage.engine.database import Database

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def check(url: str) -> CheckFinding:
    (finding,) = check_database(url, NOON, "It is set in the tests.")
    return finding


def test_a_migrated_database_that_can_be_written_is_fine(database_url: str) -> None:
    assert check(database_url).status is CheckStatus.OK


def test_the_check_leaves_nothing_behind(database: Database, database_url: str) -> None:
    check(database_url)
    with database.write() as tx:
        assert claimed_events.claim(tx, "doctor", NOON)


def test_a_file_that_is_absent_is_not_created(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite3"
    finding = check(f"sqlite:///{path}")
    assert finding.status is CheckStatus.WARN
    assert "secondlook serve" in finding.mend
    assert not path.exists()


def test_a_directory_that_is_absent_is_named(tmp_path: Path) -> None:
    finding = check(f"sqlite:///{tmp_path}/no/new.sqlite3")
    assert finding.status is CheckStatus.FAIL
    assert "does not exist" in finding.what


def test_a_database_that_was_not_migrated_says_how(tmp_path: Path) -> None:
    path = tmp_path / "empty.sqlite3"
    path.touch()
    finding = check(f"sqlite:///{path}")
    assert finding.status is CheckStatus.WARN
    assert "secondlook database upgrade" in finding.mend


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite3"
    path.write_text("shopping list " * 100)
    assert check(f"sqlite:///{path}").status is CheckStatus.FAIL


def test_a_server_that_does_not_answer_is_told_without_the_password() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        finding = check(f"postgresql://u:hush@127.0.0.1:{closed.getsockname()[1]}/x")
    assert finding.status is CheckStatus.FAIL
    assert "SECONDLOOK_DATABASE_URL" in finding.mend
    assert "hush" not in repr(finding)


@pytest.mark.parametrize("url", ["mysql://localhost/x", "nonsense"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    assert check(url).status is CheckStatus.FAIL


def test_a_user_who_may_only_read_is_told(postgres_url: str) -> None:
    role = f"reader_{uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        owner.execute(sql.SQL("GRANT pg_read_all_data TO {}").format(sql.Identifier(role)))
        finding = check(postgres_url.replace("//postgres@", f"//{role}@"))
        owner.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
    assert finding.status is CheckStatus.FAIL
    assert "cannot be written" in finding.what
