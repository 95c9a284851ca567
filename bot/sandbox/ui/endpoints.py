"""The page's HTTP endpoints under /ui."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.sandbox.config import Person
from bot.sandbox.conversations import Conversation
from bot.sandbox.errors import DispatchFailed, NotConnected, UiRefused
from bot.sandbox.messages import Message
from bot.sandbox.person_acts import Acting
from bot.sandbox.ui.page_state import PAGE, Reading
from bot.sandbox.workspace import Workspace

JsonObject = dict[str, Any]
Act = Callable[["Acted"], Awaitable[JsonObject]]
MOST_MESSAGES = 1000
TIMESTAMP = re.compile(r"\d+\.\d+")


class Acted:
    """One act of a person, with what its JSON body names looked up."""

    def __init__(self, body: JsonObject, reading: Reading) -> None:
        self.body = body
        self._reading = reading
        self.person: Person = reading.person(self.text("as"))

    def text(self, name: str) -> str:
        """A string of the body, empty if missing."""
        value = self.body.get(name)
        return value if isinstance(value, str) else ""

    @property
    def conversation(self) -> Conversation:
        """The conversation named by `channel`."""
        return self._reading.conversation(self.person, self.text("channel"))

    @property
    def message(self) -> Message:
        """The message named by `ts`."""
        return self._reading.message(self.person, self.conversation, self.text("ts"))


class UiEndpoints:
    """Reads and acts for the page; refusals are 4xx, what the app failed to do is `{"ok": false}`."""

    def __init__(self, workspace: Workspace, acting: Acting, reading: Reading) -> None:
        self._workspace = workspace
        self._acting = acting
        self._reading = reading

    def routes(self) -> list[Route]:
        """All of /ui but the stream."""
        reads = {"state": self.state, "messages": self.messages, "thread": self.thread}
        acts: dict[str, Act] = {
            "message": self.message,
            "command": self.command,
            "action": self.action,
            "view/submit": self.submit,
            "view/close": self.close,
            "shortcut": self.shortcut,
            "suggest": self.suggest,
            "home": self.home,
            "reaction": self.reaction,
            "edit": self.edit,
            "delete": self.delete,
            "read": self.read,
        }
        return [
            *(Route(f"/ui/{name}", self._get(read), methods=["GET"]) for name, read in reads.items()),
            *(Route(f"/ui/{name}", self._post(act), methods=["POST"]) for name, act in acts.items()),
        ]

    def _get(self, read: Callable[[Request], JsonObject]) -> Callable[[Request], Awaitable[JSONResponse]]:
        async def endpoint(request: Request) -> JSONResponse:
            try:
                with self._workspace.state.reading():
                    return JSONResponse(read(request))
            except UiRefused as refused:
                return _refusal(refused)

        return endpoint

    def _post(self, act: Act) -> Callable[[Request], Awaitable[JSONResponse]]:
        async def endpoint(request: Request) -> JSONResponse:
            try:
                acted = Acted(await _body(request), self._reading)
                _require_active(acted.person)
                return JSONResponse(await act(acted))
            except UiRefused as refused:
                return _refusal(refused)
            except NotConnected:
                message = "The app is not connected."
                return JSONResponse({"ok": False, "error": "not_connected", "message": message})
            except DispatchFailed as failed:
                return JSONResponse({"ok": False, "error": failed.error, "message": failed.message})

        return endpoint

    def state(self, request: Request) -> JsonObject:
        """Everything but the messages."""
        return self._reading.state(self._reading.person(request.query_params.get("as")))

    def messages(self, request: Request) -> JsonObject:
        """A conversation's messages."""
        query = request.query_params
        person = self._reading.person(query.get("as"))
        conversation = self._reading.conversation(person, query.get("channel"))
        limit = query.get("limit", str(PAGE))
        if not limit.isdecimal() or not 1 <= int(limit) <= MOST_MESSAGES:
            raise UiRefused("invalid_limit", f"limit must be from 1 to {MOST_MESSAGES}.")
        before = query.get("before", "")
        if before and not TIMESTAMP.fullmatch(before):
            raise UiRefused("invalid_before", "before must be a message's ts.")
        return self._reading.messages(person, conversation, before, int(limit))

    def thread(self, request: Request) -> JsonObject:
        """A thread."""
        query = request.query_params
        person = self._reading.person(query.get("as"))
        conversation = self._reading.conversation(person, query.get("channel"))
        return self._reading.thread(person, conversation, query.get("ts"))

    async def message(self, acted: Acted) -> JsonObject:
        """The person writes."""
        conversation, text = _writable(acted), _words(acted)
        thread_ts = None
        if acted.text("thread_ts"):
            parent = self._reading.message(acted.person, conversation, acted.text("thread_ts"))
            thread_ts = parent.thread_ts or parent.ts
        ts = self._workspace.state.next_ts()
        message = Message(conversation.id, ts, acted.person.id, text, thread_ts=thread_ts)
        self._workspace.posting.post(message)
        return {"ok": True, "ts": ts}

    async def command(self, acted: Acted) -> JsonObject:
        """The person types a slash command."""
        command, text = acted.text("command"), acted.text("text")
        await self._acting.command(acted.person.id, acted.conversation, command, text)
        return {"ok": True}

    async def action(self, acted: Acted) -> JsonObject:
        """The person clicks or chooses."""
        _need(acted, "block_id", "action_id")
        if acted.text("view_id"):
            view = self._reading.view(acted.person, acted.text("view_id"))
            await self._acting.act_in_view(acted.person.id, view, acted.body)
        else:
            conversation, message = acted.conversation, acted.message
            await self._acting.act_on_message(acted.person.id, conversation, message, acted.body)
        return {"ok": True}

    async def submit(self, acted: Acted) -> JsonObject:
        """The person submits a modal."""
        view = self._reading.view(acted.person, acted.text("view_id"))
        values = (acted.body.get("state") or {}).get("values") or {}
        return {"ok": True, **await self._acting.submit(acted.person.id, view, values)}

    async def close(self, acted: Acted) -> JsonObject:
        """The person dismisses a modal, or all of them."""
        view = self._reading.view(acted.person, acted.text("view_id"))
        await self._acting.close(acted.person.id, view, is_cleared=bool(acted.body.get("clear")))
        return {"ok": True}

    async def shortcut(self, acted: Acted) -> JsonObject:
        """The person uses a shortcut, of a message or global."""
        user_id, callback_id = acted.person.id, acted.text("callback_id")
        if acted.text("ts"):
            conversation, message = acted.conversation, acted.message
            await self._acting.message_shortcut(user_id, callback_id, conversation, message)
        else:
            await self._acting.shortcut(user_id, callback_id)
        return {"ok": True}

    async def suggest(self, acted: Acted) -> JsonObject:
        """The person types into a select whose options come from the app."""
        _need(acted, "block_id", "action_id")
        user_id = acted.person.id
        if acted.text("view_id"):
            view = self._reading.view(acted.person, acted.text("view_id"))
            return {"ok": True, "options": await self._acting.suggest_in_view(user_id, view, acted.body)}
        conversation, message = acted.conversation, acted.message
        options = await self._acting.suggest_in_message(user_id, conversation, message, acted.body)
        return {"ok": True, "options": options}

    async def home(self, acted: Acted) -> JsonObject:
        """The person opens the app's Home tab."""
        self._acting.open_home(acted.person.id)
        return {"ok": True}

    async def reaction(self, acted: Acted) -> JsonObject:
        """The person reacts, or takes it back."""
        _need(acted, "name")
        change = (
            self._workspace.posting.unreact if acted.body.get("remove") else self._workspace.posting.react
        )
        change(acted.message, acted.person.id, acted.text("name").strip(":"))
        return {"ok": True}

    async def edit(self, acted: Acted) -> JsonObject:
        """The person changes what they wrote; the same words again change nothing, as in Slack."""
        _writable(acted)
        message, text = _own_message(acted), _words(acted)
        if text != message.text:
            self._workspace.posting.update(message, text, None)
        return {"ok": True}

    async def delete(self, acted: Acted) -> JsonObject:
        """The person deletes a message by hand; an ephemeral one is dismissed."""
        self._workspace.posting.delete(acted.message)
        return {"ok": True}

    async def read(self, acted: Acted) -> JsonObject:
        """The person has read the conversation."""
        conversation = acted.conversation
        shown = conversation.top_level()
        if shown and conversation.read_ts.get(acted.person.id) != shown[-1].ts:
            conversation.read_ts[acted.person.id] = shown[-1].ts
            self._workspace.state.notify("people", user_id=acted.person.id)
        return {"ok": True}


