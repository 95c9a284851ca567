"""What is to be read in Slack: wanted again and again, read once, the most urgent first."""

from datetime import datetime, timedelta

import pytest

from routing.slack_channel import ChannelId
from storage.delivery import channel_readings, posted_messages, projections, thread_readings
from storage.delivery.channel_readings import ChannelClaim, WantedChannel
from storage.delivery.posted_messages import Stray
from storage.delivery.thread_readings import Rank, ThreadClaim, WantedThread
from storage.engine.database import Database, Transaction
from tests.storage.examples import HOUR, NOW, SECOND, prediction, store


def thread(ts: str, rank: Rank = Rank.CHANGED, priority: int = 0, due_at: datetime = NOW) -> WantedThread:
    return WantedThread(ChannelId("", "C1"), ts, "T1", rank, priority, due_at)


def taken(tx: Transaction, at: datetime = NOW) -> ThreadClaim:
    held = thread_readings.claim(tx, "me", at, HOUR)
    assert held is not None
    return held


def test_threads_are_taken_by_what_is_surely_new_then_by_risk_then_by_due_time(database: Database) -> None:
    wanted = [
        thread("1.1", Rank.EDITED),
        thread("1.2", Rank.UNSEEN, 0),
        thread("1.3", Rank.CHANGED, 1, NOW + SECOND),
        thread("1.4", Rank.CHANGED, 1, NOW),
        thread("1.5", Rank.CHANGED, 0, NOW + HOUR),
        thread("1.6", Rank.DECIDED),
    ]
    with database.write() as tx:
        thread_readings.want_many(tx, wanted, NOW)
        order = [taken(tx).thread_ts for _ in wanted]
    assert order == ["1.5", "1.4", "1.3", "1.2", "1.6", "1.1"]


def test_a_thread_wanted_twice_before_it_is_read_is_read_once(database: Database) -> None:
    with database.write() as tx:
        for _ in range(2):
            thread_readings.want_many(tx, [thread("1.1"), thread("1.1", Rank.EDITED)], NOW)
        assert thread_readings.waiting(tx) == 1
        thread_readings.finish(tx, taken(tx), "1.9", NOW)
        assert thread_readings.waiting(tx) == 0
        assert thread_readings.read_to(tx, ChannelId("", "C1"), ["1.1", "1.2"]) == {"1.1": "1.9"}


def test_a_thread_wanted_while_it_is_read_is_read_again_but_not_by_two_at_once(database: Database) -> None:
    with database.write() as tx:
        thread_readings.want_many(tx, [thread("1.1")], NOW)
        held = taken(tx)
        thread_readings.want_many(tx, [thread("1.1")], NOW)
        assert thread_readings.claim(tx, "you", NOW, HOUR) is None
        thread_readings.finish(tx, held, "1.9", NOW)
        assert taken(tx).version == held.version + 1


def test_a_less_urgent_wish_does_not_put_a_thread_back(database: Database) -> None:
    with database.write() as tx:
        thread_readings.want_many(tx, [thread("1.1", Rank.CHANGED), thread("1.2", Rank.UNSEEN)], NOW)
        thread_readings.want_many(tx, [thread("1.1", Rank.EDITED)], NOW)
        assert taken(tx).thread_ts == "1.1"


def test_a_wish_does_not_shorten_the_pause_that_slack_asked_for(database: Database) -> None:
    with database.write() as tx:
        thread_readings.want_many(tx, [thread("1.1")], NOW)
        thread_readings.fail(tx, taken(tx), NOW + HOUR, "(ratelimited)")
        thread_readings.want_many(tx, [thread("1.1")], NOW)
        assert thread_readings.claim(tx, "me", NOW, HOUR) is None
        assert taken(tx, NOW + HOUR).failures == 1


def test_what_was_read_long_ago_is_forgotten_unless_it_waits(database: Database) -> None:
    with database.write() as tx:
        thread_readings.want_many(tx, [thread("1.1"), thread("1.2")], NOW)
        for _ in range(2):
            thread_readings.finish(tx, taken(tx), "1.9", NOW)
        thread_readings.want_many(tx, [thread("1.2")], NOW)
        assert thread_readings.forget_before(tx, NOW + HOUR) == 1
        assert thread_readings.read_to(tx, ChannelId("", "C1"), ["1.1", "1.2"]) == {"1.2": "1.9"}


