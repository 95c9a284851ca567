"""Reminders become few notices, and nobody is called twice for one tick."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.usecases.deadlines.reminders import FEW, Reminder, bundled, untied
from bot.usecases.outgoing import Notice, Occasion, Place
from routing.slack_channel import ChannelId

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


def reminder(number: int, to: Any, *people: str, risk: int = 1, late: int = 0) -> Reminder:
    due_at = NOON - timedelta(hours=late)
    next_id = ChannelId("", "C2") if to == "channel" else None
    return Reminder(
        f"case_{number}", to, people, ChannelId("", "C1"), next_id, "No decision after 4h.", risk, due_at
    )


def notices(reminders: Iterable[Reminder]) -> list[Notice]:
    return [bundle.notice for bundle in bundled(reminders)]


def test_a_reminder_survives_the_outbox() -> None:
    one = reminder(1, "people", "U1", "U2")
    assert Reminder.from_payload(one.to_payload()) == one


def test_few_reminders_go_to_their_own_threads() -> None:
    told = notices(reminder(number, "thread") for number in range(FEW))
    assert [(one.about, one.place, len(one.case_ids)) for one in told] == [
        (Occasion.REMINDER, Place.THREAD, 1)
    ] * FEW


def test_many_reminders_of_a_channel_become_one_list_with_the_most_urgent_first() -> None:
    reminders = [reminder(number, "thread", late=number) for number in range(20)]
    (notice,) = notices([*reminders, reminder(99, "thread", risk=0)])
    assert (notice.place, str(notice.channel_id), len(notice.case_ids)) == (Place.CHANNEL, "C1", 21)
    assert notice.case_ids[:2] == ("case_99", "case_19")


def test_a_person_with_one_case_is_called_in_its_thread() -> None:
    (notice,) = notices([reminder(1, "people", "U1", "U2")])
    assert (notice.place, notice.people) == (Place.THREAD, ("U1", "U2"))


def test_a_person_with_several_cases_gets_one_direct_message() -> None:
    told = notices([reminder(1, "people", "U1", "U2"), reminder(2, "people", "U1")])
    assert [(one.place, one.people, one.case_ids) for one in told] == [
        (Place.THREAD, ("U2",), ("case_1",)),
        (Place.DM, ("U1",), ("case_1", "case_2")),
    ]


def test_five_thousand_reminders_of_one_person_are_one_message() -> None:
    (notice,) = notices(reminder(number, "people", "U1") for number in range(5_000))
    assert (notice.place, len(notice.case_ids)) == (Place.DM, 5_000)


def test_escalations_to_a_channel_go_there_singly_or_as_a_list() -> None:
    few = notices(reminder(number, "channel") for number in range(FEW))
    many = notices(reminder(number, "channel", "U1") for number in range(FEW + 1))
    assert {(one.place, str(one.channel_id)) for one in (*few, *many)} == {(Place.CHANNEL, "C2")}
    assert (len(few), len(many), many[0].people) == (FEW, 1, ("U1",))


def test_reminders_that_call_one_person_are_one_direct_message() -> None:
    others = [reminder(number, "thread") for number in range(2)]
    told = notices([*others, *(reminder(number, "thread", "U1") for number in range(2, 7))])
    assert [(one.about, one.place, one.people, len(one.case_ids)) for one in told] == [
        (Occasion.REMINDER, Place.THREAD, (), 1),
        (Occasion.REMINDER, Place.THREAD, (), 1),
        (Occasion.REMINDER, Place.DM, ("U1",), 5),
    ]


def test_a_reminder_that_calls_a_person_once_stays_in_its_thread() -> None:
    (notice,) = notices([reminder(1, "thread", "U1")])
    assert (notice.about, notice.place, notice.people) == (Occasion.REMINDER, Place.THREAD, ("U1",))


def test_what_waits_is_bundled_anew_with_what_comes() -> None:
    everything = [reminder(1, "people", "U1", "U2"), reminder(2, "thread"), reminder(3, "channel", "U3")]
    waiting = [one for bundle in bundled(everything) for one in untied(bundle.to_payload())]
    told = notices([*waiting, reminder(4, "people", "U1")])
    assert [(one.place, one.people, one.case_ids) for one in told] == [
        (Place.THREAD, (), ("case_2",)),
        (Place.THREAD, ("U2",), ("case_1",)),
        (Place.DM, ("U1",), ("case_1", "case_4")),
        (Place.CHANNEL, ("U3",), ("case_3",)),
    ]


def test_of_reminders_about_one_case_the_latest_is_told() -> None:
    for to, people in (("thread", ()), ("thread", ("U1",)), ("people", ("U1", "U2")), ("channel", ())):
        first = reminder(1, to, *people)
        (notice,) = notices([first, replace(first, note="No decision after 5h.")])
        assert (notice.case_ids, notice.people, notice.note) == (("case_1",), people, "No decision after 5h.")
