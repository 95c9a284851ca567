"""Which controls belong to which question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.slack.show.controls import OPEN_MENUS
from bot.slack.show.questions import choice, rating
from routing.questions.choice import Choice
from routing.questions.rating import Rating

if TYPE_CHECKING:
    from bot.slack.blocks.message import JsonObject
    from bot.slack.show.controls import AnswerMenus
    from bot.usecases.review.screen import Screen
    from routing.policy import Task

OPEN_CONTROLS = {Choice: choice.open_controls, Rating: rating.open_controls}


def open_controls(task: Task, predicted: str, screen: Screen, menus: AnswerMenus = OPEN_MENUS) -> JsonObject:
    """How a case is answered; `menus` say what else can be done with it."""
    return OPEN_CONTROLS[type(task.asks)](task, predicted, screen, menus)
