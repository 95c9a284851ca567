"""How long tests wait for other threads and processes: nothing fails because others use the machine."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from bot.sandbox import SandboxConfig

Seen = TypeVar("Seen")
AT_REST = 30.0
"""In seconds, on a machine that nobody else uses: nothing waits that long unless it is broken."""


def patience() -> float:
    """In seconds, longer by as much as others want each core now."""
    return AT_REST * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


PATIENCE = round(max(2 * AT_REST, patience()))
"""In seconds, for what takes a number: a machine that was idle at the start may become busy."""


def eventually(look: Callable[[], Seen]) -> Seen:
    """What `look` returns as soon as it is true; fails when that takes too long."""
    began, patient_for = time.monotonic(), float(PATIENCE)
    while not (seen := look()):
        patient_for = max(patient_for, patience())
        assert time.monotonic() < began + patient_for, f"it did not happen; at last: {seen!r}"
        time.sleep(0.02)
    return seen


def patient(config: SandboxConfig) -> SandboxConfig:
    """A local Slack that waits longer than Slack's 3 s, for tests that are not about them."""
    return replace(config, ack_seconds=PATIENCE, trigger_seconds=PATIENCE)
