"""A draw counts once, is dealt with once, and its case has a settled answer."""

from dataclasses import replace
from datetime import datetime

from routing.prediction import Origin
from routing.slack_channel import ChannelId
from storage.engine.database import Database
from storage.trials import draws
from storage.trials.draws import TrialAnswer, TrialDraw
from tests.storage.examples import HOUR, NOW, prediction, store

DRAW = TrialDraw("case_1", Origin.PLANTED, "fraud", "low", 0.02, NOW, NOW + HOUR)
CHANNEL = ChannelId("", "C1")


def drawn(database: Database, *more: TrialDraw) -> None:
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2)])
        draws.add_many(tx, [DRAW, *more])


def due(database: Database, now: datetime) -> tuple[TrialDraw, ...]:
    with database.read() as tx:
        return draws.due(tx, now, 10)


def test_what_is_drawn_twice_comes_once_and_not_before_its_moment(database: Database) -> None:
    gold = replace(DRAW, origin=Origin.GOLD, put_in_at=NOW)
    drawn(database, DRAW, replace(DRAW, chance=0.5), gold)
    assert due(database, NOW) == (gold,)
    assert due(database, NOW + HOUR) == (gold, DRAW)


def test_whoever_takes_a_draw_first_deals_with_it(database: Database) -> None:
    drawn(database)
    with database.write() as tx:
        assert draws.take(tx, DRAW)
        assert not draws.take(tx, DRAW)
    assert due(database, NOW + HOUR) == ()


def test_the_case_of_a_draw_has_its_settled_answer_and_others_have_none(database: Database) -> None:
    drawn(database)
    with database.write() as tx:
        draws.put_in(tx, DRAW, TrialAnswer("case_2", "case_1", "ok"))
    with database.read() as tx:
        assert (draws.answer_of(tx, "case_2"), draws.answer_of(tx, "case_1")) == ("ok", None)


def test_a_channel_hears_of_each_origin_once_and_knows_of_it_from_then_on(database: Database) -> None:
    with database.write() as tx:
        assert draws.queue_notice(tx, CHANNEL, Origin.GOLD, NOW)
        assert not draws.queue_notice(tx, CHANNEL, Origin.GOLD, NOW + HOUR)
        assert draws.noticed(tx, CHANNEL) == {Origin.GOLD}
        assert draws.lock(tx, CHANNEL) == {}
        draws.mark_notified(tx, CHANNEL, NOW + HOUR)
        assert draws.queue_notice(tx, CHANNEL, Origin.PLANTED, NOW + HOUR)
        draws.mark_notified(tx, CHANNEL, NOW + 2 * HOUR)
        assert draws.lock(tx, CHANNEL) == {Origin.GOLD: NOW + HOUR, Origin.PLANTED: NOW + 2 * HOUR}
        assert draws.noticed(tx, ChannelId("", "C2")) == set()
