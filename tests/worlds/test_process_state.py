"""What a test sets for its process does not reach the next."""

import io
import logging
import signal

from structlog.testing import capture_logs

from bot import log
from bot.http import access_log
from tests.worlds.process_state import put_back


def test_a_log_set_by_a_command_hides_no_line_from_a_later_test() -> None:
    with put_back():
        log.configure(io.StringIO())
    access_log.log.info("first use")
    with put_back():
        log.configure(io.StringIO())
    with capture_logs() as lines:
        access_log.log.info("x")
    assert [line["event"] for line in lines] == ["x"]


def test_library_loggers_keep_their_levels_and_handlers() -> None:
    handlers, level = logging.getLogger().handlers[:], logging.getLogger("slack_sdk").level
    with put_back():
        log.configure(io.StringIO())
    assert (logging.getLogger().handlers, logging.getLogger("slack_sdk").level) == (handlers, level)


def test_signals_blocked_by_a_command_are_heard_again() -> None:
    with put_back():
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
