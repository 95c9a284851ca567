"""A predicted rating as a service posts it: a step of the task's scale, as a whole number."""

from typing import Annotated

from pydantic import Field

Posted = Annotated[
    int, Field(strict=True, ge=-100, le=100, description="The predicted step, of a task with a rating.")
]


def key_of(posted: int) -> str:
    """The answer's key."""
    return str(posted)
