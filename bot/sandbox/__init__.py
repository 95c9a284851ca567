"""A local Slack: enough of Slack's Web API, events and semantics to trust a bot that works with it."""

from bot.sandbox.config import (
    Bot,
    Channel,
    Command,
    Person,
    SandboxConfig,
    Team,
    UserGroup,
)
from bot.sandbox.faults import Fault
from bot.sandbox.server import Sandbox, serve

__all__ = [
    "Bot",
    "Channel",
    "Command",
    "Fault",
    "Person",
    "Sandbox",
    "SandboxConfig",
    "Team",
    "UserGroup",
    "serve",
]
