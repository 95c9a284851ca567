"""The check of the record: every chain, and every row against its last seal."""

from collections import Counter

import sqlalchemy as sa

from storage.record import canonical_bytes, coverage, old_chain, seals
from storage.record.anchor import Anchor
from storage.record.chain_check import ANCHORS, ChainCheck
from storage.record.coverage import COVERED, Coverage, StoredRow
from storage.record.findings import AuditReport, Fault, Findings
from storage.record.keyring import Keyring
from storage.record.last_seals import LastSeals, last_seals
from storage.record.seals import DROPPED


def verify(tx: sa.Connection, keyring: Keyring, anchors: tuple[Anchor, ...] = ()) -> AuditReport:
    """Recompute the links of every entry and the seal of every row; `anchors` are what was noted elsewhere.

    Takes as long as it takes to read everything once, and no more memory for more of it.
    """
    findings = Findings()
    with canonical_bytes.lenient(tx), last_seals() as last:
        for anchor in anchors:
            last.promise(ANCHORS, anchor.length, anchor.link)
        chains = ChainCheck(tx, keyring, findings, last)
        chains.run()
        old = old_chain.check(tx, findings, last, is_complete=chains.has_taken_in and chains.is_complete)
        rows = RowCheck(tx, keyring, findings, last, is_waiting=not chains.is_complete)
        rows.run()
    counts = {"count": chains.count + old, "rows": rows.counts["rows"], "waiting": rows.counts["waiting"]}
    return findings.report(counts)


class RowCheck:
    """Compares every row that the record covers with its last seal."""

    def __init__(
        self, tx: sa.Connection, keyring: Keyring, findings: Findings, last: LastSeals, *, is_waiting: bool
    ) -> None:
        self._tx = tx
        self._keyring = keyring
        self._findings = findings
        self._last = last
        self._is_waiting = is_waiting
        self.counts: Counter[str] = Counter()

    def run(self) -> None:
        """Look at all of them, then for those that are gone."""
        for covered in COVERED:
            for row in coverage.stored(self._tx, covered):
                self.counts["rows"] += 1
                self._check(covered, row)
        for table, key in self._last.unseen():
            self._findings.add(Fault.ROW_MISSING, table, key)
        for table, key in self._last.unconfirmed():
            self._findings.add(Fault.ROW_CHANGED_BEFORE, table, key)

    def _check(self, covered: Coverage, row: StoredRow) -> None:
        key = covered.stored_key(row)
        last = self._last.get(covered.name, key)
        # Until all is taken in nobody can tell an old row from an added row: it is counted, not accused.
        if last is None and self._is_waiting:
            self.counts["waiting"] += 1
        elif last is None or last.seal.state == DROPPED:
            self._findings.add(Fault.ROW_ADDED, covered.name, key)
        else:
            self._last.see(covered.name, key)
            secret = self._keyring.secret(last.key_id)
            fields = seals.changed(last.seal, row, covered.stored_blank(key), secret)
            if fields is not None:
                self._findings.add(Fault.ROW_CHANGED, covered.name, key, tuple(fields))
