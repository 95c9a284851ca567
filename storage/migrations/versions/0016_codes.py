"""Writes codes where kept digests say in prose what a number speaks of and where a threshold comes from."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.sql.column_types import ArrivalId, Document

revision = "codes"
down_revision = "activations"

PORTION = 100
VERSION = 1
# Written out, not imported: the program's words may change, those of the rows that wait here do not.
CODES = {
    "state": {
        "always reviewed": "always_reviewed",
        "set in the policy, without a promise": "fixed",
        "not certified yet": "not_certified",
    },
    "reach": {
        "this period": "this_period",
        "the future": "future",
        "reviewed cases only": "reviewed_only",
    },
}
digests = sa.table("digests", sa.column("row_id", ArrivalId), sa.column("document", Document))


def upgrade() -> None:
    """Rewrite the documents that have no version, in portions; it may start again."""
    connection, last = op.get_bind(), 0
    while rows := connection.execute(_after(last)).all():
        for row in rows:
            if "version" not in row.document:
                document = {"version": VERSION, **_coded(row.document)}
                change = sa.update(digests).where(digests.c.row_id == row.row_id)
                connection.execute(change.values(document=document))
        last = rows[-1].row_id


def _after(row_id: int) -> sa.Select[Any]:
    query = sa.select(digests.c.row_id, digests.c.document).where(digests.c.row_id > row_id)
    return query.order_by(digests.c.row_id).limit(PORTION)


def _coded(part: Any) -> Any:
    if isinstance(part, list):
        return [_coded(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        name: CODES.get(name, {}).get(value, value) if isinstance(value, str) else _coded(value)
        for name, value in part.items()
    }
