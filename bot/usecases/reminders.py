"""Reminders that wait to be sent, and how those to one place become one notice."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self

from bot.usecases.outgoing import About, Notice, Place
from routing.case import Case
from routing.escalation import Step
from routing.policy import Tier

JsonObject = dict[str, Any]
FEW = 3
"""So many reminders at once go to a channel one by one; more become a list."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One escalation step of one case, to be told.

    `home_id` is the case's Slack channel, `to_channel_id` the one it is escalated to.
    """

    case_id: str
    to: Literal["thread", "people", "channel"]
    people: tuple[str, ...]
    home_id: str
    to_channel_id: str | None
    note: str
    risk: int
    due_at: datetime

    @classmethod
    def of(cls, case: Case, tier: Tier, step: Step, home_id: str, to_channel_id: str | None) -> Self:
        """The reminder that tells of `step`; in the thread it calls the expert to whom the case was given."""
        assigned = (case.assigned_to.user_id,) if case.assigned_to and step.to == "thread" else ()
        people = step.people or assigned
        return cls(case.case_id, step.to, people, home_id, to_channel_id, step.note, tier.risk, case.due_at)

    def to_payload(self) -> JsonObject:
        """The reminder as JSON for the outbox."""
        return {
            "case_id": self.case_id,
            "to": self.to,
            "people": list(self.people),
            "home_id": self.home_id,
            "to_channel_id": self.to_channel_id,
            "note": self.note,
            "risk": self.risk,
            "due_at": self.due_at.isoformat(),
        }

    @classmethod
    def from_payload(cls, payload: JsonObject) -> Self:
        """The reminder from the outbox's JSON."""
        changed = {"people": tuple(payload["people"]), "due_at": datetime.fromisoformat(payload["due_at"])}
        return cls(**{**payload, **changed})

    @property
    def urgency(self) -> tuple[int, datetime, str]:
        """Sorts the riskiest, then the soonest due first."""
        return self.risk, self.due_at, self.case_id


def bundled(reminders: Iterable[Reminder]) -> list[Notice]:
    """Few notices that say what all the reminders say, most urgent first.

    One person is called once: in the thread of a single case, by one direct message with a list for more.
    """
    ordered = sorted(reminders, key=lambda one: one.urgency)
    return [
        *_to_threads([one for one in ordered if one.to == "thread" and not one.people]),
        *_to_people(About.REMINDER, [one for one in ordered if one.to == "thread" and one.people]),
        *_to_people(About.ESCALATION, [one for one in ordered if one.to == "people"]),
        *_to_channels([one for one in ordered if one.to == "channel"]),
    ]


def _to_threads(reminders: Sequence[Reminder]) -> Iterator[Notice]:
    for home_id, group in _by(reminders, lambda one: one.home_id):
        if len(group) > FEW:
            yield Notice(About.REMINDER, Place.CHANNEL, _case_ids(group), (), home_id)
        else:
            yield from (_in_thread(About.REMINDER, one, ()) for one in group)


def _to_people(about: About, reminders: Sequence[Reminder]) -> Iterator[Notice]:
    asked: dict[str, list[Reminder]] = defaultdict(list)
    for one in reminders:
        for user_id in one.people:
            asked[user_id].append(one)
    for one in reminders:
        alone = tuple(user_id for user_id in one.people if len(asked[user_id]) == 1)
        if alone:
            yield _in_thread(about, one, alone)
    for user_id, group in asked.items():
        if len(group) > 1:
            yield Notice(about, Place.DM, _case_ids(group), (user_id,))


def _to_channels(reminders: Sequence[Reminder]) -> Iterator[Notice]:
    for channel_id, group in _by(reminders, lambda one: one.to_channel_id or one.home_id):
        if len(group) > FEW:
            people = tuple(dict.fromkeys(user_id for one in group for user_id in one.people))
            yield Notice(About.ESCALATION, Place.CHANNEL, _case_ids(group), people, channel_id)
        else:
            for one in group:
                yield Notice(
                    About.ESCALATION, Place.CHANNEL, (one.case_id,), one.people, channel_id, one.note
                )


def _in_thread(about: About, one: Reminder, people: tuple[str, ...]) -> Notice:
    return Notice(about, Place.THREAD, (one.case_id,), people, one.home_id, one.note)


def _case_ids(group: Iterable[Reminder]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.case_id for one in group))


def _by(reminders: Iterable[Reminder], key: Callable[[Reminder], str]) -> list[tuple[str, list[Reminder]]]:
    groups: dict[str, list[Reminder]] = defaultdict(list)
    for one in reminders:
        groups[key(one)].append(one)
    return list(groups.items())
