"""A channel in Slack as a value: keyed on workspace and channel, since several workspaces may be served."""

import re
from dataclasses import dataclass
from typing import Self, TypeAlias

from routing.errors import InvalidChannel

ChannelName: TypeAlias = str
"""What a policy calls a channel; which one in Slack that is, the policy says."""

_TEXT = re.compile(r"(?:([!-.0-~]{1,255})/)?([!-.0-~]{1,255})")


@dataclass(frozen=True, slots=True, order=True)
class ChannelId:
    """A channel in Slack, direct messages too; `team_id` is empty for the installation's own workspace.

    Its text is `C1`, or `T1/C1` where a workspace is stated: in rows, keys, buttons, payloads and logs.
    """

    team_id: str
    id: str

    def __str__(self) -> str:
        return f"{self.team_id}/{self.id}" if self.team_id else self.id

    @classmethod
    def parse(cls, text: str) -> Self:
        """The channel with this text. Raises InvalidChannel."""
        match = _TEXT.fullmatch(text)
        if match is None:
            raise InvalidChannel(f"{text[:80]!r}: it is written C0000000001 or T0000000001/C0000000001.")
        return cls(match[1] or "", match[2])
