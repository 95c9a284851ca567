"""The outbox: once for each key, in order, retried, and visible when dead."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from storage.delivery import outbox
from storage.delivery.outbox import Item, ItemClaim
from storage.engine.database import Database, Transaction
from tests.storage.examples import HOUR, NOW, SECOND

LEASE = 30 * SECOND


@pytest.fixture
def tx(database: Database) -> Iterator[Transaction]:
    with database.write() as open_tx:
        yield open_tx


def item(number: int, kind: str = "callback", order: str | None = None) -> Item:
    return Item(f"out_{number}", kind, f"key-{number}", {"number": number}, NOW, order)


def claim(
    tx: Transaction, at: int = 0, *, kinds: tuple[str, ...] = ("callback",), limit: int = 9
) -> list[ItemClaim]:
    return outbox.claim(tx, kinds, "me", NOW + at * SECOND, LEASE, limit)


def ids(claims: list[ItemClaim]) -> list[str]:
    return [one.item.item_id for one in claims]


def test_an_item_is_stored_once_for_each_key(tx: Transaction) -> None:
    assert outbox.add_many(tx, [item(1), item(2)]) == {"key-1", "key-2"}
    assert outbox.add_many(tx, [item(1), item(3)]) == {"key-3"}
    assert outbox.add_many(tx, []) == set()


def test_a_claim_carries_the_payload(tx: Transaction) -> None:
    outbox.add_many(tx, [item(1)])
    (claimed,) = claim(tx)
    assert (claimed.item.payload, claimed.item.created_at, claimed.attempt) == ({"number": 1}, NOW, 1)


def test_only_the_asked_kinds_are_claimed_up_to_the_limit(tx: Transaction) -> None:
    outbox.add_many(tx, [item(1), item(2, "notice"), item(3), item(4)])
    assert ids(claim(tx, limit=2)) == ["out_1", "out_3"]
    assert ids(claim(tx, kinds=("notice", "digest"))) == ["out_2"]


def test_what_is_delivered_is_not_claimed_again(tx: Transaction) -> None:
    outbox.add_many(tx, [item(1)])
    assert outbox.finish(tx, claim(tx)[0], NOW + HOUR)
    assert claim(tx, 9_999) == []
    done = outbox.get(tx, "out_1")
    assert done is not None
    assert done.delivered_at == NOW + HOUR


def test_items_of_one_order_go_one_by_one(tx: Transaction) -> None:
    outbox.add_many(tx, [item(1, order="case_1"), item(2, order="case_1"), item(3, order="case_2"), item(4)])
    first = claim(tx)
    assert ids(first) == ["out_1", "out_3", "out_4"]
    assert claim(tx) == []
    outbox.finish(tx, first[0], NOW)
    assert ids(claim(tx)) == ["out_2"]


def test_a_failing_item_holds_up_only_its_own_order(tx: Transaction) -> None:
    outbox.add_many(tx, [item(1, order="case_1"), item(2, order="case_1"), item(3, order="case_2")])
    outbox.fail(tx, claim(tx, limit=1)[0], NOW + HOUR, "http 500")
    assert ids(claim(tx)) == ["out_3"]


def test_a_dead_item_lets_those_behind_it_go(tx: Transaction) -> None:
    outbox.add_many(tx, [item(1, order="case_1"), item(2, order="case_1")])
    outbox.bury(tx, claim(tx)[0], "http 410")
    assert ids(claim(tx)) == ["out_2"]
    assert [(dead.item_id, dead.dead_reason) for dead in outbox.dead(tx)] == [("out_1", "http 410")]


def test_revival_tries_again_from_the_start(tx: Transaction) -> None:
    outbox.add_many(tx, [item(1), item(2)])
    for claimed in claim(tx):
        outbox.bury(tx, claimed, "http 410")
    assert outbox.revive(tx, ["out_2"], NOW) == 1
    assert outbox.revive(tx, ["out_none"], NOW) == 0
    assert ids(claim(tx)) == ["out_2"]
    assert outbox.revive(tx, None, NOW) == 1


def test_a_failure_waits_for_its_retry_and_is_counted(tx: Transaction) -> None:
    outbox.add_many(tx, [item(1)])
    outbox.fail(tx, claim(tx)[0], NOW + 60 * SECOND, "time-out")
    assert claim(tx, 59) == []
    (again,) = claim(tx, 60)
    assert (again.item.failures, again.item.last_error) == (1, "time-out")


def test_postponing_counts_no_failure(tx: Transaction) -> None:
    outbox.add_many(tx, [item(1)])
    outbox.postpone(tx, claim(tx)[0], NOW + 60 * SECOND)
    assert claim(tx, 59) == []
    assert claim(tx, 60)[0].item.failures == 0


def test_only_what_nobody_has_begun_to_deliver_is_recalled(tx: Transaction) -> None:
    outbox.add_many(tx, [item(number) for number in range(1, 7)])
    outbox.add_many(tx, [item(7, "notice"), replace(item(8), key="other-8")])
    postponed, failed, unknown, held, done, _ = claim(tx, limit=6)
    outbox.postpone(tx, postponed, NOW + HOUR)
    outbox.fail(tx, failed, NOW + HOUR, "http 503", is_certain=True)
    outbox.record_attempt(tx, unknown, "attempt_1", NOW)
    outbox.fail(tx, unknown, NOW + HOUR, "time-out")
    outbox.finish(tx, done, NOW)
    recalled = outbox.recall(tx, "callback", "key-", "me", NOW, LEASE, 9)
    assert held.item.item_id == "out_4"
    assert ids(recalled) == ["out_1", "out_2"]
    assert outbox.recall(tx, "callback", "key-", "me", NOW, LEASE, 9) == []


def test_what_is_noted_is_there_for_the_next_try(tx: Transaction) -> None:
    outbox.add_many(tx, [item(1)])
    (held,) = claim(tx)
    assert outbox.note(tx, held, {"number": 1, "file": "F1"})
    (again,) = claim(tx, at=60)
    assert again.item.payload == {"number": 1, "file": "F1"}
    assert not outbox.note(tx, held, {})


def test_who_lost_the_lease_changes_nothing(tx: Transaction) -> None:
    outbox.add_many(tx, [item(1)])
    (paused,) = claim(tx)
    (current,) = claim(tx, 30)
    assert current.attempt == 2
    assert not outbox.finish(tx, paused, NOW)
    assert not outbox.fail(tx, paused, NOW, "late")
    assert not outbox.bury(tx, paused, "late")
    assert not outbox.record_attempt(tx, paused, "attempt_1", NOW)
    assert outbox.finish(tx, current, NOW)


def test_an_attempt_without_an_answer_is_told_to_the_next(tx: Transaction) -> None:
    outbox.add_many(tx, [item(1)])
    outbox.record_attempt(tx, claim(tx)[0], "attempt_1", NOW)
    (following,) = claim(tx, 30)
    assert (following.previous_attempt_id, following.previous_attempted_at) == ("attempt_1", NOW)


def test_the_age_is_that_of_what_waits_longest(tx: Transaction) -> None:
    assert outbox.oldest_undelivered_at(tx) is None
    outbox.add_many(tx, [item(1), item(2)])
    assert outbox.oldest_undelivered_at(tx) == NOW
    for claimed in claim(tx):
        outbox.finish(tx, claimed, NOW)
    assert outbox.oldest_undelivered_at(tx) is None


def test_only_what_was_delivered_is_forgotten(tx: Transaction) -> None:
    outbox.add_many(tx, [item(1), item(2)])
    outbox.finish(tx, claim(tx, limit=1)[0], NOW)
    assert outbox.forget_before(tx, NOW + SECOND) == 1
    assert outbox.get(tx, "out_1") is None
    assert outbox.get(tx, "out_2") is not None
