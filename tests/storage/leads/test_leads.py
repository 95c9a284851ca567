"""What leads read and ask for: digests, audit shares, muted findings."""

from dataclasses import replace
from datetime import datetime

from storage.engine.database import Database
from storage.leads import audit_shares, digests, mutes, slice_checks
from storage.leads.audit_shares import AuditShare
from storage.leads.digests import StoredDigest
from storage.leads.slice_checks import SliceCheck
from tests.storage.examples import HOUR, NOW

DAY = 24 * HOUR
WEEK = 7 * DAY


def digest(week: int = 1, team: str = "leads") -> StoredDigest:
    until = NOW + week * WEEK
    return StoredDigest(f"digest:{team}:{week}", team, until - WEEK, until, until, {"received": week})


def share(until: datetime = NOW + WEEK) -> AuditShare:
    return AuditShare("fraud", "low", 0.25, "U0NADIA", NOW, until)


def test_a_digest_stays_as_it_was_first_made(database: Database) -> None:
    with database.write() as tx:
        assert digests.keep(tx, digest())
        assert not digests.keep(tx, replace(digest(), document={"received": 99}))
        assert digests.get(tx, "digest:leads:1") == digest()
        assert digests.get(tx, "digest:leads:2") is None


def test_a_team_s_digests_are_told_newest_first(database: Database) -> None:
    with database.write() as tx:
        for one in (digest(2), digest(1), digest(3), digest(3, "others")):
            digests.keep(tx, one)
        assert digests.history(tx, "leads", 2) == [digest(3), digest(2)]


def test_what_one_person_asked_for_is_no_part_of_the_team_s_history(database: Database) -> None:
    with database.write() as tx:
        for one in (digest(1), replace(digest(2), key="private:leads:U0ANN:2026-11-20T10:00")):
            digests.keep(tx, one)
        assert digests.history(tx, "leads", 5) == [digest(1)]


def test_a_share_holds_from_its_first_moment_up_to_its_last(database: Database) -> None:
    with database.write() as tx:
        assert audit_shares.ask(tx, share())
        assert not audit_shares.ask(tx, share())
        assert audit_shares.in_force(tx, NOW) == [share()]
        assert audit_shares.in_force(tx, NOW - HOUR) == []
        assert audit_shares.in_force(tx, NOW + WEEK) == []


def check(name: str = "country", value: str = "DE", **changes: object) -> SliceCheck:
    row = SliceCheck("fraud", "ordinary", name, value, 0.4, "U0NADIA", NOW, NOW + WEEK)
    return replace(row, **changes)  # type: ignore[arg-type]  # fields by name


def test_a_slice_is_checked_up_to_the_last_moment(database: Database) -> None:
    with database.write() as tx:
        slice_checks.ask(tx, [check(), check(value="PT")])
        slice_checks.ask(tx, [check()])
        assert slice_checks.in_force(tx, NOW) == [check(), check(value="PT")]
        assert slice_checks.in_force(tx, NOW - HOUR) == []
        assert slice_checks.in_force(tx, NOW + WEEK) == []


def test_only_the_slice_that_is_meant_is_released_and_only_once(database: Database) -> None:
    others = [check(value="PT"), check("shop"), check(task="topic")]
    with database.write() as tx:
        slice_checks.ask(tx, [check(), *others])
        assert slice_checks.end(tx, ["fraud"], "country", {"DE"}, NOW + HOUR) == 1
        assert slice_checks.end(tx, ["fraud"], "country", {"DE"}, NOW + HOUR) == 0
        assert slice_checks.in_force(tx, NOW + HOUR) == others


def test_muting_again_sets_the_moment_anew(database: Database) -> None:
    with database.write() as tx:
        mutes.mute(tx, "leads", "slice:country=DE", "U0NADIA", NOW + DAY)
        mutes.mute(tx, "leads", "slice:country=DE", "U0SAM", NOW + WEEK)
        mutes.mute(tx, "others", "alarm", "U0SAM", NOW + WEEK)
        assert mutes.muted(tx, "leads", NOW + 2 * DAY) == {"slice:country=DE"}
        assert mutes.muted(tx, "leads", NOW + WEEK) == frozenset()
