"""Wants threads to be read, in which somebody may have answered while nobody listened."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from bot.usecases.context import Context
from storage import outbox, paces, threads
from storage.database import Transaction
from storage.item import Item

JsonObject = dict[str, Any]
THREAD = "thread"
MOST_THREADS = 200
ONCE_IN = timedelta(minutes=5)
"""However often the connection breaks, a thread is read once in this time."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread to read, and the workspace it is in."""

    team_id: str
    channel_id: str
    ts: str

    def to_payload(self) -> JsonObject:
        """The thread as JSON for the outbox."""
        return asdict(self)

    @classmethod
    def from_payload(cls, payload: JsonObject) -> Self:
        """The thread from the outbox's JSON."""
        return cls(**payload)


def read_again(ctx: Context) -> int:
    """Want the threads of waiting cases read, the most urgent first; how many that are not wanted yet."""
    with ctx.database.write() as tx:
        found = [Thread(ctx.team_id, *one) for one in threads.of_open_cases(tx, MOST_THREADS)]
        return len(_want(ctx, tx, found))


def read_when_known(ctx: Context, tx: Transaction, channel_id: str, ts: str) -> None:
    """Want a thread read that may belong to a message of ours whose post is not answered yet."""
    if threads.may_appear(tx, channel_id):
        _want(ctx, tx, [Thread(ctx.team_id, channel_id, ts)])


def _want(ctx: Context, tx: Transaction, found: list[Thread]) -> set[str]:
    now = ctx.clock.now()
    paces.open_many(tx, [paces.READS])
    return outbox.add_many(tx, [_item(ctx, one, now) for one in found])


def _item(ctx: Context, thread: Thread, now: datetime) -> Item:
    span = int(now.timestamp() // ONCE_IN.total_seconds())
    key = f"{THREAD}:{thread.channel_id}:{thread.ts}:{span}"
    return Item(ctx.new_id("out"), THREAD, key, thread.to_payload(), now)
