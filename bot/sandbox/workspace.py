"""The parts of a running local Slack, gathered for those who serve it."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.config import SandboxConfig
from bot.sandbox.faults import Faults
from bot.sandbox.membership import Membership
from bot.sandbox.message_changes import MessageWriter
from bot.sandbox.modals import Modals
from bot.sandbox.pace import MethodLimits, Pace
from bot.sandbox.state import State
from bot.sandbox.stats import Stats
from bot.sandbox.triggers import ResponseUrls, Triggers


@dataclass(frozen=True)
class Workspace:
    """Memory, its writers, limits and faults; `url` is where the sandbox is served, without a final slash."""

    config: SandboxConfig
    url: str
    state: State
    messages: MessageWriter
    modals: Modals
    membership: Membership
    triggers: Triggers
    response_urls: ResponseUrls
    pace: Pace
    method_limits: MethodLimits
    faults: Faults
    stats: Stats
    issue_socket_url: Callable[[], str]
