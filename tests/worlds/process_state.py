"""Puts back what a command sets for its whole process, which a test that runs one shares with others."""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from bot import log


@contextmanager
def put_back() -> Iterator[None]:
    """Leave the log and the blocked signals as they were, whatever ran inside."""
    structured = structlog.get_config()
    root = logging.getLogger()
    handlers = root.handlers[:]
    loggers = [root, *map(logging.getLogger, (*log.CHATTY, *log.REPEATING))]
    levels = [logger.level for logger in loggers]
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        yield
    finally:
        structlog.configure(**structured)
        root.handlers[:] = handlers
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
