"""Every row is on record as it was written: an edit, a deletion or an insertion behind the back is named."""

import hashlib
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

import pytest
import sqlalchemy as sa

from routing.case.case import Case
from routing.prediction import CaseInput
from storage import audit
from storage.audit import Entry
from storage.cases import cases, labels
from storage.cases import predictions as stored_predictions
from storage.engine.database import Database, Transaction
from storage.errors import CaseUnknown, DatabaseUnavailable
from storage.record import chains, record
from storage.record.coverage import COVERED, Coverage
from storage.record.findings import Fault, RecordFinding
from storage.record.seals import Seal
from storage.sql.column_types import Duration, JsonText, UtcMoment
from storage.sql.json_documents import load
from storage.tables import decision_feed, predictions, record_entries
from storage.tables import labels as labels_table
from tests.storage.examples import HOUR, NOW, label_of, prediction, routing, store
from tests.storage.recorded import COUNT, KEYS, faults, fill, keyed, only, tamper, undone, verify

EDITS = 1_000
PER_CHECK = 20
UNIQUE = {
    "predictions": ("case_id", "external_id"),
    "labels": ("label_id", "round"),
    "abstentions": ("abstained_at",),
    "decisions": ("decision_id", "sequence"),
    "contests": ("user_id",),
    "decision_feed": ("cursor", "revision"),
    "steps": ("step",),
}
"""What makes a copy of a row another one; a case without a prediction is refused by the database."""

LABEL = "label_case_1_U1_1"


@pytest.fixture
def full(database_url: str) -> Iterator[Database]:
    database = keyed(database_url)
    fill(database)
    yield database
    database.dispose()


def test_what_nobody_touched_verifies(full: Database) -> None:
    report = verify(full)
    assert (report.ok, report.rows, report.waiting) == (True, 10 * COUNT, 0)


@dataclass(frozen=True)
class Edit:
    """One change by hand, and what the check has to say of it."""

    make: Callable[[Transaction], Any]
    named: tuple[Fault, str, str, tuple[str, ...]]


def other(value: Any, column: sa.Column[Any], chance: random.Random) -> Any:
    """Another value that the column takes."""
    noise = chance.getrandbits(40)
    kinds: list[tuple[type[Any], Any]] = [
        (UtcMoment, NOW + noise % 10_000_000 * HOUR / 3_600_000_000 + HOUR * 10_000),
        (Duration, HOUR * (noise % 100_000 + 100)),
        (JsonText, {"noise": noise}),
        (sa.Text, f"{value}{chr(32 + noise % 90)}{noise}"),
        (sa.Float, noise / 2**41 + 2),
        (sa.Boolean, not value),
        (sa.Integer, noise % 1_000_000 + 1_000),
        (sa.LargeBinary, noise.to_bytes(16, "big")),
    ]
    return next(new for kind, new in kinds if isinstance(column.type, kind))


def row_edit(covered: Coverage, row: Any, name: str, chance: random.Random) -> Edit:
    """Change one column of a row; a key leaves a row that is gone."""
    table = covered.table
    new = other(row[name], table.c[name], chance)
    if row[name] is not None and table.c[name].nullable and chance.random() < 0.3:
        new = None
    change = sa.update(table).where(table.c[covered.arrival] == row[covered.arrival]).values({name: new})
    key = covered.key_of(dict(row))
    if name in covered.key:
        return Edit(lambda tx: tx.execute(change), (Fault.ROW_MISSING, covered.name, key, ()))
    return Edit(lambda tx: tx.execute(change), (Fault.ROW_CHANGED, covered.name, key, (name,)))


def row_deletion(covered: Coverage, row: Any) -> Edit:
    delete = sa.delete(covered.table).where(covered.table.c[covered.arrival] == row[covered.arrival])
    return Edit(
        lambda tx: tx.execute(delete), (Fault.ROW_MISSING, covered.name, covered.key_of(dict(row)), ())
    )


