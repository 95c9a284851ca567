"""The log: a line of JSON each, whatever is in it, and no secret."""

import io
import json
import logging

import pytest
import structlog

from bot.log import Seldom, configure, line_of
from routing.slack_channel import ChannelId


@pytest.fixture
def stream() -> io.StringIO:
    """Where the log goes."""
    stream = io.StringIO()
    configure(stream)
    return stream


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_even_with_newlines_in_it(stream: io.StringIO) -> None:
    structlog.get_logger().info("case.opened", case="a\nb\r\u2028", tier="x")
    (line,) = lines(stream)
    assert (line["event"], line["case"], line["level"]) == ("case.opened", "a\nb\r\u2028", "info")
    assert str(line["at"]).endswith("Z")


def test_a_channel_is_its_text(stream: io.StringIO) -> None:
    structlog.get_logger().info("sent", channel=ChannelId("", "C1"), others=[ChannelId("T1", "C1")])
    (line,) = lines(stream)
    assert (line["channel"], line["others"]) == ("C1", ["T1/C1"])


def test_a_library_s_record_is_a_line_of_the_same_kind(stream: io.StringIO) -> None:
    logging.getLogger("somewhere").warning("two\nlines of %s", "text")
    (line,) = lines(stream)
    assert (line["event"], line["logger"], line["level"]) == ("two\nlines of text", "somewhere", "warning")


def test_chatty_libraries_are_heard_only_when_they_warn(stream: io.StringIO) -> None:
    logging.getLogger("apscheduler.executors").info("tick")
    logging.getLogger("apscheduler.executors").warning("late")
    assert [line["event"] for line in lines(stream)] == ["late"]


def test_debug_is_left_out(stream: io.StringIO) -> None:
    structlog.get_logger().debug("detail")
    assert lines(stream) == []


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-12-hush",
        "xapp-1-hush",
        "whsec_hushhush",
        "Bearer hush",
        "postgresql://bot:hush@db/x",
        "{'url': 'postgresql://bot:hush@db/x'}",
    ],
)
def test_a_secret_is_masked_wherever_it_looks_like_one(stream: io.StringIO, secret: str) -> None:
    structlog.get_logger().warning(f"said {secret} aloud", value=secret, deep={"list": [secret], "n": 1})
    logging.getLogger("somewhere").warning("said %s aloud", secret)
    assert "hush" not in stream.getvalue()
    assert len(lines(stream)) == 2


def test_a_secret_is_masked_by_its_name(stream: io.StringIO) -> None:
    structlog.get_logger().info(
        "x", slack_bot_token="hush", authorization="hush", deep={"draw_key": "hush"}, n=1
    )
    assert lines(stream)[0]["n"] == 1
    assert "hush" not in stream.getvalue()


def wrong() -> None:
    raise ValueError("hush")


def test_a_trace_is_part_of_the_line(stream: io.StringIO) -> None:
    try:
        wrong()
    except ValueError:
        structlog.get_logger().exception("tick.failed")
    (line,) = lines(stream)
    assert "ValueError: hush" in str(line["exception"])


def test_an_error_s_place_is_told_without_its_words() -> None:
    with pytest.raises(ValueError, match="hush") as caught:
        wrong()
    assert line_of(caught.value).startswith("test_log.py:")
    assert line_of(caught.value).endswith(" wrong")
    assert line_of(ValueError("never raised")) == ""


def test_a_line_that_is_written_seldom_is_due_once_in_its_time() -> None:
    moments = iter([0.0, 0.5, 0.99, 1.0, 1.5, 2.1])
    seldom = Seldom(1.0, lambda: next(moments))
    assert [seldom.is_due() for _ in range(6)] == [True, False, False, True, False, True]


def test_lost_connections_and_late_ticks_write_no_line_of_their_own(stream: io.StringIO) -> None:
    for name in ("sqlalchemy.pool.impl.QueuePool", "apscheduler.scheduler"):
        logging.getLogger(name).error("Exception during reset or similar", exc_info=ValueError("lost"))
    assert lines(stream) == []
