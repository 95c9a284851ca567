"""Rows of earlier versions are taken into the record by a tick, and how far it reaches is told."""

from datetime import timedelta

from bot.usecases import earlier_rows, record
from storage import audit
from storage.engine.database import Database
from storage.record import takeover
from tests.storage.recorded import COUNT, fill, forget_record
from tests.worlds.desk import World, make_world


def upgraded(database: Database) -> World:
    """A world whose rows an earlier version wrote."""
    world = make_world(database)
    fill(database)
    with database.write() as tx:
        forget_record(tx)
        takeover.begin(tx)
    return world


def test_a_tick_takes_in_what_an_earlier_version_wrote(database: Database) -> None:
    world = upgraded(database)
    assert earlier_rows.take_in(world.ctx) == {"taken_in": 10 * COUNT}
    assert earlier_rows.take_in(world.ctx) == {"taken_in": 0}
    world.clock.sleep(timedelta(hours=2))
    earlier_rows.take_in(world.ctx)
    assert earlier_rows.take_in(world.ctx) == {}
    with database.read() as tx:
        assert (audit.verify(tx).ok, audit.verify(tx).waiting) == (True, 0)


def test_where_nothing_is_to_be_taken_in_the_tick_writes_nothing(database: Database) -> None:
    world = make_world(database)
    assert earlier_rows.take_in(world.ctx) == {}
    with database.read() as tx:
        assert audit.verify(tx).count == 0


def test_how_far_the_record_reaches_is_told_when_it_grew(database: Database) -> None:
    world = make_world(database)
    assert record.cast_anchor(world.ctx) is None
    assert record.last_anchor(world.ctx) is None
    world.open()
    first = record.cast_anchor(world.ctx)
    assert (record.cast_anchor(world.ctx), record.last_anchor(world.ctx)) == (None, first)
    world.open()
    assert record.cast_anchor(world.ctx) not in {None, first}
