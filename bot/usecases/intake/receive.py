"""Takes what services post and stores many postings in a transaction, each answered once and for ever."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from bot.usecases.context import ActivePolicy, Context
from bot.usecases.intake import admission
from bot.usecases.intake.admission import PostedItem, TriageBatch
from bot.usecases.intake.outcome import FirstAnswer, Outcome, Reception, Rejection, RequestConflict
from storage import audit
from storage.delivery import webhook_receipts
from storage.delivery.webhook_receipts import Receipt

Answer = Callable[[Reception], FirstAnswer]
Receipts = dict[tuple[str, str], Receipt]


@dataclass(frozen=True, slots=True)
class Posting:
    """What a request carried; items that were turned away at the door are there as their rejections.

    `webhook_id` names the request: its answer is kept, and a request with the same id gets it again. `active`
    is the policy by which it was checked, and by which it is routed.
    """

    service: str
    items: tuple[PostedItem | Rejection, ...]
    body_digest: bytes
    webhook_id: str | None = None
    is_batch: bool = False
    active: ActivePolicy | None = None
    earlier_digest: Callable[[], bytes | None] | None = None
    """What an earlier version kept of the body; made where it is asked for."""

    @property
    def is_refused(self) -> bool:
        """Whether it is a case that is turned away: it is answered from what is stored, or not at all."""
        return not self.is_batch and isinstance(self.items[0], Rejection)


def receive_by_policy(ctx: Context, postings: Sequence[Posting], answer: Answer) -> list[Outcome]:
    """The same as `receive`, each posting by the policy that it was checked by; raises StorageError.

    They are of one policy, and in one transaction, but where another became active between their checks.
    """
    return [
        outcome
        for active, group in groupby(postings, key=attrgetter("active"))
        for outcome in receive(ctx.snapshot(active), list(group), answer)
    ]


def receive(ctx: Context, postings: Sequence[Posting], answer: Answer) -> list[Outcome]:
    """What comes of the postings in order, all in one transaction; once it returns they are durable.

    `answer` puts a reception into the edge's words, to be kept. Raises StorageError, with nothing stored.
    """
    now = ctx.clock.now()
    with ctx.database.write() as tx:
        keys = [(each.service, each.webhook_id) for each in postings if each.webhook_id is not None]
        receipts = webhook_receipts.find_many(tx, keys)
        fresh = list(_fresh(postings, receipts))
        items = [item for posting in fresh for item in posting.items]
        triaged = admission.store(ctx, tx, items, now)
        # By identity: two requests of the same content get an answer each.
        own = {id(posting): _reception(posting, triaged) for posting in fresh}
        made = [
            _receipt(posting, posting.webhook_id, answer(own[id(posting)]), now)
            for posting in fresh
            # No receipt of a refusal: mended, or under another policy, the same request may be taken.
            if posting.webhook_id is not None and not posting.is_refused
        ]
        webhook_receipts.add_many(tx, made)
        audit.append_many(tx, triaged.entries)  # last: it locks the head of the chain until the commit
    receipts |= {(receipt.service, receipt.webhook_id): receipt for receipt in made}
    return [own.get(id(posting)) or _again(posting, receipts) for posting in postings]


def _fresh(postings: Sequence[Posting], answered: Receipts) -> Iterator[Posting]:
    """The postings that are the first of their `webhook_id`, and those refused that no answer fits."""
    seen = set(answered)
    for posting in postings:
        if posting.webhook_id is not None:
            key = posting.service, posting.webhook_id
            if posting.is_refused:  # it takes no id from a good request, whatever it is turned away for
                if not (key in answered and _is_same_body(answered[key], posting)):
                    yield posting
                continue
            if key in seen:
                continue
            seen.add(key)
        yield posting


def _reception(posting: Posting, triaged: TriageBatch) -> Reception:
    return Reception(tuple(map(triaged.outcome, posting.items)), posting.is_batch)


def _receipt(posting: Posting, webhook_id: str, first: FirstAnswer, now: datetime) -> Receipt:
    return Receipt(posting.service, webhook_id, posting.body_digest, first.status, first.body, now)


def _again(posting: Posting, receipts: Receipts) -> FirstAnswer | RequestConflict:
    receipt = receipts[posting.service, posting.webhook_id or ""]
    if not _is_same_body(receipt, posting):
        return RequestConflict()
    return FirstAnswer(receipt.status, receipt.answer)


def _is_same_body(receipt: Receipt, posting: Posting) -> bool:
    if receipt.body_digest == posting.body_digest:
        return True
    return posting.earlier_digest is not None and receipt.body_digest == posting.earlier_digest()
