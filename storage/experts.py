"""People, and which channel or user group they were last seen in."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from routing.label import ExpertId
from storage.database import Transaction
from storage.tables import experts, membership_sources, memberships
from storage.upserts import ensure, insert

_MEMBERS = sa.select(memberships.c.team_id, memberships.c.user_id).where(
    memberships.c.source == sa.bindparam("source")
)


@dataclass(frozen=True, slots=True)
class Expert:
    """What Slack says of a person; `timezone` is an IANA name."""

    expert: ExpertId
    name: str
    timezone: str | None
    refreshed_at: datetime
    is_active: bool = True
    is_guest: bool = False


def upsert_many(tx: Transaction, people: Sequence[Expert]) -> None:
    """Store people as they are now."""
    new = insert(tx, experts)
    fields = ("name", "timezone", "is_active", "is_guest", "refreshed_at")
    changed = {name: new.excluded[name] for name in fields}
    rows = [
        {
            "team_id": one.expert.team_id,
            "user_id": one.expert.user_id,
            **{name: getattr(one, name) for name in fields},
        }
        for one in people
    ]
    if rows:
        tx.execute(new.on_conflict_do_update(index_elements=["team_id", "user_id"], set_=changed), rows)


def get(tx: Transaction, expert: ExpertId) -> Expert | None:
    """What is known of the person."""
    return get_many(tx, [expert]).get(expert)


def get_many(tx: Transaction, wanted: Iterable[ExpertId]) -> dict[ExpertId, Expert]:
    """What is known of these people."""
    keys = sorted({(one.team_id, one.user_id) for one in wanted})
    query = sa.select(experts).where(sa.tuple_(experts.c.team_id, experts.c.user_id).in_(keys))
    found = (
        Expert(
            ExpertId(row.team_id, row.user_id),
            row.name,
            row.timezone,
            row.refreshed_at,
            row.is_active,
            row.is_guest,
        )
        for row in tx.execute(query)
    )
    return {one.expert: one for one in found}


def set_members(tx: Transaction, source: str, users: Iterable[ExpertId], now: datetime) -> None:
    """Replace the members of a source such as `channel:C1` or `group:S1`."""
    tx.execute(sa.delete(memberships).where(memberships.c.source == source))
    rows = [_membership(source, one) for one in sorted(set(users))]
    ensure(tx, memberships, rows)
    new = insert(tx, membership_sources).values(source=source, refreshed_at=now)
    tx.execute(new.on_conflict_do_update(index_elements=["source"], set_={"refreshed_at": now}))


def members(tx: Transaction, source: str) -> frozenset[ExpertId]:
    """The members of a source as last fetched; empty when it never was."""
    return frozenset(ExpertId(*row) for row in tx.execute(_MEMBERS, {"source": source}))


def sources_of(tx: Transaction, expert: ExpertId, asked: Collection[str]) -> frozenset[str]:
    """Those of the `asked` sources of which the person is a member, as last fetched."""
    is_member = memberships.c.team_id == expert.team_id, memberships.c.user_id == expert.user_id
    query = sa.select(memberships.c.source).where(memberships.c.source.in_(sorted(asked)), *is_member)
    return frozenset(tx.execute(query).scalars())


def members_refreshed_at(tx: Transaction, source: str) -> datetime | None:
    """When the members of a source were last fetched whole; None when never."""
    query = sa.select(membership_sources.c.refreshed_at).where(membership_sources.c.source == source)
    return tx.execute(query).scalar_one_or_none()


def add_member(tx: Transaction, source: str, expert: ExpertId) -> None:
    """Someone joined."""
    ensure(tx, memberships, [_membership(source, expert)])


def remove_member(tx: Transaction, source: str, expert: ExpertId) -> None:
    """Someone left."""
    is_it = [memberships.c[name] == value for name, value in _membership(source, expert).items()]
    tx.execute(sa.delete(memberships).where(*is_it))


def _membership(source: str, expert: ExpertId) -> dict[str, str]:
    return {"source": source, "team_id": expert.team_id, "user_id": expert.user_id}
