"""Walks the chains: is every entry as it was written, and does each chain reach as far as promised."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from storage.record import canonical_bytes
from storage.record.canonical_bytes import NULL
from storage.record.chains import GENESIS, LINKED, link_of
from storage.record.coverage import ROWS_PER_FETCH
from storage.record.findings import Fault, Findings
from storage.record.keyring import Keyring
from storage.record.last_seals import LastSeal, LastSeals
from storage.record.seals import DIGEST, DROPPED, Seal, differing, unmasked
from storage.sql.json_documents import load
from storage.tables import record_entries, record_heads

ANCHORS = "anchors"
TAKEN_IN = "taken in"
"""The chains about the record itself; the names of cases' chains hold a slash."""

COMPLETE = "record.complete"
_FIRST = (ANCHORS, TAKEN_IN)  # what they say is needed to check the others


@dataclass(slots=True)
class ChainReach:
    """How far a chain was walked, beside what was promised of it."""

    chain: str
    findings: Findings
    promises: Iterator[tuple[int, str]]
    last: int = 0
    previous: bytes = GENESIS
    _next: tuple[int, str] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._next = next(self.promises, None)

    def arrive(self, seq: int, link: bytes) -> bool:
        """Come to the entry `seq`; False where entries before it are missing."""
        is_next = seq == self.last + 1
        if not is_next:
            self.findings.add(Fault.ENTRIES_MISSING, self.chain, span(self.last + 1, seq - 1))
        while self._next is not None and self._next[0] <= seq:
            length, promised = self._next
            if length == seq and not link.hex().startswith(promised):
                self.findings.add(Fault.ANCHOR_MISSED, self.chain, seq)
            self._next = next(self.promises, None)
        self.last, self.previous = seq, link
        return is_next

    def end(self, head: tuple[Any, Any] | None) -> None:
        """The chain has no more entries; compare with its head and with what else was promised."""
        promised = self.last if self._next is None else self._next[0]
        for length, _ in self.promises:
            promised = length
        length, link = head if head is not None else (0, GENESIS)
        if isinstance(length, int):
            promised = max(promised, length)
        if promised > self.last:
            self.findings.add(Fault.ENTRIES_MISSING, self.chain, span(self.last + 1, promised))
        elif (length, link) != (self.last, self.previous):
            self.findings.add(Fault.HEAD_CHANGED, self.chain, self.last)


def span(first: int, last: int) -> str:
    """The numbers of entries."""
    return str(first) if first == last else f"{first}-{last}"


