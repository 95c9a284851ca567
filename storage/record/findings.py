"""What a check of the record finds wrong, and its outcome."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MOST_FINDINGS = 100


class Fault(StrEnum):
    """What is wrong with an entry of a chain or with a row."""

    ENTRY_CHANGED = "entry_changed"
    ENTRIES_MISSING = "entries_missing"
    ENTRIES_ADDED = "entries_added"
    HEAD_CHANGED = "head_changed"
    ANCHOR_MISSED = "anchor_missed"
    ROW_CHANGED = "row_changed"
    ROW_CHANGED_BEFORE = "row_changed_before"
    ROW_MISSING = "row_missing"
    ROW_ADDED = "row_added"


@dataclass(frozen=True, slots=True)
class RecordFinding:
    """Something that is wrong: in which chain or table, with which entry or row, in which columns.

    `place` is the number of an entry (or of the first and last, `3-7`), or a row's key. `fields` is empty
    where no column can be named.
    """

    fault: Fault
    where: str
    place: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MissingKey:
    """A key that signed entries and is not here; `chain` and `seq` name the first of them."""

    key_id: str
    chain: str
    seq: int
    count: int


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The outcome of a check: how much was looked at, and what is wrong with it.

    `findings` are the first hundred of `total`; `waiting` counts rows of an earlier version that have not
    been taken in yet, of which nothing can be told.
    """

    count: int
    rows: int
    findings: tuple[RecordFinding, ...] = ()
    total: int = 0
    missing_keys: tuple[MissingKey, ...] = ()
    waiting: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong, and nothing is left unchecked for want of a key."""
        return not self.total and not self.missing_keys


@dataclass(slots=True)
class Findings:
    """Collects what a check finds."""

    most: int = MOST_FINDINGS
    first: list[RecordFinding] = field(default_factory=list)
    total: int = 0
    missing_keys: dict[str, MissingKey] = field(default_factory=dict)

    def add(self, fault: Fault, where: str, place: object, fields: tuple[str, ...] = ()) -> None:
        """Something is wrong."""
        self.total += 1
        if len(self.first) < self.most:
            self.first.append(RecordFinding(fault, where, str(place), fields))

    def key_missing(self, key_id: str, chain: str, seq: int) -> None:
        """An entry cannot be checked for want of its key."""
        before = self.missing_keys.get(key_id)
        count = 1 if before is None else before.count + 1
        first = (chain, seq) if before is None else (before.chain, before.seq)
        self.missing_keys[key_id] = MissingKey(key_id, *first, count)

    def report(self, counts: Mapping[str, int]) -> AuditReport:
        """The outcome, with `count`, `rows` and `waiting`."""
        missing = tuple(self.missing_keys.values())
        return AuditReport(findings=tuple(self.first), total=self.total, missing_keys=missing, **counts)
