"""A small database with everything on record, and hands that edit it behind the application's back."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from routing.case.case import CaseStatus
from routing.case.contest import Contest
from routing.label import Abstention
from storage import audit
from storage.audit import Entry
from storage.cases import cases, contests, decisions, escalation_steps, labels
from storage.engine.database import Database, Transaction
from storage.record import record
from storage.record.anchor import Anchor
from storage.record.findings import AuditReport, Fault, RecordFinding
from storage.record.keyring import Keyring
from storage.tables import abstentions, predictions, record_entries, record_heads
from storage.tables import contests as contests_table
from storage.tables import labels as labels_table
from tests.storage.examples import ANNA, BEN, HOUR, NOW, decision_of, label_of, prediction, routing, store

KEYS = Keyring((("k2", b"the key that signs today"), ("k1", b"the key of last year")))
COUNT = 8


def keyed(url: str, keyring: Keyring = KEYS) -> Database:
    """The database under these keys."""
    return Database(url, keyring=keyring)


def fill(database: Database, count: int = COUNT) -> None:
    """Cases of two tiers, answered, corrected, withdrawn, decided, contested, reopened and put off."""
    for number in range(1, count + 1):
        case_id = f"case_{number}"
        tier = routing(tier=("low", "high")[number % 2])
        with database.write() as tx:
            (case,) = store(tx, [prediction(number, routed=tier)])
            audit.append_many(tx, [_entry("case.opened", case_id)])
        with database.write() as tx:
            label = label_of(case_id, why=f"reason {number}", at=NOW + number * HOUR)
            decision = decision_of(case_id)
            labels.add(tx, label)
            labels.add(tx, label_of(case_id, expert=BEN, label="fraud"))
            labels.add_abstention(tx, Abstention(case_id, BEN, NOW, "too dark"))
            decisions.add(tx, decision)
            contests.add(tx, Contest(case_id, BEN, 1, 2, NOW, f"doubt {number}"))
            cases.save(tx, replace(case, status=CaseStatus.DECIDED, assigned_to=ANNA))
            audit.append_many(tx, [_entry("label.recorded", case_id)])
        with database.write() as tx:
            labels.withdraw(tx, label.label_id, NOW + timedelta(days=1))
            decisions.reopen(tx, decision)
            escalation_steps.take(tx, case_id, 1, "thread", NOW)
            cases.save(tx, replace(case, assigned_to=BEN))
    with database.write() as tx:
        audit.append_many(tx, [_entry("digest.asked", "payments")])


def verify(database: Database, *anchors: Anchor) -> AuditReport:
    """The check, as everybody runs it."""
    with database.read() as tx:
        return audit.verify(tx, anchors)


def forget_record(tx: Transaction) -> None:
    """Make of what this transaction or an earlier one wrote rows of a version without the record."""
    record.flush(tx)
    for table in (record_entries, record_heads):
        tx.execute(sa.delete(table))
    for table in (predictions, labels_table, abstentions, contests_table):
        tx.execute(sa.update(table).values(salt=None))


class Undo(Exception):
    """Whatever was done is undone."""


@contextmanager
def undone(database: Database) -> Iterator[Transaction]:
    """A transaction that is undone at the end."""
    with suppress(Undo), database.write() as tx:
        yield tx
        _undo()


def _undo() -> None:
    raise Undo


def tamper(database: Database, *statements: str) -> None:
    """Run SQL as somebody who has the database, but not the key."""
    with database.write() as tx:
        for statement in statements:
            tx.execute(sa.text(statement))


def faults(report: AuditReport) -> list[tuple[Fault, str, str]]:
    """What is wrong where, without the columns."""
    return [(found.fault, found.where, found.place) for found in report.findings]


def only(report: AuditReport) -> RecordFinding:
    """The only thing that is wrong."""
    (finding,) = report.findings
    return finding


def _entry(action: str, subject: str, **data: Any) -> Entry:
    return Entry(NOW, "T1:U1", action, subject, data)
