"""An installation in a directory: env file, policy, migrated database."""

from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from bot.cli import main
from storage.engine.database import Database


@dataclass(frozen=True, slots=True)
class Installation:
    """Commands run against it through its env file."""

    env_file: Path
    database: Database

    def run(self, *arguments: str, typed: str | None = None) -> Result:
        """The result of `secondlook ARGUMENTS --env-file …`."""
        return CliRunner().invoke(main, [*arguments, "--env-file", str(self.env_file)], input=typed)


def install(folder: Path, database: Database, url: str, policy: str, **variables: str) -> Installation:
    """Write the files."""
    (folder / "policy.toml").write_text(policy)
    lines = {"SECONDLOOK_POLICY": "policy.toml", "SECONDLOOK_DATABASE_URL": url, **variables}
    env_file = folder / "settings.env"
    env_file.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    return Installation(env_file, database)
