"""Takes what services post and stores many postings in one transaction, each answered once and for ever."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from bot.usecases.context import ActivePolicy, Context
from bot.usecases.intake import triage
from bot.usecases.intake.triage import Posted, Triaged
from storage import audit
from storage.delivery import webhook_receipts
from storage.delivery.webhook_receipts import Receipt
from storage.engine.database import Transaction

JsonObject = dict[str, Any]
RequestKey = tuple[str, str]
Answered = dict[RequestKey, tuple[bytes, "Answer"]]
STORED, KNOWN, CONFLICT = 202, 200, 409


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service is told: a status as HTTP counts them, and a body."""

    status: int
    body: JsonObject
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class Posting:
    """What one request carried; items that were turned away at the door are there as their answers.

    `webhook_id` names the request: its answer is kept, and a request with the same id gets it again. `active`
    is the policy by which it was checked, and by which it is routed.
    """

    service: str
    items: tuple[Posted | Answer, ...]
    body_digest: bytes
    webhook_id: str | None = None
    is_batch: bool = False
    active: ActivePolicy | None = None


def receive_by_policy(ctx: Context, postings: Sequence[Posting]) -> list[Answer]:
    """The same as `receive`, each posting by the policy that it was checked by; raises StorageError.

    They are of one policy, and in one transaction, but where another became active between their checks.
    """
    return [
        answer
        for active, group in groupby(postings, key=attrgetter("active"))
        for answer in receive(ctx.snapshot(active), list(group))
    ]


def receive(ctx: Context, postings: Sequence[Posting]) -> list[Answer]:
    """Store and answer the postings in order, all in one transaction; once it returns they are durable.

    Raises StorageError, with nothing stored.
    """
    now = ctx.clock.now()
    with ctx.database.write() as tx:
        answered = _answered_before(tx, postings)
        fresh = list(_fresh(postings, answered))
        answers = _store(ctx, tx, fresh, now)
    answered |= {
        (posting.service, posting.webhook_id): (posting.body_digest, answer)
        for posting, answer in zip(fresh, answers, strict=True)
        if posting.webhook_id is not None
    }
    own = {id(posting): answer for posting, answer in zip(fresh, answers, strict=True)}
    return [own.get(id(posting)) or _replay(posting, answered) for posting in postings]


def _answered_before(tx: Transaction, postings: Sequence[Posting]) -> Answered:
    keys = [(posting.service, posting.webhook_id) for posting in postings if posting.webhook_id is not None]
    found = webhook_receipts.find_many(tx, keys).items() if keys else ()
    return {key: (receipt.body_digest, Answer(receipt.status, receipt.answer)) for key, receipt in found}


def _fresh(postings: Sequence[Posting], answered: Answered) -> Iterator[Posting]:
    """The postings that are the first of their `webhook_id`."""
    seen = set(answered)
    for posting in postings:
        if posting.webhook_id is not None:
            key = posting.service, posting.webhook_id
            if key in seen:
                continue
            seen.add(key)
        yield posting


def _store(ctx: Context, tx: Transaction, postings: Sequence[Posting], now: datetime) -> list[Answer]:
    items = [item for posting in postings for item in posting.items if isinstance(item, Posted)]
    triaged = triage.store(ctx, tx, items, now)
    answers = [_answer(posting, triaged) for posting in postings]
    webhook_receipts.add_many(
        tx,
        [
            Receipt(posting.service, posting.webhook_id, posting.body_digest, answer.status, answer.body, now)
            for posting, answer in zip(postings, answers, strict=True)
            if posting.webhook_id is not None
        ],
    )
    audit.append_many(tx, triaged.entries)  # last: it locks the head of the chain until the commit
    return answers


def _answer(posting: Posting, triaged: Triaged) -> Answer:
    answers = [item if isinstance(item, Answer) else _item_answer(item, triaged) for item in posting.items]
    if not posting.is_batch:
        return answers[0]
    return Answer(KNOWN, {"answers": [{"status": answer.status, **answer.body} for answer in answers]})


def _item_answer(item: Posted, triaged: Triaged) -> Answer:
    stored = triaged.stored[item.key]
    if stored.body_digest != item.body_digest:
        return _conflict("external_id", "body", "this id was posted with another body")
    status = STORED if triaged.is_new(item) else KNOWN
    return Answer(status, triaged.answers[item.key])


def _replay(posting: Posting, answered: Answered) -> Answer:
    body_digest, first = answered[posting.service, posting.webhook_id or ""]
    if body_digest != posting.body_digest:
        return _conflict("webhook-id", "header", "this webhook-id was used with another body")
    return Answer(first.status, first.body, is_replay=True)


def _conflict(field: str, where: str, message: str) -> Answer:
    return Answer(CONFLICT, {"detail": [{"loc": [where, field], "msg": message, "type": "conflict"}]})
