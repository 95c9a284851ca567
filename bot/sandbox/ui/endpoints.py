"""The page's HTTP endpoints under /ui."""

import json
import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.sandbox.config import SlackUser
from bot.sandbox.conversations import Conversation
from bot.sandbox.errors import DispatchFailed, NotConnected, UiRefused
from bot.sandbox.interactive_acts import PersonActs
from bot.sandbox.json_types import JsonObject
from bot.sandbox.messages import SlackMessage
from bot.sandbox.ui.page_state import PAGE, PageReader
from bot.sandbox.workspace import Workspace

Writer = Callable[["PageAct"], Awaitable[JsonObject]]
MOST_MESSAGES = 1000
TIMESTAMP = re.compile(r"\d+\.\d+")


class PageAct:
    """An act of a person, with what its JSON body names looked up; UiRefused if they may not act."""

    def __init__(self, body: JsonObject, reader: PageReader) -> None:
        self.body = body
        self._reader = reader
        self.person: SlackUser = reader.person(self.text("as"))
        if self.person.deleted:
            raise UiRefused("account_inactive", f"{self.person.real_name}'s account is deactivated.")

    def text(self, name: str) -> str:
        """A string of the body, empty if missing."""
        value = self.body.get(name)
        return value if isinstance(value, str) else ""

    @property
    def conversation(self) -> Conversation:
        """The conversation named by `channel`."""
        return self._reader.conversation(self.person, self.text("channel"))

    @property
    def message(self) -> SlackMessage:
        """The message named by `ts`."""
        return self._reader.message(self.person, self.conversation, self.text("ts"))


