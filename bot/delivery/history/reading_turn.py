"""Slack's pace for what is read: a turn is used only where there is something to read."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from bot.delivery.sender.attempts import Courier
from storage.delivery import slack_pace
from storage.engine.database import Transaction

R = TypeVar("R")


def claim_in_turn(
    tx: Transaction,
    courier: Courier,
    owner: str,
    pace: str,
    claim: Callable[[Transaction, str, datetime, timedelta], R | None],
) -> R | None:
    """What `claim` takes, if `pace` allows a call now; None without using it up where there is nothing."""
    now, tempo = courier.ctx.clock.now(), courier.tempo
    # The turn is a row that all replicas share: Slack counts reads by app, not by process.
    if not slack_pace.take(tx, pace, now, tempo.stretched(tempo.read_every)):
        return None
    row = claim(tx, owner, now, tempo.stretched(tempo.lease))
    if row is None:
        slack_pace.give_back(tx, pace, now)
    return row
