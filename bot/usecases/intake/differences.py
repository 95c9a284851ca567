"""Which parts of a posted prediction differ from what is stored under its id."""

from collections.abc import Callable
from typing import Any

from routing.prediction import CaseInput, Submission

Part = Callable[[Submission], Any]
PARTS: dict[str, Part] = {
    "task": lambda posted: posted.task,
    "prediction": lambda posted: posted.prediction.label,
    "prediction.confidence": lambda posted: posted.prediction.confidence,
    "prediction.probabilities": lambda posted: posted.prediction.probabilities,
    "model.name": lambda posted: posted.prediction.model.name,
    "model.version": lambda posted: posted.prediction.model.version,
    "scores": lambda posted: dict(posted.prediction.scores),
    "input.text": lambda posted: posted.input.text,
    "input.fields": lambda posted: dict(posted.input.fields),
    "input.link": lambda posted: posted.input.link,
    "input.image": lambda posted: _picture(posted.input),
    "evidence": lambda posted: posted.evidence,
    "recommended_action": lambda posted: posted.recommended_action,
    "intent": lambda posted: posted.intent,
    "group": lambda posted: posted.group,
    "slices": lambda posted: dict(posted.slices),
    "callback_url": lambda posted: posted.callback_url,
    "due_in": lambda posted: posted.due_in,
    "origin": lambda posted: posted.origin,
}
NOT_SEEN = ("occurred_at or the picture",)
"""Time may be that of the first receipt, and pictures that nobody looks at are not kept."""


def differences(stored: Submission, posted: Submission) -> tuple[str, ...]:
    """The names of the parts, as services post them."""
    names = tuple(name for name, part in PARTS.items() if part(stored) != part(posted))
    # The digests differ, so something does: it must be what is not compared here.
    return names or NOT_SEEN


def _picture(shown: CaseInput) -> tuple[str, str | None] | None:
    """What is comparable of a picture: its bytes have another id each time."""
    return None if shown.image is None else (shown.image.alt_text, shown.image.url)
