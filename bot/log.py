"""Sets up the log: a structured line of JSON each, newlines escaped, secrets masked."""

import logging
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

from routing.slack_channel import ChannelId

MASK = "***"
SECRET_NAME = re.compile(
    r"token|secret|password|authorization|signature|api_?key|draw_key|audit_keys?", re.IGNORECASE
)
SECRET_VALUE = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|whsec_[\w+/=-]+|(?<=://)[^/@\s:]+:[^/@\s]+(?=@)|(?i:(?<=bearer )\S+)"
)
CHATTY = ("slack_bolt", "slack_sdk", "apscheduler", "urllib3", "uvicorn.access", "alembic")
REPEATING = ("apscheduler.scheduler", "sqlalchemy.pool")
"""They tell of every late tick and every lost connection; of both we say once what there is to say."""


def configure(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send structlog's and the standard library's records to `stream` (default: standard error)."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    target = stream or sys.stderr
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, mask, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(target),
        cache_logger_on_first_use=True,
    )
    _configure_library_logs(target, level, shared)


def _configure_library_logs(target: TextIO, level: int, shared: list[Processor]) -> None:
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            mask,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in REPEATING:
        logging.getLogger(name).setLevel(logging.CRITICAL)


class Seldom:
    """Lets a line of the log through at most once in so many seconds, whichever thread comes first."""

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._every = seconds
        self._now = now
        self._lock = threading.Lock()
        self._due_at = float("-inf")

    def is_due(self) -> bool:
        """Whether to write the line now."""
        with self._lock:
            now = self._now()
            if now < self._due_at:
                return False
            self._due_at = now + self._every
            return True


def line_of(error: BaseException) -> str:
    """Where an error happened: its own words may quote what was posted, so they stay out of the log."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno} {frames[-1].name}" if frames else ""


def mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Hide what is a secret by its name or by its look, at any depth."""
    return {name: MASK if SECRET_NAME.search(name) else _masked(value) for name, value in event.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return SECRET_VALUE.sub(MASK, value)
    if isinstance(value, ChannelId):
        return str(value)
    if isinstance(value, Mapping):
        return mask(None, "", {str(name): item for name, item in value.items()})
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return value
