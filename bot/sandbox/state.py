"""Everything the local Slack knows, in memory, behind a lock, telling listeners of each change."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Self

from bot.clock import Clock
from bot.sandbox.config import BotUser, SandboxConfig, SlackChannel, SlackUser, UserGroup
from bot.sandbox.conversations import Conversation
from bot.sandbox.files import StoredFile
from bot.sandbox.messages import SlackMessage
from bot.sandbox.people import bot_person
from bot.sandbox.views import View

MICROSECONDS = 1_000_000
WAIT_SECONDS = 300.0
"""Nothing waits that long unless it is broken, however busy the machine is."""
"""Who waits hears sooner; only what never happens takes so long."""


@dataclass(frozen=True)
class PageChange:
    """Something that a page may be showing has changed; `user_id` narrows it to a person's page."""

    version: int
    kind: str
    channel_id: str | None = None
    ts: str | None = None
    user_id: str | None = None


class State:
    """The workspace's memory; take `lock` (or `reading()`) around anything that reads more than one thing."""

    def __init__(self, config: SandboxConfig, clock: Clock) -> None:
        self.config = config
        self.clock = clock
        self.lock = threading.RLock()
        self.version = 0
        self.listeners: list[Callable[[PageChange], None]] = []
        self.people: dict[str, SlackUser] = {person.id: person for person in config.people}
        self.people[config.bot.user_id] = bot_person(config.bot)
        self.user_groups: dict[str, UserGroup] = {group.id: group for group in config.user_groups}
        self.conversations: dict[str, Conversation] = {}
        self.files: dict[str, StoredFile] = {}
        self.views: dict[str, View] = {}
        self.modals: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self._changed = threading.Condition(self.lock)
        self._last_microsecond = 0
        self._numbers: dict[str, int] = {}
        for channel in config.channels:
            self._add_channel(channel)
        for person in config.people:
            self._add_im(person.id)

    @property
    def bot(self) -> BotUser:
        """The app's bot user."""
        return self.config.bot

    def _add_channel(self, channel: SlackChannel) -> None:
        members = [*channel.members, *([self.bot.user_id] if channel.has_bot else [])]
        self.conversations[channel.id] = Conversation(
            channel.id, channel.name, members, channel.topic, channel.is_private, created=self.now_seconds()
        )

    def _add_im(self, user_id: str) -> None:
        im_id = f"D{user_id[1:]}"
        members = [user_id, self.bot.user_id]
        self.conversations[im_id] = Conversation(
            im_id, "", members, im_user_id=user_id, created=self.now_seconds()
        )

    @contextmanager
    def reading(self) -> Iterator[Self]:
        """The state while nobody changes it."""
        with self.lock:
            yield self

    def now_seconds(self) -> int:
        """The sandbox's moment in whole seconds since 1970."""
        return int(self.clock.now().timestamp())

    def next_ts(self) -> str:
        """A message's `ts`: the moment in microseconds, always greater than the last."""
        with self.lock:
            moment = int(self.clock.now().timestamp() * MICROSECONDS)
            self._last_microsecond = max(self._last_microsecond + 1, moment)
            seconds, rest = divmod(self._last_microsecond, MICROSECONDS)
            return f"{seconds}.{rest:06d}"

    def next_id(self, prefix: str) -> str:
        """An id that begins with `prefix`, never used before."""
        with self.lock:
            number = self._numbers.get(prefix, 0) + 1
            self._numbers[prefix] = number
            return f"{prefix}{number:08X}"

    def notify(
        self, kind: str, channel_id: str | None = None, ts: str | None = None, user_id: str | None = None
    ) -> None:
        """Count a change and tell listeners and waiters of it."""
        with self.lock:
            self.version += 1
            change = PageChange(self.version, kind, channel_id, ts, user_id)
            self._changed.notify_all()
            listeners = list(self.listeners)
        for listener in listeners:
            listener(change)

    def wait_for(self, condition: Callable[[Self], bool], timeout: float = WAIT_SECONDS) -> bool:
        """Block until `condition` holds, checked at each change; False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: condition(self), timeout)

    def conversation_named(self, name: str) -> Conversation:
        """The channel with this name, with or without `#`; KeyError if there is none."""
        for conversation in self.conversations.values():
            if not conversation.is_im and conversation.name == name.removeprefix("#"):
                return conversation
        raise KeyError(name)

    def im_of(self, user_id: str) -> Conversation:
        """The person's direct messages with the bot; KeyError if there is no such person."""
        return self.conversations[f"D{user_id[1:]}"]

    def messages_in(self, channel_id: str) -> list[SlackMessage]:
        """All messages of a conversation that are not ephemeral, oldest first."""
        with self.lock:
            return list(self.conversations[channel_id].visible(None))

    def ephemerals_of(self, user_id: str) -> list[SlackMessage]:
        """All ephemeral messages the person got, oldest first."""
        with self.lock:
            everything = [m for c in self.conversations.values() for m in c.messages.values()]
            return sorted((m for m in everything if m.ephemeral_to == user_id), key=lambda m: m.ts)

    def change_person(self, user_id: str, **fields: object) -> None:
        """Replace fields of a person, as an administrator or the person would."""
        with self.lock:
            self.people[user_id] = replace(self.people[user_id], **fields)  # type: ignore[arg-type]  # checked by replace
        self.notify("people")
