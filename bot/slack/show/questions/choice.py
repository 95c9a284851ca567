"""How a choice is answered: a button for each of two or three labels; for more, Confirm and a select."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.slack.blocks.builders import actions
from bot.slack.blocks.screens import block_id
from bot.slack.show.controls import (
    answer_button,
    label_button,
    label_select,
    menu,
    ordered_labels,
)

if TYPE_CHECKING:
    from bot.slack.blocks.message import JsonObject
    from bot.slack.show.controls import AnswerMenus
    from bot.usecases.review.screen import Screen
    from routing.policy import Task

BUTTONS = 3


def open_controls(task: Task, predicted: str, screen: Screen, menus: AnswerMenus) -> JsonObject:
    """The predicted label first; the task's order where `predicted` is empty, as it is hidden."""
    labels, name = ordered_labels(task, predicted), block_id("answer", screen)
    if len(labels) > BUTTONS and not predicted:
        return actions(
            name, label_select(task, labels, "Choose an answer"), label_button(), menu(menus.beside)
        )
    if len(labels) > BUTTONS:
        confirm = answer_button(task, predicted, predicted, 0)
        chooser = label_select(task, labels[1:], "Another answer…")
        return actions(name, confirm, chooser, label_button(), menu(menus.beside))
    buttons = [answer_button(task, label, predicted, number) for number, label in enumerate(labels)]
    if len(labels) == BUTTONS:
        return actions(name, *buttons, menu(menus.alone))
    return actions(name, *buttons, label_button(), menu(menus.beside))
