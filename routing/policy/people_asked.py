"""Who is asked about a tier's cases: those who may answer, and those whom a late case goes to."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from routing.fields import GroupId, Key, UserId
from routing.policy.duration import Duration
from routing.section import Section
from routing.slack_channel import ChannelId


class Experts(Section):
    """Who may answer: the channel's members, a user group, people by id, or several of these."""

    channel_members: bool = Field(default=True, strict=True)
    user_group: GroupId | None = None
    people: tuple[UserId, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _named_people_close_the_channel(cls, data: Any) -> Any:
        # By what is named, not by what is in it: a list that a template left empty is nobody, not everybody.
        if isinstance(data, Mapping) and not (data.get("user_group") is data.get("people") is None):
            return {"channel_members": False, **data}
        return data

    @model_validator(mode="after")
    def _somebody(self) -> "Experts":
        if not (self.channel_members or self.user_group or self.people):
            raise ValueError("nobody may answer; name people, a user group or the channel's members")
        return self

    def sources(self, channel_id: ChannelId) -> tuple[str, ...]:
        """Where membership has to be looked up, as `channel:C…` and `group:S…`."""
        channel = (f"channel:{channel_id}",) if self.channel_members else ()
        group = (f"group:{self.user_group}",) if self.user_group else ()
        return channel + group


class EscalationStep(Section):
    """What happens `after` this much time without a decision, `times` times, `repeat` apart."""

    after: Duration
    to: Literal["thread", "people", "channel"]
    people: tuple[UserId, ...] = ()
    channel: Key | None = None
    repeat: Duration | None = None
    times: int = Field(default=1, strict=True, ge=1, le=20)

    @model_validator(mode="after")
    def _says_to_whom(self) -> "EscalationStep":
        if self.to == "people" and not self.people:
            raise ValueError('`to = "people"` names nobody; add `people = ["U…"]`')
        if self.to == "channel" and self.channel is None:
            raise ValueError('`to = "channel"` names no channel; add `channel = "…"`')
        if self.to != "channel" and self.channel is not None:
            raise ValueError('a channel is named but not used; set `to = "channel"` or remove `channel`')
        if self.times > 1 and self.repeat is None:
            raise ValueError('`times` needs a distance; add `repeat = "1h"`')
        if self.times == 1 and self.repeat is not None:
            raise ValueError("`repeat` does nothing without `times`; add `times = 2` or more")
        return self
