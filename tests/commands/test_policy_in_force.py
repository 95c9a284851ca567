"""Commands go by the policy that is active for all processes, and say where the file holds another."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from routing.policy import document_of, load_policy
from storage import policies
from storage.policies import Activation
from tests.commands.installation import Installation
from tests.worlds.policies import SHOP

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEAM = '\n[teams.{name}]\nchannel = "fraud"\ntasks = ["fraud"]\ntimezone = "Europe/Lisbon"\n'
PERIOD = ("--since", "2026-07-01", "--until", "2026-07-02")
DIFFERS = "holds another policy than the one that is active. This goes by the active one"


def activate(installation: Installation, text: str) -> None:
    policy = load_policy(text, "policy.toml")
    with installation.database.write() as tx:
        policies.remember(tx, policy.version, document_of(policy), NOON)
        policies.activate(tx, Activation(policy.version, NOON, "host:1"))


def file_of(installation: Installation) -> Path:
    return installation.env_file.parent / "policy.toml"


@pytest.mark.parametrize("command", [("report", *PERIOD), ("digest", "preview")])
def test_a_digest_is_that_of_the_active_policy_and_the_difference_is_told(
    installation: Installation, command: tuple[str, ...]
) -> None:
    file_of(installation).write_text(SHOP + TEAM.format(name="newcomers"))
    activate(installation, SHOP + TEAM.format(name="risk"))
    shown = installation.run(*command)
    assert shown.exit_code == 0, shown.output
    assert "risk: " in shown.output
    assert DIFFERS in shown.output


def test_where_both_are_the_same_or_none_is_active_nothing_is_told(installation: Installation) -> None:
    text = SHOP + TEAM.format(name="risk")
    file_of(installation).write_text(text)
    before = installation.run("report", *PERIOD).output
    activate(installation, text)
    assert installation.run("report", *PERIOD).output == before
    assert DIFFERS not in before


def test_a_file_that_cannot_work_is_told_and_hinders_nobody(installation: Installation) -> None:
    activate(installation, SHOP + TEAM.format(name="risk"))
    file_of(installation).write_text("nonsense")
    shown = installation.run("report", *PERIOD)
    assert shown.exit_code == 0
    assert "The policy cannot work as written." in shown.output
    assert "This goes by the active one" in shown.output


def test_a_policy_that_another_version_kept_gives_way_to_the_file(installation: Installation) -> None:
    with installation.database.write() as tx:
        policies.remember(tx, "0123456789ab", {"from": "the future"}, NOON)
        policies.activate(tx, Activation("0123456789ab", NOON, "host:1"))
    file_of(installation).write_text(SHOP + TEAM.format(name="risk"))
    shown = installation.run("report", *PERIOD)
    assert shown.exit_code == 0
    assert "was kept by another version of Second Look. This goes by the file" in shown.output
