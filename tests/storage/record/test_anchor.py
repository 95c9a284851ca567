"""Anchors kept elsewhere: they show that the end of the record was cut off, its heads mended or not."""

from datetime import timedelta

import pytest

from storage import audit
from storage.audit import Entry
from storage.engine.database import Database
from storage.record import anchor
from storage.record.anchor import Anchor
from storage.record.findings import Fault
from tests.storage.examples import NOW
from tests.storage.recorded import faults, fill, tamper, verify

CUT = (
    "DELETE FROM record_entries WHERE chain = 'fraud/low' AND seq > 4",
    "UPDATE record_heads SET length = 4, link = (SELECT link FROM record_entries"
    " WHERE chain = 'fraud/low' AND seq = 4) WHERE chain = 'fraud/low'",
    "DELETE FROM labels WHERE case_id IN ('case_4', 'case_6', 'case_8')",
    "DELETE FROM steps WHERE case_id IN ('case_4', 'case_6', 'case_8')",
)
CUT_ANCHORS = (
    "DELETE FROM record_entries WHERE chain = 'anchors'",
    "DELETE FROM record_heads WHERE chain = 'anchors'",
)


def cast(database: Database) -> Anchor:
    with database.write() as tx:
        anchor.cast(tx, NOW)
    with database.read() as tx:
        found = anchor.last(tx)
    assert found is not None
    return found


def test_an_anchor_is_cast_only_when_something_was_added(database: Database) -> None:
    fill(database, 1)
    first = cast(database)
    assert cast(database) == first
    with database.write() as tx:
        audit.append_many(tx, [Entry(NOW + timedelta(days=1), "T1:U1", "digest.asked", "team", {})])
    assert cast(database).length == 2
    assert verify(database, first, cast(database)).ok


def test_nothing_is_anchored_of_an_empty_record(database: Database) -> None:
    with database.write() as tx:
        assert not anchor.cast(tx, NOW)
    with database.read() as tx:
        assert anchor.last(tx) is None


def test_a_chain_that_was_cut_and_mended_falls_short_of_its_anchor(database: Database) -> None:
    fill(database)
    cast(database)
    tamper(database, *CUT)
    assert (Fault.ENTRIES_MISSING, "fraud/low", "5-12") in faults(verify(database))


def test_an_anchor_that_was_kept_elsewhere_shows_that_the_anchors_were_cut_too(database: Database) -> None:
    fill(database)
    kept = cast(database)
    tamper(database, *CUT, *CUT_ANCHORS)
    without = faults(verify(database))
    assert (Fault.ENTRIES_MISSING, "anchors", "1") in faults(verify(database, kept))
    assert (Fault.ENTRIES_MISSING, "anchors", "1") not in without


def test_an_anchor_of_another_record_does_not_fit(database: Database) -> None:
    fill(database, 1)
    kept = cast(database)
    assert faults(verify(database, Anchor(kept.length, "0" * 16))) == [(Fault.ANCHOR_MISSED, "anchors", "1")]


def test_a_chain_that_is_gone_altogether_is_missed(database: Database) -> None:
    fill(database)
    cast(database)
    tamper(
        database,
        "DELETE FROM record_entries WHERE chain = 'fraud/high'",
        "DELETE FROM record_heads WHERE chain = 'fraud/high'",
    )
    assert (Fault.ENTRIES_MISSING, "fraud/high", "1-12") in faults(verify(database))


def test_an_anchor_is_read_back_from_its_text(database: Database) -> None:
    fill(database, 1)
    kept = cast(database)
    assert Anchor.parse(f" {kept}\n".upper()) == kept


@pytest.mark.parametrize("text", ["", "12", "12-", "0-9f86d081884c7d65", "12-9f86", "12-xyz", "1" * 99])
def test_another_text_is_no_anchor(text: str) -> None:
    with pytest.raises(ValueError, match="looks like"):
        Anchor.parse(text)
