"""Escalation steps that were taken; each step of a case happens once."""

from datetime import datetime

from storage.engine.database import Transaction
from storage.record import record
from storage.tables import steps


def take(tx: Transaction, case_id: str, step: int, to: str, now: datetime) -> bool:
    """Claim step number `step` of a case, `to` being its addressee's kind: thread, people or channel.

    False when it was taken before.
    """
    return record.add_once(tx, steps, {"case_id": case_id, "step": step, "to": to, "taken_at": now})
