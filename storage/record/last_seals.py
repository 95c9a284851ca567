"""What a check of the record keeps beside it, on disk: the last seal of each row, and what was promised."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from storage.record.seals import DROPPED, Seal
from storage.sql.json_documents import dump, load

_TABLES = """
CREATE TABLE seals (name TEXT, key TEXT, seal TEXT, key_id TEXT, state TEXT, taken_in BLOB,
  is_seen INTEGER DEFAULT 0, PRIMARY KEY (name, key)) WITHOUT ROWID;
CREATE TABLE promises (chain TEXT, length INTEGER, link TEXT,
  PRIMARY KEY (chain, length, link)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class LastSeal:
    """The last seal of a row and the id of the key it was made under.

    `taken_in` is the digest of the row as it was taken in, while no later seal follows on it.
    """

    seal: Seal
    key_id: str
    taken_in: bytes | None


class LastSeals:
    """A table of them in a private file of SQLite's, so that a check needs no more memory for more rows."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, last: LastSeal) -> None:
        """Keep the seal instead of the row's last."""
        sealed = last.seal
        values = (sealed.table, sealed.key, dump(sealed.to_json()), last.key_id, sealed.state, last.taken_in)
        self._connection.execute("INSERT OR REPLACE INTO seals VALUES (?, ?, ?, ?, ?, ?, 0)", values)

    def get(self, table: str, key: str) -> LastSeal | None:
        """The row's last seal."""
        query = "SELECT seal, key_id, taken_in FROM seals WHERE name = ? AND key = ?"
        row = self._connection.execute(query, (table, key)).fetchone()
        return None if row is None else LastSeal(Seal.of(load(row[0])), row[1], row[2])

    def see(self, table: str, key: str) -> None:
        """Note that the row is there."""
        update = "UPDATE seals SET is_seen = 1 WHERE name = ? AND key = ?"
        self._connection.execute(update, (table, key))

    def unseen(self) -> Iterator[tuple[str, str]]:
        """Table and key of each row that should be there and is not."""
        query = "SELECT name, key FROM seals WHERE NOT is_seen AND state <> ? ORDER BY name, key"
        yield from self._connection.execute(query, (DROPPED,))

    def unconfirmed(self) -> Iterator[tuple[str, str]]:
        """Table and key of each row whose later seals do not follow on what was taken in."""
        query = "SELECT name, key, seal, taken_in FROM seals WHERE taken_in IS NOT NULL ORDER BY name, key"
        for name, key, document, taken_in in self._connection.execute(query):
            if Seal.of(load(document)).digest != taken_in:
                yield name, key

    def promise(self, chain: str, length: int, link: str) -> None:
        """Note that the chain had this length, and its entry of that number a link that begins so."""
        insert = "INSERT OR IGNORE INTO promises VALUES (?, ?, ?)"
        self._connection.execute(insert, (chain, length, link))

    def promises(self, chain: str) -> Iterator[tuple[int, str]]:
        """What was promised of a chain, by length."""
        query = "SELECT length, link FROM promises WHERE chain = ? ORDER BY length"
        yield from self._connection.execute(query, (chain,))

    def promised_chains(self) -> list[str]:
        """The chains of which something was promised."""
        return [chain for (chain,) in self._connection.execute("SELECT DISTINCT chain FROM promises")]


@contextmanager
def last_seals() -> Iterator[LastSeals]:
    """An empty table, gone at the end."""
    connection = sqlite3.connect("", isolation_level=None)  # no name: a file that only this connection has
    try:
        connection.executescript(_TABLES)
        connection.execute("BEGIN")  # never committed: nothing of it has to last
        yield LastSeals(connection)
    finally:
        connection.close()
