"""The whole examination: complete when all is well, and useful when little is."""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

from bot.doctor.examination import examine
from bot.doctor.finding import CheckFinding, CheckStatus
from bot.doctor.manifest import scopes_of, wanted_scopes
from bot.sandbox import Sandbox, SandboxConfig, SlackFault
from bot.settings import Settings, read_settings
from bot.slack.api.gateway import SCOPES
from tests.doctor.policies import environment, policy_text

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def settings_of(slack: Sandbox, folder: Path, url: str, **changed: str) -> Settings:
    path = folder / "policy.toml"
    path.write_text(policy_text())
    places = {"SECONDLOOK_POLICY": str(path), "SECONDLOOK_DATABASE_URL": url}
    return read_settings({**environment(slack.api_url), **places, **changed}, None)


def examined(settings: Settings) -> dict[str, CheckFinding]:
    return {finding.name: finding for finding in examine(settings, NOON)}


def failed(findings: dict[str, CheckFinding]) -> list[str]:
    return [name for name, finding in findings.items() if finding.status is CheckStatus.FAIL]


def test_an_installation_that_is_complete_has_nothing_in_the_way(
    slack: Sandbox, tmp_path: Path, sqlite_url: str
) -> None:
    findings = examined(settings_of(slack, tmp_path, sqlite_url))
    assert list(findings) == [
        "policy",
        "draw key",
        "record key",
        "service secrets",
        "database",
        "active policy",
        "bot token",
        "app token",
        "scopes",
        "clock",
        "channel digits",
        "channel leads",
        "user group S0DIGITS",
        "people",
        "message digits",
    ]
    assert failed(findings) == []


def test_nothing_is_posted(slack: Sandbox, tmp_path: Path, sqlite_url: str) -> None:
    examined(settings_of(slack, tmp_path, sqlite_url))
    assert all(not conversation.messages for conversation in slack.state.conversations.values())


def test_a_revoked_token_is_the_finding_and_hides_nothing_that_needs_no_slack(
    slack: Sandbox, tmp_path: Path, sqlite_url: str
) -> None:
    slack.faults.add(SlackFault("token_revoked"))
    findings = examined(settings_of(slack, tmp_path, sqlite_url))
    assert {"bot token", "app token"} >= set(failed(findings)) >= {"bot token"}
    assert "token_revoked" in findings["bot token"].what
    assert findings["message digits"].status is CheckStatus.OK
    assert "channel digits" not in findings


def test_a_missing_token_says_where_to_copy_it_from(slack: Sandbox, tmp_path: Path, sqlite_url: str) -> None:
    findings = examined(settings_of(slack, tmp_path, sqlite_url, SLACK_BOT_TOKEN=""))
    assert "OAuth & Permissions" in findings["bot token"].mend


def test_a_slack_out_of_reach_is_told(slack: Sandbox, tmp_path: Path, sqlite_url: str) -> None:
    settings = settings_of(slack, tmp_path, sqlite_url)
    slack.stop()
    assert "network" in examined(settings)["bot token"].mend


def test_a_missing_scope_is_the_finding(tmp_path: Path, sqlite_url: str) -> None:
    config = SandboxConfig.default()
    fewer = dataclasses.replace(config, bot_scopes=config.bot_scopes - {"usergroups:read"})
    with Sandbox(fewer) as slack:
        findings = examined(settings_of(slack, tmp_path, sqlite_url))
    assert failed(findings) == ["scopes", "user group S0DIGITS"]
    assert "usergroups:read" in findings["scopes"].what


def test_a_wrong_policy_leaves_the_tokens_examined(slack: Sandbox, tmp_path: Path, sqlite_url: str) -> None:
    settings = settings_of(slack, tmp_path, sqlite_url)
    settings.policy_path.write_text("nonsense = 1")
    findings = examined(settings)
    assert failed(findings) == ["policy"]
    assert findings["bot token"].status is CheckStatus.OK


def test_no_finding_shows_a_secret(slack: Sandbox, tmp_path: Path, sqlite_url: str) -> None:
    variables = environment(slack.api_url)
    shown = repr(examined(settings_of(slack, tmp_path, sqlite_url, SLACK_APP_TOKEN="xapp-wrong")))
    secrets = [value for name, value in variables.items() if name != "SLACK_API_URL"]
    assert [secret for secret in [*secrets, "xapp-wrong"] if secret in shown] == []


def test_the_manifest_asks_for_every_scope_that_the_gateway_needs() -> None:
    assert wanted_scopes() >= frozenset().union(*SCOPES.values())


def test_scopes_are_read_from_their_place_in_a_manifest() -> None:
    manifest = (
        "settings:\n  bot:\n    - other\noauth_config:\n  scopes:\n    user:\n      - identify\n"
        "    bot:\n      # why\n      - chat:write  # posts\n      - commands\nfeatures:\n  - x\n"
    )
    assert scopes_of(manifest) == {"chat:write", "commands"}
    assert scopes_of("nothing: here\n") == frozenset()
