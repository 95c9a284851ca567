"""People and memberships."""

from dataclasses import replace

from storage import experts
from storage.engine.database import Database
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


def test_a_person_is_a_member_once_whichever_workspace_they_are_seen_from(database: Database) -> None:
    partner = replace(ANNA, team_id="T0PARTNER")
    with database.write() as tx:
        experts.set_members(tx, "channel:C1", [ANNA, partner, BEN], NOW)
        experts.settle_members(tx, [partner])
        assert experts.members(tx, "channel:C1") == {partner, BEN}
        experts.add_member(tx, "channel:C1", ANNA)
        assert experts.members(tx, "channel:C1") == {ANNA, BEN}
        experts.remove_member(tx, "channel:C1", partner)
        assert experts.members(tx, "channel:C1") == {BEN}


def test_a_program_is_nobodys_member_however_it_was_stored(database: Database) -> None:
    with database.write() as tx:
        experts.set_members(tx, "channel:C1", [ANNA, BEN], NOW)
        experts.upsert_many(tx, [Expert(ANNA, "Anna's bot", None, NOW, is_bot=True)])
        assert experts.members(tx, "channel:C1") == {BEN}
        assert experts.sources_of(tx, ANNA, ["channel:C1"]) == frozenset()
        assert experts.sources_of(tx, BEN, ["channel:C1"]) == {"channel:C1"}


def test_newcomers_are_those_of_whom_slack_was_not_asked_without_name_first(database: Database) -> None:
    with database.write() as tx:
        experts.meet(tx, {BEN: "ben.k", ANNA: ""})
        experts.meet(tx, {BEN: "another", ANNA: "anna"})
        assert [one.name for one in experts.newcomers(tx, 5)] == [ANNA.user_id, "ben.k"]
        assert [one.is_bot for one in experts.newcomers(tx, 1)] == [None]
        experts.upsert_many(tx, [Expert(ANNA, "Anna", None, NOW)])
        experts.meet(tx, {ANNA: "anna"})
        assert [one.expert for one in experts.newcomers(tx, 5)] == [BEN]
        known = experts.get(tx, ANNA)
    assert known is not None
    assert known.name == "Anna"


def test_by_user_id_a_person_is_who_slack_told_last(database: Database) -> None:
    partner = replace(ANNA, team_id="T0PARTNER")
    with database.write() as tx:
        experts.upsert_many(tx, [Expert(ANNA, "Anna", None, NOW), Expert(partner, "Anna", None, NOW)])
        experts.meet(tx, {replace(BEN, team_id="T0OTHER"): "", BEN: ""})
        found = experts.by_user_id(tx, {ANNA.user_id, BEN.user_id, "U0NOBODY"}, ANNA.team_id)
        assert found[ANNA.user_id].expert == partner
        experts.upsert_many(tx, [Expert(BEN, "Ben", None, NOW), Expert(ANNA, "Anna", None, NOW + HOUR)])
        found = experts.by_user_id(tx, {ANNA.user_id, BEN.user_id}, ANNA.team_id)
    assert {one.expert for one in found.values()} == {ANNA, BEN}


def test_programs_are_dropped_from_every_source(database: Database) -> None:
    with database.write() as tx:
        for source in ("channel:C1", "group:S1"):
            experts.set_members(tx, source, [ANNA, BEN], NOW)
        experts.drop_members(tx, [ANNA])
        experts.drop_members(tx, [])
        assert [experts.members(tx, source) for source in ("channel:C1", "group:S1")] == [{BEN}, {BEN}]
