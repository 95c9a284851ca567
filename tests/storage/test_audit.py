"""The chains of what was done: whoever edits them behind the application's back is found out."""

import pytest

from storage import audit
from storage.audit import Entry
from storage.engine.database import Database
from storage.errors import KeyMissing
from storage.record.findings import AuditReport, Fault, MissingKey
from storage.record.keyring import NO_KEYS, Keyring
from tests.storage.examples import NOW
from tests.storage.recorded import faults, keyed, only, tamper, verify

CHAIN = "general"


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


def test_an_untouched_chain_verifies(chained: Database) -> None:
    assert verify(chained) == AuditReport(count=5, rows=0)


def test_an_empty_record_verifies(database: Database) -> None:
    assert verify(database) == AuditReport(count=0, rows=0)


@pytest.mark.parametrize(
    ("statement", "fault", "place"),
    [
        ('UPDATE record_entries SET data = \'{"label":"fraud"}\' WHERE seq = 3', Fault.ENTRY_CHANGED, "3"),
        ("UPDATE record_entries SET actor = 'expert:U2' WHERE seq = 1", Fault.ENTRY_CHANGED, "1"),
        ("UPDATE record_entries SET subject = 'case_9' WHERE seq = 5", Fault.ENTRY_CHANGED, "5"),
        ("UPDATE record_entries SET at = NULL WHERE seq = 2", Fault.ENTRY_CHANGED, "2"),
        ("UPDATE record_entries SET rows = 'x' WHERE seq = 2", Fault.ENTRY_CHANGED, "2"),
        ("DELETE FROM record_entries WHERE seq = 2", Fault.ENTRIES_MISSING, "2"),
        ("DELETE FROM record_entries WHERE seq IN (2, 3)", Fault.ENTRIES_MISSING, "2-3"),
        ("DELETE FROM record_entries WHERE seq = 5", Fault.ENTRIES_MISSING, "5"),
        ("DELETE FROM record_entries", Fault.ENTRIES_MISSING, "1-5"),
        ("UPDATE record_heads SET length = 4", Fault.HEAD_CHANGED, "5"),
        ("DELETE FROM record_heads", Fault.HEAD_CHANGED, "5"),
        ("UPDATE record_heads SET length = 7", Fault.ENTRIES_MISSING, "6-7"),
    ],
)
def test_what_was_done_to_a_chain_is_named(
    chained: Database, statement: str, fault: Fault, place: str
) -> None:
    tamper(chained, statement)
    assert faults(verify(chained)) == [(fault, CHAIN, place)]


def test_a_link_that_was_copied_from_another_entry_is_found(chained: Database) -> None:
    copied = "UPDATE record_entries SET link = (SELECT link FROM record_entries WHERE seq = 1) WHERE seq = 4"
    tamper(chained, copied)
    assert (Fault.ENTRY_CHANGED, CHAIN, "4") in faults(verify(chained))


def test_entries_that_changed_places_are_found(chained: Database) -> None:
    tamper(
        chained,
        "UPDATE record_entries SET seq = 99 WHERE seq = 2",
        "UPDATE record_entries SET seq = 2 WHERE seq = 3",
        "UPDATE record_entries SET seq = 3 WHERE seq = 99",
    )
    assert {(Fault.ENTRY_CHANGED, CHAIN, "2"), (Fault.ENTRY_CHANGED, CHAIN, "3")} <= {
        *faults(verify(chained))
    }


def test_a_chain_that_was_written_anew_without_the_key_is_found(chained: Database, database_url: str) -> None:
    without, forged = (keyed(database_url, Keyring(((name, b"another secret"),))) for name in ("k1", ""))
    report = verify(without)
    assert report.missing_keys == (MissingKey("", CHAIN, 1, 5),)
    assert verify(forged).total == 5
    assert not report.ok
    for database in (without, forged):
        database.dispose()


def test_an_older_key_verifies_what_it_signed(database_url: str) -> None:
    old, new = ("k1", b"the key of last year"), ("k2", b"the key of today")
    before, after, without = (keyed(database_url, Keyring(keys)) for keys in ((old,), (new, old), (new,)))
    for database in (before, after):
        with database.write() as tx:
            audit.append_many(tx, [entry(1)])
    assert verify(after) == AuditReport(count=2, rows=0)
    assert verify(without).missing_keys == (MissingKey("k1", CHAIN, 1, 1),)
    for database in (before, after, without):
        database.dispose()


def test_without_a_key_nothing_is_put_on_record(database_url: str) -> None:
    database = keyed(database_url, NO_KEYS)
    with pytest.raises(KeyMissing), database.write() as tx:
        audit.append_many(tx, [entry(1)])
    assert verify(database).count == 0
    database.dispose()


def test_a_keyring_shows_no_secret() -> None:
    keyring = Keyring((("k1", b"hush"),))
    assert "hush" not in f"{keyring!r} {keyring}"
    assert "k1" in str(keyring)


def test_more_findings_than_are_kept_are_counted(database: Database) -> None:
    with database.write() as tx:
        audit.append_many(tx, [entry(number) for number in range(150)])
    tamper(database, "UPDATE record_entries SET actor = 'nobody'")
    report = verify(database)
    assert (report.total, len(report.findings)) == (150, 100)


def test_what_happened_to_a_subject_comes_back(chained: Database) -> None:
    with chained.read() as tx:
        assert audit.of_subject(tx, "case_4", 9) == [entry(4)]


def test_only_the_key_s_holder_can_lengthen_a_chain(chained: Database) -> None:
    tamper(
        chained,
        "INSERT INTO record_entries SELECT chain, 6, at, actor, action, subject, data, rows, key_id, link"
        " FROM record_entries WHERE seq = 5",
        "UPDATE record_heads SET length = 6",
    )
    assert only(verify(chained)).place == "6"
