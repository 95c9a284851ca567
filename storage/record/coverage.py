"""Which columns of which tables the record covers: lists with numbers, so that old seals stay valid."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from storage.record import canonical_bytes
from storage.record.canonical_bytes import NULL
from storage.sql.column_types import JsonText
from storage.sql.upserts import Row
from storage.tables import abstentions, cases, contests, decision_feed, decisions, labels, predictions, steps

StoredRow = dict[str, bytes]
"""A row as it is stored: each column encoded."""

ROWS_PER_FETCH = 1_000


@dataclass(frozen=True, slots=True)
class Fields:
    """The columns that a version of a table's seal covers.

    `content` is what people wrote or a case contains: what erasing takes away, the salt with it. Once
    released, a version never changes; a new column comes with a new version.
    """

    plain: tuple[str, ...]
    content: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """All of them, in the order in which they are sealed."""
        return self.plain + self.content


class Encoder:
    """Encodes the same columns of many rows, as they are written."""

    def __init__(self, table: sa.Table, names: tuple[str, ...]) -> None:
        self._leaves = tuple(canonical_bytes.written(table.c[name]) for name in names)
        self._values = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)

    def __call__(self, row: Mapping[str, Any]) -> list[bytes]:
        """The encoded values."""
        return [
            NULL if value is None else leaf(value)
            for leaf, value in zip(self._leaves, self._values(row), strict=True)
        ]


class Coverage:
    """A covered table; `key` names a row for ever, `arrival` is the column that orders rows.

    `blank` is what takes the place of erased content: a value, or what makes it of the row's key.
    """

    def __init__(
        self,
        table: sa.Table,
        key: tuple[str, ...],
        versions: Mapping[int, Fields],
        *,
        arrival: str = "row_id",
        blank: Mapping[str, Any] | None = None,
    ) -> None:
        self.table, self.key, self.versions, self.arrival = table, key, versions, arrival
        self.name = table.name
        self.latest = max(versions)
        self.has_salt = "salt" in table.c
        self.documents = tuple(column.name for column in table.c if isinstance(column.type, JsonText))
        self._blank = blank or {}
        self._key = Encoder(table, key)
        self._is_named = len(key) == 1 and isinstance(table.c[key[0]].type, sa.Text)
        self.encoders = {
            (version, is_erased): Encoder(table, fields.plain if is_erased else fields.all)
            for version, fields in versions.items()
            for is_erased in (False, True)
        }

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that some version covers, and the salt."""
        covered = {name for fields in self.versions.values() for name in fields.all}
        return tuple(column.name for column in self.table.c if column.name in covered | {"salt"})

    def key_of(self, row: Mapping[str, Any]) -> str:
        """What names the row."""
        if self._is_named:
            name: str = row[self.key[0]]
            return name
        return key_text(self._key(row))

    def stored_key(self, row: StoredRow) -> str:
        """The same of a row as it is stored."""
        return key_text([row[name] for name in self.key])

    def stored_blank(self, key: str) -> StoredRow:
        """The same, encoded."""
        blank = self.blank(key)
        return dict(zip(blank, Encoder(self.table, tuple(blank))(blank), strict=True)) if blank else {}

    def blank(self, key: str) -> Row:
        """What the row of this key holds when its content is erased."""
        return {name: make(key) if callable(make) else make for name, make in self._blank.items()}


def stored(tx: sa.Connection, coverage: Coverage, *conditions: sa.ColumnElement[bool]) -> Iterator[StoredRow]:
    """The rows as they are stored, by arrival, each column encoded; no value that is there stops this."""
    names = (coverage.arrival, *(name for name in coverage.columns if name != coverage.arrival))
    encoders = [canonical_bytes.stored(coverage.table.c[name]) for name in names]
    columns = [canonical_bytes.raw(coverage.table.c[name], tx.dialect.name) for name in names]
    query = sa.select(*columns).where(*conditions).order_by(coverage.table.c[coverage.arrival])
    with tx.execute(query, execution_options={"yield_per": ROWS_PER_FETCH}) as rows:
        for row in rows:
            encoded = (encode(value) for encode, value in zip(encoders, row, strict=True))
            yield dict(zip(names, encoded, strict=True))


def key_text(encoded: list[bytes]) -> str:
    """A row's name from the encoded values of its key."""
    return "/".join(part.decode(errors="backslashreplace") for part in encoded)


def _erased_id(key: str) -> str:
    return f"erased:{key}"  # unique with its service, as the column has to be


