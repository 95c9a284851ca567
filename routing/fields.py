"""The shapes of single values in a policy: names, Slack ids, times of day, addresses."""

import re
import unicodedata
from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, PlainSerializer, PlainValidator
from pydantic_core import PydanticKnownError

from routing.address import is_web_address
from routing.slack_channel import ChannelId

MAX_NAME = 75
MAX_LABEL = 200
MAX_QUESTION = 300
MAX_TEXT = 300
MAX_URL = 2_000
FORBIDDEN = re.compile(r'[\x00-\x20\x7f<>|"\\]')
"""What no address holds as it is, as in posted cases: RFC 3986 has other words for these."""


def _plain(value: str) -> str:
    if value != value.strip() or not value:
        raise ValueError("the text is empty or has blanks at its ends; trim it and say something")
    if any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in value):
        raise ValueError("the text holds a line break or a control character; write it in one plain line")
    return value


def _at_most(limit: int, whom: str = " for Slack") -> Callable[[str], str]:
    def validate(value: str) -> str:
        if len(value) > limit:
            raise ValueError(f"{len(value)} characters are too many{whom}; at most {limit}")
        return value

    return validate


def _shape(pattern: str, mend: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def validate(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"{value!r} does not have the right form; {mend}")
        return value

    return validate


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{value!r} is no time zone; use a name such as Europe/Berlin or UTC") from None
    return value


def _address(value: str) -> str:
    if not is_web_address(value) or FORBIDDEN.search(value):
        raise ValueError(f"{value!r} is no web address; write it in full, such as https://example.com/page")
    if "@" in urlsplit(value).netloc:
        # Not repeated: a password may stand in it.
        raise ValueError("a web address must not carry a user name or password; leave them out")
    return value


def _proxy(value: str) -> str:
    parts = urlsplit(_address(value))
    if parts.scheme != "http" or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(
            f"{value!r} is no address of a proxy; write it such as http://proxy.example.com:3128"
        )
    return value


def _file(value: str) -> str:
    if not value.startswith("/"):
        raise ValueError(f"{value!r} is not the whole path; write it in full, such as /etc/secondlook/ca.pem")
    return value


_CHANNEL = _shape(r"[CGD][A-Z0-9]{2,20}", "copy the id from the channel's details, such as C0000000001")


def _own_channel(value: object) -> ChannelId:
    if not isinstance(value, str):
        raise PydanticKnownError("string_type")
    if "/" in value:
        raise ValueError(
            f"{value!r} names a workspace, and a policy is for the workspace of its own bot; "
            "write the channel's id alone, such as C0000000001"
        )
    return ChannelId("", _CHANNEL(value))


def minutes(clock: str) -> int:
    """Minutes after midnight of a time "HH:MM"."""
    hours, _, rest = clock.partition(":")
    return int(hours) * 60 + int(rest)


Line = Annotated[str, AfterValidator(_plain), AfterValidator(_at_most(MAX_TEXT))]
Question = Annotated[str, AfterValidator(_plain), AfterValidator(_at_most(MAX_QUESTION))]
ShortName = Annotated[str, AfterValidator(_plain), AfterValidator(_at_most(MAX_NAME))]
LabelName = Annotated[str, AfterValidator(_plain), AfterValidator(_at_most(MAX_LABEL, ""))]
Key = Annotated[
    str, AfterValidator(_shape(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", "use up to 64 letters, digits, - and _"))
]
OwnChannelId = Annotated[ChannelId, PlainValidator(_own_channel), PlainSerializer(str)]
UserId = Annotated[
    str,
    AfterValidator(_shape(r"[UW][A-Z0-9]{2,20}", "copy the member id from the profile, such as U0000000001")),
]
GroupId = Annotated[
    str, AfterValidator(_shape(r"S[A-Z0-9]{2,20}", "copy the id of the user group, such as S0000000001"))
]
WorkspaceId = Annotated[
    str, AfterValidator(_shape(r"[TE][A-Z0-9]{2,20}", "copy the id of the workspace, such as T0000000001"))
]
VariableName = Annotated[
    str,
    AfterValidator(
        _shape(r"[A-Z][A-Z0-9_]{0,99}", "name an environment variable, such as SECONDLOOK_SECRET_SHOP")
    ),
]
TimeZone = Annotated[str, AfterValidator(_zone)]
Address = Annotated[str, AfterValidator(_address), AfterValidator(_at_most(MAX_URL))]
ProxyAddress = Annotated[str, AfterValidator(_proxy), AfterValidator(_at_most(MAX_URL))]
FilePath = Annotated[str, AfterValidator(_plain), AfterValidator(_file)]
ClockTime = Annotated[
    str, AfterValidator(_shape(r"([01]\d|2[0-3]):[0-5]\d", 'write a time of day such as "09:00"'))
]
ClosingTime = Annotated[
    str,
    AfterValidator(
        _shape(r"([01]\d|2[0-3]):[0-5]\d|24:00", 'write a time of day such as "18:00" or "24:00"')
    ),
]