def channel(held_row_id: int = 0, held_to: str | None = None, bot: str = "U0BOT") -> WantedChannel:
    return WantedChannel(ChannelId("", "C1"), "T1" if bot else "", bot, held_row_id, held_to)


def test_a_channel_is_read_on_from_where_the_last_page_ended_by_whoever_takes_it(database: Database) -> None:
    with database.write() as tx:
        channel_readings.want_many(tx, [channel()], NOW)
        first = channel_readings.claim(tx, "me", NOW, HOUR)
        assert first is not None
        channel_readings.advance(tx, first, "5.0", NOW)
        second = channel_readings.claim(tx, "you", NOW, HOUR)
        assert second is not None
        assert (second.reached, second.version) == ("5.0", first.version)
        channel_readings.finish(tx, second, NOW)
        assert channel_readings.claim(tx, "me", NOW, HOUR) is None


def test_a_pass_that_a_gap_interrupts_goes_on_and_is_followed_by_a_whole_one(database: Database) -> None:
    with database.write() as tx:
        channel_readings.want_many(tx, [channel()], NOW)
        first = channel_readings.claim(tx, "me", NOW, HOUR)
        assert first is not None
        channel_readings.advance(tx, first, "5.0", NOW)
        channel_readings.want_many(tx, [channel()], NOW)
        rest = channel_readings.claim(tx, "me", NOW, HOUR)
        assert rest is not None
        assert rest.reached == "5.0"
        channel_readings.finish(tx, rest, NOW)
        again = channel_readings.claim(tx, "me", NOW, HOUR)
        assert again is not None
        assert again.reached is None


def test_nobody_reads_before_the_bot_knows_itself(database: Database) -> None:
    with database.write() as tx:
        channel_readings.want_many(tx, [channel(bot="")], NOW)
        assert channel_readings.claim(tx, "me", NOW, HOUR) is None
        channel_readings.want_many(tx, [channel()], NOW)
        channel_readings.want_many(tx, [channel(bot="")], NOW)
        held = channel_readings.claim(tx, "me", NOW, HOUR)
    assert held is not None
    assert (held.team_id, held.bot_user_id) == ("T1", "U0BOT")


def wanted_message(tx: Transaction, number: int) -> None:
    (case,) = store(tx, [prediction(number)])
    projections.want(tx, case.case_id, ChannelId("", "C1"), 1, case.due_at, NOW)


def next_post(tx: Transaction) -> str | None:
    held = projections.claim(tx, "me", NOW, timedelta(0), timedelta(0))
    return held.projection.case_id if held else None


@pytest.mark.parametrize("end", ["finish", "advance", "bury"])
def test_what_waited_at_the_start_is_posted_after_the_look_and_newer_messages_at_once(
    database: Database, end: str
) -> None:
    with database.write() as tx:
        wanted_message(tx, 1)
        channel_readings.want_many(tx, [channel(posted_messages.newest_row_id(tx), "4.0")], NOW)
        assert next_post(tx) is None
        wanted_message(tx, 2)
        assert next_post(tx) == "case_2"
        held = channel_readings.claim(tx, "me", NOW, HOUR)
        assert held is not None
        {
            "finish": lambda: channel_readings.finish(tx, held, NOW),
            "advance": lambda: channel_readings.advance(tx, held, "4.0", NOW),
            "bury": lambda: channel_readings.bury(tx, held, "(not_in_channel)"),
        }[end]()
        assert next_post(tx) == "case_1"


def page(tx: Transaction) -> ChannelClaim:
    held = channel_readings.claim(tx, "me", NOW, HOUR)
    assert held is not None
    return held


