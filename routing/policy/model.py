"""What a policy says: services, channels, tasks with their labels and tiers, teams."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, model_validator

from routing.errors import UnknownChannel, UnknownTask
from routing.evidence.expert_confusions import MOST_LABELS
from routing.fields import (
    Address,
    ClockTime,
    FilePath,
    Key,
    Line,
    OwnChannelId,
    ProxyAddress,
    Question,
    ShortName,
    TimeZone,
    VariableName,
    WorkspaceId,
)
from routing.policy.duration import Duration
from routing.policy.tier import Tier
from routing.policy.working_days import in_working_time
from routing.policy.working_hours import Day, WorkingHours
from routing.questions.question_list import Inquiry
from routing.rationale_rule import RationaleRule
from routing.section import Section
from routing.slack_channel import ChannelId, ChannelName

Exposure = Literal["none", "pseudonym", "slack_id"]


class Service(Section):
    """A program that posts predictions: what it may post, and which variables hold its secrets.

    `expose_experts` says as whom it is told of experts, alike in callbacks, views and the feed; None: by
    Slack's ids in callbacks and not at all in the others. `callback_version` is the shape of its callbacks.
    `ca_file` has the certificates of the authorities that its endpoint is checked by, in place of the usual
    ones; through a `proxy` the proxy's address is checked, and what it reaches is up to it.
    """

    tasks: tuple[Key, ...] = Field(min_length=1)
    secret_env: tuple[VariableName, ...] = ()
    bearer_env: tuple[VariableName, ...] = ()
    callback_url: Address | None = None
    ca_file: FilePath | None = None
    proxy: ProxyAddress | None = None
    callback_version: Literal[1, 2] = 1
    expose_experts: Exposure | None = None
    rate_per_minute: int = Field(default=6000, strict=True, ge=1, le=1_000_000)


class Channel(Section):
    """A Slack channel by its id; its key is the name used in the policy."""

    id: OwnChannelId


class Task(Inquiry):
    """One kind of decision; `name` is the task's key in the policy.

    `thread_replies`: whether what people write in a case's thread is read as answers. Predictions that share
    a group count as what may be wrong together until `group_for` after the first of them.

    Of an expert who is surely right in less than `pause_below` of what they were asked by name, a pause is
    proposed to the leads, or begins at once with `pause = "do"`.
    """

    name: Key = ""
    question: Question
    kind: Literal["choice"] = "choice"
    guideline: Address | None = None
    rationale: RationaleRule = RationaleRule.NEVER
    reason_codes: tuple[ShortName, ...] = Field(default=(), max_length=100)
    hours: WorkingHours | None = None
    thread_replies: bool = Field(default=True, strict=True)
    group_for: Duration = timedelta(days=7)
    pause_below: float | None = Field(default=None, strict=True, gt=0, lt=1)
    pause: Literal["propose", "do"] = "propose"
    tiers: tuple[Tier, ...] = Field(min_length=1, max_length=50)

    @model_validator(mode="before")
    @classmethod
    def _days_are_working_days(cls, data: Any) -> Any:
        return in_working_time(data)[0]

    @model_validator(mode="after")
    def _order_is_risk(self) -> "Task":
        for place, tier in enumerate(self.tiers):
            tier._risk = place
        return self

    @model_validator(mode="after")
    def _pauses_below_a_bar(self) -> "Task":
        if self.pause_below is None and self.pause != "propose":
            raise ValueError(
                "`pause` does nothing without `pause_below`; remove it or add `pause_below = 0.6`"
            )
        if self.pause_below is not None and self.rating is not None:
            raise ValueError("on a scale no answer is simply wrong; remove `pause_below`")
        return self

    @cached_property
    def labels_digest(self) -> str:
        """12 hex digits of the set of label names: what was measured holds for the same set only."""
        # First names only, sorted: another name, title or order of labels keeps certificates and calibrators.
        names = sorted(label.first_name for label in self.asks.options)
        text = json.dumps(names, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def can_be_weighed(self) -> bool:
        """Whether several answers may be weighed by who gave them.

        Steps of a scale amount to their middle instead.
        """
        return self.rating is None and len(self.labels) <= MOST_LABELS

    def title(self, name: str) -> str:
        """What people read for a label; its name if the policy no longer knows it."""
        label = self.label(name)
        return label.shown if label else name

    def named_tier(self, name: str) -> Tier | None:
        """The tier of that name, or None."""
        return next((tier for tier in self.tiers if tier.name == name), None)

    def tier(self, name: str) -> Tier:
        """The tier of that name; the riskiest if a case's tier has since left the policy."""
        return self.named_tier(name) or self.tiers[0]

    def rule_of(self, tier: Tier) -> str:
        """What people call a tier of it: by its sentence, else its name; nothing where there is no other."""
        return "" if len(self.tiers) == 1 else (tier.because or tier.name).rstrip(".")


class Team(Section):
    """Who gets the digest of which tasks, where and when.

    `target_error` is the share of errors the team aims at or below; the digest compares with it.
    """

    channel: Key
    timezone: TimeZone = "UTC"
    tasks: tuple[Key, ...] = Field(min_length=1)
    digest_day: Day = "mon"
    digest_at: ClockTime = "09:00"
    target_error: float | None = Field(default=None, strict=True, gt=0, lt=1)


class Policy(Section):
    """The whole policy; see `load_policy` for the file.

    `contest_for`: so long after a decision who may answer can object to it; None: nobody can.
    Nobody is asked by name for more than `extra_asks` second opinions a day.
    """

    name: Line | None = None
    undo_for: Duration = timedelta(minutes=10)
    contest_for: Duration | None = None
    extra_asks: int = Field(default=3, strict=True, ge=1, le=100)
    allow_private_callbacks: bool = Field(default=False, strict=True)
    guest_teams: tuple[WorkspaceId, ...] = ()
    services: dict[Key, Service] = Field(min_length=1)
    channels: dict[Key, Channel] = Field(min_length=1)
    tasks: dict[Key, Task] = Field(min_length=1)
    teams: dict[Key, Team] = Field(default={})

    @model_validator(mode="before")
    @classmethod
    def _tasks_know_their_names(cls, data: Any) -> Any:
        tasks = data.get("tasks") if isinstance(data, Mapping) else None
        if not isinstance(tasks, Mapping):
            return data
        named = {
            key: {"name": key, **task} if isinstance(task, Mapping) else task for key, task in tasks.items()
        }
        return {**data, "tasks": named}

    @cached_property
    def version(self) -> str:
        """12 hex digits that change when, and only when, the policy's content does."""
        # Without defaults: a field that a later release adds must not change the version of a policy.
        content = self.model_dump(mode="json", exclude_defaults=True)
        text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def task(self, name: str) -> Task:
        """The task of that name. Raises UnknownTask."""
        try:
            return self.tasks[name]
        except KeyError:
            raise UnknownTask(f"{name}: the policy knows {', '.join(self.tasks)}.") from None

    def channel_id(self, name: ChannelName) -> ChannelId:
        """The channel in Slack with that name in the policy. Raises UnknownChannel."""
        try:
            return self.channels[name].id
        except KeyError:
            raise UnknownChannel(f"{name}: the policy knows {', '.join(self.channels)}.") from None
