"""The names of controls and windows, and the values that controls carry."""

import json
import re
from enum import StrEnum
from typing import Any

# Messages that were sent keep these names for years: who renames one breaks every older button.
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
LIST_PAGE = re.compile(r"^list:\d+$")
"""Another page of a list of cases; which list, stands in the button's value."""
COMMAND = "/secondlook"
REVIEW_THRESHOLD = re.compile(r"^review_threshold:\d$")
OPEN_CASES = re.compile(r"^open_(?:slice|cases):\d$")
ASK_AUDITS = re.compile(r"^ask_audits:\d$")
CHECK_SLICE = re.compile(r"^check_slice:\d$")
RELEASE_SLICE = re.compile(r"^release_slice:\d$")
MUTE = re.compile(r"^mute:\d$")
PAUSE_NOW, PAUSE_NOT, PAUSE_END, PAUSE_PROTEST = "pause_now", "pause_not", "pause_end", "pause_protest"

LABEL_VIEW = "label"
ABSTAIN_VIEW = "abstain"
ESCALATE_VIEW = "escalate"
REASSIGN_VIEW = "reassign"
SNOOZE_VIEW = "snooze"
HAND_OVER_VIEW = "hand_over"
CONTEST_VIEW = "contest"
READING_VIEW = "reading"
REPLAY_VIEW = "replay"


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
    CONTEST = "contest"
    SHOW_ALL = "show_all"
    DECLINE = "decline"


def packed(**values: str | int | bool | None) -> str:
    """Ids for a button's value or a window's metadata."""
    # Empty values are left out: a button's value holds 2,000 characters, a window's metadata 3,000.
    filled = {name: value for name, value in values.items() if value not in (None, False, "")}
    return json.dumps(filled, ensure_ascii=False, separators=(",", ":"))


def unpacked(text: str | None) -> dict[str, Any]:
    """What `packed` packed; empty if it is anything else."""
    try:
        values = json.loads(text or "")
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}
