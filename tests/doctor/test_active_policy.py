"""The doctor says which policy is active for all processes, and which file holds another one."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.clock import SystemClock
from bot.doctor.active_policy import check_active_policy
from bot.doctor.finding import CheckStatus
from bot.usecases.active_policy import LIVE_FOR, Proposal, propose
from routing.policy import load_policy
from storage.engine.database import Database
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World, make_world
from tests.worlds.policies import DESK

NEW_TEXT = DESK.replace('due_in = "4h"', 'due_in = "5h"')
NEW = load_policy(NEW_TEXT, "policy.toml")


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


def test_a_database_in_which_nothing_was_active_yet_says_so(world: World, database_url: str) -> None:
    (finding,) = check_active_policy(database_url, world.policy, FRIDAY)
    assert (finding.status, finding.what[:8]) == (CheckStatus.OK, "none yet")


def test_the_active_version_is_named_with_who_brought_it(world: World, database_url: str) -> None:
    propose(world.ctx, Proposal("host:1", world.policy))
    (finding,) = check_active_policy(database_url, world.policy, FRIDAY)
    assert finding.status is CheckStatus.OK
    assert world.policy.version in finding.what
    assert "host:1" in finding.what


def test_a_file_with_another_policy_and_a_process_with_another_file_are_named(
    world: World, database_url: str
) -> None:
    propose(world.ctx, Proposal("host:1", world.policy))
    propose(world.ctx, Proposal("host:2", NEW))
    file, process = check_active_policy(database_url, world.policy, FRIDAY)
    assert file.status is process.status is CheckStatus.WARN
    assert world.policy.version in file.what
    assert process.what.startswith("host:1 runs with a file")
    assert len(check_active_policy(database_url, world.policy, FRIDAY + LIVE_FOR)) == 1


def test_nothing_is_said_where_there_is_no_database(tmp_path: Path) -> None:
    assert check_active_policy(f"sqlite:///{tmp_path}/none.sqlite3", NEW, FRIDAY) == ()


def test_the_command_says_whether_the_file_is_the_active_one(sqlite_url: str, tmp_path: Path) -> None:
    def status(text: str) -> tuple[int, str]:
        file = tmp_path / "policy.toml"
        file.write_text(text, encoding="utf-8")
        environ = {"SECONDLOOK_DATABASE_URL": sqlite_url, "SECONDLOOK_POLICY": str(file)}
        done = CliRunner().invoke(main, ["policy", "status"], env=environ)
        return done.exit_code, done.output

    world = make_world(Database(sqlite_url))
    world.clock.moment = SystemClock().now()
    propose(world.ctx, Proposal("host:1", NEW))
    world.database.dispose()
    assert status(NEW_TEXT)[0] == 0
    code, words = status(DESK)
    assert (code, f"the file holds version {world.policy.version}" in words) == (1, True)
