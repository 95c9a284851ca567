"""The messages of cases that are not known to be there yet."""

from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from routing.slack_channel import ChannelId
from storage.cases import case_threads
from storage.delivery import projections
from storage.delivery.projections import Claim
from storage.engine.database import Database, Transaction
from tests.storage.examples import HOUR, NOW, prediction, store


def claimed(tx: Transaction, at: int = 1) -> Claim:
    held = projections.claim(tx, "me", NOW + at * HOUR, HOUR, HOUR)
    assert held is not None
    return held


def is_awaited(tx: Transaction, channel: str = "C1") -> bool:
    return case_threads.owner_of(tx, ChannelId("", channel), "1.1").may_appear


def begin_a_post(tx: Transaction) -> Claim:
    """A message whose post is on its way: whether Slack has taken it is not known yet."""
    (case,) = store(tx, [prediction(1)])
    projections.want(tx, case.case_id, ChannelId("", "C1"), 1, case.due_at, NOW)
    held = claimed(tx)
    projections.record_attempt(tx, held, "attempt_1", NOW)
    return held


def test_a_message_may_appear_while_its_post_is_not_answered(database: Database) -> None:
    with database.write() as tx:
        (case,) = store(tx, [prediction(1)])
        projections.want(tx, case.case_id, ChannelId("", "C1"), 1, case.due_at, NOW)
        held = claimed(tx)
        states = [is_awaited(tx)]
        projections.record_attempt(tx, held, "attempt_1", NOW)
        states += [is_awaited(tx), is_awaited(tx, "C2")]
        projections.finish(tx, held, "1.1", 1)
        states.append(is_awaited(tx))
        owner = case_threads.owner_of(tx, ChannelId("", "C1"), "1.1")
    assert states == [False, True, False, False]
    assert owner.shown is not None
    assert owner.shown.case_id == case.case_id


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_post_that_is_answered_while_its_thread_is_looked_up_is_not_overlooked(database: Database) -> None:
    """SQLite has a single writer at a time, so that nothing comes between."""
    with database.write() as tx:
        held = begin_a_post(tx)

    def answer_the_post() -> None:
        with database.write() as tx:
            projections.finish(tx, held, "1.1", 1)

    answers: list[Future[None]] = []
    with ThreadPoolExecutor(1) as elsewhere, database.write() as tx:

        def after_the_first_question(*_: object) -> None:
            if not answers:
                answers.append(elsewhere.submit(answer_the_post))
                answers[0].result()

        sa.event.listen(tx, "after_cursor_execute", after_the_first_question)
        owner = case_threads.owner_of(tx, ChannelId("", "C1"), "1.1")
    assert owner.shown is not None
