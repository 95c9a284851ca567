"""The controls of a message: at most three visible buttons or a select, and the menu behind three dots."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.slack.blocks import control_ids
from bot.slack.blocks.builders import actions, button, option, overflow
from bot.slack.blocks.control_ids import Menu, packed
from bot.slack.blocks.message import JsonObject
from bot.slack.blocks.screens import block_id
from bot.slack.blocks.text import cut, length
from bot.slack.show.case_words import label_title
from bot.slack.show.label_lookup import chooser
from bot.usecases.review.screen import Screen

if TYPE_CHECKING:
    from routing.policy import Task

BUTTONS_ASKED = 10
BUTTONS_CHANGE = 5
BUTTONS_BLIND = 3
NOTE_ROOM = 1_500  # of a button's value, which takes 2,000 characters with all that is packed into it
NOTES_ROOM = 5_000
OPTIONS_ROOM = 3_000
_SHORTEST_TITLE = 28
WITH_REASON = "Answer with a reason…"
_MENU_TEXT = {
    Menu.LABEL: WITH_REASON,
    Menu.ABSTAIN: "Can't tell…",
    Menu.ESCALATE: "Escalate…",
    Menu.REASSIGN: "Reassign…",
    Menu.SNOOZE: "Snooze…",
    Menu.HAND_OVER: "Reassign or snooze…",
    Menu.WHY: "Why am I asked?",
    Menu.CORRECT: "Correct…",
    Menu.CONTEST: "Object…",
    Menu.SHOW_ALL: "Show all",
    Menu.DECLINE: "Not me",
}
OPEN_MENU = (Menu.ABSTAIN, Menu.ESCALATE, Menu.REASSIGN, Menu.SNOOZE, Menu.WHY)
FULL_MENU = (Menu.LABEL, Menu.ABSTAIN, Menu.ESCALATE, Menu.HAND_OVER, Menu.WHY)


@dataclass(frozen=True, slots=True)
class AnswerMenus:
    """What the menu offers beside the button for a reason, and where the labels leave that no room."""

    beside: tuple[Menu, ...]
    alone: tuple[Menu, ...]


OPEN_MENUS = AnswerMenus(OPEN_MENU, FULL_MENU)
_DECIDED_MENU = (Menu.CORRECT, Menu.SHOW_ALL, Menu.WHY)
_ASKED_MENU = (Menu.CORRECT, Menu.ESCALATE, Menu.SHOW_ALL, Menu.WHY)
_BLIND_MENU = (Menu.ABSTAIN, Menu.DECLINE, Menu.SHOW_ALL)
LATE_MENUS = AnswerMenus(_DECIDED_MENU, (Menu.LABEL, *_DECIDED_MENU))
"""For a case that a time-out decided, and that can be answered after all."""
_CLOSED_MENU = (Menu.SHOW_ALL, Menu.WHY)


def menu(entries: tuple[Menu, ...]) -> JsonObject:
    """The overflow menu with these entries."""
    return overflow(control_ids.MORE, [option(_MENU_TEXT[entry], entry.value) for entry in entries])


def ordered_labels(task: Task, predicted: str) -> tuple[str, ...]:
    """The task's labels, the predicted label first."""
    names = task.label_names
    return tuple(sorted(names, key=lambda name: name != predicted))


def answer_button(task: Task, label: str, predicted: str, number: int, value: str = "") -> JsonObject:
    """A label as a button; an ellipsis promises that a reason will be asked for."""
    prefix, style = ("Confirm: ", "primary") if label == predicted else ("", None)
    ellipsis = "…" if task.rationale.requires(label, predicted) else ""
    text = f"{prefix}{label_title(task, label, 60)}{ellipsis}"
    return button(f"answer:{number}", text, value or packed(label=task.token(label)), style)


def label_select(task: Task, labels: tuple[str, ...], placeholder: str) -> JsonObject:
    """The labels in a select, their titles shortened where a hundred of them would fill the message."""
    total = sum(len(label_title(task, label)) for label in labels)
    longest = 75 if total <= OPTIONS_ROOM else _SHORTEST_TITLE
    options = [option(label_title(task, label), task.token(label), longest) for label in labels]
    return chooser(control_ids.CHOOSE, placeholder, options)


