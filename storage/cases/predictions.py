"""What services posted and what triage made of it; a row for every prediction, reviewed or not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.prediction import Submission
from routing.routing import Disposition, Routing
from storage.cases.prediction_columns import routing_columns, routing_of, submission_columns, submission_of
from storage.engine.database import Transaction
from storage.record import record
from storage.sql.rows import value_of
from storage.sql.upserts import Row
from storage.tables import predictions

PostedKey = tuple[str, str]
"""`(service, external_id)`: names a prediction for ever."""

KEYS_PER_QUERY = 500  # SQLite compiles at most 32,766 parameters and 1,000 levels of expression


@dataclass(frozen=True, slots=True)
class NewPrediction:
    """A prediction to store; `case_id` names it whether or not it becomes a case."""

    case_id: str
    submission: Submission
    body_digest: bytes
    routing: Routing
    policy_version: str
    received_at: datetime
    group_key: int | None = None
    """What it shares with those that are wrong together; None for those stored before groups."""

    @property
    def key(self) -> PostedKey:
        """What names it for ever."""
        return self.submission.service, self.submission.external_id

    @property
    def is_reviewed(self) -> bool:
        """Whether it is a case, too."""
        return self.routing.disposition is Disposition.REVIEW


StoredPrediction = NewPrediction


def add_many(tx: Transaction, new: Sequence[NewPrediction]) -> set[str]:
    """Store those whose `(service, external_id)` is not there yet; the case ids of those inserted.

    No row may have any of these case ids yet.
    """
    # Another replica may store the same id at this moment: the row that came first is the answer for both.
    return record.add_new(tx, predictions, [_columns(prediction) for prediction in new]) if new else set()


def find_many(tx: Transaction, keys: Iterable[PostedKey]) -> dict[PostedKey, StoredPrediction]:
    """What is stored under these keys."""
    wanted = list(dict.fromkeys(keys))
    pair = sa.tuple_(predictions.c.service, predictions.c.external_id)
    stored: dict[PostedKey, StoredPrediction] = {}
    for start in range(0, len(wanted), KEYS_PER_QUERY):
        query = sa.select(predictions).where(pair.in_(wanted[start : start + KEYS_PER_QUERY]))
        stored |= {(row.service, row.external_id): _stored(row) for row in tx.execute(query)}
    return stored


def get(tx: Transaction, case_id: str) -> StoredPrediction | None:
    """The prediction with this public id."""
    row = tx.execute(sa.select(predictions).where(predictions.c.case_id == case_id)).one_or_none()
    return None if row is None else _stored(row)


def external_ids(tx: Transaction, case_ids: Iterable[str]) -> dict[str, str]:
    """The service's own id of each of these cases, by ours."""
    wanted = list(dict.fromkeys(case_ids))
    names: dict[str, str] = {}
    for start in range(0, len(wanted), KEYS_PER_QUERY):
        part = predictions.c.case_id.in_(wanted[start : start + KEYS_PER_QUERY])
        query = sa.select(predictions.c.case_id, predictions.c.external_id).where(part)
        names |= {row.case_id: row.external_id for row in tx.execute(query)}
    return names


def _columns(new: NewPrediction) -> Row:
    return {
        "case_id": new.case_id,
        "body_digest": new.body_digest,
        "policy_version": new.policy_version,
        "received_at": new.received_at,
        "group_key": new.group_key,
        **submission_columns(new.submission),
        **routing_columns(new.routing, new.submission.prediction.confidence),
    }


def _stored(row: Any) -> StoredPrediction:
    return value_of(StoredPrediction, row, submission=submission_of(row), routing=routing_of(row))
