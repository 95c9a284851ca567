"""How long tests wait for other threads and processes: small, noisy machines stand still for seconds."""

from dataclasses import replace

from bot.sandbox import SandboxConfig

PATIENCE = 30
"""In seconds; nothing waits that long unless it is broken, and a test may take twice as long."""


def patient(config: SandboxConfig) -> SandboxConfig:
    """A local Slack that waits longer than Slack's 3 s, for tests that are not about them."""
    return replace(config, ack_seconds=PATIENCE, trigger_seconds=PATIENCE)
