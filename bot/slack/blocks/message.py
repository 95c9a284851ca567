"""A Slack message as a value: the text that says it all, its blocks, and the ids in its metadata."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

JsonObject = dict[str, Any]
EVENT_TYPE = "secondlook_message"
TOMBSTONE = "tombstone"
"""What Slack leaves of a deleted message that has replies: a message of this subtype."""


class Form(StrEnum):
    """How much of a message Slack is asked to show, from all of it to its bare words."""

    WHOLE = "whole"
    WITHOUT_PICTURE = "without_picture"
    TEXT = "text"
    BARE = "bare"


SHORT = 1_000
FORMS = tuple(Form)


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent to Slack. `text` alone must be enough: phones and screen readers read nothing else.

    `metadata` is visible to the whole workspace, so it holds ids only.
    """

    text: str
    blocks: tuple[JsonObject, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)

    def attempted(self, attempt_id: str) -> "Message":
        """The same message carrying the id of this attempt, by which `find_by_attempt` finds it again."""
        return replace(self, metadata={**self.metadata, "attempt_id": attempt_id})

    def shown_as(self, form: Form) -> "Message":
        """The message in a form that asks less of Slack."""
        if form is Form.WHOLE:
            return self
        if form is Form.WITHOUT_PICTURE:
            return replace(self, blocks=tuple(block for block in self.blocks if block["type"] != "image"))
        if form is Form.TEXT:
            return replace(self, blocks=())
        # Without metadata, too: it can be what Slack refuses.
        # Such a message cannot be looked up by its attempt.
        return Message(self.text if len(self.text) <= SHORT else f"{self.text[: SHORT - 1]}…")

    def payload(self) -> JsonObject:
        """The arguments of `chat.postMessage` and `chat.update`: `text`, `blocks` and `metadata` if any."""
        payload: JsonObject = {"text": self.text}
        if self.blocks:
            payload["blocks"] = list(self.blocks)
        if self.metadata:
            payload["metadata"] = {"event_type": EVENT_TYPE, "event_payload": dict(self.metadata)}
        return payload
