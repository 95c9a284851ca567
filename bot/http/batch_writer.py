"""The thread that stores what waits: whatever came while the last transaction ran goes into the next."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import structlog

from bot.http.problems import RequestFault, RequestRefused, unavailable
from bot.log import Seldom, line_of
from bot.outages.database_health import waiting_words
from bot.usecases.intake.outcome import Outcome, Reception, Rejection
from bot.usecases.intake.receive import Posting
from routing.errors import RoutingError
from storage.errors import DatabaseUnavailable, DataRefused

log = structlog.get_logger()

AGAIN = "nothing was stored, send it again in a moment"
Receive = Callable[[Sequence[Posting]], Sequence[Outcome]]
Refuses = Callable[[], str | None]
"""Why nothing can be stored yet; None where it can."""
RETRY_SECONDS = 5.0
Observe = Callable[[int], None]
MOST_WAITING = 5_000
MOST_WAITING_BYTES = 64 * 1024 * 1024
MOST_PER_FLUSH = 1_000  # a longer transaction would keep experts' clicks from SQLite's only writer


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter:
    posting: Posting
    size: int
    loop: asyncio.AbstractEventLoop
    outcome: "asyncio.Future[Outcome]"


class Writer:
    """Queues postings, stores many in a transaction, and says what came of each once it is stored.

    The queue is bounded by number and by bytes; when it is full it refuses at once (503), as it does while
    `refuses` has a reason. A transaction that fails is halved until only the posting that cannot be stored
    is left, so that it spoils nobody else's.
    """

    def __init__(
        self,
        receive: Receive,
        observe_flush: Observe = lambda _size: None,
        most_waiting: int = MOST_WAITING,
        most_bytes: int = MOST_WAITING_BYTES,
        refuses: Refuses = lambda: None,
    ) -> None:
        self._receive = receive
        self._observe_flush = observe_flush
        self.refuses = refuses
        self._most_waiting = most_waiting
        self._free_bytes = most_bytes
        self._waiting: deque[_Waiter] = deque()
        self._changed = threading.Condition()
        self._is_open = False
        self._line = Seldom(1.0)
        self._thread = threading.Thread(target=self._run, name="intake-writer", daemon=True)

    @property
    def queue_depth(self) -> int:
        """How many postings wait."""
        return len(self._waiting)

    @property
    def is_open(self) -> bool:
        """Whether postings are taken."""
        return self._is_open

    def start(self) -> None:
        """Take postings and store them."""
        self._is_open = True
        self._thread.start()

    def close(self, timeout: float | None = None) -> None:
        """Take no more, store and answer what waits, and stop; `timeout` in seconds."""
        with self._changed:
            self._is_open = False
            self._changed.notify()
        self._thread.join(timeout)

    async def submit(self, posting: Posting, size: int) -> Outcome:
        """What came of a posting of `size` bytes, once stored; raises RequestRefused (503) if it cannot."""
        loop = asyncio.get_running_loop()
        if why := self.refuses():
            raise unavailable(f"{why}; {AGAIN}", retry_in=RETRY_SECONDS)
        waiter = _Waiter(posting, size, loop, loop.create_future())
        with self._changed:
            if not self._is_open:
                raise unavailable("shutting down: send it again")
            # Refused, not queued: a service that hears 503 waits and
            # tries again, a process without memory loses all.
            if len(self._waiting) >= self._most_waiting or size > self._free_bytes:
                raise unavailable("too much is waiting to be stored: try again in a moment")
            self._free_bytes -= size
            self._waiting.append(waiter)
            self._changed.notify()
        return await waiter.outcome

    def _run(self) -> None:
        while batch := self._take():
            self._observe_flush(sum(len(waiter.posting.items) for waiter in batch))
            self._store(batch)

    def _take(self) -> list[_Waiter]:
        """What waits, at once; nothing only when closed and empty."""
        with self._changed:
            while self._is_open and not self._waiting:
                self._changed.wait()
            batch: list[_Waiter] = []
            items = 0
            while self._waiting and (
                not batch or items + len(self._waiting[0].posting.items) <= MOST_PER_FLUSH
            ):
                batch.append(self._waiting.popleft())
                items += len(batch[-1].posting.items)
            # As soon as they are taken: what is being stored is bounded by `MOST_PER_FLUSH`.
            self._free_bytes += sum(waiter.size for waiter in batch)
            return batch

    def _store(self, batch: list[_Waiter]) -> None:
        try:
            outcomes = self._receive([waiter.posting for waiter in batch])
        except DatabaseUnavailable as error:
            _reply(batch, [self._unavailable(error, len(batch))] * len(batch))
        except Exception as error:  # noqa: BLE001 - the thread's outermost loop: no posting may end it
            self._isolate(batch, error)
        else:
            _reply(batch, outcomes)

    def _unavailable(self, error: DatabaseUnavailable, postings: int) -> RequestRefused:
        if self._line.is_due():
            log.error("intake.database_unavailable", detail=error.detail, postings=postings)
        return unavailable(f"{waiting_words(error)}; {AGAIN}")

    def _isolate(self, batch: list[_Waiter], error: Exception) -> None:
        if len(batch) > 1:
            # Half by half: to find the culprit among a thousand takes twenty transactions, not a thousand.
            middle = len(batch) // 2
            self._store(batch[:middle])
            self._store(batch[middle:])
            return
        posting = batch[0].posting
        if len(posting.items) > 1:
            _reply(batch, [self._store_parts(posting)])
        else:
            refused = _refusal(error, posting)
            _reply(batch, [Reception((Rejection(refused),), is_batch=True) if posting.is_batch else refused])

    def _store_parts(self, posting: Posting) -> Reception:
        """What came of a batch of which something cannot be stored: the rest is, half by half.

        Its webhook id is not kept with it, so a replay is answered from what is stored.
        """
        middle = len(posting.items) // 2
        halves = (posting.items[:middle], posting.items[middle:])
        parts = [self._store_part(replace(posting, items=half, webhook_id=None)) for half in halves]
        return Reception(tuple(item for part in parts for item in part.items), is_batch=True)

    def _store_part(self, part: Posting) -> Reception:
        try:
            outcome = self._receive([part])[0]
        except DatabaseUnavailable as error:  # it is nobody's fault: to halve the part would not help
            return Reception((Rejection(self._unavailable(error, 1)),) * len(part.items), is_batch=True)
        except Exception as error:  # noqa: BLE001 - no item may spoil the others
            if len(part.items) > 1:
                return self._store_parts(part)
            return Reception((Rejection(_refusal(error, part)),), is_batch=True)
        assert isinstance(outcome, Reception)  # noqa: S101 - without a webhook id nothing is a replay
        return outcome


def _refusal(error: Exception, posting: Posting) -> RequestRefused:
    """What the culprit is answered: 422 when it is to blame, 503 when it may be us."""
    log.error(
        "intake.not_stored", error=type(error).__name__, at_line=line_of(error), service=posting.service
    )
    if isinstance(error, DataRefused | RoutingError):
        return RequestRefused(422, RequestFault(("body",), "this cannot be stored", "not_storable"))
    return unavailable("this could not be stored: try again", retry_in=60)


def _reply(batch: Sequence[_Waiter], outcomes: Sequence[Outcome | RequestRefused]) -> None:
    """Wake each event loop once for all its waiters."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Waiter, Outcome | RequestRefused]]] = {}
    for waiter, outcome in zip(batch, outcomes, strict=True):
        by_loop.setdefault(waiter.loop, []).append((waiter, outcome))
    for loop, pairs in by_loop.items():
        # Futures belong to their loop: from this thread it must be asked. It refuses once it is closed, which
        # may happen at any moment of a shutdown; then nobody waits any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_resolve, pairs)


def _resolve(pairs: Sequence[tuple[_Waiter, Outcome | RequestRefused]]) -> None:
    for waiter, outcome in pairs:
        if waiter.outcome.done():  # its caller has gone
            continue
        if isinstance(outcome, RequestRefused):
            waiter.outcome.set_exception(outcome)
        else:
            waiter.outcome.set_result(outcome)
