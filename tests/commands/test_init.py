"""`secondlook init` writes what a new installation needs, and never over what is there."""

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.env_file import read_env_file
from bot.http.service_keys import webhook
from bot.policy.policy_file import read_policy
from bot.settings import read_settings
from bot.starter.files import PLACEHOLDER_CHANNEL, template
from tests.places import ROOT

NAMES = {"policy.toml", ".env", "slack-manifest.yaml", "first-case.json"}


def init(directory: Path, *arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, ["init", str(directory), *arguments], input=typed)


def test_everything_is_written_and_listed(tmp_path: Path) -> None:
    shown = init(tmp_path / "team")
    assert shown.exit_code == 0
    assert {path.name for path in (tmp_path / "team").iterdir()} == NAMES
    assert all(name in shown.output for name in NAMES)


def test_the_env_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    init(tmp_path)
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_the_settings_are_complete_but_for_the_tokens(tmp_path: Path) -> None:
    init(tmp_path)
    settings = read_settings({}, env_file=tmp_path / ".env")
    assert len(settings.need_draw_key()) >= 32
    assert len(settings.audit_keys) == 1
    assert settings.policy_path == tmp_path / "policy.toml"
    assert settings.slack_bot_token is None
    webhook(settings.secrets.get("SHOP_WEBHOOK_SECRET"), "SHOP_WEBHOOK_SECRET")


def test_a_new_installation_tells_services_pseudonyms(tmp_path: Path) -> None:
    init(tmp_path)
    assert read_policy(tmp_path / "policy.toml").services["shop"].expose_experts == "pseudonym"


def test_each_installation_gets_secrets_of_its_own(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        init(tmp_path / name)
        made.append(read_env_file(tmp_path / name / ".env"))
    for variable in ("SECONDLOOK_DRAW_KEY", "SECONDLOOK_AUDIT_KEYS", "SHOP_WEBHOOK_SECRET"):
        assert made[0][variable] != made[1][variable]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_nothing_is_written_over_a_file_that_exists(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    shown = init(tmp_path)
    assert shown.exit_code == 2
    assert name in shown.output
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {name: "mine"}


def test_a_directory_that_cannot_be_made_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    shown = init(tmp_path / "file" / "team")
    assert shown.exit_code == 2
    assert "Traceback" not in shown.output


def test_tokens_and_channel_that_are_given_are_put_in_place(tmp_path: Path) -> None:
    shown = init(tmp_path, "--bot-token", "xoxb-1", "--app-token", "xapp-1", "--channel", "C0REAL")
    settings = read_settings({}, env_file=tmp_path / ".env")
    assert (settings.slack_bot_token, settings.slack_app_token) == ("xoxb-1", "xapp-1")
    policy = (tmp_path / "policy.toml").read_text()
    assert 'id = "C0REAL"' in policy
    assert PLACEHOLDER_CHANNEL not in policy
    assert "1. secondlook doctor" in shown.output


def test_a_token_in_the_wrong_place_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    shown = init(tmp_path, "--bot-token", "xapp-1")
    assert shown.exit_code == 2
    assert "xoxb-" in shown.output
    assert list(tmp_path.iterdir()) == []


def test_somebody_who_types_is_asked_again_for_a_wrong_token(tmp_path: Path) -> None:
    shown = init(tmp_path, "--ask", typed="oops\nxoxb-1\n\nC0REAL\n")
    assert shown.exit_code == 0
    values = read_env_file(tmp_path / ".env")
    assert (values["SLACK_BOT_TOKEN"], values["SLACK_APP_TOKEN"]) == ("xoxb-1", "")
    assert "xoxb-1" not in shown.output


def test_the_next_steps_name_the_env_file_where_it_is(tmp_path: Path) -> None:
    shown = init(tmp_path / "team")
    assert f"secondlook doctor --env-file {tmp_path / 'team' / '.env'}" in shown.output


def test_the_first_case_is_json_for_the_starters_task() -> None:
    assert json.loads(template("first-case.json"))["task"] == "fraud"


def test_the_manifest_is_the_one_of_the_deployment() -> None:
    deployed = ROOT / "deploy" / "slack-manifest.yaml"
    assert template("slack-manifest.yaml") == deployed.read_text()
