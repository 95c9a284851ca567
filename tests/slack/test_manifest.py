"""The manifest in `deploy/` asks for exactly what the code uses."""

from typing import Any

import yaml  # type: ignore[import-untyped]  # comes with schemathesis, without types

from bot.slack.api.gateway import SCOPES
from bot.slack.blocks.control_ids import COMMAND
from bot.slack.hear.commands import WORDS
from bot.slack.hear.events import EVENT_SCOPES, SUBSCRIPTIONS
from tests.places import ROOT

PATH = ROOT / "deploy" / "slack-manifest.yaml"


def _manifest() -> Any:
    return yaml.safe_load(PATH.read_text(encoding="utf-8"))


def test_the_scopes_are_those_of_the_methods_events_and_the_command() -> None:
    used = EVENT_SCOPES.union(*SCOPES.values()) | {"commands"}

    assert _manifest()["oauth_config"]["scopes"]["bot"] == sorted(used)


def test_the_events_are_those_listened_to() -> None:
    assert _manifest()["settings"]["event_subscriptions"]["bot_events"] == list(SUBSCRIPTIONS)


def test_the_command_names_its_words() -> None:
    (command,) = _manifest()["features"]["slash_commands"]

    assert command["command"] == COMMAND
    assert command["usage_hint"] == f"[{' | '.join(WORDS)}]"


def test_socket_mode_buttons_and_home_are_on() -> None:
    manifest = _manifest()

    assert manifest["settings"]["socket_mode_enabled"] is True
    assert manifest["settings"]["interactivity"] == {"is_enabled": True}
    assert manifest["features"]["app_home"]["home_tab_enabled"] is True


def test_the_names_fit_slacks_limits() -> None:
    shown = _manifest()["display_information"]

    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 174 < len(shown["long_description"]) <= 4_000
