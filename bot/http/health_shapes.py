"""What whoever watches the process is answered: whether it runs, and whether it can do its work."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.http import examples


class Alive(BaseModel):
    """The process runs."""

    status: Literal["alive"]


class PartView(BaseModel):
    """Whether one thing that the bot needs is there."""

    is_ok: bool
    detail: str


class PolicyView(PartView):
    """Which policy is in force, and in words what keeps another one from it."""

    version: str


class Ready(BaseModel):
    """Whether the process can do its work."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.READY]})
    status: Literal["ready", "degraded", "unavailable"] = Field(
        description="degraded: cases are taken and kept, but Slack cannot be reached."
    )
    database: PartView
    slack: PartView
    policy: PolicyView
    oldest_undelivered_for: float | None = Field(
        description="Seconds that the oldest undelivered message, notice or callback waits; null: none does."
    )
    channels_to_read: int | None = Field(
        description="Channels to look through for what happened while the bot was not connected to Slack."
    )
    threads_to_read: int | None = Field(
        description="Threads to read for what was said while the bot was not connected to Slack."
    )
    dead_letters: int | None = Field(
        description="How many messages, notices and callbacks were given up; `secondlook deliveries list`."
    )
    held_messages: int | None = Field(
        description="How many wait for a repair in Slack, such as the bot's invitation, and go by themselves."
    )
