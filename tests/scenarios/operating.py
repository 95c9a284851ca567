"""What those who run the bot see and do: readiness, dead letters, the audit trail."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from click.testing import CliRunner, Result

from bot.cli import main
from tests.patience import PATIENCE
from tests.scenarios.rules import changed
from tests.scenarios.world import AUDIT_KEYS, World

JsonObject = dict[str, Any]
WIDE = {"COLUMNS": "400"}


@dataclass(frozen=True)
class Operator:
    """Somebody with a shell beside the running bot; `folder` takes the env file."""

    world: World
    folder: Path

    def run(self, *arguments: str) -> Result:
        """`secondlook ARGUMENTS` on the world's database."""
        env_file = self.folder / "operator.env"
        lines = [
            f"SECONDLOOK_DATABASE_URL={self.world.database_url}",
            f"SECONDLOOK_AUDIT_KEYS={AUDIT_KEYS}",
            f"SECONDLOOK_POLICY={self.policy_path}",
        ]
        env_file.write_text("\n".join(lines), encoding="utf-8")
        return CliRunner(env=WIDE).invoke(main, [*arguments, "--env-file", str(env_file)])

    @property
    def policy_path(self) -> Path:
        """Where the commands look for the policy."""
        return self.folder / "policy.toml"

    def write_policy(self, text: str) -> None:
        """Change the policy's file; the running bot goes by what it has read."""
        self.policy_path.write_text(text, encoding="utf-8")

    def dead_letters(self) -> list[str]:
        """The lines of `secondlook deliveries list` that name one."""
        lines = self.run("deliveries", "list").output.splitlines()
        return [line for line in map(str.strip, lines) if line.startswith(("case:", "out_"))]

    def retry(self, letter: str) -> None:
        """`secondlook deliveries retry` for one line of the list; returns when its time has come."""
        result = self.run("deliveries", "retry", letter.split()[0])
        assert result.exit_code == 0, result.output
        # The command goes by the machine's clock, the story by its own.
        self.world.move_to(max(self.world.clock.now(), datetime.now(UTC) + timedelta(minutes=1)))

    def finds_the_audit_unbroken(self) -> bool:
        """`secondlook audit verify`."""
        return self.run("audit", "verify").exit_code == 0


def readiness(world: World) -> JsonObject:
    """`GET /readyz`."""
    answer: JsonObject = requests.get(f"{world.app.url}/readyz", timeout=PATIENCE).json()
    return answer


def has_read_all(world: World) -> bool:
    """Whether no channel and no thread is left to read after a gap in listening."""
    ready = readiness(world)
    return (ready["channels_to_read"], ready["threads_to_read"]) == (0, 0)


def restart_with(world: World, *changes: tuple[str, str]) -> None:
    """Restart the bot with a changed policy."""
    world.stop()
    world.policy_text = changed(*changes, policy=world.policy_text)
    world.start()


def slack_is_well(world: World) -> bool:
    """Whether `/readyz` says that Slack can be used."""
    return bool(readiness(world)["slack"]["is_ok"])
