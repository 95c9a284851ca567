"""The audit chain: whoever edits it behind the application's back is found out."""

import pytest
import sqlalchemy as sa

from storage import audit
from storage.audit import AuditReport, Entry
from storage.database import Database
from tests.storage.examples import NOW


def entry(number: int) -> Entry:
    return Entry(NOW, "expert:U1", "label.added", f"case_{number}", {"label": "ok", "n": number, "z": [1.5]})


@pytest.fixture
def chained(database: Database) -> Database:
    with database.write() as tx:
        audit.append_many(tx, [entry(number) for number in range(1, 4)])
        audit.append_many(tx, [])
    with database.write() as tx:
        audit.append_many(tx, [entry(4), entry(5)])
    return database


def verify(database: Database) -> AuditReport:
    with database.read() as tx:
        return audit.verify(tx)


def tamper(database: Database, *statements: str) -> None:
    with database.write() as tx:
        for statement in statements:
            tx.execute(sa.text(statement))


def test_an_untouched_chain_verifies(chained: Database) -> None:
    assert verify(chained) == AuditReport(ok=True, first_bad_seq=None, count=5)


def test_an_empty_chain_verifies(database: Database) -> None:
    assert verify(database) == AuditReport(ok=True, first_bad_seq=None, count=0)


@pytest.mark.parametrize(
    ("statement", "first_bad"),
    [
        ('UPDATE audit SET data = \'{"label":"fraud"}\' WHERE seq = 3', 3),
        ("UPDATE audit SET actor = 'expert:U2' WHERE seq = 1", 1),
        ("UPDATE audit SET subject = 'case_9' WHERE seq = 5", 5),
        ("UPDATE audit SET at = (SELECT at FROM audit WHERE seq = 1) WHERE seq = 99", None),
        ("DELETE FROM audit WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 5", 5),
        ("DELETE FROM audit", 1),
        ("UPDATE audit SET hash = (SELECT hash FROM audit WHERE seq = 1) WHERE seq = 4", 4),
    ],
)
def test_the_first_entry_that_was_touched_is_named(
    chained: Database, statement: str, first_bad: int | None
) -> None:
    tamper(chained, statement)
    assert verify(chained).first_bad_seq == first_bad
    assert verify(chained).ok is (first_bad is None)


def test_entries_that_changed_places_are_found(chained: Database) -> None:
    tamper(
        chained,
        "UPDATE audit SET seq = 99 WHERE seq = 2",
        "UPDATE audit SET seq = 2 WHERE seq = 3",
        "UPDATE audit SET seq = 3 WHERE seq = 99",
    )
    assert verify(chained).first_bad_seq == 2


def test_an_entry_added_behind_the_end_is_found(chained: Database) -> None:
    tamper(chained, "UPDATE audit_head SET length = 4")
    assert verify(chained).first_bad_seq == 5


def test_a_shortened_chain_with_a_shortened_head_is_found_by_its_hash(chained: Database) -> None:
    tamper(chained, "DELETE FROM audit WHERE seq = 5", "UPDATE audit_head SET length = 4")
    assert verify(chained) == AuditReport(ok=False, first_bad_seq=4, count=4)


def test_what_happened_to_a_subject_comes_back(chained: Database) -> None:
    with chained.read() as tx:
        assert audit.of_subject(tx, "case_4", 9) == [entry(4)]
