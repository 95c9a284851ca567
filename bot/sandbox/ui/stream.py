"""Server-sent events: tells each open page what changed."""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import StreamingResponse

from bot.sandbox.state import PageChange, State

COALESCE_SECONDS = 0.05
KEEP_ALIVE_SECONDS = 15.0


class Subscriber:
    """An open page: changes that wait for it, at most one of each kind and place."""

    def __init__(self, user_id: str | None) -> None:
        self._user_id = user_id
        self._waiting: dict[tuple[str, str | None, str | None], PageChange] = {}
        self.has_news = asyncio.Event()

    def tell(self, change: PageChange) -> None:
        """Remember a change that this person may see."""
        if change.user_id in (None, self._user_id):
            self._waiting[change.kind, change.channel_id, change.ts] = change
            self.has_news.set()

    def take(self) -> list[PageChange]:
        """The changes since last asked."""
        news = list(self._waiting.values())
        self._waiting.clear()
        self.has_news.clear()
        return news


class PageStream:
    """All open pages."""

    def __init__(self, state: State) -> None:
        self._subscribers: set[Subscriber] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_closing = False
        state.listeners.append(self._on_change)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tell pages in this event loop from now on."""
        self._loop = loop

    def stop(self) -> None:
        """End every stream; call in the event loop."""
        self._is_closing = True
        self._loop = None
        for subscriber in self._subscribers:
            subscriber.has_news.set()

    def _on_change(self, change: PageChange) -> None:
        # Called in whichever thread changed the state; stop() may set _loop to None between two reads of it.
        loop = self._loop
        if loop is not None and self._subscribers:
            loop.call_soon_threadsafe(self._tell, change)

    def _tell(self, change: PageChange) -> None:
        for subscriber in self._subscribers:
            subscriber.tell(change)

    async def endpoint(self, request: Request) -> StreamingResponse:
        """`GET /ui/stream`."""
        subscriber = Subscriber(request.query_params.get("as"))
        self._subscribers.add(subscriber)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(self._lines(subscriber), media_type="text/event-stream", headers=headers)

    async def _lines(self, subscriber: Subscriber) -> AsyncIterator[str]:
        try:
            yield ": connected\n\n"
            while not self._is_closing:
                try:
                    await asyncio.wait_for(subscriber.has_news.wait(), KEEP_ALIVE_SECONDS)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                await asyncio.sleep(0 if self._is_closing else COALESCE_SECONDS)
                for change in subscriber.take():
                    yield f"data: {json.dumps(_event(change))}\n\n"
        finally:
            self._subscribers.discard(subscriber)


def _event(change: PageChange) -> dict[str, object]:
    return {
        "version": change.version,
        "channel": change.channel_id,
        "ts": change.ts,
        "kind": change.kind,
    }