def label_button() -> JsonObject:
    """The way to the window for an answer with its reason."""
    return button(control_ids.LABEL, WITH_REASON, control_ids.LABEL)


@dataclass(frozen=True, slots=True)
class ReplyExcerpt:
    """What a private question carries from the reply it is about: its place, and how its words begin.

    The whole words are kept with the question; these are for a button that is pressed when it is over.
    """

    note: str = ""
    reply_ts: str = ""
    thread_ts: str = ""

    def packed(self, room: int, **values: str) -> str:
        """A button's value, with `room` characters for the words."""
        note = _fitting(self.note, room)
        return packed(**values, note=note, about=self.reply_ts, thread=self.thread_ts)


def question_controls(task: Task, predicted: str, screen: Screen, excerpt: ReplyExcerpt) -> JsonObject:
    """The labels as buttons for a private question about a reply, whose words become the reason.

    For more than ten labels a select, and a window that begins with the words.
    """
    labels = ordered_labels(task, predicted)
    name = block_id(control_ids.QUESTION, screen)
    if len(labels) > BUTTONS_ASKED:
        labels_to_choose = label_select(task, labels, "Choose an answer")
        return actions(
            name, labels_to_choose, button(control_ids.LABEL, WITH_REASON, excerpt.packed(NOTE_ROOM))
        )
    room = min(NOTE_ROOM, NOTES_ROOM // len(labels))
    buttons = [
        answer_button(task, label, predicted, number, excerpt.packed(room, label=task.token(label)))
        for number, label in enumerate(labels)
    ]
    return actions(name, *buttons)


def doubt_controls(task: Task, own: str, named: tuple[str, ...], excerpt: ReplyExcerpt) -> list[JsonObject]:
    """The buttons that change an answer: to the labels that the reply named, else to any other."""
    others = named or tuple(label for label in task.label_names if label != own)
    if len(others) > BUTTONS_CHANGE:
        return [button("change:0", "Change…", replace(excerpt, note="").packed(0))]
    # Words that name no other label are no reason for any.
    carried = excerpt if named else ReplyExcerpt("", "", excerpt.thread_ts)
    room = NOTE_ROOM // len(others)
    return [
        button(
            f"change:{number}",
            f"Change to {label_title(task, label, 60)}",
            carried.packed(room, label=task.token(label)),
        )
        for number, label in enumerate(others)
    ]


def _fitting(note: str, room: int) -> str:
    """`note` cut so that it fits a button's value, where quotes and backslashes count twice."""
    kept = cut(note, room)
    return kept if length(json.dumps(kept, ensure_ascii=False)) <= room + 100 else cut(note, room // 2)


def asked_controls(screen: Screen) -> JsonObject:
    """What a channel can do with a case whose second opinion is asked of somebody by name."""
    return actions(block_id("asked", screen), menu(_ASKED_MENU))


def blind_controls(task: Task, screen: Screen) -> JsonObject:
    """How somebody answers from whom the prediction is hidden: the labels in the task's order."""
    labels, name = task.label_names, block_id("answer", screen)
    if len(labels) > BUTTONS_BLIND:
        return actions(
            name, label_select(task, labels, "Choose an answer"), label_button(), menu(_BLIND_MENU)
        )
    buttons = [answer_button(task, label, "", number) for number, label in enumerate(labels)]
    return actions(name, *buttons, menu((Menu.LABEL, *_BLIND_MENU)))


def decided_controls(screen: Screen, has_undo: bool, is_contestable: bool) -> JsonObject:
    """What can still be done with a decided case: Undo for some minutes, correct it, object to it."""
    correct, *others = _DECIDED_MENU
    entries = (correct, Menu.CONTEST, *others) if is_contestable else _DECIDED_MENU
    undo = [button(control_ids.UNDO, "Undo", control_ids.UNDO)] if has_undo else []
    return actions(block_id("decided", screen), *undo, menu(entries))


def closed_controls(screen: Screen) -> JsonObject:
    """What can still be done with a case closed without a decision: reading."""
    return actions(block_id("closed", screen), menu(_CLOSED_MENU))
