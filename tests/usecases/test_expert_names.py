"""One name for one person in an installation, whatever changes; nothing of Slack in it."""

import re
from dataclasses import replace

import pytest

from bot.usecases.context import Context
from bot.usecases.expert_names import ExpertNames, callback_names, reading_names
from routing.label import ExpertId
from storage import installation_keys
from storage.engine.database import Database
from tests.http import shop
from tests.worlds.clocks import FRIDAY

ANNA, BEN = ExpertId("T0TEAM", "U0ANNA"), ExpertId("T0TEAM", "U0BEN")


def test_without_a_word_in_the_policy_callbacks_tell_ids_and_reading_tells_nobody(database: Database) -> None:
    ctx = shop.served(database)
    assert from_callback(ctx).name(ANNA) == "U0ANNA"
    assert reading_names(ctx, "shop").name(ANNA) is None
    assert reading_names(ctx, "shop").names([ANNA]) is None


@pytest.mark.parametrize(("exposure", "name"), [("none", None), ("slack_id", "U0ANNA")])
def test_the_policy_says_it_for_both(database: Database, exposure: str, name: str | None) -> None:
    ctx = shop.exposing(database, exposure)
    assert (from_callback(ctx).name(ANNA), reading_names(ctx, "shop").name(ANNA)) == (name, name)


def test_a_pseudonym_is_short_and_stays_though_every_secret_changes(database: Database) -> None:
    ctx = shop.exposing(database, "pseudonym")
    before = reading_names(ctx, "shop").names([ANNA, BEN])
    after = replace(ctx, draw_key=b"another key for draws", new_key=lambda: b"another key of names")
    assert from_callback(after).names([ANNA, BEN]) == before
    assert before is not None
    assert [bool(re.fullmatch("expert_[0-9a-f]{10}", name)) for name in before] == [True, True]
    assert before[0] != before[1]


def test_a_callback_may_make_the_key_that_reading_takes(database: Database) -> None:
    ctx = shop.exposing(database, "pseudonym")
    assert from_callback(ctx).name(ANNA) == reading_names(ctx, "shop").name(ANNA)


def test_a_person_seen_from_another_workspace_has_the_same_pseudonym() -> None:
    names = ExpertNames("pseudonym", b"a key")
    assert names.name(ANNA) == names.name(ExpertId("T0OTHER", "U0ANNA"))


def test_another_installation_has_other_pseudonyms(sqlite_url: str, postgres_url: str) -> None:
    names = set()
    for url in (sqlite_url, postgres_url):
        database = Database(url)
        database.upgrade()
        names.add(reading_names(shop.exposing(database, "pseudonym"), "shop").name(ANNA))
        database.dispose()
    assert len(names) == 2


def test_the_first_key_counts(database: Database) -> None:
    with database.write() as tx:
        assert installation_keys.find(tx, "pseudonyms") is None
        assert installation_keys.keep(tx, "pseudonyms", b"first", FRIDAY) == b"first"
        assert installation_keys.keep(tx, "pseudonyms", b"second", FRIDAY) == b"first"
        assert installation_keys.find(tx, "pseudonyms") == b"first"


def test_the_key_is_not_shown() -> None:
    assert "secret" not in repr(ExpertNames("pseudonym", b"secret"))


def from_callback(ctx: Context) -> ExpertNames:
    with ctx.database.write() as tx:
        return callback_names(ctx, tx, "shop")
