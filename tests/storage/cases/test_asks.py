"""Who is asked about a case by name, once each, and what came of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.case.ask import Ask, AskPurpose, AskState
from routing.case.case import CaseStatus
from routing.slack_channel import ChannelId
from storage.cases import asks, cases
from storage.engine.database import Database
from tests.storage.examples import ANNA, BEN, HOUR, NOW, prediction, store

ASK = Ask("case_1", ANNA, AskPurpose.SECOND_OPINION, NOW, NOW + HOUR)


def test_a_person_is_asked_about_a_case_once_from_whichever_workspace(database: Database) -> None:
    abroad = replace(ASK, expert=replace(ANNA, team_id="T2"))
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2)])
        assert asks.add(tx, ASK)
        assert not asks.add(tx, replace(ASK, asked_at=NOW + HOUR))
        assert not asks.add(tx, abroad)
        assert asks.add(tx, replace(ASK, expert=BEN, purpose=AskPurpose.CLAIM))
        assert asks.add(tx, replace(ASK, case_id="case_2"))

        assert [ask.expert for ask in asks.of_case(tx, "case_1")] == [ANNA, BEN]
        assert asks.find(tx, "case_1", abroad.expert) == ASK
        assert asks.find(tx, "case_2", BEN) is None


@pytest.mark.parametrize("state", [AskState.ANSWERED, AskState.DECLINED])
def test_an_ask_ends_once_and_may_be_answered_after_its_time(database: Database, state: AskState) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
        asks.add(tx, ASK)

        assert asks.end(tx, "case_1", ANNA, AskState.LAPSED)
        assert not asks.end(tx, "case_1", ANNA, AskState.LAPSED)
        assert asks.end(tx, "case_1", ANNA, state)
        assert not asks.end(tx, "case_1", ANNA, AskState.LAPSED)
        assert not asks.end(tx, "case_1", BEN, state)

        assert asks.of_case(tx, "case_1") == [replace(ASK, state=state)]


def test_asks_of_a_day_are_counted_for_each_person_over_all_cases(database: Database) -> None:
    before = replace(ASK, case_id="case_2", asked_at=NOW - timedelta(days=2))
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2)])
        for ask in (ASK, before, replace(ASK, case_id="case_2", expert=BEN)):
            asks.add(tx, ask)

        assert asks.asked_since(tx, {"U1", "U3"}, NOW - HOUR) == {"U1": (NOW,)}
        assert asks.asked_since(tx, {"U1", "U2"}, NOW - timedelta(days=3)) == {
            "U1": (before.asked_at, NOW),
            "U2": (NOW,),
        }


def test_it_is_kept_where_the_ask_is_shown(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
        asks.add(tx, ASK)
        asks.add(tx, replace(ASK, expert=BEN))

        asks.address(tx, "case_1", ANNA, ChannelId("", "D1"))

        assert [ask.channel_id for ask in asks.of_case(tx, "case_1")] == [ChannelId("", "D1"), None]


def test_the_next_turn_stands_until_it_is_put_off_or_the_case_is_over(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2), prediction(3)])
        for number in (1, 2, 3):
            asks.schedule(tx, f"case_{number}", NOW - number * HOUR)
        assert asks.due(tx, NOW, 10) == ["case_3", "case_2", "case_1"]
        assert asks.due(tx, NOW, 1) == ["case_3"]

        asks.schedule(tx, "case_3", NOW + HOUR)
        asks.schedule(tx, "case_2", None)
        assert asks.due(tx, NOW, 10) == ["case_1"]
        assert [cases.get(tx, f"case_{number}").ask_at for number in (2, 3)] == [None, NOW + HOUR]

        cases.save(tx, replace(cases.lock(tx, "case_1"), status=CaseStatus.EXPIRED))
        assert asks.due(tx, NOW, 10) == []
