"""Attempts to certify a threshold: each spends a part of the promise, whether it was granted or not yet."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.cell import EVERYTHING, Cell
from routing.evidence.grant import Grant
from routing.evidence.promise import Promise
from routing.prediction import ModelRef
from storage.engine.database import Transaction
from storage.sql.rows import columns_of, value_of
from storage.sql.upserts import add_once
from storage.tables import certificates

_STREAM = ("task", "tier", "model_name", "model_version")


@dataclass(frozen=True, slots=True)
class CertificateKey:
    """What a threshold is for: a stream, the predictions of a model in a tier, or the `cell` of this key."""

    task: str
    tier: str
    model: ModelRef
    cell: str = EVERYTHING.key

    @property
    def stream(self) -> "CertificateKey":
        """The stream that it is part of."""
        return replace(self, cell=EVERYTHING.key)

    @property
    def place(self) -> str:
        """The tier, and the cell if it is for a cell, in words."""
        words = Cell.of(self.cell).words
        return f"tier {self.tier}, {words}" if words else f"tier {self.tier}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A test of the `attempt` (from 1) to keep a promise for a stream, with its answer as JSON.

    The tests of different cells of a stream share an attempt.

    Granted ones have a `certificate_id` and a `threshold` on calibrated confidence; the others do not.
    `labels_digest` is the digest of the task's labels then, `calibrator_version` that of the calibrator in
    force, None without any.
    """

    key: CertificateKey
    attempt: int
    labels_digest: str
    calibrator_version: str | None
    answer: dict[str, Any]
    attempted_at: datetime
    certificate_id: str | None = None
    threshold: float | None = None
    revoked_at: datetime | None = None
    revoked_reason: str | None = None

    @property
    def grant(self) -> Grant:
        """The threshold that it granted, revoked or not. Raises ValueError if it granted none."""
        if self.certificate_id is None or self.threshold is None:
            raise ValueError(f"attempt {self.attempt} of {self.key} granted nothing")
        return Grant(
            certificate_id=self.certificate_id,
            threshold=self.threshold,
            promise=Promise(**self.answer["promise"]),
            labels_digest=self.labels_digest,
            calibrator_version=self.calibrator_version,
            cell=self.key.cell,
        )


def add(tx: Transaction, attempt: Attempt) -> bool:
    """Store an attempt, which grants its certificate if it has any.

    False when the cell has an attempt of this number: somebody was faster, and nothing was granted.
    """
    columns = columns_of(attempt)
    key: CertificateKey = columns.pop("key")
    # An attempt that two replicas make at once spends its part of the promise once.
    return add_once(tx, certificates, {**_stream_columns(key), "cell": key.cell, **columns})


def revoke(tx: Transaction, certificate_id: str, now: datetime, reason: str) -> bool:
    """Take a certificate back, with the reason in words; False when it is unknown or was revoked before."""
    held = (certificates.c.certificate_id == certificate_id) & certificates.c.revoked_at.is_(None)
    change = sa.update(certificates).where(held).values(revoked_at=now, revoked_reason=reason)
    return tx.execute(change).rowcount == 1


def standing(tx: Transaction) -> list[Attempt]:
    """The certificates in force: the last granted for each cell, unless it was revoked.

    That for everything replaces those of the cells, and that of a cell replaces it. What was replaced
    does not come back when its successor is revoked.
    """
    return _last_granted(tx, certificates.c.revoked_at.is_(None))


def revoked(tx: Transaction) -> list[Attempt]:
    """The last granted for each cell where that was revoked: what is missing, and why."""
    return _last_granted(tx, certificates.c.revoked_at.is_not(None))


def last_granted(tx: Transaction, stream: CertificateKey) -> list[Attempt]:
    """The last certificate for each cell of the key's stream, in force or revoked, that none replaced."""
    return _last_granted(tx, *_is_of(stream))


def granted(tx: Transaction, stream: CertificateKey) -> list[Attempt]:
    """Every certificate that any cell of the key's stream ever had, in the order they were granted."""
    is_granted = certificates.c.certificate_id.is_not(None)
    return _selected(tx, *_is_of(stream), is_granted)


def held(tx: Transaction, stream: CertificateKey) -> list[Attempt]:
    """The certificates in force for the key's stream; none can be revoked until the transaction ends."""
    # Locked first and read after: the first statement may wait for a
    # revocation, and only the second sees what that has changed.
    locked = sa.select(certificates.c.row_id).where(
        *_is_of(stream), certificates.c.certificate_id.is_not(None)
    )
    tx.execute(locked.with_for_update()).all()
    return [attempt for attempt in last_granted(tx, stream) if attempt.revoked_at is None]


def by_stream(attempts: Iterable[Attempt]) -> list[tuple[Attempt, ...]]:
    """Those of each stream together, in the order they come."""
    streams: dict[CertificateKey, list[Attempt]] = {}
    for attempt in attempts:
        streams.setdefault(attempt.key.stream, []).append(attempt)
    return [tuple(of_stream) for of_stream in streams.values()]


def _last_granted(tx: Transaction, *conditions: sa.ColumnElement[bool]) -> list[Attempt]:
    later = certificates.alias("later")
    is_everything = [table.c.cell == EVERYTHING.key for table in (later, certificates)]
    is_replaced = sa.exists().where(
        *(later.c[name] == certificates.c[name] for name in _STREAM),
        later.c.attempt > certificates.c.attempt,
        # An attempt in vain replaces nothing: what was granted before it still holds.
        later.c.certificate_id.is_not(None),
        sa.or_(later.c.cell == certificates.c.cell, *is_everything),
    )
    is_last = certificates.c.certificate_id.is_not(None) & ~is_replaced
    return _selected(tx, is_last, *conditions)


def attempts(tx: Transaction, stream: CertificateKey) -> int:
    """How many attempts the key's stream has had, granted or not."""
    # Of all cells together: what an attempt may spend is shared by the whole stream.
    highest = sa.select(sa.func.max(certificates.c.attempt)).where(*_is_of(stream))
    return tx.execute(highest).scalar_one() or 0


def last(tx: Transaction, stream: CertificateKey) -> list[Attempt]:
    """The tests of the last attempt of the key's stream; none before the first."""
    return _selected(tx, *_is_of(stream), certificates.c.attempt == attempts(tx, stream))


def history(tx: Transaction, tasks: Collection[str], since: datetime, until: datetime) -> list[Attempt]:
    """Attempts of these tasks made, or whose certificate was revoked, from `since` to before `until`."""
    moments = (certificates.c.attempted_at, certificates.c.revoked_at)
    happened = sa.or_(*((moment >= since) & (moment < until) for moment in moments))
    return _selected(tx, certificates.c.task.in_(sorted(tasks)), happened)


def _selected(tx: Transaction, *conditions: sa.ColumnElement[bool]) -> list[Attempt]:
    query = sa.select(certificates).where(*conditions).order_by(certificates.c.row_id)
    return [_attempt(row) for row in tx.execute(query)]


def _stream_columns(key: CertificateKey) -> dict[str, str]:
    return dict(zip(_STREAM, (key.task, key.tier, key.model.name, key.model.version), strict=True))


def _is_of(stream: CertificateKey) -> list[sa.ColumnElement[bool]]:
    return [certificates.c[name] == value for name, value in _stream_columns(stream).items()]


def _attempt(row: Any) -> Attempt:
    key = CertificateKey(row.task, row.tier, ModelRef(row.model_name, row.model_version), row.cell)
    return value_of(Attempt, row, key=key)
