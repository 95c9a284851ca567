"""The keys of the record: those of the settings, or a key that is made once and kept in a file."""

import hmac
import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

from bot.errors import SettingsInvalid
from bot.settings import Settings, parse_audit_keys
from storage.record.keyring import Keyring

SQLITE = "sqlite:///"
FILE = "secondlook.audit-key"
DERIVED = "from-draw-key"
"""The id of the key for a process whose disk keeps no file."""

_PURPOSE = b"the record of Second Look"


def key_file(settings: Settings) -> Path:
    """Where a key is kept that nobody set: next to the data, or with PostgreSQL where the settings are."""
    path = _file_of(settings.database_url)
    return settings.folder / FILE if path is None else path.with_name(f"{path.name}.audit-key")


def keyring(settings: Settings, *, may_make: bool = False) -> Keyring:
    """Every key there is, the signing key first; with `may_make` a key is made where there is none.

    Raises SettingsInvalid for a file that cannot be read as a key.
    """
    path = key_file(settings)
    keys = settings.audit_keys or _kept(path)
    # Only for who writes: a command that looks must not make a key that nothing was signed with.
    if not keys and may_make and _is_kept(settings.database_url) and _make(path):
        keys = _kept(path)
    # Keys that sign no longer still verify: what they signed stays on record.
    older = (*_kept(path), *_derived(settings))
    return Keyring((*keys, *(key for key in older if key not in keys)))


def _is_kept(url: str) -> bool:
    """Whether the address is of a database that outlives the process: no key is left behind for another."""
    return url.startswith("postgres") or _file_of(url) is not None


def _file_of(url: str) -> Path | None:
    """The file of a database of SQLite; None for a database in memory and for other databases."""
    path = url.removeprefix(SQLITE).split("?")[0]
    return None if path in (url, "", ":memory:") else Path(path)


def _kept(path: Path) -> tuple[tuple[str, bytes], ...]:
    if not path.is_file():
        return ()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = f"{path} cannot be read as a list of keys ({type(error).__name__})"
        raise SettingsInvalid(f"{reason}; let its owner run this, or set SECONDLOOK_AUDIT_KEYS.") from error
    return parse_audit_keys(text.strip(), str(path))


def _derived(settings: Settings) -> tuple[tuple[str, bytes], ...]:
    """What signs where no file can be kept, the same in every replica."""
    if settings.draw_key is None:
        return ()
    return ((DERIVED, hmac.digest(settings.draw_key, _PURPOSE, "sha256")),)


def _make(path: Path) -> bool:
    """Keep a new key, readable by its owner only; False where the disk refuses."""
    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.") as file:
            file.write(new_audit_key() + "\n")
            file.flush()
            os.link(file.name, path)  # whole or not at all: a kill leaves no empty file that signs nothing
    except FileExistsError:  # another replica on this machine was first
        return True
    except OSError:  # a read-only file system, say: the derived key does
        return False
    return True


def new_audit_key() -> str:
    """A key of 256 random bits with an id of its own, as the variable takes it."""
    return f"{secrets.token_hex(4)}:{secrets.token_urlsafe(32)}"
