"""POST /v1/cases and /v1/cases/batch: plain routes from bytes to the writer and back."""

import hashlib
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from bot.http import strict_json
from bot.http.access_log import note
from bot.http.batch_writer import Writer
from bot.http.body_limits import BATCH_BYTES, CASE_BYTES, JSON, NDJSON, BodyReader, media_type
from bot.http.case_answers import answer
from bot.http.case_parser import CaseRefused, Parser
from bot.http.problems import RequestFault, RequestRefused, json_response
from bot.http.rate_limit import Rates
from bot.http.signatures import Credentials, Services, read_credentials
from bot.usecases.intake.admission import PostedItem
from bot.usecases.intake.outcome import Outcome, Rejection
from bot.usecases.intake.receive import Posting
from routing.policy import Policy

MOST_ITEMS = 1_000
INLINE_BYTES = 32 * 1024
REPLAYED = {"webhook-replayed": "true"}
SINGLE = frozenset({JSON})
MANY = NDJSON | SINGLE


@dataclass(frozen=True, slots=True)
class Door:
    """What a posted body passes on its way in."""

    services: Services
    parser: Parser
    rates: Rates
    writer: Writer
    reader: BodyReader

    async def post_case(self, request: Request) -> Response:
        """Take a case."""
        credentials = read_credentials(request.headers)
        # Before the body is read, as are the credentials: what will be refused need not be waited for.
        media_type(request.headers, SINGLE)
        body = await self.reader.read(request, CASE_BYTES)
        if len(body) <= INLINE_BYTES:
            posting = self._case_posting(request, credentials, body)
        else:  # in a thread, so that nobody waits for a large body
            posting = await run_in_threadpool(self._case_posting, request, credentials, body)
        return await self._submit(request, posting, len(body))

    async def post_batch(self, request: Request) -> Response:
        """Take up to a thousand cases, each answered for itself."""
        credentials = read_credentials(request.headers)
        form = media_type(request.headers, MANY)
        body = await self.reader.read(request, BATCH_BYTES)
        posting = await run_in_threadpool(self._batch_posting, request, credentials, body, form)
        return await self._submit(request, posting, len(body))

    def _case_posting(self, request: Request, credentials: Credentials, body: bytes) -> Posting:
        service = self._identify(request, credentials, body)
        self.rates.take(service)
        # Taken once: a policy that changes meanwhile must not split a request between two.
        active = self.parser.ctx.active.present
        item = self._item(_text(body), service, active.policy)
        digest, *earlier = [identity.body_digest for identity in item.identities] or [lambda: None]
        body_digest = digest()
        # No body of any version's: it cannot have been stored before, so nobody has to look.
        if isinstance(item, Rejection) and body_digest is None:
            raise item.why
        return Posting(
            service,
            (item,),
            body_digest or b"",
            credentials.webhook_id,
            active=active,
            earlier_digest=next(iter(earlier), None),
        )

    def _batch_posting(self, request: Request, credentials: Credentials, body: bytes, form: str) -> Posting:
        service = self._identify(request, credentials, body)
        split = strict_json.lines if form in NDJSON else strict_json.array_items
        unread = split(_text(body), MOST_ITEMS)
        self.rates.take(service)  # before the items are read: a malformed batch costs something, too
        texts = list(unread)
        if len(texts) > 1:
            self.rates.take(service, len(texts) - 1)
        active = self.parser.ctx.active.present
        items = tuple(self._item(text, service, active.policy) for text in texts)
        # Of the bytes: a batch as a whole is only compared with its own repetition.
        digest = hashlib.sha256(body).digest()
        return Posting(service, items, digest, credentials.webhook_id, is_batch=True, active=active)

    def _identify(self, request: Request, credentials: Credentials, body: bytes) -> str:
        service = self.services.identify(credentials, body)
        note(request.scope, service=service)
        return service

    def _item(self, text: str, service: str, policy: Policy) -> PostedItem | Rejection:
        try:
            return self.parser.parse(text, service, policy)
        except CaseRefused as refused:
            return Rejection(refused, refused.identities)
        except RequestRefused as refused:
            return Rejection(refused)

    async def _submit(self, request: Request, posting: Posting, size: int) -> Response:
        outcome = await self.writer.submit(posting, size)
        if posting.is_batch:  # in a thread, so that nobody waits for a thousand answers
            note(request.scope, items=len(posting.items))
            return await run_in_threadpool(_respond, request, outcome)
        return _respond(request, outcome)


def _respond(request: Request, outcome: Outcome) -> Response:
    its = answer(outcome)
    if case_id := its.body.get("case_id"):
        note(request.scope, case=case_id)
    return json_response(its.status, its.body, REPLAYED if its.is_replay else None)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")  # some programs begin what they write with a byte-order mark
    except UnicodeDecodeError:
        raise RequestRefused(
            422, RequestFault(("body",), "invalid JSON: not UTF-8", "json_invalid")
        ) from None