class ChainCheck:
    """Checks every chain of the record and gathers the seals of its rows."""

    def __init__(
        self, tx: sa.Connection, keyring: Keyring, findings: Findings, last_seals: LastSeals
    ) -> None:
        self._tx = tx
        self._keyring = keyring
        self._findings = findings
        self._last_seals = last_seals
        self.count = 0
        self.has_taken_in = False
        self.is_complete = True

    def run(self) -> None:
        """Walk them all."""
        raw = [
            canonical_bytes.raw(record_heads.c[name], self._tx.dialect.name)
            for name in ("chain", "length", "link")
        ]
        heads = {row[0]: (row[1], row[2]) for row in self._tx.execute(sa.select(*raw))}
        chains = set(self._tx.execute(sa.select(record_entries.c.chain).distinct()).scalars())
        rest = sorted({*map(str, heads), *map(str, chains)} - {*_FIRST, ""})
        for chain in (*_FIRST, *rest):
            self._walk(chain, heads.get(chain))
        for chain in set(self._last_seals.promised_chains()) - {*_FIRST, *rest, ""}:
            self._walk(chain, None)

    def _walk(self, chain: str, head: tuple[Any, Any] | None) -> None:
        reach = ChainReach(chain, self._findings, iter(list(self._last_seals.promises(chain))))
        for seq, encoded, link in self._entries(chain):
            self.count += 1
            previous = reach.previous
            if reach.arrive(seq, link):  # without the entry before it, a link cannot be checked
                self._check(chain, seq, previous, encoded, link)
            self._take(chain, encoded)
        reach.end(head)

    def _entries(self, chain: str) -> Iterable[tuple[int, list[bytes], bytes]]:
        names = (*LINKED, "link")
        columns = [canonical_bytes.raw(record_entries.c[name], self._tx.dialect.name) for name in names]
        encoders = [canonical_bytes.stored(record_entries.c[name]) for name in names]
        query = sa.select(*columns).where(record_entries.c.chain == chain).order_by(record_entries.c.seq)
        with self._tx.execute(query, execution_options={"yield_per": ROWS_PER_FETCH}) as rows:
            for row in rows:
                # SQLite keeps a text in a column of numbers, if somebody writes it there.
                if not isinstance(row[1], int):
                    self._findings.add(Fault.ENTRIES_ADDED, chain, row[1])
                    continue
                encoded = [encode(value) for encode, value in zip(encoders, row, strict=True)]
                link = row[-1] if isinstance(row[-1], bytes) else b""
                yield row[1], encoded[:-1], link

    def _check(self, chain: str, seq: int, previous: bytes, encoded: list[bytes], link: bytes) -> None:
        key_id = _text(encoded[-1])
        secret = self._keyring.secret(key_id)
        if secret is None:
            self._findings.key_missing(key_id, chain, seq)
        elif link_of(secret, previous, encoded) != link:
            self._findings.add(Fault.ENTRY_CHANGED, chain, seq)

    def _take(self, chain: str, encoded: list[bytes]) -> None:
        """Keep what the entry says; where it cannot be read it was changed, which its link has shown."""
        fields = dict(zip(LINKED, encoded, strict=True))
        try:
            if chain in _FIRST:
                self._promise(chain, _text(fields["action"]), load(fields["data"]))
            for document in load(fields["rows"]):
                self._take_seal(chain, Seal.of(document), _text(fields["key_id"]))
        except (ValueError, TypeError, LookupError):
            return

    def _promise(self, chain: str, action: str, data: Any) -> None:
        if chain == TAKEN_IN:
            self.has_taken_in = True
            self.is_complete = action == COMPLETE
        for name, length, link in data.get("heads", ()):
            self._last_seals.promise(name, length, link)

    def _take_seal(self, chain: str, sealed: Seal, key_id: str) -> None:
        last = self._last_seals.get(sealed.table, sealed.key)
        if chain == TAKEN_IN:
            if last is None:
                self._last_seals.put(LastSeal(sealed, key_id, sealed.digest))
            return
        taken_in = None
        if last is not None and last.taken_in is not None:
            # A row may be changed before it is taken in: then what was taken in is a later state of it.
            states = {sealed.digest, *(body[:DIGEST] for body in sealed.before)}
            taken_in = None if last.taken_in in states else last.taken_in
        elif last is not None:
            self._compare(last, sealed, key_id)
        self._last_seals.put(LastSeal(sealed, key_id, taken_in))

    def _compare(self, last: LastSeal, sealed: Seal, key_id: str) -> None:
        """Was the row, when it was changed, still what it had been sealed as?"""
        was = [body[:DIGEST] for body in sealed.before]
        if last.seal.state == DROPPED and not was:
            return
        if last.seal.digest not in was:
            fields = self._named(last, sealed, key_id)
            self._findings.add(Fault.ROW_CHANGED_BEFORE, sealed.table, sealed.key, fields)

    def _named(self, last: LastSeal, sealed: Seal, key_id: str) -> tuple[str, ...]:
        """The columns, where no salt is needed to tell: it may be another by now."""
        secrets = self._keyring.secret(last.key_id), self._keyring.secret(key_id)
        # The row was encoded by every list of columns that there was by then, in their order.
        place = list(last.seal.coverage.versions).index(last.seal.version)
        bodies = (last.seal.body, *sealed.before[place : place + 1])
        is_alike = len(bodies) == 2 and len({len(body) for body in bodies}) == 1
        if last.seal.coverage.has_salt or None in secrets or not is_alike:
            return ()
        before, after = (
            unmasked(body, b"", secret or b"") for body, secret in zip(bodies, secrets, strict=True)
        )
        return tuple(differing(last.seal.names, before, after))


def _text(encoded: bytes) -> str:
    return "" if encoded == NULL else encoded.decode(errors="backslashreplace")
