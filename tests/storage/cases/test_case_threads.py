"""The messages of cases that are not known to be there yet."""

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


def test_a_message_may_appear_while_its_post_is_not_answered(database: Database) -> None:
    with database.write() as tx:
        (case,) = store(tx, [prediction(1)])
        projections.want(tx, case.case_id, ChannelId("", "C1"), 1, case.due_at, NOW)
        held = claimed(tx)
        states = [case_threads.may_appear(tx, ChannelId("", "C1"))]
        projections.record_attempt(tx, held, "attempt_1", NOW)
        states += [
            case_threads.may_appear(tx, ChannelId("", "C1")),
            case_threads.may_appear(tx, ChannelId("", "C2")),
        ]
        projections.finish(tx, held, "1.1", 1)
        states.append(case_threads.may_appear(tx, ChannelId("", "C1")))
    assert states == [False, True, False, False]
