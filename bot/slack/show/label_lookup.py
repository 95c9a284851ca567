"""Which labels a select offers while a person types, where a task has more than a select may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.slack.blocks.builders import MOST_OPTIONS, lookup, option, select
from bot.slack.blocks.message import JsonObject
from bot.slack.show.case_words import label_title
from routing.language.label_folding import fold
from routing.questions.option import LabelSpec

if TYPE_CHECKING:
    from routing.policy import Task


def chooser(action_id: str, placeholder: str, options: list[JsonObject]) -> JsonObject:
    """A select of these options; where they are too many, one that asks the bot while a person types."""
    if len(options) > MOST_OPTIONS:
        return lookup(action_id, f"{placeholder} (type to search)")
    return select(action_id, placeholder, options)


def options_for(task: Task, predicted: str, typed: str) -> list[JsonObject]:
    """The labels that what was typed may mean, the likeliest first; all begin with the predicted label."""
    wanted = fold(typed)
    ranked = [(_rank(label, wanted), label.name != predicted, label) for label in task.asks.options]
    near = sorted((entry for entry in ranked if entry[0] is not None), key=lambda entry: entry[:2])
    return [option(label_title(task, label.name), label.token) for _, _, label in near[:MOST_OPTIONS]]


def _rank(label: LabelSpec, wanted: str) -> int | None:
    """0 for a label that begins so, 1 with a word that does, 2 with the text within; None without it."""
    texts = [fold(text) for text in (label.shown, label.name, *label.was)]
    if any(text.startswith(wanted) for text in texts):
        return 0
    if any(f" {wanted}" in text for text in texts):
        return 1
    return 2 if any(wanted in text for text in texts) else None
