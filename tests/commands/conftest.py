"""What the commands are tried on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import parse_audit_keys
from storage.engine.database import Database
from storage.record.keyring import Keyring
from tests.commands.installation import Installation, install
from tests.http.shop import SECRETS
from tests.worlds.policies import SHOP

AUDIT_KEYS = "2026:a-key-for-the-record"


@pytest.fixture
def installation(tmp_path: Path, database_url: str) -> Iterator[Installation]:
    """A shop's installation, once for each database."""
    database = Database(database_url, keyring=Keyring(parse_audit_keys(AUDIT_KEYS, "the tests")))
    yield install(tmp_path, database, database_url, SHOP, SECONDLOOK_AUDIT_KEYS=AUDIT_KEYS, **SECRETS)
    database.dispose()
