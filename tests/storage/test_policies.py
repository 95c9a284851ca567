"""Policies are kept whole by their version; the one that came into force last is the newest."""

import pytest
import sqlalchemy as sa

from storage import policies
from storage.engine.database import Database
from tests.storage.examples import NOW


def test_a_policy_is_kept_once_and_given_back(database: Database) -> None:
    for _ in range(2):
        with database.write() as tx:
            policies.remember(tx, "aaa", {"tasks": {"é": 1}}, NOW)
    with database.read() as tx:
        assert policies.document(tx, "aaa") == {"tasks": {"é": 1}}
        assert policies.document(tx, "bbb") is None
        assert policies.newest_first(tx) == ["aaa"]


def test_a_policy_that_comes_back_is_the_newest_again(database: Database) -> None:
    for version in ("aaa", "bbb", "aaa", "ccc", "aaa"):
        with database.write() as tx:
            policies.remember(tx, version, {}, NOW)
    with database.read() as tx:
        assert policies.newest_first(tx) == ["aaa", "ccc", "bbb"]


def test_what_a_version_says_never_changes(database: Database) -> None:
    with database.write() as tx:
        policies.remember(tx, "aaa", {"first": True}, NOW)
        policies.remember(tx, "aaa", {"first": False}, NOW)
        assert policies.document(tx, "aaa") == {"first": True}


def test_a_row_that_is_no_json_is_none(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        policies.remember(tx, "aaa", {}, NOW)
        tx.execute(sa.text("UPDATE policies SET document = '{half'"))
        assert policies.document(tx, "aaa") is None
    database.dispose()


@pytest.mark.parametrize("version", ["", "x" * 500])
def test_any_version_may_be_asked_for(database: Database, version: str) -> None:
    with database.read() as tx:
        assert policies.document(tx, version) is None
