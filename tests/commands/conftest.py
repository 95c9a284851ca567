"""What the commands are tried on."""

from pathlib import Path

import pytest

from storage.database import Database
from tests.commands.installation import Installation, install
from tests.http.shop import POLICY, SECRETS


@pytest.fixture
def installation(tmp_path: Path, database: Database, database_url: str) -> Installation:
    """A shop's installation, once for each database."""
    return install(tmp_path, database, database_url, POLICY, **SECRETS)
