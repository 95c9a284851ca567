"""Projections: who may send which message, and what is known of the last try."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from routing.slack_channel import ChannelId
from storage.delivery import channel_readings, holds, message_queue, projections, slack_pace
from storage.delivery.channel_readings import WantedChannel
from storage.delivery.projections import Claim, Projection, WantedMessage
from storage.engine.database import Database, Transaction
from tests.storage.examples import HOUR, NOW, SECOND, prediction, store

LEASE = 30 * SECOND


@pytest.fixture
def tx(database: Database) -> Iterator[Transaction]:
    with database.write() as open_tx:
        store(open_tx, [prediction(number) for number in range(1, 6)])
        yield open_tx


def want(tx: Transaction, number: int, channel: str = "C1", *, priority: int = 1, due: int = 0) -> None:
    projections.want(tx, f"case_{number}", ChannelId.parse(channel), priority, NOW + due * HOUR)


def claim(tx: Transaction, at: int = 0, *, owner: str = "me") -> Claim | None:
    """Claim `at` seconds from now, one post a second and one update every two."""
    return projections.claim(tx, owner, NOW + at * SECOND, LEASE, SECOND, 2 * SECOND)


def taken(tx: Transaction, at: int = 0) -> Claim:
    claimed = claim(tx, at)
    assert claimed is not None
    return claimed


def shown(tx: Transaction, number: int) -> Projection:
    (projection,) = projections.of_case(tx, f"case_{number}")
    return projection


def post(tx: Transaction, ts: str = "1.1", at: int = 0) -> Claim:
    claimed = taken(tx, at)
    assert projections.finish(tx, claimed, ts, claimed.projection.wanted_version)
    return claimed


def test_a_message_that_is_shown_is_not_claimed_again(tx: Transaction) -> None:
    want(tx, 1)
    post(tx)
    assert claim(tx, 9) is None
    assert (shown(tx, 1).ts, shown(tx, 1).shown_version) == ("1.1", 1)


def test_wishes_for_the_same_message_coalesce(tx: Transaction) -> None:
    for _ in range(3):
        want(tx, 1)
    assert taken(tx).projection.wanted_version == 3
    assert claim(tx, 9) is None


def test_one_batch_wants_the_same_message_once(tx: Transaction) -> None:
    projections.want_many(
        tx,
        [
            WantedMessage("case_1", ChannelId("", "C1"), 1, NOW),
            WantedMessage("case_1", ChannelId("", "C1"), 0, NOW),
        ],
    )
    projections.want_many(tx, [])
    assert (shown(tx, 1).wanted_version, shown(tx, 1).priority) == (1, 0)


def test_a_wish_during_the_sending_makes_the_message_due_again(tx: Transaction) -> None:
    want(tx, 1)
    claimed = taken(tx)
    want(tx, 1)
    projections.finish(tx, claimed, "1.1", 1)
    again = taken(tx, 1)
    assert (again.projection.ts, again.projection.wanted_version) == ("1.1", 2)


def test_the_riskiest_then_the_soonest_due_goes_first(tx: Transaction) -> None:
    for number, priority, due in ((1, 2, 0), (2, 1, 5), (3, 1, 3), (4, 0, 9)):
        want(tx, number, priority=priority, due=due)
    order = [taken(tx, at).projection.case_id for at in range(4)]
    assert order == ["case_4", "case_3", "case_2", "case_1"]


def test_a_critical_message_overtakes_a_thousand(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in range(1_001)])
        backlog = [WantedMessage(f"case_{number}", ChannelId("", "C1"), 3, NOW) for number in range(1_000)]
        projections.want_many(tx, backlog)
        projections.want(tx, "case_1000", ChannelId("", "C1"), 0, NOW + 99 * HOUR)
        assert taken(tx).projection.case_id == "case_1000"


def test_a_channel_is_posted_to_at_its_pace(tx: Transaction) -> None:
    want(tx, 1)
    want(tx, 2)
    taken(tx)
    assert claim(tx) is None
    assert taken(tx, 1).projection.case_id == "case_2"


def test_a_channel_that_waits_does_not_hold_up_another(tx: Transaction) -> None:
    want(tx, 1, priority=0)
    want(tx, 2, priority=0)
    want(tx, 3, "C2", priority=9)
    assert [taken(tx).projection.case_id for _ in range(2)] == ["case_1", "case_3"]


def test_updates_share_the_workspaces_pace_and_no_channels(tx: Transaction) -> None:
    for number in (1, 2):
        want(tx, number)
        post(tx, f"{number}.1", at=number)
    for number in (1, 2, 3):
        want(tx, number)
    assert {taken(tx, 9).projection.case_id for _ in range(2)} == {"case_1", "case_3"}
    assert claim(tx, 10) is None
    assert taken(tx, 11).projection.case_id == "case_2"


def test_a_paused_channel_waits_until_its_moment(tx: Transaction) -> None:
    want(tx, 1)
    slack_pace.pause(tx, "C1", NOW + 60 * SECOND, "ratelimited")
    slack_pace.pause(tx, "C1", NOW + 5 * SECOND)
    assert claim(tx, 59) is None
    assert taken(tx, 60).projection.case_id == "case_1"


def test_a_channel_can_be_paused_before_its_first_message(tx: Transaction) -> None:
    slack_pace.pause(tx, "C1", NOW + 60 * SECOND)
    want(tx, 1)
    assert claim(tx) is None


def test_a_claimed_row_returns_when_its_lease_ends(tx: Transaction) -> None:
    want(tx, 1)
    taken(tx)
    assert claim(tx, 29) is None
    again = taken(tx, 30)
    assert (again.projection.case_id, again.attempt) == ("case_1", 2)


def test_who_lost_the_lease_changes_nothing(tx: Transaction) -> None:
    want(tx, 1)
    paused = taken(tx)
    current = taken(tx, 30)
    assert not projections.record_attempt(tx, paused, "attempt_1", NOW)
    assert not projections.finish(tx, paused, "9.9", 1)
    assert not projections.fail(tx, paused, NOW, "late")
    assert not projections.postpone(tx, paused, NOW)
    assert not projections.bury(tx, paused, "late")
    assert shown(tx, 1).ts is None
    assert projections.finish(tx, current, "1.1", 1)


def test_an_attempt_without_an_answer_is_told_to_the_next(tx: Transaction) -> None:
    want(tx, 1)
    crashed = taken(tx)
    assert (crashed.previous_attempt_id, crashed.previous_attempted_at) == (None, None)
    projections.record_attempt(tx, crashed, "attempt_1", NOW)
    following = taken(tx, 30)
    assert (following.previous_attempt_id, following.previous_attempted_at) == ("attempt_1", NOW)


@pytest.mark.parametrize(("is_certain", "remembered"), [(True, None), (False, "attempt_1")])
def test_only_a_certain_failure_forgets_the_attempt(
    tx: Transaction, *, is_certain: bool, remembered: str | None
) -> None:
    want(tx, 1)
    claimed = taken(tx)
    projections.record_attempt(tx, claimed, "attempt_1", NOW)
    projections.fail(tx, claimed, NOW + 5 * SECOND, "http 500", is_certain=is_certain)
    assert claim(tx, 4) is None
    again = taken(tx, 5)
    assert again.previous_attempt_id == remembered
    assert (again.projection.failures, again.projection.last_error) == (1, "http 500")


def test_success_forgets_the_attempt_and_the_failures(tx: Transaction) -> None:
    want(tx, 1)
    projections.fail(tx, taken(tx), NOW, "http 500")
    claimed = taken(tx, 1)
    projections.record_attempt(tx, claimed, "attempt_1", NOW)
    projections.finish(tx, claimed, "1.1", 1)
    done = shown(tx, 1)
    assert (done.failures, done.attempt_id, done.last_error) == (0, None, None)


def test_postponing_counts_no_failure(tx: Transaction) -> None:
    want(tx, 1)
    projections.postpone(tx, taken(tx), NOW + 5 * SECOND)
    assert claim(tx, 4) is None
    assert taken(tx, 5).projection.failures == 0


def test_a_dead_letter_says_why_and_waits_for_revival(tx: Transaction) -> None:
    want(tx, 1)
    projections.bury(tx, taken(tx), "channel_not_found")
    want(tx, 1)
    assert claim(tx, 99) is None
    assert [dead.dead_reason for dead in projections.dead(tx, 9)] == ["channel_not_found"]
    assert projections.revive(tx, ["case:case_2:C1"], NOW) == 0
    assert projections.revive(tx, None, NOW) == 1
    assert taken(tx, 99).projection.dead_reason is None


def test_one_dead_letter_can_be_revived_by_its_id(tx: Transaction) -> None:
    for number in (1, 2):
        want(tx, number)
        projections.bury(tx, taken(tx, number), "gone")
    assert projections.revive(tx, ["case:case_2:C1"], NOW) == 1
    assert [dead.case_id for dead in projections.dead(tx, 9)] == ["case_1"]


def test_a_deleted_message_is_posted_anew(tx: Transaction) -> None:
    want(tx, 1)
    post(tx)
    assert projections.lost(tx, ChannelId("", "C1"), "1.1")
    assert not projections.lost(tx, ChannelId("", "C1"), "1.1")
    again = taken(tx, 9)
    assert (again.projection.ts, again.projection.times_lost) == (None, 1)


def test_deletion_during_an_update_fences_the_updater_out(tx: Transaction) -> None:
    want(tx, 1)
    post(tx)
    want(tx, 1)
    updating = taken(tx, 9)
    projections.lost(tx, ChannelId("", "C1"), "1.1")
    assert not projections.finish(tx, updating, "1.1", 2)
    assert taken(tx, 10).projection.ts is None


def test_a_message_is_known_by_channel_and_ts(tx: Transaction) -> None:
    want(tx, 1)
    post(tx)
    found = projections.by_message(tx, ChannelId("", "C1"), "1.1")
    assert found is not None
    assert (found.case_id, found.kind) == ("case_1", "case")
    assert projections.by_message(tx, ChannelId("", "C2"), "1.1") is None


def test_a_case_may_be_shown_in_two_channels(tx: Transaction) -> None:
    want(tx, 1, "C1")
    want(tx, 1, "C2")
    assert [str(one.channel_id) for one in projections.of_case(tx, "case_1")] == ["C1", "C2"]


@pytest.mark.parametrize("second", [NOW + HOUR, None])
def test_waiting_is_measured_from_the_first_open_wish(tx: Transaction, second: datetime | None) -> None:
    assert message_queue.oldest_waiting_at(tx) is None
    projections.want(tx, "case_1", ChannelId("", "C1"), 1, NOW, wanted_at=NOW)
    projections.want(tx, "case_1", ChannelId("", "C1"), 1, NOW, wanted_at=second)
    assert message_queue.oldest_waiting_at(tx) == NOW
    post(tx)
    projections.want(tx, "case_1", ChannelId("", "C1"), 1, NOW, wanted_at=NOW + 2 * HOUR)
    assert message_queue.oldest_waiting_at(tx) == NOW + 2 * HOUR


def wait(tx: Transaction, number: int, channel_id: str = "C1") -> None:
    projections.want(tx, f"case_{number}", ChannelId.parse(channel_id), 1, NOW, wanted_at=NOW)


def read_first(tx: Transaction, held_row_id: int, channel_id: str = "C1") -> None:
    channel = WantedChannel(ChannelId.parse(channel_id), "T1", "U0BOT", held_row_id, "1.0")
    channel_readings.want_many(tx, [channel], NOW)


def test_what_is_held_until_its_channel_was_read_does_not_wait_to_be_sent(tx: Transaction) -> None:
    wait(tx, 1)
    read_first(tx, shown(tx, 1).row_id)
    assert (message_queue.is_waiting(tx), claim(tx)) == (False, None)
    wait(tx, 2)
    assert message_queue.is_waiting(tx)
    assert taken(tx).projection.case_id == "case_2"


def test_what_is_held_until_its_channel_was_read_is_undelivered(tx: Transaction) -> None:
    wait(tx, 1)
    read_first(tx, shown(tx, 1).row_id)
    assert message_queue.oldest_waiting_at(tx) == NOW


def test_a_reading_holds_no_updates_and_no_other_channel(tx: Transaction) -> None:
    wait(tx, 1)
    post(tx)
    read_first(tx, 1_000)
    wait(tx, 1)
    assert message_queue.is_waiting(tx)
    post(tx, at=9)
    assert not message_queue.is_waiting(tx)
    wait(tx, 2, "C2")
    assert message_queue.is_waiting(tx)
    assert taken(tx, 18).projection.case_id == "case_2"


@pytest.mark.parametrize("is_posted", [False, True])
def test_what_waits_for_a_repair_does_not_wait_to_be_sent(tx: Transaction, *, is_posted: bool) -> None:
    wait(tx, 1)
    if is_posted:
        post(tx)
        wait(tx, 1)
    place, other = ("update:C1", "C1") if is_posted else ("C1", "update:C1")
    holds.hold(tx, other, NOW, "why", HOUR, HOUR)
    assert message_queue.is_waiting(tx)
    assert message_queue.oldest_waiting_at(tx) == NOW
    holds.hold(tx, place, NOW, "why", HOUR, HOUR)
    assert (message_queue.is_waiting(tx), message_queue.oldest_waiting_at(tx), claim(tx)) == (
        False,
        None,
        None,
    )
    holds.look_again(tx, NOW)
    assert claim(tx) is not None


def test_a_turn_that_was_not_used_can_be_given_back(tx: Transaction) -> None:
    slack_pace.open_many(tx, ["C1", "C1"])
    assert slack_pace.take(tx, "C1", NOW, timedelta(hours=1))
    assert not slack_pace.take(tx, "C1", NOW + SECOND, SECOND)
    slack_pace.give_back(tx, "C1", NOW)
    assert slack_pace.take(tx, "C1", NOW, SECOND)


def test_a_channel_without_a_row_has_no_turn(tx: Transaction) -> None:
    assert not slack_pace.take(tx, "C9", NOW, SECOND)


def test_a_replica_passes_over_the_channel_that_another_is_claiming(postgres_url: str) -> None:
    ours, theirs = Database(postgres_url), Database(postgres_url)
    with ours.write() as tx:
        store(tx, [prediction(1), prediction(2)])
        want(tx, 1, "C1", priority=0)
        want(tx, 2, "C2")
    with ours.write() as tx:
        taken(tx)
        assert claimed_apart(theirs) == "case_2"
    assert claimed_apart(theirs) is None
    ours.dispose()
    theirs.dispose()


def test_a_row_that_a_use_case_is_changing_costs_its_channel_no_turn(postgres_url: str) -> None:
    ours, theirs = Database(postgres_url), Database(postgres_url)
    with ours.write() as tx:
        store(tx, [prediction(1)])
        want(tx, 1)
    with ours.write() as tx:
        want(tx, 1)
        assert claimed_apart(theirs) is None
    assert claimed_apart(theirs) == "case_1"
    ours.dispose()
    theirs.dispose()


def claimed_apart(database: Database) -> str | None:
    """Claim on a thread of its own, as a replica would while this thread's transaction is open."""

    def run() -> str | None:
        with database.write() as tx:
            claimed = claim(tx, owner="replica")
            return claimed.projection.case_id if claimed else None

    with ThreadPoolExecutor(1) as replica:
        return replica.submit(run).result()
