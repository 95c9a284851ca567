"""How a screen is written into what Slack carries for us, a block's id or a window's metadata, and read back.

What is sent today comes back in weeks, from messages and windows of every released version.
"""

from datetime import UTC, datetime

from bot.slack.blocks.control_ids import packed, unpacked
from bot.slack.blocks.text import text_in
from bot.usecases.review.screen import Screen
from routing.errors import InvalidChannel
from routing.slack_channel import ChannelId

LONGEST_ADDRESS = 500
"""Of a response URL in a window's metadata, where a case's ids need their room."""
_SEPARATOR = "~"
_LATEST = 2**33
"""In seconds since 1970: what `datetime` can hold, and no moment of our days lies beyond."""


def block_id(kind: str, screen: Screen) -> str:
    """The id of a block of the screen: new with every version, as Slack demands."""
    # With the version: a label keeps on which screen it was chosen, and a click names that by its block.
    return _SEPARATOR.join((kind, screen.case_id, str(screen.version)))


def screen_of(block_id: str) -> Screen | None:
    """The screen that a `block_id` of ours names; None if it is not ours."""
    parts = block_id.split(_SEPARATOR)
    # Block ids come back from Slack: "²" is a digit to Python, and ten digits overflow the column.
    if len(parts) != 3 or not parts[2].isascii() or not parts[2].isdigit() or len(parts[2]) > 9:
        return None
    return Screen(parts[1], int(parts[2]))


def channel_of(text: str) -> ChannelId | None:
    """The channel with this text; None if it is none, as what comes back from Slack may be anything."""
    try:
        return ChannelId.parse(text)
    except InvalidChannel:
        return None


def kind_of(block_id: str) -> str:
    """What kind of block of ours a `block_id` names."""
    return block_id.partition(_SEPARATOR)[0]


def metadata(screen: Screen, is_correction: bool = False) -> str:
    """The `private_metadata` of a window that is opened from the screen."""
    return packed(
        case=screen.case_id,
        version=screen.version,
        channel=str(screen.channel_id or ""),
        ts=screen.ts,
        thread=screen.thread_ts,
        about=screen.reply_ts,
        corrects=is_correction,
        question=screen.question_ts,
        reply=screen.response_url,
        shown=None if screen.shown_at is None else int(screen.shown_at.timestamp()),
    )


def screen_in(private_metadata: str) -> Screen:
    """The screen that a window's `private_metadata` names."""
    values = unpacked(private_metadata)
    version = values.get("version", 0)
    return Screen(
        case_id=text_in(values.get("case")),
        version=version if isinstance(version, int) and 0 <= version < 10**9 else 0,
        channel_id=channel_of(text_in(values.get("channel"))),
        ts=text_in(values.get("ts")),
        thread_ts=text_in(values.get("thread")),
        question_ts=text_in(values.get("question")),
        reply_ts=text_in(values.get("about")),
        response_url=text_in(values.get("reply"), LONGEST_ADDRESS),
        shown_at=_moment(values.get("shown")),
    )


def _moment(seconds: object) -> datetime | None:
    """The moment in a window's metadata; None in those of earlier versions, or where it can be none."""
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds < _LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)
