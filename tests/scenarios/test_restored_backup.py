"""The database is restored from a backup that is older than the channel: nothing is posted a second time."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bot.sandbox import SlackFault
from tests.scenarios.backups import Backup, back_up
from tests.scenarios.operating import Operator, readiness
from tests.scenarios.passing import as_time_passes
from tests.scenarios.people import LEADS, MAYA, NADIA, PAYMENTS, SAM, Case
from tests.scenarios.shop import prediction
from tests.scenarios.words import buttons
from tests.scenarios.world import World

on_each_database = pytest.mark.parametrize(
    ("world", "server"), [("socket-sqlite", None), ("http-postgresql", "postgres_server")], indirect=["world"]
)
NO_POST = SlackFault("down", method="chat.postMessage")


def post(world: World, number: int) -> Case:
    answer = world.shop.post(prediction(f"order-{number}", "fraud", "fraud", 0.7))
    assert answer.status_code == 202, answer.text
    return Case(answer.json()["case_id"], f"order-{number}")


def backup_of(world: World, server: str | None, request: pytest.FixtureRequest) -> Backup:
    """A backup; the world goes on."""
    world.stop()
    backup = back_up(world, request.getfixturevalue(server) if server else None)
    world.start()
    return backup


def restore(world: World, backup: Backup) -> None:
    """Stop, put the backup in place, start, and wait until everything is done."""
    world.stop()
    backup.restore()
    world.start()
    as_time_passes(world, lambda: has_caught_up(world), timedelta(seconds=1))


def has_caught_up(world: World) -> bool:
    ready = readiness(world)
    waits = [ready[name] for name in ("oldest_undelivered_for", "channels_to_read", "threads_to_read")]
    return world.slack.wait_idle() and waits == [None, 0, 0]


def messages(world: World, channel: str = PAYMENTS) -> Counter[str]:
    """How many messages of a channel show each case; reminders name theirs without a version."""
    payloads = [one["metadata"]["event_payload"] for one in world.person(SAM).messages(channel)]
    return Counter(payload["case_id"] for payload in payloads if "version" in payload)


@on_each_database
@pytest.mark.parametrize(("shown", "unposted"), [(10, 20), (0, 20)])
def test_what_was_posted_after_the_backup_is_adopted(
    world: World,
    server: str | None,
    shown: int,
    unposted: int,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    cases = [post(world, number) for number in range(shown)]
    world.settle()
    down = world.slack.faults.add(NO_POST)
    cases += [post(world, shown + number) for number in range(unposted)]
    backup = backup_of(world, server, request)
    world.slack.faults.clear(down)
    as_time_passes(world, lambda: len(messages(world)) == shown + unposted)
    maya = world.person(MAYA)
    answered = [cases[0], cases[-1]]
    for case in answered:
        maya.press(case, "Confirm: Fraud")
        world.eventually(lambda case=case: maya.buttons(case) == ["Undo"])  # type: ignore[misc]  # a default
    world.settle()

    restore(world, backup)

    assert messages(world) == Counter(case.case_id for case in cases)
    assert [case for case in cases if "Confirm: Fraud" not in maya.buttons(case)] == []
    for case in answered:
        maya.press(case, "Confirm: Fraud")
        world.eventually(lambda case=case: maya.buttons(case) == ["Undo"])  # type: ignore[misc]  # a default
    assert Operator(world, tmp_path).finds_the_audit_unbroken()


@on_each_database
def test_an_answer_in_a_thread_that_the_backup_does_not_know_is_heard_again(
    world: World, server: str | None, request: pytest.FixtureRequest
) -> None:
    down = world.slack.faults.add(NO_POST)
    case = post(world, 1)
    backup = backup_of(world, server, request)
    world.slack.faults.clear(down)
    as_time_passes(world, lambda: messages(world))
    maya = world.person(MAYA)
    maya.answer_in_thread(case, "fine: I know her")
    world.eventually(lambda: "✓ Fine" in maya.reads(case))

    restore(world, backup)

    world.eventually(lambda: "✓ Fine — by @U0MAYA" in maya.reads(case))
    assert messages(world) == {case.case_id: 1}


@on_each_database
def test_a_message_that_was_posted_anew_after_the_backup_stays_the_only_one(
    world: World, server: str | None, request: pytest.FixtureRequest
) -> None:
    case = world.post_case()
    world.settle()
    backup = backup_of(world, server, request)
    message = world.slack.state.conversations[PAYMENTS].top_level()[0]
    world.slack.workspace.messages.delete(message)
    as_time_passes(
        world, lambda: [one for one in world.person(SAM).messages_of(case) if one["ts"] != message.ts]
    )

    restore(world, backup)

    assert messages(world) == {case.case_id: 1}
    world.person(MAYA).press(case, "Confirm: Fraud")
    world.eventually(lambda: world.person(MAYA).buttons(case) == ["Undo"])


@on_each_database
def test_a_copy_for_the_leads_that_came_after_the_backup_is_not_posted_twice(
    world: World, server: str | None, request: pytest.FixtureRequest
) -> None:
    case = world.post_case()
    world.settle()
    backup = backup_of(world, server, request)
    for _ in range(3):
        world.advance(timedelta(hours=1))
        world.settle()
    assert messages(world, LEADS) == {case.case_id: 1}

    restore(world, backup)
    world.tick()
    as_time_passes(world, lambda: has_caught_up(world), timedelta(seconds=1))

    assert messages(world, LEADS) == {case.case_id: 1}
    world.person(MAYA).press(case, "Confirm: Fraud")
    copy = Case(case.case_id, case.external_id, LEADS)
    nadia = world.person(NADIA)
    world.eventually(lambda: [buttons(one) for one in nadia.messages_of(copy) if buttons(one)] == [["Undo"]])


@on_each_database
def test_a_message_of_a_case_that_the_backup_does_not_know_is_left_alone(
    world: World, server: str | None, request: pytest.FixtureRequest
) -> None:
    backup = backup_of(world, server, request)
    lost = world.post_case()
    world.settle()
    restore(world, backup)
    assert messages(world) == {lost.case_id: 1}
    assert world.slack.stats()["posted"] == 1
