"""Sends decisions back to services: signed, retried for days, in order per case."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol
from urllib.parse import urlsplit

import requests
import structlog
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from bot.delivery.callbacks.callback_failure_reasons import CallbackFailed, check, failure_of
from bot.delivery.callbacks.callback_session import Reply
from bot.delivery.callbacks.circuits import Circuits
from bot.delivery.sender.sender import Sender
from bot.errors import SettingsInvalid
from bot.outages.backoff import JITTER, Backoff, Jitter
from bot.settings import Secrets
from bot.usecases.context import Context
from bot.usecases.outgoing import CALLBACK, Callback
from storage.delivery import outbox
from storage.delivery.outbox import ItemClaim
from storage.engine.database import Transaction

log = structlog.get_logger()

BACKOFF = Backoff(timedelta(seconds=5), timedelta(minutes=30), most_tries=20)
"""An item that was revived, or waited for days because this program was down, still gets its tries."""
TRY_FOR = timedelta(days=3)
# Longer than `Patience` lets a call take: nobody else begins while it is under way.
LEASE = timedelta(minutes=1)
FIRST_REST = timedelta(seconds=1)
LONGEST_REST = timedelta(seconds=30)


class Session(Protocol):
    """Posts a callback and reads the beginning of the answer."""

    def deliver(self, url: str, body: bytes, headers: dict[str, str]) -> Reply:
        """Post; raises requests.RequestException where no answer came."""


class CallbackSender(Sender[ItemClaim]):
    """Delivers the outbox's callbacks.

    `new_session` makes a session for each call, as the policy has it for the service; `speed` is the
    application's seconds in a real second.
    """

    def __init__(
        self,
        ctx: Context,
        secrets: Secrets,
        new_session: Callable[[str], Session],
        owner: str,
        *,
        speed: float = 1.0,
        jitter: Jitter = JITTER,
    ) -> None:
        super().__init__(ctx, owner)
        self._secrets = secrets
        self._new_session = new_session
        self._lease = LEASE * speed
        self._circuits = Circuits(Backoff(FIRST_REST * speed, LONGEST_REST * speed, most_tries=0))
        self._jitter = jitter

    def _claim(self, tx: Transaction) -> ItemClaim | None:
        claims = outbox.claim(tx, {CALLBACK}, self._owner, self._ctx.clock.now(), self._lease, 1)
        return claims[0] if claims else None

    def _postpone(self, tx: Transaction, claim: ItemClaim) -> bool:
        rests_until = self._circuits.rests_until(_endpoint(claim), self._ctx.clock.now())
        if rests_until is not None:
            outbox.postpone(tx, claim, rests_until)
        return rests_until is not None

    def _send(self, claim: ItemClaim) -> None:
        reply = self._deliver(claim.item.item_id, Callback.from_payload(claim.item.payload))
        self._circuits.worked(_endpoint(claim))
        with self._ctx.database.write() as tx:
            outbox.finish(tx, claim, self._ctx.clock.now())
        log.info("callback.delivered", **_named(claim), status=reply.status)

    def _deliver(self, item_id: str, callback: Callback) -> Reply:
        body = callback_body(callback)
        headers = self._signed(item_id, callback.service, body)
        try:
            reply = self._new_session(callback.service).deliver(callback.url, body.encode(), headers)
        except requests.RequestException as error:
            raise failure_of(error) from error
        check(reply)
        return reply

    def _signed(self, webhook_id: str, service: str, body: str) -> dict[str, str]:
        """The headers of the Standard Webhooks scheme, signed with every live secret of the service."""
        # Real time, also in a demo that runs faster: receivers refuse a stamp that is minutes off.
        moment = self._ctx.clock.wall()
        signatures = [key.sign(webhook_id, moment, body) for key in self._keys(service)]
        return {
            "content-type": "application/json",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": " ".join(signatures),
        }

    def _keys(self, service: str) -> list[Webhook]:
        sender = self._ctx.policy.services.get(service)
        if sender is None or not sender.secret_env:
            mend = f"The policy names no secret of {service} to sign with: give it `secret_env`, then retry."
            raise CallbackFailed(mend, is_permanent=True)
        try:
            return [Webhook(self._secrets.get(variable)) for variable in sender.secret_env]
        except SettingsInvalid as error:
            # Another process, which proposed this policy, has the secret; here it takes a restart.
            raise CallbackFailed(error.detail) from error
        except (EmptyWebhookSecretError, ValueError) as error:
            mend = f"A secret of {service} cannot be used: see `secondlook doctor`, then retry."
            raise CallbackFailed(mend, is_permanent=True) from error

    def _failed(self, claim: ItemClaim, error: Exception) -> None:
        if not isinstance(error, CallbackFailed):
            raise error  # a defect of ours: the lease gives the row back, and the loop tells of it
        now = self._ctx.clock.now()
        if error.is_endpoint_down:
            self._circuits.failed(_endpoint(claim), now)
        failures = claim.item.failures + 1
        is_old = now >= claim.item.created_at + TRY_FOR and BACKOFF.is_spent(failures)
        is_dead = error.is_permanent or is_old
        with self._ctx.database.write() as tx:
            if is_dead:
                outbox.bury(tx, claim, str(error))
            else:
                retry_at = now + BACKOFF.wait(failures, self._jitter)
                # Never looked up: a service may get it twice, and
                # tells by the `webhook-id`, which stays the same.
                outbox.fail(tx, claim, retry_at, str(error), is_certain=True)
        event = "callback.dead" if is_dead else "callback.failed"
        log.warning(event, **_named(claim), failures=failures, reason=error.loggable)


def callback_body(callback: Callback) -> str:
    """The body as the Standard Webhooks specification lays it out: `type`, `timestamp`, `data`."""
    body = {"type": callback.event, "timestamp": callback.occurred_at.isoformat(), "data": callback.data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _endpoint(claim: ItemClaim) -> str:
    return urlsplit(str(claim.item.payload["url"])).netloc


def _named(claim: ItemClaim) -> dict[str, str]:
    payload = claim.item.payload
    return {"item": claim.item.item_id, "service": payload["service"], "event_type": payload["event"]}
