"""What was kept only to notice repeats is forgotten; what counts stays."""

from datetime import timedelta

import pytest

from bot.usecases import retention
from bot.usecases.outgoing import NOTICE
from storage.delivery import claimed_events, outbox
from storage.delivery.outbox import Item
from storage.engine import deletion
from storage.engine.database import Database
from tests.worlds.clocks import MONDAY, StillClock
from tests.worlds.delivery import delivering

LONG = timedelta(days=36)


def test_old_events_and_delivered_items_go_and_undelivered_ones_stay(database: Database) -> None:
    clock = StillClock(MONDAY)
    ctx = delivering(database, clock)
    items = [Item(name, NOTICE, name, {}, clock.now()) for name in ("delivered", "waiting")]
    with database.write() as tx:
        claimed_events.claim(tx, "event:1", clock.now())
        outbox.add_many(tx, items)
        claims = outbox.claim(tx, {NOTICE}, "p1", clock.now(), LONG, 1)
        outbox.finish(tx, claims[0], clock.now())
    kept = "waiting" if claims[0].item.item_id == "delivered" else "delivered"
    assert not any(retention.forget_due(ctx).values())
    clock.advance(LONG)
    forgotten = {name: count for name, count in retention.forget_due(ctx).items() if count}
    assert forgotten == {"events": 1, "items": 1}
    with database.read() as tx:
        assert outbox.get(tx, kept) is not None


def test_much_is_forgotten_in_portions_and_all_of_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletion, "PORTION", 2)
    clock = StillClock(MONDAY)
    ctx = delivering(database, clock)
    with database.write() as tx:
        for number in range(5):
            claimed_events.claim(tx, f"event:{number}", clock.now())
    clock.advance(LONG)
    with database.write() as tx:
        claimed_events.claim(tx, "event:new", clock.now())
        assert claimed_events.forget_before(tx, clock.now()) == 2
    assert retention.forget_due(ctx)["events"] == 3
    with database.write() as tx:
        assert not claimed_events.claim(tx, "event:new", clock.now())
