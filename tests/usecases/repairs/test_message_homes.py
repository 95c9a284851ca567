"""What is not posted yet goes where the policy in force says; what is posted, or may be, stays."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.usecases.repairs import message_homes
from routing.case.case import CaseStatus
from routing.policy import Policy, load_policy
from routing.slack_channel import ChannelId
from storage.cases import cases
from storage.delivery import projections, slack_pace, unposted_messages
from storage.delivery.projections import Claim, Projection
from storage.delivery.unposted_messages import UnpostedMessage
from storage.engine.database import Database
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World
from tests.worlds.people import CHANNEL
from tests.worlds.policies import DESK

MENDED, SENIORS = "C0000000009", "C0000000002"
ELSEWHERE = DESK.replace('id = "C0000000001"', f'id = "{MENDED}"')
MOVED = DESK.replace('name = "high"\nchannel = "fraud"', 'name = "high"\nchannel = "seniors"')


def policy(text: str) -> Policy:
    return load_policy(text, "policy.toml")


def rehome(world: World, text: str) -> int:
    return message_homes.rehome_all(world.database, policy(text), FRIDAY)


def messages(world: World, case_id: str) -> list[Projection]:
    with world.database.read() as tx:
        return projections.of_case(tx, case_id)


def claimed(world: World) -> Claim:
    with world.database.write() as tx:
        held = projections.claim(tx, "p1", FRIDAY, timedelta(seconds=30), timedelta(0))
    assert held is not None
    return held


def test_a_message_moves_to_the_mended_id_and_is_claimed_there(world: World) -> None:
    case = world.open()
    assert rehome(world, ELSEWHERE) == 1
    (row,) = messages(world, case.case_id)
    assert (str(row.channel_id), row.projection_id) == (MENDED, f"case:{case.case_id}:{MENDED}")
    assert str(claimed(world).projection.channel_id) == MENDED
    assert rehome(world, ELSEWHERE) == 0


def test_a_dead_one_moves_and_lives_again(world: World) -> None:
    case = world.open()
    with world.database.write() as tx:
        held = projections.claim(tx, "p1", FRIDAY, timedelta(seconds=30), timedelta(0))
        assert held is not None
        projections.record_attempt(tx, held, "attempt_1", FRIDAY)
        projections.bury(tx, held, "(channel_not_found) Check the id.")
    assert rehome(world, ELSEWHERE) == 1
    (row,) = messages(world, case.case_id)
    assert (row.dead_reason, row.attempt_id) == (None, None)


@pytest.mark.parametrize("text", [ELSEWHERE, MOVED], ids=["mended", "moved"])
def test_a_dead_one_of_a_closed_case_stays_dead(world: World, text: str) -> None:
    case = world.open()
    with world.database.write() as tx:
        held = projections.claim(tx, "p1", FRIDAY, timedelta(seconds=30), timedelta(0))
        assert held is not None
        projections.bury(tx, held, "(channel_not_found) Check the id.")
        cases.save(tx, replace(cases.lock(tx, case.case_id), status=CaseStatus.EXPIRED))
    assert rehome(world, text) == 0
    (row,) = messages(world, case.case_id)
    assert (str(row.channel_id), row.dead_reason) == (CHANNEL, "(channel_not_found) Check the id.")
    assert world.case(case.case_id).channel == "fraud"


def test_one_that_waits_moves_also_after_its_case_was_closed(world: World) -> None:
    case = world.open()
    with world.database.write() as tx:
        cases.save(tx, replace(cases.lock(tx, case.case_id), status=CaseStatus.EXPIRED))
    assert rehome(world, ELSEWHERE) == 1
    assert str(messages(world, case.case_id)[0].channel_id) == MENDED


def test_what_is_posted_or_may_be_stays(world: World) -> None:
    posted, unanswered = world.open(), world.open()
    world.post(posted, "1.1")
    with world.database.write() as tx:
        held = projections.claim(tx, "p1", FRIDAY, timedelta(seconds=30), timedelta(0))
        assert held is not None
        projections.record_attempt(tx, held, "attempt_1", FRIDAY)
    assert held.projection.case_id == unanswered.case_id
    assert rehome(world, ELSEWHERE) == 0
    assert {str(row.channel_id) for row in messages(world, posted.case_id)} == {CHANNEL}


def test_a_case_that_nobody_has_seen_moves_with_its_tier_and_so_do_its_people(world: World) -> None:
    case = world.open()
    assert rehome(world, MOVED) == 1
    assert str(messages(world, case.case_id)[0].channel_id) == SENIORS
    assert world.case(case.case_id).channel == "seniors"


def test_a_copy_stays_the_copy_of_its_step(world: World) -> None:
    case = world.open()
    with world.database.write() as tx:
        projections.want(
            tx, case.case_id, ChannelId.parse(SENIORS), 0, case.due_at, FRIDAY, channel="seniors"
        )
    mended = DESK.replace('id = "C0000000002"', f'id = "{MENDED}"')
    assert rehome(world, mended) == 1
    assert [str(row.channel_id) for row in messages(world, case.case_id)] == [CHANNEL, MENDED]


def test_two_messages_of_a_case_in_one_channel_become_one(world: World) -> None:
    case = world.open()
    with world.database.write() as tx:
        projections.want(
            tx, case.case_id, ChannelId.parse(SENIORS), 0, case.due_at, FRIDAY, channel="seniors"
        )
    assert rehome(world, MOVED) == 1
    assert [str(row.channel_id) for row in messages(world, case.case_id)] == [SENIORS]


@pytest.mark.parametrize(
    ("old", "new"), [("[tasks.fraud]", "[tasks.scam]"), ('name = "high"', 'name = "higher"')]
)
def test_what_left_the_policy_leaves_the_message_where_it_is(world: World, old: str, new: str) -> None:
    case = world.open()
    text = DESK.replace(old, new).replace(
        "tasks.fraud.tiers", f"{new.strip('[]')}.tiers" if "[" in new else "tasks.fraud.tiers"
    )
    text = text.replace('tasks = ["fraud", ', 'tasks = ["scam", ') if "[" in new else text
    assert rehome(world, text) == 0
    assert str(messages(world, case.case_id)[0].channel_id) == CHANNEL


def test_a_sender_that_holds_it_for_the_old_channel_finishes_nothing(world: World) -> None:
    case = world.open()
    held = claimed(world)
    rehome(world, ELSEWHERE)
    with world.database.write() as tx:
        assert not projections.record_attempt(tx, held, "attempt_1", FRIDAY)
        assert not projections.finish(tx, held, "1.1", 1)
    assert messages(world, case.case_id)[0].ts is None


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen between the reading of a page and the moves of what is on it."""

    def read_then_wait(database: Database, after: int) -> list[UnpostedMessage]:
        with database.read() as tx:
            found = unposted_messages.page(tx, after, message_homes.PORTION)
        if found:
            happens()
        return found

    monkeypatch.setattr(message_homes, "_page", read_then_wait)


