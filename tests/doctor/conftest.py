"""A local Slack for each test, and a client with its bot token."""

from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from bot.sandbox import Sandbox, SandboxConfig
from bot.slack.api.web_calls import slack_client
from tests.patience import PATIENCE, patient


@pytest.fixture
def slack() -> Iterator[Sandbox]:
    """The local Slack with its default workspace."""
    with Sandbox(patient(SandboxConfig.default())) as sandbox:
        yield sandbox


@pytest.fixture
def client(slack: Sandbox) -> WebClient:
    """A client of the bot."""
    return slack_client(slack.config.bot_token, slack.api_url, timeout=PATIENCE)
