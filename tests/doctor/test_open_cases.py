"""Open cases of which the policy has lost a part are named, with who may answer them."""

from pathlib import Path

import pytest

from bot.doctor.finding import CheckStatus
from bot.doctor.open_cases import check_open_cases
from bot.usecases.active_policy import Proposal, propose
from routing.policy import Policy, load_policy
from storage import tables
from storage.engine.database import Database
from tests.worlds.desk import World, make_world
from tests.worlds.policies import DESK

RENAMED = DESK.replace('name = "high"', 'name = "top"').replace('"U0CAROL"', '"U0NEW"')


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


def policy(text: str) -> Policy:
    return load_policy(text, "policy.toml")


def test_nothing_is_said_where_nothing_has_left(world: World, database_url: str) -> None:
    world.open()
    assert check_open_cases(database_url, world.policy) == ()
    assert check_open_cases(database_url, policy(DESK.replace("4h", "5h"))) == ()


def test_a_tier_that_has_left_is_named_with_its_cases_and_the_first(world: World, database_url: str) -> None:
    propose(world.ctx, Proposal("test", world.policy))
    first = world.open()
    world.open()
    (finding,) = check_open_cases(database_url, policy(RENAMED))
    assert (finding.name, finding.status) == ("cases fraud (high)", CheckStatus.WARN)
    assert finding.what == (
        "2 cases wait, and since then the tier “high” has left the policy. "
        f"Due first: {first.submission.external_id}."
    )


def test_that_nobody_may_answer_is_said(world: World, database_url: str) -> None:
    world.open()
    gone = DESK.replace("tasks.fraud", "tasks.scam").replace('"fraud", "team"', '"scam", "team"')
    (finding,) = check_open_cases(database_url, policy(gone))
    assert "Nobody may answer them." in finding.what
    assert "Put it back" in finding.mend


def test_that_slack_was_not_asked_yet_is_said(world: World, database_url: str) -> None:
    world.open("topic", "a")
    with world.database.write() as tx:
        tx.execute(tables.memberships.delete())
        tx.execute(tables.membership_sources.delete())
    (finding,) = check_open_cases(database_url, policy(DESK.replace('name = "all"', 'name = "any"')))
    assert "once `secondlook serve` has asked Slack" in finding.what


@pytest.mark.parametrize(
    "url", ["mysql://nowhere", "postgresql://nobody@127.0.0.1:1/nowhere", "sqlite:///{}"]
)
def test_a_database_that_cannot_tell_says_nothing(url: str, tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite3").touch()
    assert check_open_cases(url.format(tmp_path / "empty.sqlite3"), policy(DESK)) == ()
