"""People and memberships."""

from dataclasses import replace

from storage import experts
from storage.database import Database
from storage.experts import Expert
from tests.storage.examples import ANNA, BEN, HOUR, NOW


def test_a_person_is_kept_as_last_seen(database: Database) -> None:
    anna = Expert(ANNA, "Anna", "Europe/Berlin", NOW)
    moved = replace(anna, timezone=None, is_active=False, is_guest=True, refreshed_at=NOW + HOUR)
    with database.write() as tx:
        experts.upsert_many(tx, [anna])
        experts.upsert_many(tx, [moved, Expert(BEN, "Ben", None, NOW)])
        assert experts.get(tx, ANNA) == moved
        assert set(experts.get_many(tx, [ANNA, BEN])) == {ANNA, BEN}


def test_an_unknown_person_is_none(database: Database) -> None:
    with database.write() as tx:
        experts.upsert_many(tx, [])
        assert experts.get(tx, ANNA) is None
        assert experts.get_many(tx, []) == {}


def test_members_are_replaced_whole(database: Database) -> None:
    with database.write() as tx:
        assert experts.members_refreshed_at(tx, "channel:C1") is None
        experts.set_members(tx, "channel:C1", [ANNA, ANNA, BEN], NOW)
        experts.set_members(tx, "channel:C2", [ANNA], NOW)
        experts.set_members(tx, "channel:C1", [BEN], NOW + HOUR)
        assert experts.members(tx, "channel:C1") == {BEN}
        assert experts.members(tx, "channel:C2") == {ANNA}
        assert experts.members_refreshed_at(tx, "channel:C1") == NOW + HOUR


def test_people_join_and_leave(database: Database) -> None:
    with database.write() as tx:
        for _ in range(2):
            experts.add_member(tx, "group:S1", ANNA)
        experts.add_member(tx, "group:S1", BEN)
        experts.remove_member(tx, "group:S1", ANNA)
        assert experts.members(tx, "group:S1") == {BEN}
