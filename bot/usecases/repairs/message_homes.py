"""Where messages that are not posted yet belong by the policy in force: a mended id moves them."""

from dataclasses import replace
from datetime import datetime
from operator import attrgetter

from bot.usecases.context import Context
from routing.case.case import Case
from routing.policy import Policy
from routing.slack_channel import ChannelName
from storage.cases import cases
from storage.delivery import unposted_messages
from storage.delivery.projection_state import Projection
from storage.delivery.unposted_messages import UnpostedMessage
from storage.engine.database import Database, Transaction

PORTION = 500


def rehome_all(database: Database, policy: Policy, now: datetime) -> int:
    """Let every message that is not posted yet be posted where the policy now says; how many were moved.

    In portions, and as often as anybody likes. Those that have died are tried again where they move.
    """
    moved, after = 0, 0
    while page := _page(database, after):
        moved += _move(database, policy, page, now, is_refused=False)
        after = page[-1].row_id
    return moved


def rehome(ctx: Context, row: Projection) -> bool:
    """The same for a message that its channel refused; whether it belongs somewhere else."""
    with ctx.database.read() as tx:
        message = unposted_messages.of_row(tx, row.row_id)
    if message is None:
        return False
    return _move(ctx.database, ctx.policy, [message], ctx.clock.now(), is_refused=True) > 0


def _page(database: Database, after: int) -> list[UnpostedMessage]:
    with database.read() as tx:
        return unposted_messages.page(tx, after, PORTION)


def _move(
    database: Database, policy: Policy, page: list[UnpostedMessage], now: datetime, *, is_refused: bool
) -> int:
    """Move those of the page that belong elsewhere; how many."""
    astray = [message for message in page if _place(policy, message) is not None]
    if not astray:
        return 0
    moved = 0
    with database.write() as tx:
        for message in sorted(astray, key=attrgetter("case_id")):  # ticks lock cases in the same order
            channel = str(_place(policy, message))
            case = _follower(tx, message, channel)
            is_moved = unposted_messages.move(
                tx, message, policy.channel_id(channel), now, is_refused=is_refused
            )
            moved += is_moved
            if is_moved and case is not None:
                cases.save(tx, replace(case, routing=replace(case.routing, channel=channel)))
    return moved


def _follower(tx: Transaction, message: UnpostedMessage, channel: ChannelName) -> Case | None:
    """The case, if it moves with its message: who may answer goes by its channel.

    It is locked before its message is touched, as by everybody else who changes both.
    """
    stays = not message.is_home or channel == message.case_channel
    # A case that is to be seen somewhere stays there: its people would change under those who read it.
    if stays or unposted_messages.is_shown(tx, message.case_id):
        return None
    return cases.lock(tx, message.case_id)


def _place(policy: Policy, message: UnpostedMessage) -> str | None:
    """The policy's name of the channel where it belongs; None if that is where it is, or nothing names it."""
    name = _home(policy, message) if message.is_home else message.channel
    if name is None or name not in policy.channels:
        return None
    return name if policy.channels[name].id != message.channel_id else None


def _home(policy: Policy, message: UnpostedMessage) -> str | None:
    """Its tier's channel; of a tier that left the policy, the case's own."""
    task = policy.tasks.get(message.task)
    tier = next((tier for tier in task.tiers if tier.name == message.tier), None) if task else None
    return tier.channel if tier else message.case_channel