@pytest.mark.parametrize("end", ["finish", "advance"])
def test_gaps_that_end_during_every_look_hold_nothing_back_any_longer(database: Database, end: str) -> None:
    with database.write() as tx:
        wanted_message(tx, 1)
        channel_readings.want_many(tx, [channel(posted_messages.newest_row_id(tx), "4.0")], NOW)
        held = page(tx)
        channel_readings.want_many(tx, [channel()], NOW)
        if end == "finish":
            channel_readings.finish(tx, held, NOW)
        else:
            channel_readings.advance(tx, held, "4.0", NOW)
        assert next_post(tx) == "case_1"
        assert channel_readings.waiting(tx) == 1


@pytest.mark.parametrize("end", ["finish", "advance", "bury"])
@pytest.mark.parametrize("is_held", [False, True])
def test_a_look_that_began_before_the_start_does_not_let_go(
    database: Database, end: str, is_held: bool
) -> None:
    with database.write() as tx:
        wanted_message(tx, 1)
        hold = channel(posted_messages.newest_row_id(tx), "4.0")
        channel_readings.want_many(tx, [hold if is_held else channel()], NOW)
        held = page(tx)
        channel_readings.want_many(tx, [hold], NOW)
        is_mine = {
            "finish": lambda: channel_readings.finish(tx, held, NOW),
            "advance": lambda: channel_readings.advance(tx, held, "4.0", NOW),
            "bury": lambda: channel_readings.bury(tx, held, "(not_in_channel)"),
        }[end]()
        assert not is_mine
        assert next_post(tx) is None
        channel_readings.finish(tx, page(tx), NOW)
        assert next_post(tx) == "case_1"


def test_what_a_start_holds_is_looked_for_from_the_newest_message_on_though_a_pass_has_begun(
    database: Database,
) -> None:
    with database.write() as tx:
        wanted_message(tx, 1)
        hold = channel(posted_messages.newest_row_id(tx), "4.0")
        channel_readings.want_many(tx, [hold], NOW)
        channel_readings.advance(tx, page(tx), "5.0", NOW)
        channel_readings.want_many(tx, [hold], NOW)
        assert page(tx).reached is None


def test_a_start_does_not_shorten_the_pause_that_slack_asked_for(database: Database) -> None:
    with database.write() as tx:
        channel_readings.want_many(tx, [channel()], NOW)
        channel_readings.fail(tx, page(tx), NOW + HOUR, "(ratelimited)")
        channel_readings.want_many(tx, [channel(1, "4.0")], NOW)
        assert channel_readings.claim(tx, "me", NOW, HOUR) is None
        assert channel_readings.claim(tx, "me", NOW + HOUR, HOUR) is not None


def test_an_adopted_message_is_updated_and_who_was_about_to_post_is_fenced_out(
    database: Database,
) -> None:
    with database.write() as tx:
        wanted_message(tx, 1)
        held = projections.claim(tx, "me", NOW, HOUR, timedelta(0))
        assert held is not None
        assert posted_messages.adopt(tx, Stray("case_1", ChannelId("", "C1"), "7.7", 4), None, NOW)
        assert not projections.record_attempt(tx, held, "attempt_1", NOW)
        (row,) = projections.of_case(tx, "case_1")
        assert (row.ts, row.wanted_version, row.shown_version) == ("7.7", 5, 0)
        assert not posted_messages.adopt(tx, Stray("case_1", ChannelId("", "C1"), "8.8", 4), None, NOW)


def test_a_message_in_a_channel_that_no_row_names_gets_one(database: Database) -> None:
    with database.write() as tx:
        wanted_message(tx, 1)
        assert posted_messages.adopt(tx, Stray("case_1", ChannelId("", "C2"), "7.7", 2), None, NOW)
        assert [(str(row.channel_id), row.ts, row.priority) for row in projections.of_case(tx, "case_1")] == [
            ("C1", None, 1),
            ("C2", "7.7", 1),
        ]


def test_a_version_that_was_never_wanted_is_outrun(database: Database) -> None:
    with database.write() as tx:
        wanted_message(tx, 1)
        (row,) = projections.of_case(tx, "case_1")
        assert not posted_messages.outrun(tx, row.row_id, 1, NOW)
        assert posted_messages.outrun(tx, row.row_id, 3, NOW)
        assert projections.of_case(tx, "case_1")[0].wanted_version == 4