def row_insertion(covered: Coverage, row: Any, chance: random.Random) -> Edit:
    """A row like another one, under a key of its own."""
    new = {name: value for name, value in row.items() if name != "row_id"}
    for name in UNIQUE[covered.name]:
        new[name] = other(new[name], covered.table.c[name], chance)
    insert = sa.insert(covered.table).values(new)
    return Edit(lambda tx: tx.execute(insert), (Fault.ROW_ADDED, covered.name, covered.key_of(new), ()))


def entry_edit(entry: Any, chance: random.Random) -> Edit:
    """Change what an entry says; its seals are left alone here, or other rows could not be named."""
    name = chance.choice(["at", "actor", "action", "subject", "data", "link"])
    new = other(entry[name], record_entries.c[name], chance)
    is_it = (record_entries.c.chain == entry["chain"]) & (record_entries.c.seq == entry["seq"])
    change = sa.update(record_entries).where(is_it).values({name: new})
    named = (Fault.ENTRY_CHANGED, entry["chain"], str(entry["seq"]), ())
    return Edit(lambda tx: tx.execute(change), named)


def edits(database: Database, chance: random.Random) -> Iterator[list[Edit]]:
    """Portions of edits of different rows and entries; what refers to a row is never deleted under it."""
    with database.read() as tx:
        rows = {each.name: tx.execute(sa.select(each.table)).mappings().all() for each in COVERED}
        entries = tx.execute(sa.select(record_entries)).mappings().all()
    places = [(each, row) for each in COVERED for row in rows[each.name]]
    for _ in range(EDITS // PER_CHECK):
        chosen = [
            row_edit(each, row, chance.choice(editable(each)), chance)
            for each, row in chance.sample(places, PER_CHECK - 4)
        ]
        touched = {(edit.named[1], edit.named[2]) for edit in chosen}
        free = [(each, row) for each, row in places if (each.name, each.key_of(dict(row))) not in touched]
        loose = [(each, row) for each, row in free if each.name not in {"predictions", "decisions"}]
        chosen.append(row_deletion(*chance.choice(loose)))
        copied = chance.choice([(each, row) for each, row in places if each.name in UNIQUE])
        chosen.append(row_insertion(*copied, chance))
        chosen += [entry_edit(entry, chance) for entry in apart(entries, chance)]
        yield chosen


def editable(covered: Coverage) -> list[str]:
    """The columns that the database lets one change by itself."""
    tied = {"predictions": {"case_id"}, "decisions": {"decision_id"}, "cases": {"case_id"}}
    ties = tied.get(covered.name, set())
    foreign = {column.name for column in covered.table.c if column.foreign_keys}
    return [name for name in covered.columns if name not in ties | foreign]


def apart(entries: Any, chance: random.Random) -> list[Any]:
    """Two entries of different chains: with a changed link the next entry is found too."""
    first = chance.choice(entries)
    return [first, chance.choice([one for one in entries if one["chain"] != first["chain"]])]


@pytest.mark.long
def test_of_a_thousand_random_edits_each_is_found_and_named(full: Database) -> None:
    found = 0
    for portion in edits(full, random.Random(20261129)):
        with undone(full) as tx:
            for edit in portion:
                edit.make(tx)
            report = audit.verify(tx)
        named = {(one.fault, one.where, one.place, one.fields) for one in report.findings}
        missed = [edit.named for edit in portion if edit.named not in named]
        assert missed == []
        found += len(portion)
    assert found == EDITS
    assert verify(full).ok


LISTS = {1: "969f4da81bc191bb", 2: "4911f3f00ef1dff3", 3: "cfb89d3886adb3c1"}


@pytest.mark.parametrize("covered", COVERED, ids=[covered.name for covered in COVERED])
def test_every_column_that_means_something_is_covered(covered: Coverage) -> None:
    latest = covered.versions[covered.latest]
    assert {*latest.all, "row_id", "salt"} >= {column.name for column in covered.table.c}
    assert len(set(latest.all)) == len(latest.all)


@pytest.mark.parametrize(("version", "known"), LISTS.items())
def test_a_list_of_columns_never_changes(version: int, known: str) -> None:
    lists = [(each.name, version, each.versions[version].all) for each in COVERED if version in each.versions]
    digest = hashlib.sha256(repr(sorted(lists)).encode()).hexdigest()
    assert digest[:16] == known


def test_every_list_of_columns_is_held() -> None:
    assert {version for each in COVERED for version in each.versions} == set(LISTS)


def test_two_rows_that_changed_places_are_both_named(full: Database) -> None:
    tamper(
        full,
        "UPDATE labels SET label_id = 'x' WHERE label_id = 'label_case_1_U1_1'",
        "UPDATE labels SET label_id = 'label_case_1_U1_1' WHERE label_id = 'label_case_2_U1_1'",
        "UPDATE labels SET label_id = 'label_case_2_U1_1' WHERE label_id = 'x'",
    )
    assert sorted(faults(verify(full))) == [
        (Fault.ROW_CHANGED, "labels", "label_case_1_U1_1"),
        (Fault.ROW_CHANGED, "labels", "label_case_2_U1_1"),
    ]


def test_an_older_state_that_was_put_back_is_found(full: Database) -> None:
    tamper(full, "UPDATE labels SET withdrawn_at = NULL WHERE label_id = 'label_case_1_U1_1'")
    assert only(verify(full)) == RecordFinding(
        Fault.ROW_CHANGED, "labels", "label_case_1_U1_1", ("withdrawn_at",)
    )


def test_an_edit_that_the_application_wrote_over_stays_found(full: Database) -> None:
    tamper(full, "UPDATE cases SET quorum = 3 WHERE case_id = 'case_2'")
    with full.write() as tx:
        cases.save(tx, replace(cases.lock(tx, "case_2"), due_at=NOW))
    assert only(verify(full)) == RecordFinding(Fault.ROW_CHANGED_BEFORE, "cases", "case_2", ("quorum",))


def test_an_edited_answer_that_was_withdrawn_later_stays_found(full: Database) -> None:
    tamper(full, "UPDATE labels SET label = 'ok' WHERE label_id = 'label_case_2_U2_1'")
    with full.write() as tx:
        labels.withdraw(tx, "label_case_2_U2_1", NOW)
    assert only(verify(full)) == RecordFinding(Fault.ROW_CHANGED_BEFORE, "labels", "label_case_2_U2_1")


@pytest.mark.parametrize(
    ("change", "table", "key", "field"),
    [
        ("labeled_at = 'yesterday'", "labels", LABEL, "labeled_at"),
        ("rationale = CAST(x'ff' AS TEXT)", "labels", LABEL, "rationale"),
        ("round = 1.5", "labels", LABEL, "round"),
        ("input = '{'", "predictions", "case_1", "input"),
        ("confidence = 'high'", "predictions", "case_1", "confidence"),
        ("body_digest = 'x'", "predictions", "case_1", "body_digest"),
        ("is_audit = 'no'", "predictions", "case_1", "is_audit"),
        ("due_at = 9e99", "cases", "case_1", "due_at"),
    ],
)
def test_what_no_program_of_ours_stores_does_not_stop_the_check(
    sqlite_url: str, change: str, table: str, key: str, field: str
) -> None:
    database = keyed(sqlite_url)
    fill(database, 1)
    tamper(database, " ".join(("UPDATE", table, "SET", change, "WHERE row_id = 1")))
    assert only(verify(database)) == RecordFinding(Fault.ROW_CHANGED, table, key, (field,))
    database.dispose()


@pytest.mark.parametrize("value", ["infinity", "-infinity", "0044-03-15 12:00:00+00 BC"])
def test_a_moment_that_python_cannot_hold_does_not_stop_the_check(postgres_url: str, value: str) -> None:
    database = keyed(postgres_url)
    fill(database, 1)
    with database.write() as tx:
        tx.execute(sa.text("UPDATE cases SET due_at = CAST(:value AS timestamptz)"), {"value": value})
    assert only(verify(database)) == RecordFinding(Fault.ROW_CHANGED, "cases", "case_1", ("due_at",))
    database.dispose()


def test_erased_content_leaves_a_row_that_verifies(full: Database) -> None:
    with full.write() as tx:
        assert record.erase(tx, predictions, {"case_id": "case_1"})
        assert record.erase(tx, labels_table, {"label_id": LABEL})
        assert not record.erase(tx, labels_table, {"label_id": "label_none"})
    assert verify(full).ok
    with full.read() as tx:
        kept = stored_predictions.get(tx, "case_1")
        (label, _) = labels.of_cases(tx, ["case_1"])["case_1"]
        texts = tx.execute(sa.text("SELECT rows FROM record_entries")).scalars().all()
    assert kept is not None
    assert (kept.submission.input, kept.submission.external_id) == (CaseInput(), "erased:case_1")
    assert (kept.submission.evidence, kept.submission.slices, label.rationale) == ((), {}, None)
    assert not any("reason 1" in text for text in texts)


def test_content_that_was_erased_behind_the_back_is_found(full: Database) -> None:
    tamper(full, "UPDATE labels SET rationale = NULL, salt = NULL WHERE label_id = 'label_case_1_U1_1'")
    assert only(verify(full)).place == LABEL


def test_content_that_was_put_into_an_erased_row_is_found(full: Database) -> None:
    with full.write() as tx:
        record.erase(tx, labels_table, {"label_id": LABEL})
    tamper(full, "UPDATE labels SET rationale = 'new' WHERE label_id = 'label_case_1_U1_1'")
    assert only(verify(full)) == RecordFinding(Fault.ROW_CHANGED, "labels", LABEL, ("rationale",))


def test_an_edit_before_the_erasing_stays_found(full: Database) -> None:
    tamper(full, "UPDATE labels SET label = 'fraud' WHERE label_id = 'label_case_1_U1_1'")
    with full.write() as tx:
        record.erase(tx, labels_table, {"label_id": LABEL})
    assert only(verify(full)) == RecordFinding(Fault.ROW_CHANGED_BEFORE, "labels", LABEL)


def test_an_erased_row_may_change_and_be_erased_again(full: Database) -> None:
    with full.write() as tx:
        record.erase(tx, labels_table, {"label_id": "label_case_1_U2_1"})
    with full.write() as tx:
        labels.withdraw(tx, "label_case_1_U2_1", NOW)
    with full.write() as tx:
        record.erase(tx, labels_table, {"label_id": "label_case_1_U2_1"})
    assert verify(full).ok


def test_a_dropped_row_leaves_word_that_verifies(full: Database) -> None:
    with full.write() as tx:
        assert record.drop(tx, labels_table, {"label_id": LABEL})
        assert record.drop(tx, decision_feed, {"cursor": 1}, "case_1")
        assert not record.drop(tx, labels_table, {"label_id": LABEL})
    report = verify(full)
    assert (report.ok, report.rows) == (True, 10 * COUNT - 2)


def test_a_whole_case_can_be_dropped(full: Database) -> None:
    with full.write() as tx:
        for covered in reversed(COVERED):
            for row in tx.execute(sa.select(covered.table)).mappings().all():
                key = {name: row[name] for name in covered.key}
                is_told = covered.name == "decision_feed" and row["decision_id"] == "dec_case_1_1"
                if is_told or row.get("case_id") == "case_1":
                    assert record.drop(tx, covered.table, key, "case_1")
    report = verify(full)
    assert (report.ok, report.rows) == (True, 10 * (COUNT - 1))


def test_a_dropped_row_that_was_put_back_is_found(full: Database) -> None:
    with full.read() as tx:
        row = dict(
            tx.execute(sa.select(labels_table).where(labels_table.c.label_id == LABEL)).mappings().one()
        )
    with full.write() as tx:
        record.drop(tx, labels_table, {"label_id": LABEL})
    with full.write() as tx:
        tx.execute(sa.insert(labels_table).values(row))
    assert only(verify(full)) == RecordFinding(Fault.ROW_ADDED, "labels", LABEL)


def test_the_record_shows_nothing_of_short_content_without_the_key(full: Database) -> None:
    """Whoever reads the entries and guesses the answer sees no more than before."""
    with full.read() as tx:
        seal = next(
            Seal.of(document)
            for text in tx.execute(sa.select(record_entries.c.rows)).scalars()
            for document in load(text)
            if document[2] == LABEL
        )
    checks = [seal.body[place : place + 4] for place in range(32, len(seal.body), 4)]
    assert crc32(b"ok").to_bytes(4, "little") not in checks


def test_what_fails_puts_nothing_on_record(full: Database) -> None:
    before = verify(full).count
    with suppress(CaseUnknown), full.write() as tx:
        labels.add(tx, label_of("case_1", number=9))
        cases.save(tx, replace(cases.get(tx, "case_1"), case_id="case_none"))
    report = verify(full)
    assert (report.ok, report.count) == (True, before)


def test_a_row_goes_on_record_with_what_was_done(full: Database) -> None:
    with full.write() as tx:
        labels.add(tx, label_of("case_1", number=9))
        audit.append_many(tx, [Entry(NOW, "T1:U1", "label.recorded", "case_1", {})])
    with full.read() as tx:
        last = tx.execute(sa.select(record_entries).order_by(record_entries.c.chain, record_entries.c.seq))
        entry = next(row for row in last if "label_case_1_U1_9" in row.rows)
    assert (entry.chain, entry.action, entry.subject) == ("fraud/high", "label.recorded", "case_1")


def test_all_that_a_transaction_writes_goes_on_record_in_the_chains_of_its_cases(
    full: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "SEALS_PER_ENTRY", 3)
    monkeypatch.setattr(record, "KEYS_PER_QUERY", 3)
    with full.write() as tx:
        for number in range(1, COUNT + 1):
            cases.save(tx, replace(cases.lock(tx, f"case_{number}"), due_at=NOW))
    with full.read() as tx:
        changed = sa.select(record_entries.c.chain).where(record_entries.c.action == "rows.changed")
        chains_of_rows = set(tx.execute(changed).scalars())
    assert verify(full).ok
    assert chains_of_rows == {"fraud/high", "fraud/low"}


def test_every_transaction_locks_the_chains_it_writes_to_in_one_order(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengthen, locked = chains._lengthen, list[str]()

    def note(tx: Transaction, chain: str, by: int) -> tuple[int, bytes]:
        locked.append(chain)
        return lengthen(tx, chain, by)

    monkeypatch.setattr(chains, "_lengthen", note)
    for number, tiers in enumerate((("low", "high"), ("high", "low"))):
        with database.write() as tx:
            for place, tier in enumerate(tiers):
                store(tx, [prediction(2 * number + place, routed=routing(tier=tier))])
    assert locked == ["fraud/high", "fraud/low"] * 2


def test_replicas_do_not_wait_for_each_other_s_tier(postgres_url: str) -> None:
    one, two = (Database(postgres_url, wait_for_lock=0.2, keyring=KEYS) for _ in range(2))
    with one.write() as tx:
        store(tx, [prediction(1, routed=routing(tier="low"))])
        record.flush(tx)
        with two.write() as other_tx:
            store(other_tx, [prediction(2, routed=routing(tier="high"))])
        with pytest.raises(DatabaseUnavailable), two.write() as same_tx:
            store(same_tx, [prediction(3, routed=routing(tier="low"))])
    report = verify(one)
    assert (report.ok, report.rows) == (True, 4)
    one.dispose()
    two.dispose()


def moved(case: Case, tier: str) -> Case:
    return replace(case, routing=replace(case.routing, tier=tier))


def test_a_case_stays_in_the_chain_of_its_first_tier(full: Database) -> None:
    with full.write() as tx:
        cases.save(tx, moved(cases.lock(tx, "case_2"), "high"))
    with full.write() as tx:
        cases.save(tx, replace(moved(cases.lock(tx, "case_2"), "low"), due_at=NOW))
    with full.read() as tx:
        entries = tx.execute(sa.select(record_entries.c.chain, record_entries.c.rows)).all()
    assert {entry.chain for entry in entries if '"case_2"' in entry.rows} == {"fraud/low"}
    assert verify(full).ok
