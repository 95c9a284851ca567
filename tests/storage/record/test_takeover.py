"""Rows of earlier versions are taken in as they are found; their chain verifies by its old rule."""

import hashlib
from datetime import timedelta

import pytest
import sqlalchemy as sa

from storage import audit
from storage.audit import Entry
from storage.cases import cases, decisions, labels
from storage.engine.database import Database
from storage.record import completion, takeover
from storage.record.findings import Fault
from storage.sql.json_documents import canonical
from storage.tables import audit as audit_of_old
from storage.tables import audit_head, predictions
from storage.tables import cases as cases_table
from tests.storage.examples import BEN, HOUR, NOW, decision_of, label_of
from tests.storage.recorded import COUNT, faults, fill, forget_record, only, tamper, verify


@pytest.fixture
def old(database: Database) -> Database:
    """A database that an earlier version filled, just upgraded."""
    fill(database)
    with database.write() as tx:
        forget_record(tx)
        old_chain(tx, 5)
        takeover.begin(tx)
    return database


def old_chain(tx: sa.Connection, length: int, actor: str = "expert:U1") -> None:
    """Entries as the versions before the record wrote them."""
    previous = bytes(32)
    for seq in range(1, length + 1):
        said = [actor, "label.added", f"case_{seq}", "{}"]
        microseconds = int(NOW.timestamp()) * 1_000_000
        previous = hashlib.sha256(previous + canonical([seq, microseconds, *said]).encode()).digest()
        tx.execute(
            sa.insert(audit_of_old).values(
                seq=seq, at=NOW, actor=said[0], action=said[1], subject=said[2], data=said[3], hash=previous
            )
        )
    tx.execute(sa.insert(audit_head).values(head=1, length=length, hash=previous))


def take_in(database: Database, at: timedelta = timedelta(0)) -> int:
    """Take in all that is left; how many rows."""
    taken = 0
    while True:
        with database.write() as tx:
            portion = takeover.portion(tx, NOW + at)
        if not portion:
            return taken
        taken += portion


def is_over(database: Database) -> bool:
    with database.read() as tx:
        return takeover.is_over(tx)


def test_until_it_is_done_the_check_says_how_many_rows_wait(old: Database) -> None:
    report = verify(old)
    assert (report.ok, report.waiting, report.count) == (True, 10 * COUNT, 6)
    assert not is_over(old)


def test_every_row_is_taken_in_once(old: Database) -> None:
    assert take_in(old) == 10 * COUNT
    assert (take_in(old), take_in(old, 2 * HOUR), take_in(old, 9 * HOUR)) == (0, 0, 0)
    assert is_over(old)
    report = verify(old)
    assert (report.ok, report.waiting, report.rows) == (True, 0, 10 * COUNT)


def test_it_goes_on_where_it_was_interrupted(old: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completion, "PORTION", 7)
    with old.write() as tx:
        assert takeover.portion(tx, NOW) == 7
    assert verify(old).waiting == 10 * COUNT - 7
    assert take_in(old) == 10 * COUNT - 7
    assert verify(old).ok


def test_an_edit_after_the_taking_in_is_named(old: Database) -> None:
    take_in(old)
    tamper(old, "UPDATE labels SET rationale = 'else' WHERE label_id = 'label_case_1_U1_1'")
    finding = only(verify(old))
    assert (finding.fault, finding.place, finding.fields) == (
        Fault.ROW_CHANGED,
        "label_case_1_U1_1",
        ("rationale",),
    )


def test_rows_that_change_before_they_are_taken_in_verify(old: Database) -> None:
    change(old)
    take_in(old)
    change(old)
    assert verify(old).ok


def test_rows_that_change_after_they_were_taken_in_verify(old: Database) -> None:
    take_in(old)
    change(old)
    assert verify(old).ok


def test_an_edit_between_the_taking_in_and_a_change_stays_found(old: Database) -> None:
    take_in(old)
    tamper(old, "UPDATE cases SET quorum = 5 WHERE case_id = 'case_2'")
    change(old)
    assert only(verify(old)).fault is Fault.ROW_CHANGED_BEFORE


