"""The digests that a released version made are read, shown and served as they were made."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from bot.cli import main
from bot.usecases.digest.digest_document import PROSE, VERSION, current, from_document
from bot.words.digest_code_words import with_words
from storage.engine.database import Database
from storage.leads import digests
from tests.released.conftest import Copies
from tests.released.restoring import engine_of, restored
from tests.released.versions import Version
from tests.scenarios.operating import WIDE
from tests.scenarios.world import World

Recorded = tuple[Version, str]
JsonObject = dict[str, Any]
TEAMS = ("leads", "desk")
PROSE_VALUES = {prose for of_name in PROSE.values() for prose in of_name}


@pytest.mark.parametrize("team", TEAMS)
def test_the_command_shows_each(recorded: Recorded, upgraded_url: str, team: str, tmp_path: Path) -> None:
    version, _ = recorded
    policy, env_file = tmp_path / "policy.toml", tmp_path / ".env"
    policy.write_text(version.policy_text, encoding="utf-8")
    env_file.write_text(
        f"SECONDLOOK_DATABASE_URL={upgraded_url}\nSECONDLOOK_POLICY={policy}\n", encoding="utf-8"
    )

    def run(*arguments: str) -> str:
        result = CliRunner(env=WIDE).invoke(main, ["report", team, *arguments, "--env-file", str(env_file)])
        assert result.exit_code == 0, result.output
        return result.output

    kept = _kept(upgraded_url, team)
    assert len(kept) >= 2
    listed = run("--last", "100")
    days = [f"{datetime.fromisoformat(day):%a %d %b %Y}" for day in kept]
    assert [day for day in days if day not in listed] == []
    newest = json.loads(run("--json"))
    sentences = [headline["words"] for headline in newest["headlines"]]
    assert [sentence for sentence in sentences if _squeezed(sentence) not in _squeezed(run())] == []
    assert "received" in run("--csv")


@pytest.mark.parametrize("team", TEAMS)
def test_programs_read_each_as_it_was_made(upgraded: World, team: str) -> None:
    with upgraded.app.ctx.database.read() as tx:
        kept = digests.history(tx, team, 100)

    listed = upgraded.shop.reports(team)

    assert [report["key"] for report in listed] == [report.key for report in kept]
    read = [upgraded.shop.read_report(report) for report in listed]
    assert read == [with_words(report.document) for report in kept]


def test_each_is_read_as_it_was_kept_and_as_it_is_migrated(
    recorded: Recorded, copies: Copies, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    version, dialect = recorded
    server = request.getfixturevalue("postgres_server") if dialect == "postgresql" else None
    with restored(version, dialect, tmp_path, server) as before, copies(version, dialect) as after:
        was, now = _documents(before), _documents(after)
    assert len(was) >= 2 * len(TEAMS)
    assert now == {key: current(document) for key, document in was.items()}
    assert {report["version"] for report in now.values()} == {VERSION}
    assert [key for key in was if from_document(was[key]) != from_document(now[key])] == []
    assert PROSE_VALUES & _values(list(was.values()))
    assert not PROSE_VALUES & _values(list(now.values()))


def _documents(url: str) -> dict[str, JsonObject]:
    engine = engine_of(url)
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT key, document FROM digests")).all()
    engine.dispose()
    documents = {row.key: row.document for row in rows}
    return {key: json.loads(text) if isinstance(text, str) else text for key, text in documents.items()}


def _values(part: object) -> set[str]:
    """The text that stands under a name which has codes."""
    if isinstance(part, list):
        return {value for child in part for value in _values(child)}
    if not isinstance(part, dict):
        return set()
    own = {value for name, value in part.items() if name in PROSE and isinstance(value, str)}
    return own.union(*(_values(value) for value in part.values()))


def _squeezed(text: str) -> str:
    """Without space: lines are broken where the terminal ends."""
    return "".join(text.split())


def _kept(url: str, team: str) -> list[str]:
    """The last days of the team's digests, from their keys."""
    database = Database(url)
    with database.read() as tx:
        kept = digests.history(tx, team, 100)
    database.dispose()
    return [report.key.rpartition(":")[2] for report in kept]
