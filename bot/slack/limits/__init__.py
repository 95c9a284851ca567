"""Slack's limits: finds every limit that a final JSON payload breaks, before Slack does."""

from bot.slack.limits.blocks import blocks_refusals, elements_of
from bot.slack.limits.surfaces import (
    BLOCKS_TEXT,
    BLOCKS_TEXT_BUDGET,
    MESSAGE_TEXT,
    POSTED_TEXT,
    characters_in,
    message_violations,
    metadata_violations,
    view_violations,
)
from bot.slack.limits.violation import Violation

__all__ = [
    "BLOCKS_TEXT",
    "BLOCKS_TEXT_BUDGET",
    "MESSAGE_TEXT",
    "POSTED_TEXT",
    "Violation",
    "blocks_refusals",
    "characters_in",
    "elements_of",
    "message_violations",
    "metadata_violations",
    "view_violations",
]
