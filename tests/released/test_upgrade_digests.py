"""The digests that a released version made are read, shown and served as they were made."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from storage.engine.database import Database
from storage.leads import digests
from tests.released.versions import Version
from tests.scenarios.operating import WIDE
from tests.scenarios.world import World

Recorded = tuple[Version, str]
TEAMS = ("leads", "desk")


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
    assert [day for day in kept if day not in listed] == []
    newest = json.loads(run("--json"))
    sentences = [one["words"] for one in newest["headlines"]]
    assert [one for one in sentences if _squeezed(one) not in _squeezed(run())] == []
    assert "received" in run("--csv")


@pytest.mark.parametrize("team", TEAMS)
def test_programs_read_each_as_it_was_made(upgraded: World, team: str) -> None:
    with upgraded.app.ctx.database.read() as tx:
        kept = digests.history(tx, team, 100)

    listed = upgraded.shop.reports(team)

    assert [one["key"] for one in listed] == [one.key for one in kept]
    assert [upgraded.shop.read_report(one) for one in listed] == [one.document for one in kept]


def _squeezed(text: str) -> str:
    """Without space: lines are broken where the terminal ends."""
    return "".join(text.split())


def _kept(url: str, team: str) -> list[str]:
    """The last days of the team's digests, from their keys."""
    database = Database(url)
    with database.read() as tx:
        kept = digests.history(tx, team, 100)
    database.dispose()
    return [one.key.rpartition(":")[2] for one in kept]
