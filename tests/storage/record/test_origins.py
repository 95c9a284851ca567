"""Predictions that version 0.1 wrote, without an origin, count as what they are and get one."""

import pytest
import sqlalchemy as sa

from routing.prediction import Origin
from storage.cases import predictions
from storage.engine.database import Database, Transaction
from storage.evidence import digest_facts
from storage.record import completion, takeover
from storage.tables import predictions as table
from tests.storage.examples import HOUR, NOW, prediction, store
from tests.storage.recorded import forget_record, keyed, verify


def as_before(tx: Transaction, *numbers: int) -> None:
    """Make of these rows what version 0.1 writes."""
    case_ids = [f"case_{number}" for number in numbers]
    tx.execute(sa.update(table).where(table.c.case_id.in_(case_ids)).values(origin=None))


def filled(tx: Transaction) -> list[tuple[str, str]]:
    return [(row.origin, row.kind) for row in tx.execute(sa.select(table).order_by(table.c.row_id))]


def test_both_names_are_written_for_whoever_reads_the_old_one(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2, origin=Origin.RED_TEAM)])
        assert filled(tx) == [("production", "production"), ("red_team", "red_team")]


def test_a_row_without_an_origin_counts_as_its_kind_says(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2, origin=Origin.SYNTHETIC), prediction(3)])
        as_before(tx, 1, 2)
    with database.read() as tx:
        stored = predictions.get(tx, "case_2")
        counts = digest_facts.received_by_origin(tx, ["fraud"], NOW, NOW + HOUR)
        facts = digest_facts.period(tx, ["fraud"], NOW, NOW + HOUR)
    assert stored is not None
    assert stored.submission.origin is Origin.SYNTHETIC
    assert counts == {Origin.PRODUCTION: 2, Origin.SYNTHETIC: 1}
    assert facts.received == 2


def test_rows_are_filled_in_portions_until_none_is_left(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "PORTION", 2)
    with database.write() as tx:
        store(tx, [prediction(number, origin=list(Origin)[number % 3]) for number in range(1, 6)])
        as_before(tx, 1, 2, 4)
        assert not completion.has_origins(tx)
    for expected in (2, 1, 0):
        with database.write() as tx:
            assert completion.fill_origins(tx) == expected
    with database.read() as tx:
        assert completion.has_origins(tx)
        assert all(origin == kind for origin, kind in filled(tx))


def test_what_is_filled_after_the_record_was_written_by_version_0_1_verifies(database_url: str) -> None:
    database = keyed(database_url)
    with database.write() as tx:
        store(tx, [prediction(1, origin=Origin.SYNTHETIC)])
        forget_record(tx)
        as_before(tx, 1)
        takeover.begin(tx)
    with database.write() as tx:
        assert takeover.portion(tx, NOW) > 0
    with database.write() as tx:
        assert completion.fill_origins(tx) == 0  # the record was told of the origin at once
    report = verify(database)
    database.dispose()
    assert (report.ok, report.waiting) == (True, 0)


def test_an_origin_that_was_edited_is_found(database_url: str) -> None:
    database = keyed(database_url)
    with database.write() as tx:
        store(tx, [prediction(1, origin=Origin.SYNTHETIC)])
    with database.write() as tx:
        tx.execute(sa.text("UPDATE predictions SET origin = 'production'"))
    (finding,) = verify(database).findings
    database.dispose()
    assert (finding.where, finding.fields) == ("predictions", ("origin",))
