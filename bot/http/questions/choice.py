"""A predicted choice as a service posts it: the name of a label."""

from typing import Annotated

from pydantic import Field

from bot.http.posted_fields import Name

Posted = Annotated[Name, Field(description="The predicted label, of a task with labels.")]


def key_of(posted: str) -> str:
    """The answer's key."""
    return posted
