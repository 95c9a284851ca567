"""Attempts to certify a threshold: each spends a part of the promise, whether it was granted or not yet."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.prediction import ModelRef
from storage.database import Transaction
from storage.tables import certificates
from storage.upserts import add_once

_KEY = ("task", "tier", "model_name", "model_version", "slice")


@dataclass(frozen=True, slots=True)
class CertificateKey:
    """What a threshold is for; `slice` is "name=value", or empty for everything."""

    task: str
    tier: str
    model: ModelRef
    slice: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """The test number `attempt` (from 1) of a promise, with its answer as JSON.

    Granted ones have a `certificate_id` and a `threshold` on calibrated confidence; the others do not.
    `labels_digest` is the digest of the task's labels then, `calibrator_version` that of the calibrator in
    force, None without one.
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


def add(tx: Transaction, attempt: Attempt) -> bool:
    """Store an attempt, which grants its certificate if it has one.

    False when the key has an attempt of this number: somebody was faster, and nothing was granted.
    """
    row = {
        **_key_columns(attempt.key),
        "attempt": attempt.attempt,
        "labels_digest": attempt.labels_digest,
        "calibrator_version": attempt.calibrator_version,
        "answer": attempt.answer,
        "attempted_at": attempt.attempted_at,
        "certificate_id": attempt.certificate_id,
        "threshold": attempt.threshold,
        "revoked_at": attempt.revoked_at,
        "revoked_reason": attempt.revoked_reason,
    }
    return add_once(tx, certificates, row)


def revoke(tx: Transaction, certificate_id: str, now: datetime, reason: str) -> bool:
    """Take a certificate back, with the reason in words; False when it is unknown or was revoked before."""
    held = (certificates.c.certificate_id == certificate_id) & certificates.c.revoked_at.is_(None)
    change = sa.update(certificates).where(held).values(revoked_at=now, revoked_reason=reason)
    return tx.execute(change).rowcount == 1


def standing(tx: Transaction) -> list[Attempt]:
    """The certificates in force: the last one granted for each key, unless it was revoked.

    One that was replaced does not come back when its successor is revoked.
    """
    return _last_granted(tx, certificates.c.revoked_at.is_(None))


def revoked(tx: Transaction) -> list[Attempt]:
    """The last one granted for each key where that was revoked: what is missing, and why."""
    return _last_granted(tx, certificates.c.revoked_at.is_not(None))


def _last_granted(tx: Transaction, condition: sa.ColumnElement[bool]) -> list[Attempt]:
    later = certificates.alias("later")
    is_replaced = sa.exists().where(
        *(later.c[name] == certificates.c[name] for name in _KEY),
        later.c.attempt > certificates.c.attempt,
        later.c.certificate_id.is_not(None),
    )
    is_last = certificates.c.certificate_id.is_not(None) & ~is_replaced
    query = sa.select(certificates).where(is_last, condition).order_by(certificates.c.row_id)
    return [_attempt(row) for row in tx.execute(query)]


def attempts(tx: Transaction, key: CertificateKey) -> int:
    """How many attempts the key has had, granted or not."""
    return tx.execute(sa.select(sa.func.count()).select_from(certificates).where(*_is(key))).scalar_one()


def last(tx: Transaction, key: CertificateKey) -> Attempt | None:
    """The key's last attempt, granted or not."""
    query = sa.select(certificates).where(*_is(key)).order_by(certificates.c.attempt.desc()).limit(1)
    row = tx.execute(query).one_or_none()
    return None if row is None else _attempt(row)


def last_granted(tx: Transaction, key: CertificateKey) -> Attempt | None:
    """The key's last certificate, in force or revoked; None if none was ever granted."""
    granted = sa.select(certificates).where(*_is(key), certificates.c.certificate_id.is_not(None))
    row = tx.execute(granted.order_by(certificates.c.attempt.desc()).limit(1)).one_or_none()
    return None if row is None else _attempt(row)


def history(tx: Transaction, tasks: Collection[str], since: datetime, until: datetime) -> list[Attempt]:
    """Attempts of these tasks made, or whose certificate was revoked, from `since` to before `until`."""
    happened = sa.or_(
        *(
            (moment >= since) & (moment < until)
            for moment in (certificates.c.attempted_at, certificates.c.revoked_at)
        )
    )
    query = sa.select(certificates).where(certificates.c.task.in_(sorted(tasks)), happened)
    return [_attempt(row) for row in tx.execute(query.order_by(certificates.c.row_id))]


def _key_columns(key: CertificateKey) -> dict[str, str]:
    return dict(zip(_KEY, (key.task, key.tier, key.model.name, key.model.version, key.slice), strict=True))


def _is(key: CertificateKey) -> list[sa.ColumnElement[bool]]:
    return [certificates.c[name] == value for name, value in _key_columns(key).items()]


def _attempt(row: Any) -> Attempt:
    return Attempt(
        key=CertificateKey(row.task, row.tier, ModelRef(row.model_name, row.model_version), row.slice),
        attempt=row.attempt,
        labels_digest=row.labels_digest,
        calibrator_version=row.calibrator_version,
        answer=row.answer,
        attempted_at=row.attempted_at,
        certificate_id=row.certificate_id,
        threshold=row.threshold,
        revoked_at=row.revoked_at,
        revoked_reason=row.revoked_reason,
    )
