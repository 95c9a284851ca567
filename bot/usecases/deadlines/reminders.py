"""Reminders that wait to be sent, and how those to the same place become a single notice."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Literal, Self

from bot.usecases.outgoing import Notice, Occasion, Place
from routing.case.case import Case
from routing.case.next_step import Step
from routing.policy import Tier
from routing.slack_channel import ChannelId

JsonObject = dict[str, Any]
FEW = 3
"""So many reminders at once go to a channel each for itself; more become a list."""
# A key that rows which wait hold: it never changes.
_REMINDERS = "reminders"


@dataclass(frozen=True, slots=True)
class Reminder:
    """An escalation step of a case, to be announced.

    `home_id` is the case's Slack channel, `to_channel_id` that to which it is escalated.
    """

    case_id: str
    to: Literal["thread", "people", "channel"]
    people: tuple[str, ...]
    home_id: ChannelId
    to_channel_id: ChannelId | None
    note: str
    risk: int
    due_at: datetime

    @classmethod
    def of(
        cls, case: Case, tier: Tier, step: Step, home_id: ChannelId, to_channel_id: ChannelId | None
    ) -> Self:
        """The reminder of `step`; in the thread it calls the expert to whom the case is assigned."""
        assigned = (case.assigned_to.user_id,) if case.assigned_to and step.to == "thread" else ()
        people = step.people or assigned
        return cls(case.case_id, step.to, people, home_id, to_channel_id, step.note, tier.risk, case.due_at)

    def to_payload(self) -> JsonObject:
        """The reminder as JSON for the outbox."""
        return {
            "case_id": self.case_id,
            "to": self.to,
            "people": list(self.people),
            "home_id": str(self.home_id),
            "to_channel_id": self.to_channel_id and str(self.to_channel_id),
            "note": self.note,
            "risk": self.risk,
            "due_at": self.due_at.isoformat(),
        }

    @classmethod
    def from_payload(cls, payload: JsonObject) -> Self:
        """The reminder from the outbox's JSON."""
        to = payload["to_channel_id"]
        changed = {
            "people": tuple(payload["people"]),
            "home_id": ChannelId.parse(payload["home_id"]),
            "to_channel_id": ChannelId.parse(to) if to else None,
            "due_at": datetime.fromisoformat(payload["due_at"]),
        }
        # Every key is a field: a field that is renamed or comes without a default breaks rows that wait.
        return cls(**{**payload, **changed})

    @property
    def urgency(self) -> tuple[int, datetime, str]:
        """Sorts the riskiest, then the soonest due first."""
        return self.risk, self.due_at, self.case_id


@dataclass(frozen=True, slots=True)
class Bundle:
    """A notice with the reminders that it tells; its payload is a notice's, with them."""

    notice: Notice
    reminders: tuple[Reminder, ...]

    def to_payload(self) -> JsonObject:
        """The bundle as JSON for the outbox."""
        return {**self.notice.to_payload(), _REMINDERS: [each.to_payload() for each in self.reminders]}


def untied(payload: JsonObject) -> list[Reminder]:
    """The reminders of a bundle's JSON."""
    return [Reminder.from_payload(document) for document in payload[_REMINDERS]]


def bundled(reminders: Iterable[Reminder]) -> list[Bundle]:
    """Few notices that say what all the reminders say, most urgent first; of each case the latest counts.

    A person is called once: in the thread of a single case, by a direct message with a list for more.
    """
    ordered: dict[str, list[Reminder]] = defaultdict(list)
    for reminder in sorted(reminders, key=attrgetter("urgency")):
        ordered[reminder.to].append(reminder)
    return [
        *_to_threads([reminder for reminder in ordered["thread"] if not reminder.people]),
        *_to_people(Occasion.REMINDER, [reminder for reminder in ordered["thread"] if reminder.people]),
        *_to_people(Occasion.ESCALATION, ordered["people"]),
        *_to_channels(ordered["channel"]),
    ]


def _to_threads(reminders: Sequence[Reminder]) -> Iterator[Bundle]:
    for home_id, group in _by_place(reminders, attrgetter("home_id")):
        if len(group) > FEW:
            yield _bundle(Occasion.REMINDER, Place.CHANNEL, group, (), home_id)
        else:
            yield from (_single(Occasion.REMINDER, Place.THREAD, each, each.home_id) for each in group)


def _to_people(about: Occasion, reminders: Sequence[Reminder]) -> Iterator[Bundle]:
    asked: dict[str, dict[str, Reminder]] = defaultdict(dict)
    for reminder in reminders:
        for user_id in reminder.people:
            asked[user_id][reminder.case_id] = reminder
    alone: dict[str, list[str]] = defaultdict(list)
    for user_id, by_case in asked.items():
        if len(by_case) == 1:
            alone[next(iter(by_case))].append(user_id)
    for case_id, people in alone.items():
        reminder = replace(asked[people[-1]][case_id], people=tuple(people))
        yield _single(about, Place.THREAD, reminder, reminder.home_id)
    for user_id, by_case in asked.items():
        if len(by_case) > 1:
            group = tuple(replace(reminder, people=(user_id,)) for reminder in by_case.values())
            yield _bundle(about, Place.DM, group, (user_id,), None)


def _to_channels(reminders: Sequence[Reminder]) -> Iterator[Bundle]:
    for channel_id, group in _by_place(reminders, lambda each: each.to_channel_id or each.home_id):
        if len(group) > FEW:
            people = tuple(dict.fromkeys(user_id for reminder in group for user_id in reminder.people))
            yield _bundle(Occasion.ESCALATION, Place.CHANNEL, group, people, channel_id)
        else:
            yield from (_single(Occasion.ESCALATION, Place.CHANNEL, each, channel_id) for each in group)


def _single(about: Occasion, place: Place, reminder: Reminder, channel_id: ChannelId) -> Bundle:
    return _bundle(about, place, (reminder,), reminder.people, channel_id, reminder.note)


def _bundle(
    about: Occasion,
    place: Place,
    group: tuple[Reminder, ...],
    people: tuple[str, ...],
    channel_id: ChannelId | None,
    note: str = "",
) -> Bundle:
    case_ids = tuple(reminder.case_id for reminder in group)
    return Bundle(Notice(about, place, case_ids, people, channel_id, note), group)


def _by_place(
    reminders: Iterable[Reminder], place: Callable[[Reminder], ChannelId]
) -> list[tuple[ChannelId, tuple[Reminder, ...]]]:
    """What goes to each place, the latest of each case."""
    groups: dict[ChannelId, dict[str, Reminder]] = defaultdict(dict)
    for reminder in reminders:
        groups[place(reminder)][reminder.case_id] = reminder
    return [(name, tuple(by_case.values())) for name, by_case in groups.items()]
