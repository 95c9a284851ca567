"""How a rating is answered: a button for each of up to five steps; for more, Confirm and a select."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.slack.blocks.builders import actions
from bot.slack.blocks.screens import block_id
from bot.slack.show.controls import answer_button, label_button, label_select, menu

if TYPE_CHECKING:
    from bot.slack.blocks.message import JsonObject
    from bot.slack.show.controls import AnswerMenus
    from bot.usecases.review.screen import Screen
    from routing.policy import Task

BUTTONS = 5


def open_controls(task: Task, predicted: str, screen: Screen, menus: AnswerMenus) -> JsonObject:
    """The steps in their order, lowest first: a scale is read from end to end."""
    steps, name = task.label_names, block_id("answer", screen)
    if len(steps) > BUTTONS and not predicted:
        return actions(name, label_select(task, steps, "Choose a step"), label_button(), menu(menus.beside))
    if len(steps) > BUTTONS:
        confirm = answer_button(task, predicted, predicted, 0)
        chooser = label_select(task, steps, "Another step…")
        return actions(name, confirm, chooser, label_button(), menu(menus.beside))
    buttons = [answer_button(task, step, predicted, number) for number, step in enumerate(steps)]
    return actions(name, *buttons, menu(menus.alone))