class UiEndpoints:
    """Reads and acts for the page; refusals are 4xx, what the app failed to do is `{"ok": false}`."""

    def __init__(self, workspace: Workspace, acts: PersonActs, reader: PageReader) -> None:
        self._workspace = workspace
        self._acts = acts
        self._reader = reader

    def routes(self) -> list[Route]:
        """All of /ui but the stream."""
        readers = {"state": self.state, "messages": self.messages, "thread": self.thread}
        writers: dict[str, Writer] = {
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
            *(Route(f"/ui/{name}", self._get(read), methods=["GET"]) for name, read in readers.items()),
            *(Route(f"/ui/{name}", self._post(write), methods=["POST"]) for name, write in writers.items()),
        ]

    def _get(self, read: Callable[[Request], JsonObject]) -> Callable[[Request], Awaitable[JSONResponse]]:
        async def endpoint(request: Request) -> JSONResponse:
            try:
                with self._workspace.state.reading():
                    return JSONResponse(read(request))
            except UiRefused as refused:
                return _refusal(refused)

        return endpoint

    def _post(self, write: Writer) -> Callable[[Request], Awaitable[JSONResponse]]:
        async def endpoint(request: Request) -> JSONResponse:
            try:
                return JSONResponse(await write(PageAct(await _body(request), self._reader)))
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
        return self._reader.state(self._reader.person(request.query_params.get("as")))

    def messages(self, request: Request) -> JsonObject:
        """A conversation's messages."""
        query = request.query_params
        person = self._reader.person(query.get("as"))
        conversation = self._reader.conversation(person, query.get("channel"))
        limit = query.get("limit", str(PAGE))
        if not limit.isdecimal() or not 1 <= int(limit) <= MOST_MESSAGES:
            raise UiRefused("invalid_limit", f"limit must be from 1 to {MOST_MESSAGES}.")
        before = query.get("before", "")
        if before and not TIMESTAMP.fullmatch(before):
            raise UiRefused("invalid_before", "before must be a message's ts.")
        return self._reader.messages(person, conversation, before, int(limit))

    def thread(self, request: Request) -> JsonObject:
        """A thread."""
        query = request.query_params
        person = self._reader.person(query.get("as"))
        conversation = self._reader.conversation(person, query.get("channel"))
        return self._reader.thread(person, conversation, query.get("ts"))

    async def message(self, act: PageAct) -> JsonObject:
        """The person writes."""
        conversation, text = _writable(act), _words(act)
        thread_ts = None
        if act.text("thread_ts"):
            parent = self._reader.message(act.person, conversation, act.text("thread_ts"))
            thread_ts = parent.thread_ts or parent.ts
        ts = self._workspace.state.next_ts()
        message = SlackMessage(conversation.id, ts, act.person.id, text, thread_ts=thread_ts)
        self._workspace.messages.post(message)
        return {"ok": True, "ts": ts}

    async def command(self, act: PageAct) -> JsonObject:
        """The person types a slash command."""
        command, text = act.text("command"), act.text("text")
        await self._acts.command(act.person.id, act.conversation, command, text)
        return {"ok": True}

    async def action(self, act: PageAct) -> JsonObject:
        """The person clicks or chooses."""
        _need(act, "block_id", "action_id")
        if act.text("view_id"):
            view = self._reader.view(act.person, act.text("view_id"))
            await self._acts.act_in_view(act.person.id, view, act.body)
        else:
            conversation, message = act.conversation, act.message
            await self._acts.act_on_message(act.person.id, conversation, message, act.body)
        return {"ok": True}

    async def submit(self, act: PageAct) -> JsonObject:
        """The person submits a modal."""
        view = self._reader.view(act.person, act.text("view_id"))
        values = (act.body.get("state") or {}).get("values") or {}
        return {"ok": True, **await self._acts.submit(act.person.id, view, values)}

    async def close(self, act: PageAct) -> JsonObject:
        """The person dismisses a modal, or all of them."""
        view = self._reader.view(act.person, act.text("view_id"))
        await self._acts.close(act.person.id, view, is_cleared=bool(act.body.get("clear")))
        return {"ok": True}

    async def shortcut(self, act: PageAct) -> JsonObject:
        """The person uses a shortcut, of a message or global."""
        user_id, callback_id = act.person.id, act.text("callback_id")
        if act.text("ts"):
            conversation, message = act.conversation, act.message
            await self._acts.message_shortcut(user_id, callback_id, conversation, message)
        else:
            await self._acts.shortcut(user_id, callback_id)
        return {"ok": True}

    async def suggest(self, act: PageAct) -> JsonObject:
        """The person types into a select whose options come from the app."""
        _need(act, "block_id", "action_id")
        user_id = act.person.id
        if act.text("view_id"):
            view = self._reader.view(act.person, act.text("view_id"))
            return {"ok": True, "options": await self._acts.suggest_in_view(user_id, view, act.body)}
        conversation, message = act.conversation, act.message
        options = await self._acts.suggest_in_message(user_id, conversation, message, act.body)
        return {"ok": True, "options": options}

    async def home(self, act: PageAct) -> JsonObject:
        """The person opens the app's Home tab."""
        self._acts.open_home(act.person.id)
        return {"ok": True}

    async def reaction(self, act: PageAct) -> JsonObject:
        """The person reacts, or takes it back."""
        _need(act, "name")
        change = (
            self._workspace.messages.unreact if act.body.get("remove") else self._workspace.messages.react
        )
        change(act.message, act.person.id, act.text("name").strip(":"))
        return {"ok": True}

    async def edit(self, act: PageAct) -> JsonObject:
        """The person changes what they wrote; the same words again change nothing, as in Slack."""
        _writable(act)
        message, text = _own_message(act), _words(act)
        if text != message.text:
            self._workspace.messages.update(message, text, None)
        return {"ok": True}

    async def delete(self, act: PageAct) -> JsonObject:
        """The person deletes a message by hand; an ephemeral message is dismissed."""
        self._workspace.messages.delete(act.message)
        return {"ok": True}

    async def read(self, act: PageAct) -> JsonObject:
        """The person has read the conversation."""
        conversation = act.conversation
        shown = conversation.top_level()
        if shown and conversation.read_ts.get(act.person.id) != shown[-1].ts:
            conversation.read_ts[act.person.id] = shown[-1].ts
            self._workspace.state.notify("people", user_id=act.person.id)
        return {"ok": True}


def _writable(act: PageAct) -> Conversation:
    conversation = act.conversation
    if conversation.is_archived:
        raise UiRefused("is_archived", "This channel is archived.")
    if act.person.id not in conversation.members:
        raise UiRefused("not_in_channel", f"{act.person.real_name} is not in this channel.")
    return conversation


def _words(act: PageAct) -> str:
    text = act.text("text")
    if not text.strip():
        raise UiRefused("no_text", "Write something first.")
    return text


def _own_message(act: PageAct) -> SlackMessage:
    message = act.message
    is_own = message.user_id == act.person.id and message.bot_id is None
    if not is_own or message.ephemeral_to is not None or message.is_tombstone:
        raise UiRefused("cant_update_message", "Only the person who wrote a message can change it.")
    return message


def _need(act: PageAct, *names: str) -> None:
    for name in names:
        if not act.text(name):
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
