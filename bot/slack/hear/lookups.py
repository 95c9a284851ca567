"""Answers selects whose options the bot loads while a person types: the labels of a case's task."""

from __future__ import annotations

import structlog
from slack_bolt import Ack

from bot.slack.blocks.message import JsonObject
from bot.slack.hear.interactions import Desk, Listener
from bot.slack.hear.payloads import lookup_of
from bot.slack.show.label_lookup import options_for
from bot.usecases.review import case_view
from bot.usecases.review.case_view import WindowCase
from storage.errors import DatabaseUnavailable

log = structlog.get_logger()


def on_lookup(desk: Desk) -> Listener:
    """A listener for what was typed into such a select; it offers nothing where the case cannot be read."""

    def listener(ack: Ack, body: JsonObject) -> None:
        try:
            act, typed = lookup_of(body, desk.ctx.home)
            seen = case_view.read(desk.ctx, act)
        except DatabaseUnavailable as error:
            if desk.line.is_due():
                log.warning("slack.options_not_read", error=str(error))
            # Empty, not an error: Slack shows a select without an
            # answer as broken until the window is opened anew.
            ack(options=[])
            return
        if isinstance(seen, WindowCase):
            ack(options=options_for(seen.task, seen.case.submission.prediction.label, typed))
        else:
            ack(options=[])

    return listener
