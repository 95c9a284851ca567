"""Every queue is read through an index, however long it is."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from routing.prediction import ModelRef
from routing.slack_channel import ChannelId
from storage.cases import cases, decisions, labels, predictions
from storage.delivery import (
    channel_readings,
    claimed_events,
    message_queue,
    outbox,
    posted_messages,
    projections,
    thread_readings,
    webhook_receipts,
)
from storage.engine.database import Database, Transaction
from storage.evidence import case_inputs, expert_answers, labels_in_order
from storage.measured import alarms, consensus_rules
from tests.storage.examples import ANNA, HOUR, NOW, SECOND, prediction, store

Statement = tuple[str, Any]

READS: dict[str, Callable[[Transaction], object]] = {
    "ix_cases_open": lambda tx: cases.queue(tx, None, 20),
    "ix_cases_open ": lambda tx: cases.newly_overdue(tx, ["fraud"], NOW - HOUR, NOW, "redraw:due:", 20),
    "ix_decisions_decided_at": lambda tx: decisions.in_force(
        tx, ["fraud"], NOW - HOUR, NOW, "redraw:undo:", 20
    ),
    "ix_cases_open_channel": lambda tx: cases.queue(tx, "reviews", 20),
    "ix_cases_open_assigned": lambda tx: cases.open_for(tx, ANNA, 20),
    "ix_cases_open_step": lambda tx: cases.due_steps(tx, NOW, 20),
    "ix_cases_open_expiry": lambda tx: cases.expiring(tx, NOW, 20),
    "uq_projections_message": lambda tx: projections.by_message(tx, ChannelId("", "C1"), "1.1"),
    "ix_labels_expert": lambda tx: labels.of_expert(tx, ANNA, 20),
    "ix_decision_feed_service_cursor": lambda tx: decisions.feed(tx, "shop", 5, 20),
    "ix_projections_to_post": lambda tx: projections.claim(tx, "me", NOW, HOUR, SECOND),
    "ix_projections_to_update": lambda tx: projections.claim(tx, "me", NOW, HOUR, SECOND),
    "ix_projections_waiting": message_queue.oldest_waiting_at,
    "ix_outbox_pending": lambda tx: outbox.claim(tx, ["callback"], "me", NOW, HOUR, 20),
    "ix_outbox_pending ": lambda tx: outbox.recall(tx, "notice", "reminders:", "me", NOW, HOUR, 20),
    "ix_outbox_order": lambda tx: outbox.claim(tx, ["callback"], "me", NOW, HOUR, 20),
    "ix_outbox_waiting": outbox.oldest_undelivered_at,
    "ix_outbox_delivered": lambda tx: outbox.forget_before(tx, NOW),
    "ix_receipts_received_at": lambda tx: webhook_receipts.forget_before(tx, NOW),
    "ix_events_claimed_at": lambda tx: claimed_events.forget_before(tx, NOW),
    "ix_predictions_audit": lambda tx: labels_in_order.audits(
        tx, "fraud", "low", ModelRef("forest", "1"), NOW - HOUR, NOW
    ),
    "ix_predictions_task_received_at": lambda tx: case_inputs.sample(tx, "fraud", NOW - HOUR, NOW, 20),
    "ix_channel_readings_due": lambda tx: channel_readings.claim(tx, "me", NOW, HOUR),
    "ix_thread_readings_due": lambda tx: thread_readings.claim(tx, "me", NOW, HOUR),
    "ix_thread_readings_read": lambda tx: thread_readings.forget_before(tx, NOW),
    "uq_projections_message ": lambda tx: posted_messages.newest(
        tx, ChannelId("", "C1"), None, "1.1", NOW, 20
    ),
    "ix_consensus_rules_version": lambda tx: consensus_rules.document(tx, "v1"),
    "ix_predictions_task_received_at ": lambda tx: expert_answers.of_task(
        tx, "fraud", NOW - HOUR, NOW, 20_000
    ),
    "ix_alarms_task_raised_at": lambda tx: alarms.since(tx, ["fraud"], NOW - HOUR, NOW),
}


@pytest.fixture
def filled(database: Database) -> Iterator[Transaction]:
    """A transaction over a few hundred rows; PostgreSQL prefers an index where there is one."""
    with database.write() as tx:
        opened = store(tx, [prediction(number) for number in range(300)])
        projections.want_many(
            tx,
            [
                projections.WantedMessage(case.case_id, ChannelId("", "C1"), 1, case.due_at, NOW)
                for case in opened
            ],
        )
        if database.dialect == "postgresql":
            tx.execute(sa.text("SET LOCAL enable_seqscan = off"))
            tx.execute(sa.text("SET LOCAL enable_bitmapscan = off"))
        yield tx


@pytest.mark.parametrize("index", READS)
def test_the_queue_is_read_through_its_index(filled: Transaction, index: str) -> None:
    assert index in plan(filled, READS[index])


def test_predictions_are_found_by_their_unique_key(filled: Transaction) -> None:
    found = plan(filled, lambda tx: predictions.find_many(tx, [("shop", "order-1")]))
    unique_key = {
        "sqlite": "sqlite_autoindex_predictions_2",
        "postgresql": "uq_predictions_service_external_id",
    }
    assert unique_key[filled.dialect.name] in found


def plan(tx: Transaction, read: Callable[[Transaction], object]) -> str:
    """What the database says of how it ran every statement of `read`."""
    seen: list[Statement] = []

    def note(_connection: object, _cursor: object, sql: str, given: Any, *_: object) -> None:
        seen.append((sql, given))

    event.listen(tx, "before_cursor_execute", note)
    read(tx)
    event.remove(tx, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if tx.dialect.name == "sqlite" else "EXPLAIN "
    return "\n".join(str(row) for sql, given in seen for row in tx.exec_driver_sql(explain + sql, given))
