"""A local Slack: enough of Slack's Web API, events and semantics to trust a bot that works with it."""

from bot.sandbox.config import (
    BotUser,
    SandboxConfig,
    SlackChannel,
    SlackTeam,
    SlackUser,
    SlashCommand,
    UserGroup,
)
from bot.sandbox.faults import SlackFault
from bot.sandbox.server import Sandbox, serve

__all__ = [
    "BotUser",
    "Sandbox",
    "SandboxConfig",
    "SlackChannel",
    "SlackFault",
    "SlackTeam",
    "SlackUser",
    "SlashCommand",
    "UserGroup",
    "serve",
]