PREDICTIONS_1 = Fields(
    plain=(
        *("case_id", "service", "task", "kind", "label", "confidence", "probabilities"),
        *("model_name", "model_version", "asked_due_in", "disposition", "tier", "channel"),
        *("quorum", "due_in", "inclusion_probability", "is_audit", "is_novel", "calibrated"),
        *("calibrator_version", "threshold", "certificate_id", "unreadable", "reasons"),
        *("policy_version", "occurred_at", "received_at"),
    ),
    # The digest of the body is content too: of a short body it could be guessed back.
    content=("external_id", "body_digest", "input", "evidence", "slices", "callback_url"),
)
PREDICTIONS_2 = Fields(
    plain=(*PREDICTIONS_1.plain, "origin", "has_confidence"),
    content=(*PREDICTIONS_1.content, "scores"),
)
PREDICTIONS_3 = Fields(
    plain=(*PREDICTIONS_2.plain, "second_opinion_chance", "blind_chance", "is_blind"),
    # Of a group's name or a short input it could be guessed back.
    content=(*PREDICTIONS_2.content, "group_key"),
)

COVERED = (
    Coverage(
        predictions,
        ("case_id",),
        {1: PREDICTIONS_1, 2: PREDICTIONS_2, 3: PREDICTIONS_3},
        blank={
            "external_id": _erased_id,
            "body_digest": b"",
            "input": {"fields": {}},
            "evidence": None,
            "slices": None,
            "callback_url": None,
            "scores": None,
            "group_key": None,
        },
    ),
    Coverage(
        cases,
        ("case_id",),
        {
            1: Fields(
                plain=(
                    *("case_id", "tier", "channel", "quorum", "status", "is_open", "opened_at", "due_at"),
                    *("assigned_team_id", "assigned_user_id", "snoozed_until", "snoozed_team_id"),
                    *("snoozed_user_id", "expires_at", "steps_taken", "held_steps", "next_step_at"),
                )
            ),
            2: Fields(
                plain=(
                    *("case_id", "tier", "channel", "quorum", "status", "is_open", "opened_at", "due_at"),
                    *("assigned_team_id", "assigned_user_id", "snoozed_until", "snoozed_team_id"),
                    *("snoozed_user_id", "expires_at", "steps_taken", "held_steps", "next_step_at"),
                    "consensus_version",
                )
            ),
        },
    ),
    Coverage(
        labels,
        ("label_id",),
        {
            1: Fields(
                plain=(
                    *("label_id", "case_id", "team_id", "user_id", "round", "label", "labeled_at", "via"),
                    *("screen_version", "reason_code", "expert_confidence", "withdrawn_at"),
                ),
                content=("rationale",),
            ),
            2: Fields(
                plain=(
                    *("label_id", "case_id", "team_id", "user_id", "round", "label", "answer", "key"),
                    *("labeled_at", "via", "screen_version", "reason_code", "expert_confidence"),
                    "withdrawn_at",
                ),
                content=("rationale",),
            ),
            3: Fields(
                plain=(
                    *("label_id", "case_id", "team_id", "user_id", "round", "label", "answer", "key"),
                    *("labeled_at", "via", "screen_version", "reason_code", "expert_confidence"),
                    *("withdrawn_at", "is_adjudication", "is_sealed", "is_assigned", "shown_at", "mark"),
                ),
                content=("rationale",),
            ),
        },
        blank={"rationale": None},
    ),
    Coverage(
        abstentions,
        ("case_id", "team_id", "user_id", "abstained_at"),
        {
            1: Fields(plain=("case_id", "team_id", "user_id", "abstained_at"), content=("note",)),
            3: Fields(plain=("case_id", "team_id", "user_id", "abstained_at", "obstacle"), content=("note",)),
        },
        blank={"note": None},
    ),
    Coverage(
        decisions,
        ("decision_id",),
        {
            1: Fields(
                plain=(
                    *("decision_id", "case_id", "sequence", "label", "method", "decided_at"),
                    *("policy_version", "screen_version", "decided_by"),
                )
            ),
            2: Fields(
                plain=(
                    *("decision_id", "case_id", "sequence", "label", "answer", "key", "loss", "method"),
                    *("decided_at", "policy_version", "screen_version", "decided_by"),
                )
            ),
            3: Fields(
                plain=(
                    *("decision_id", "case_id", "sequence", "label", "answer", "key", "loss", "method"),
                    *("decided_at", "policy_version", "screen_version", "decided_by", "is_provisional"),
                    "certainty",
                )
            ),
        },
    ),
    Coverage(
        decision_feed,
        ("cursor",),
        {1: Fields(plain=("cursor", "decision_id", "service", "event", "revision"))},
        arrival="cursor",
    ),
    Coverage(
        contests,
        ("case_id", "user_id"),
        {
            1: Fields(
                plain=(
                    *("case_id", "team_id", "user_id", "sequence", "answers", "contested_at"),
                    "is_override",
                ),
                content=("reason",),
            )
        },
        blank={"reason": None},
    ),
    Coverage(steps, ("case_id", "step"), {1: Fields(plain=("case_id", "step", "to", "taken_at"))}),
)
BY_NAME = {coverage.name: coverage for coverage in COVERED}


def of(table: sa.Table) -> Coverage:
    """The coverage of this table."""
    return BY_NAME[table.name]
