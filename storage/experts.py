"""People, and which channel or user group they were last seen in."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.label import ExpertId
from storage.engine.database import Transaction
from storage.sql.column_types import EPOCH
from storage.sql.upserts import ensure, insert
from storage.tables import experts, membership_sources, memberships

_PORTION = 500
_IS_PROGRAM = (
    sa.select(experts.c.user_id)
    .where(
        experts.c.team_id == memberships.c.team_id,
        experts.c.user_id == memberships.c.user_id,
        experts.c.is_bot.is_(True),
    )
    .exists()
)
_MEMBERS = sa.select(memberships.c.team_id, memberships.c.user_id).where(
    memberships.c.source == sa.bindparam("source"), ~_IS_PROGRAM
)


@dataclass(frozen=True, slots=True)
class Expert:
    """What Slack says of a person; `timezone` is an IANA name.

    `is_bot` is None as long as Slack has not been asked; the name is then what a payload called them, or
    their id.
    """

    expert: ExpertId
    name: str
    timezone: str | None
    refreshed_at: datetime
    is_active: bool = True
    is_guest: bool = False
    is_bot: bool | None = False

    @property
    def was_asked_about(self) -> bool:
        """Whether Slack was asked who they are; before `is_bot` was kept only the time showed it."""
        return self.is_bot is not None or self.refreshed_at > EPOCH


def upsert_many(tx: Transaction, people: Sequence[Expert]) -> None:
    """Store people as they are now."""
    new = insert(tx, experts)
    fields = ("name", "timezone", "is_active", "is_guest", "is_bot", "refreshed_at")
    changed = {name: new.excluded[name] for name in fields}
    rows = [
        {
            "team_id": person.expert.team_id,
            "user_id": person.expert.user_id,
            **{name: getattr(person, name) for name in fields},
        }
        for person in people
    ]
    if rows:
        tx.execute(new.on_conflict_do_update(index_elements=["team_id", "user_id"], set_=changed), rows)


def meet(tx: Transaction, names: Mapping[ExpertId, str]) -> None:
    """Take note of people of whom there is no row yet, under these names; of others nothing changes."""
    rows = [
        {
            "team_id": expert.team_id,
            "user_id": expert.user_id,
            "name": name or expert.user_id,
            "is_active": True,
            "is_guest": False,
            # So long ago that Slack is asked about them next;
            # `is_bot` stays empty, which says that it was not yet.
            "refreshed_at": EPOCH,
        }
        for expert, name in sorted(names.items())
    ]
    ensure(tx, experts, rows)


def newcomers(tx: Transaction, limit: int) -> list[Expert]:
    """People of whom Slack was not asked yet; those without any name first."""
    has_name = sa.case((experts.c.name == experts.c.user_id, 0), else_=1)
    order = (has_name, experts.c.user_id, experts.c.team_id)
    query = sa.select(experts).where(experts.c.is_bot.is_(None)).order_by(*order).limit(limit)
    return [_expert(row) for row in tx.execute(query)]


def get(tx: Transaction, expert: ExpertId) -> Expert | None:
    """The person's row; None for somebody never met."""
    return get_many(tx, [expert]).get(expert)


def get_many(tx: Transaction, wanted: Iterable[ExpertId]) -> dict[ExpertId, Expert]:
    """The rows of these people; whoever was never met is left out."""
    keys = sorted({(expert.team_id, expert.user_id) for expert in wanted})
    query = sa.select(experts).where(sa.tuple_(experts.c.team_id, experts.c.user_id).in_(keys))
    return {person.expert: person for person in map(_expert, tx.execute(query))}


def by_user_id(tx: Transaction, user_ids: Collection[str], home_team_id: str) -> dict[str, Expert]:
    """People by their user ids, each once: as Slack described them last.

    Of two workspaces at the same moment the foreign counts: only a stranger was ever kept under two.
    """
    wanted, latest = sorted(user_ids), dict[str, Expert]()
    for start in range(0, len(wanted), _PORTION):
        portion = wanted[start : start + _PORTION]
        rows = tx.execute(sa.select(experts).where(experts.c.user_id.in_(portion)))
        for person in sorted(map(_expert, rows), key=lambda person: _currency(person, home_team_id)):
            latest[person.expert.user_id] = person
    return latest