def _writable(acted: Acted) -> Conversation:
    conversation = acted.conversation
    if conversation.is_archived:
        raise UiRefused("is_archived", "This channel is archived.")
    if acted.person.id not in conversation.members:
        raise UiRefused("not_in_channel", f"{acted.person.real_name} is not in this channel.")
    return conversation


def _words(acted: Acted) -> str:
    text = acted.text("text")
    if not text.strip():
        raise UiRefused("no_text", "Write something first.")
    return text


def _own_message(acted: Acted) -> Message:
    message = acted.message
    is_own = message.user_id == acted.person.id and message.bot_id is None
    if not is_own or message.ephemeral_to is not None or message.is_tombstone:
        raise UiRefused("cant_update_message", "Only the person who wrote a message can change it.")
    return message


def _require_active(person: Person) -> None:
    if person.deleted:
        raise UiRefused("account_inactive", f"{person.real_name}'s account is deactivated.")


def _need(acted: Acted, *names: str) -> None:
    for name in names:
        if not acted.text(name):
            raise UiRefused("missing_field", f"{name} is missing.")


def _refusal(refused: UiRefused) -> JSONResponse:
    return JSONResponse({"error": refused.error, "message": refused.message}, refused.status)


async def _body(request: Request) -> JsonObject:
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise UiRefused("invalid_json", "The body must be JSON.") from None
    if not isinstance(body, dict):
        raise UiRefused("invalid_json", "The body must be a JSON object.")
    return body