@pytest.mark.parametrize("text", [ELSEWHERE, MOVED], ids=["mended", "moved"])
@pytest.mark.parametrize("is_twice", [False, True], ids=["once", "falls away"])
def test_what_is_being_sent_since_it_was_looked_at_stays(
    world: World, monkeypatch: pytest.MonkeyPatch, text: str, *, is_twice: bool
) -> None:
    case = world.open()
    if is_twice:
        with world.database.write() as tx:
            projections.want(
                tx, case.case_id, ChannelId.parse(SENIORS), 9, case.due_at, FRIDAY, channel="seniors"
            )
    before = messages(world, case.case_id)

    def send() -> None:
        held = claimed(world)
        with world.database.write() as tx:
            assert projections.record_attempt(tx, held, "attempt_1", FRIDAY)

    meanwhile(monkeypatch, send)
    assert rehome(world, text) == 0
    after = messages(world, case.case_id)
    assert [row.channel_id for row in after] == [row.channel_id for row in before]
    assert after[0].attempt_id == "attempt_1"
    assert world.case(case.case_id).channel == "fraud"


def test_what_another_replica_moves_meanwhile_is_moved_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = world.open()

    def move() -> None:
        monkeypatch.undo()
        assert rehome(world, ELSEWHERE) == 1

    meanwhile(monkeypatch, move)
    assert rehome(world, ELSEWHERE) == 0
    assert [str(row.channel_id) for row in messages(world, case.case_id)] == [MENDED]


def test_what_was_just_refused_moves_in_spite_of_its_attempt(world: World) -> None:
    world.open()
    held = claimed(world)
    with world.database.write() as tx:
        assert projections.record_attempt(tx, held, "attempt_1", FRIDAY)
    world.policy = policy(ELSEWHERE)
    assert message_homes.rehome(world.ctx, held.projection)
    assert str(claimed(world).projection.channel_id) == MENDED


def test_many_are_moved_in_portions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_homes, "PORTION", 2)
    for _ in range(5):
        world.open()
    assert rehome(world, ELSEWHERE) == 5
    with world.database.write() as tx:
        assert slack_pace.take(tx, MENDED, FRIDAY, timedelta(seconds=1))
