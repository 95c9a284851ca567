"""The names of controls, windows and blocks: how a click says which case and which screen it is about."""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

ANSWER = re.compile(r"^answer:\d+$")
CHOOSE = "choose"
MORE = "more"
LABEL = "label"
SHOW_ALL = "show_all"
UNDO = "undo"
CHANGE = re.compile(r"^change:\d+$")
KEEP = "keep"
QUESTION = "question"
"""The kind of block in which a person is asked about their reply."""
PAGE = re.compile(r"^page:\d+$")
OPEN_LINK = re.compile(r"^open:\d+$")
COMMAND = "/secondlook"
REVIEW_THRESHOLD = re.compile(r"^review_threshold:\d$")
OPEN_CASES = re.compile(r"^open_(?:slice|cases):\d$")
ASK_AUDITS = re.compile(r"^ask_audits:\d$")
MUTE = re.compile(r"^mute:\d$")

LABEL_VIEW = "label"
ABSTAIN_VIEW = "abstain"
ESCALATE_VIEW = "escalate"
REASSIGN_VIEW = "reassign"
SNOOZE_VIEW = "snooze"
HAND_OVER_VIEW = "hand_over"
READING_VIEW = "reading"
REPLAY_VIEW = "replay"

_SEPARATOR = "~"


class Menu(StrEnum):
    """What the overflow menu offers."""

    LABEL = "label"
    ABSTAIN = "abstain"
    ESCALATE = "escalate"
    REASSIGN = "reassign"
    SNOOZE = "snooze"
    HAND_OVER = "hand_over"
    WHY = "why"
    CORRECT = "correct"
    SHOW_ALL = "show_all"


@dataclass(frozen=True, slots=True)
class Screen:
    """Which case and which version of its message somebody was looking at."""

    case_id: str
    version: int

    def block_id(self, kind: str) -> str:
        """The id of a block of this screen: new with every version, as Slack demands."""
        return _SEPARATOR.join((kind, self.case_id, str(self.version)))


def screen_of(block_id: str) -> Screen | None:
    """The screen that a `block_id` of ours names; None if it is not ours."""
    parts = block_id.split(_SEPARATOR)
    if len(parts) != 3 or not parts[2].isascii() or not parts[2].isdigit() or len(parts[2]) > 9:
        return None
    return Screen(parts[1], int(parts[2]))


def kind_of(block_id: str) -> str:
    """What kind of block of ours a `block_id` names."""
    return block_id.partition(_SEPARATOR)[0]


def packed(**values: str | int | bool | None) -> str:
    """Ids for a button's value or a window's metadata."""
    given = {name: value for name, value in values.items() if value not in (None, False, "")}
    return json.dumps(given, ensure_ascii=False, separators=(",", ":"))


def unpacked(text: str | None) -> dict[str, Any]:
    """What `packed` packed; empty if it is anything else."""
    try:
        values = json.loads(text or "")
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}
