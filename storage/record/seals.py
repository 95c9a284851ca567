"""Seals: what the record keeps of a row as it was written, and how a row is compared with it.

A seal holds no content. It is a SHA-256 over the row's salt and columns; and beside it a checksum of each
column, by which an edited column is named. The checksums are masked by bytes that only the key and the salt
make, so that nobody finds a short value by trying. The digest alone decides whether a row is as it was.
"""

import hashlib
import struct
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from zlib import crc32

from storage.record.canonical_bytes import framed
from storage.record.coverage import BY_NAME, Coverage, StoredRow

State = Literal["written", "erased", "dropped"]
"""What became of a row: as it was written, its content erased, or gone."""

DIGEST = 32  # bytes
CHECK = 4  # bytes
SALT = "salt"
WRITTEN: State = "written"
ERASED: State = "erased"
DROPPED: State = "dropped"


@dataclass(frozen=True, slots=True)
class Seal:
    """A state of a row, and what the row was when it came to that state (nothing for a new row)."""

    table: str
    version: int
    key: str
    state: State
    body: bytes
    before: tuple[bytes, ...]

    @property
    def coverage(self) -> Coverage:
        """What is covered of the table."""
        return BY_NAME[self.table]

    @property
    def digest(self) -> bytes:
        """The digest of the row, empty for a dropped row."""
        return self.body[:DIGEST]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns it covers."""
        fields = self.coverage.versions[self.version]
        return fields.plain if self.state == ERASED else fields.all

    def to_json(self) -> list[Any]:
        """The seal as an entry holds it."""
        return [self.table, self.version, self.key, self.state, *map(_text, (self.body, *self.before))]

    @classmethod
    def of(cls, document: Sequence[Any]) -> "Seal":
        """The seal of its JSON; raises ValueError, TypeError or LookupError for JSON that is not whole."""
        table, version, key, state, body, *before = document
        if not isinstance(key, str) or version not in BY_NAME[table].versions:
            raise ValueError(key)
        return cls(table, version, key, state, a2b_base64(body), tuple(map(a2b_base64, before)))


def seal(
    coverage: Coverage, row: Mapping[str, Any], secret: bytes, state: State, before: Sequence[bytes]
) -> list[Any]:
    """The seal of a row as it was written just now, as JSON."""
    body = b"" if state == DROPPED else body_of(coverage, row, coverage.latest, secret, state)
    return [coverage.name, coverage.latest, coverage.key_of(row), state, *map(_text, (body, *before))]


def bodies(coverage: Coverage, row: Mapping[str, Any], secret: bytes) -> tuple[bytes, ...]:
    """What a row is now, in each way in which it may have been sealed: nobody looks up in which it was."""
    states = (WRITTEN, ERASED) if coverage.has_salt and row[SALT] is None else (WRITTEN,)
    return tuple(
        body_of(coverage, row, version, secret, state) for version in coverage.versions for state in states
    )


def body_of(coverage: Coverage, row: Mapping[str, Any], version: int, secret: bytes, state: State) -> bytes:
    """The digest and the masked checksums of a row as it was written."""
    encoded = coverage.encoders[version, state == ERASED](row)
    salt = (row[SALT] or b"") if coverage.has_salt else b""
    return _body(_header(coverage.name, version, state), salt, encoded, secret)


def seal_of_stored(coverage: Coverage, row: StoredRow, secret: bytes) -> list[Any]:
    """The seal of a row as it is stored, as JSON."""
    version = coverage.latest
    encoded = [row[name] for name in coverage.versions[version].all]
    body = _body(_header(coverage.name, version, WRITTEN), _bytes(row.get(SALT, b"")), encoded, secret)
    return [coverage.name, version, coverage.stored_key(row), WRITTEN, _text(body)]


def changed(
    sealed: Seal, stored: Mapping[str, bytes], blank: Mapping[str, bytes], secret: bytes | None
) -> list[str] | None:
    """The columns in which a row, encoded as it is stored, is not as it was sealed; None where it is.

    The list is empty where the row was changed, but no column can be named. `blank` is what erased content
    has to be.
    """
    left = [name for name, value in blank.items() if stored[name] != value] if sealed.state == ERASED else []
    encoded = [stored[name] for name in sealed.names]
    salt = _bytes(stored.get(SALT, b""))
    header = _header(sealed.table, sealed.version, sealed.state)
    now = _body(header, salt, encoded, secret or b"")
    if now[:DIGEST] == sealed.body[:DIGEST]:
        return left or None
    if secret is None:
        return left
    return left + differing(sealed.names, unmasked(sealed.body, salt, secret), _checksums(encoded))


def differing(names: Sequence[str], before: bytes, after: bytes) -> list[str]:
    """The columns whose checksums differ; the salt if it is all of several."""
    places = range(0, CHECK * len(names), CHECK)
    columns = [
        name
        for name, place in zip(names, places, strict=True)
        if before[place : place + CHECK] != after[place : place + CHECK]
    ]
    return [SALT] if len(columns) == len(names) > 2 else columns


def unmasked(body: bytes, salt: bytes, secret: bytes) -> bytes:
    """The checksums in a body."""
    return _masked(body[DIGEST:], secret + salt + body[:DIGEST])


@cache
def _header(table: str, version: int, state: State) -> bytes:
    return f"{table} {version} {state} ".encode()


def _body(header: bytes, salt: bytes, encoded: list[bytes], secret: bytes) -> bytes:
    digest = hashlib.sha256(b"".join((header, salt, framed(encoded)))).digest()
    return digest + _masked(_checksums(encoded), secret + salt + digest)


def _checksums(encoded: list[bytes]) -> bytes:
    return struct.pack(f"<{len(encoded)}I", *map(crc32, encoded))


def _masked(checks: bytes, seed: bytes) -> bytes:
    # The seed holds a digest of the very values checked: the same mask never covers two different ones.
    size = len(checks)
    mask = hashlib.shake_256(seed).digest(size)
    return (int.from_bytes(checks, "big") ^ int.from_bytes(mask, "big")).to_bytes(size, "big")


def _text(body: bytes) -> str:
    return b2a_base64(body, newline=False).decode()


def _bytes(encoded: bytes) -> bytes:
    try:
        return bytes.fromhex(encoded.decode())
    except ValueError:  # no salt, or none of ours
        return b""