def change(database: Database) -> None:
    """What experts do meanwhile."""
    with database.write() as tx:
        case = cases.lock(tx, "case_2")
        labels.withdraw(tx, "label_case_2_U2_1", NOW)
        labels.add(tx, label_of("case_2", expert=BEN, number=len(case.labels) + 1))
        decisions.add(tx, decision_of("case_2", sequence=len(case.decisions) + 1))
        cases.save(tx, case)


def test_what_a_replica_of_the_earlier_version_still_writes_is_taken_in(old: Database) -> None:
    take_in(old)
    written_without_record(old, 50)
    assert (take_in(old, HOUR / 2), verify(old).ok, verify(old).waiting) == (0, True, 2)
    assert take_in(old, 2 * HOUR) == 2
    assert (verify(old).ok, verify(old).waiting, is_over(old)) == (True, 0, True)


def test_what_comes_without_record_afterwards_was_added_behind_the_back(old: Database) -> None:
    take_in(old)
    take_in(old, 2 * HOUR)
    written_without_record(old, 50)
    take_in(old, 4 * HOUR)
    assert {fault for fault, _, _ in faults(verify(old))} == {Fault.ROW_ADDED}


def written_without_record(database: Database, number: int) -> None:
    """A case as an earlier version stores it: like the first, under a name of its own."""
    with database.write() as tx:
        for table in (predictions, cases_table):
            first = sa.select(table).where(table.c.case_id == "case_1")
            row = {**tx.execute(first).mappings().one(), "case_id": f"case_{number}"}
            own = {"external_id": f"order-{number}", "salt": None} if table is predictions else {}
            del row["row_id"]
            tx.execute(sa.insert(table).values({**row, **own}))


@pytest.mark.parametrize(
    ("statement", "fault", "place"),
    [
        ("UPDATE audit SET data = 'x' WHERE seq = 3", Fault.ENTRY_CHANGED, "3"),
        ("UPDATE audit SET at = (SELECT opened_at FROM cases LIMIT 1) WHERE seq = 9", None, ""),
        ("UPDATE audit SET actor = 'expert:U2' WHERE seq = 1", Fault.ENTRY_CHANGED, "1"),
        ("DELETE FROM audit WHERE seq = 2", Fault.ENTRIES_MISSING, "2"),
        ("DELETE FROM audit WHERE seq = 5", Fault.ENTRIES_MISSING, "5"),
        ("DELETE FROM audit_head", Fault.HEAD_CHANGED, "5"),
    ],
)
def test_the_earlier_chain_verifies_by_its_old_rule(
    old: Database, statement: str, fault: Fault | None, place: str
) -> None:
    tamper(old, statement)
    assert faults(verify(old)) == ([] if fault is None else [(fault, "", place)])


def test_an_earlier_chain_that_was_written_anew_is_found(old: Database) -> None:
    tamper(old, "DELETE FROM audit", "DELETE FROM audit_head")
    with old.write() as tx:
        old_chain(tx, 5, "expert:U2")
    assert (Fault.ANCHOR_MISSED, "", "5") in faults(verify(old))


def test_nobody_adds_to_the_earlier_chain_once_all_is_taken_in(old: Database) -> None:
    take_in(old)
    take_in(old, 2 * HOUR)
    tamper(old, "DELETE FROM audit", "DELETE FROM audit_head")
    with old.write() as tx:
        old_chain(tx, 7)
    assert faults(verify(old)) == [(Fault.ENTRIES_ADDED, "", "6-7")]


def test_what_happened_before_and_since_comes_back_in_order(old: Database) -> None:
    with old.write() as tx:
        audit.append_many(tx, [Entry(NOW, "T1:U1", "case.seen", "case_2", {})])
    with old.read() as tx:
        assert [entry.action for entry in audit.of_subject(tx, "case_2", 9)] == ["label.added", "case.seen"]
        assert len(audit.of_subject(tx, "case_2", 1)) == 1


def test_an_upgrade_of_an_empty_database_has_nothing_to_take_in(database: Database) -> None:
    database.upgrade()
    assert (take_in(database), is_over(database), verify(database).count) == (0, True, 0)
