"""The skeleton of all senders: claim a row, do what it asks for, and let no row's trouble stop another's."""

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from bot.delivery.sender.attempts import Courier
from bot.delivery.sender.slack_health import SlackHealth
from bot.usecases.context import Context
from storage.engine.database import Transaction
from storage.errors import DatabaseUnavailable

C = TypeVar("C")


class Sender(ABC, Generic[C]):
    """Takes claimed rows in turn; any number of threads may call `step`.

    Without `health` what it sends does not go to Slack.
    """

    def __init__(self, ctx: Context, owner: str, health: SlackHealth | None = None) -> None:
        self._ctx = ctx
        self._owner = owner
        self._health = health or SlackHealth()

    def step(self) -> bool:
        """Send the row whose turn it is; False when there is none or Slack must be left alone."""
        if self._health.held_for() or not self._may_have_work():
            return False
        # Over before the call: a transaction that waited for Slack would keep SQLite's only turn to write.
        with self._ctx.database.write() as tx:
            claim = self._claim(tx)
            is_its_time = claim is not None and not self._postpone(tx, claim)
        if claim is not None and is_its_time:
            self._attempt(claim)
        return claim is not None

    def _attempt(self, claim: C) -> None:
        """Send a claimed row; whatever goes wrong is its own trouble, except that no database answers."""
        try:
            self._send(claim)
        except DatabaseUnavailable:
            raise  # the lease gives the row back; any other error would come back with the row for ever
        except Exception as error:  # noqa: BLE001  a poison row must not stop its neighbors
            self._failed(claim, error)

    def _may_have_work(self) -> bool:
        """Whether it is worth a transaction that writes to look for a row."""
        return True

    def _postpone(self, tx: Transaction, claim: C) -> bool:  # noqa: ARG002  for those who postpone
        """Whether the row just claimed was put off, because of what other rows met."""
        return False

    @abstractmethod
    def _claim(self, tx: Transaction) -> C | None:
        """Lease the row whose turn it is; None when there is none."""

    @abstractmethod
    def _send(self, claim: C) -> None:
        """Do what the row asks for and put it on record; no transaction is open."""

    @abstractmethod
    def _failed(self, claim: C, error: Exception) -> None:
        """Record a failure of `_send`: another time, another way, or the end."""


class SlackSender(Sender[C]):
    """A sender to Slack, which shares a `courier` with the others."""

    def __init__(self, courier: Courier, owner: str) -> None:
        super().__init__(courier.ctx, owner, courier.health)
        self._courier = courier
