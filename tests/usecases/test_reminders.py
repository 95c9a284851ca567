"""Reminders become few notices, and nobody is called twice for one tick."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.usecases.outgoing import About, Place
from bot.usecases.reminders import FEW, Reminder, bundled

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


def reminder(number: int, to: Any, *people: str, risk: int = 1, late: int = 0) -> Reminder:
    due_at = NOON - timedelta(hours=late)
    next_id = "C2" if to == "channel" else None
    return Reminder(f"case_{number}", to, people, "C1", next_id, "No decision after 4h.", risk, due_at)


def test_a_reminder_survives_the_outbox() -> None:
    one = reminder(1, "people", "U1", "U2")
    assert Reminder.from_payload(one.to_payload()) == one


def test_few_reminders_go_to_their_own_threads() -> None:
    notices = bundled(reminder(number, "thread") for number in range(FEW))
    assert [(one.about, one.place, len(one.case_ids)) for one in notices] == [
        (About.REMINDER, Place.THREAD, 1)
    ] * FEW


def test_many_reminders_of_a_channel_become_one_list_with_the_most_urgent_first() -> None:
    reminders = [reminder(number, "thread", late=number) for number in range(20)]
    (notice,) = bundled([*reminders, reminder(99, "thread", risk=0)])
    assert (notice.place, notice.channel_id, len(notice.case_ids)) == (Place.CHANNEL, "C1", 21)
    assert notice.case_ids[:2] == ("case_99", "case_19")


def test_a_person_with_one_case_is_called_in_its_thread() -> None:
    (notice,) = bundled([reminder(1, "people", "U1", "U2")])
    assert (notice.place, notice.people) == (Place.THREAD, ("U1", "U2"))


def test_a_person_with_several_cases_gets_one_direct_message() -> None:
    notices = bundled([reminder(1, "people", "U1", "U2"), reminder(2, "people", "U1")])
    assert [(one.place, one.people, one.case_ids) for one in notices] == [
        (Place.THREAD, ("U2",), ("case_1",)),
        (Place.DM, ("U1",), ("case_1", "case_2")),
    ]


def test_five_thousand_reminders_of_one_person_are_one_message() -> None:
    (notice,) = bundled(reminder(number, "people", "U1") for number in range(5_000))
    assert (notice.place, len(notice.case_ids)) == (Place.DM, 5_000)


def test_escalations_to_a_channel_go_there_singly_or_as_a_list() -> None:
    few = bundled(reminder(number, "channel") for number in range(FEW))
    many = bundled(reminder(number, "channel", "U1") for number in range(FEW + 1))
    assert {(one.place, one.channel_id) for one in (*few, *many)} == {(Place.CHANNEL, "C2")}
    assert (len(few), len(many), many[0].people) == (FEW, 1, ("U1",))


def test_reminders_that_call_one_person_are_one_direct_message() -> None:
    others = [reminder(number, "thread") for number in range(2)]
    notices = bundled([*others, *(reminder(number, "thread", "U1") for number in range(2, 7))])
    assert [(one.about, one.place, one.people, len(one.case_ids)) for one in notices] == [
        (About.REMINDER, Place.THREAD, (), 1),
        (About.REMINDER, Place.THREAD, (), 1),
        (About.REMINDER, Place.DM, ("U1",), 5),
    ]


def test_a_reminder_that_calls_a_person_once_stays_in_its_thread() -> None:
    (notice,) = bundled([reminder(1, "thread", "U1")])
    assert (notice.about, notice.place, notice.people) == (About.REMINDER, Place.THREAD, ("U1",))