def _currency(person: Expert, home_team_id: str) -> tuple[bool, datetime, bool, str]:
    team_id = person.expert.team_id
    return person.is_bot is not None, person.refreshed_at, team_id != home_team_id, team_id


def _expert(row: sa.Row[Any]) -> Expert:
    return Expert(
        ExpertId(row.team_id, row.user_id),
        row.name,
        row.timezone,
        row.refreshed_at,
        row.is_active,
        row.is_guest,
        row.is_bot,
    )


def set_members(tx: Transaction, source: str, users: Iterable[ExpertId], now: datetime) -> None:
    """Replace the members of a source such as `channel:C1` or `group:S1`."""
    # Emptied and filled in the same transaction: who reads meanwhile sees all the old members.
    tx.execute(sa.delete(memberships).where(memberships.c.source == source))
    rows = [_membership(source, expert) for expert in sorted(set(users))]
    ensure(tx, memberships, rows)
    new = insert(tx, membership_sources).values(source=source, refreshed_at=now)
    tx.execute(new.on_conflict_do_update(index_elements=["source"], set_={"refreshed_at": now}))


def members(tx: Transaction, source: str) -> frozenset[ExpertId]:
    """The members of a source as last fetched, without programs; empty when it never was."""
    return frozenset(ExpertId(*row) for row in tx.execute(_MEMBERS, {"source": source}))


def sources_of(tx: Transaction, expert: ExpertId, asked: Collection[str]) -> frozenset[str]:
    """Those of the `asked` sources of which the person is a member, as last fetched; none for a program."""
    is_member = memberships.c.team_id == expert.team_id, memberships.c.user_id == expert.user_id
    is_asked = memberships.c.source.in_(sorted(asked))
    query = sa.select(memberships.c.source).where(is_asked, *is_member, ~_IS_PROGRAM)
    return frozenset(tx.execute(query).scalars())


def members_refreshed_at(tx: Transaction, source: str) -> datetime | None:
    """When the members of a source were last fetched whole; None when never."""
    query = sa.select(membership_sources.c.refreshed_at).where(membership_sources.c.source == source)
    return tx.execute(query).scalar_one_or_none()


def are_fetched(tx: Transaction, sources: Iterable[str]) -> bool:
    """Whether the members of all these sources were ever fetched: before that nobody is missing."""
    return all(members_refreshed_at(tx, source) is not None for source in sources)


def add_member(tx: Transaction, source: str, expert: ExpertId) -> None:
    """Someone joined; whatever the source held of their user id before is replaced."""
    # A payload may name the person under another workspace than
    # Slack's list did: twice, they would be two experts.
    remove_member(tx, source, expert)
    ensure(tx, memberships, [_membership(source, expert)])


def remove_member(tx: Transaction, source: str, expert: ExpertId) -> None:
    """Someone left, under whichever workspace the source holds their user id."""
    is_it = (memberships.c.source == source) & (memberships.c.user_id == expert.user_id)
    tx.execute(sa.delete(memberships).where(is_it))


def settle_members(tx: Transaction, people: Iterable[ExpertId]) -> None:
    """Hold each of these people under this workspace, in every source that holds their user id."""
    right = {person.user_id: person for person in people}
    query = sa.select(memberships).where(memberships.c.user_id.in_(sorted(right)))
    # Read whole before the first change: SQLite does not say what a query gives while its table changes.
    held = [(row.source, ExpertId(row.team_id, row.user_id)) for row in tx.execute(query)]
    for source, expert in held:
        if expert != right[expert.user_id]:
            add_member(tx, source, right[expert.user_id])


def drop_members(tx: Transaction, people: Iterable[ExpertId]) -> None:
    """Hold none of these people, who turned out to be programs, in any source."""
    user_ids = sorted({person.user_id for person in people})
    tx.execute(sa.delete(memberships).where(memberships.c.user_id.in_(user_ids)))


def _membership(source: str, expert: ExpertId) -> dict[str, str]:
    return {"source": source, "team_id": expert.team_id, "user_id": expert.user_id}
