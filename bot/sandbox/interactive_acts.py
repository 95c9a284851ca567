"""What people do that the app must answer: clicks, submissions, commands, shortcuts, lookups."""

import copy

from bot.sandbox.api.response_urls import Responder
from bot.sandbox.conversations import Conversation
from bot.sandbox.delivery import Delivery
from bot.sandbox.errors import ApiError, DispatchFailed, NotConnected, UiRefused
from bot.sandbox.events import Events
from bot.sandbox.json_types import JsonObject
from bot.sandbox.messages import Blocks, SlackMessage, find_element
from bot.sandbox.payloads import Payloads
from bot.sandbox.views import View, input_errors, state_values
from bot.sandbox.workspace import Workspace

OPTIONS = 100


def _values(body: JsonObject) -> JsonObject:
    values = (body.get("state") or {}).get("values")
    return values if isinstance(values, dict) else {}


class PersonActs:
    """Carries a person's act to the app and its answer back into the workspace.

    Each method raises UiRefused for an impossible act, NotConnected, or DispatchFailed.
    """

    def __init__(self, workspace: Workspace, delivery: Delivery, events: Events) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._events = events
        self._payloads = Payloads(workspace.state)
        self._responder = Responder(workspace)

    def require_connection(self) -> None:
        """NotConnected if nothing listens."""
        if not self._delivery.is_connected:
            raise NotConnected

    def _trigger(self, user_id: str, view: View | None = None) -> JsonObject:
        return {"trigger_id": self._workspace.triggers.issue(user_id, view.id if view else None)}

    def _response_url(self, user_id: str, channel_id: str, message: SlackMessage | None = None) -> JsonObject:
        ts = message.ts if message else None
        thread_ts = message.thread_ts if message and message.is_reply else None
        path = self._workspace.response_urls.issue(channel_id, user_id, ts, thread_ts)
        return {"response_url": self._workspace.url + path}

    async def act_on_message(
        self, user_id: str, conversation: Conversation, message: SlackMessage, choice: JsonObject
    ) -> None:
        """A click or a choice in a message."""
        self.require_connection()
        element = message.find_control(choice["block_id"], choice["action_id"])
        if element is None:
            raise UiRefused("no_such_control", "The message has no such control.", 404)
        values = state_values(message.blocks or [], _values(choice))
        payload = self._payloads.in_message("block_actions", user_id, conversation, message)
        payload |= self._trigger(user_id) | self._response_url(user_id, conversation.id, message)
        payload |= {"state": {"values": values}}
        payload["actions"] = [self._payloads.action(element, choice["block_id"], choice)]
        await self._delivery.ask("interactive", payload)

    async def act_in_view(self, user_id: str, view: View, choice: JsonObject) -> None:
        """A click or a choice in a modal or on the Home tab."""
        self.require_connection()
        element = find_element(view.blocks, choice["block_id"], choice["action_id"])
        if element is None:
            raise UiRefused("no_such_control", "The view has no such control.", 404)
        view.values = state_values(view.blocks, _values(choice))
        payload = self._payloads.in_view("block_actions", user_id, view) | self._trigger(user_id, view)
        payload["actions"] = [self._payloads.action(element, choice["block_id"], choice)]
        await self._delivery.ask("interactive", payload)

    async def submit(self, user_id: str, view: View, values: JsonObject) -> JsonObject:
        """A modal is submitted; returns `{"closed": bool}` or `{"errors": {block_id: text}}`."""
        filled = state_values(view.blocks, values)
        errors = input_errors(view.blocks, filled)
        if errors:
            return {"errors": errors}
        self.require_connection()
        view.values = filled
        trigger = self._trigger(user_id, view)["trigger_id"]
        answer = await self._delivery.ask(
            "interactive", self._payloads.view_submission(user_id, view, trigger)
        )
        return self._after_submission(view, answer)

    def _after_submission(self, view: View, answer: JsonObject) -> JsonObject:
        modals, action = self._workspace.modals, answer.get("response_action")
        try:
            if action == "errors":
                return {"errors": self._field_errors(view, answer)}
            if action == "update":
                modals.update(view, answer.get("view", {}))
                return {"closed": False}
            if action == "push":
                modals.push(view.user_id, answer.get("view", {}))
                return {"closed": False}
        except ApiError as refused:
            detail = "; ".join(refused.messages) or refused.code
            raise DispatchFailed("dispatch_failed", f"The app's answer was refused: {detail}") from refused
        if action == "clear":
            modals.clear(view.user_id)
        else:
            modals.close(view)
        return {"closed": True}

    def _field_errors(self, view: View, answer: JsonObject) -> JsonObject:
        errors: JsonObject = answer.get("errors") or {}
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not errors or not inputs.issuperset(errors):
            raise DispatchFailed("dispatch_failed", "The app's errors name no input of this view.")
        return errors

    async def close(self, user_id: str, view: View, *, is_cleared: bool) -> None:
        """A modal is dismissed; the app hears of it if the view asked for it."""
        if is_cleared:
            self._workspace.modals.clear(user_id)
        else:
            self._workspace.modals.close(view)
        if view.content.get("notify_on_close") and self._delivery.is_connected:
            payload = self._payloads.view_closed(user_id, view, is_cleared=is_cleared)
            await self._delivery.ask("interactive", payload)

    async def command(self, user_id: str, conversation: Conversation, command: str, text: str) -> None:
        """A slash command; what the acknowledgment says is shown."""
        self.require_connection()
        if command not in {slash.command for slash in self._workspace.config.commands}:
            raise UiRefused("unknown_command", f"{command} is not a valid command.")
        payload = self._payloads.command(user_id, conversation, command, text)
        payload |= self._trigger(user_id) | self._response_url(user_id, conversation.id)
        answer = await self._delivery.ask("slash_commands", payload)
        if answer.get("text") or answer.get("blocks"):
            try:
                self._responder.say(conversation.id, user_id, answer)
            except ApiError as refused:
                raise DispatchFailed(
                    "dispatch_failed", f"The answer was refused: {refused.code}"
                ) from refused

    def open_home(self, user_id: str) -> None:
        """The Home tab is opened: `app_home_opened`, with the view shown there, if any."""
        self.require_connection()
        home = self._workspace.state.homes.get(user_id)
        event: JsonObject = {
            "type": "app_home_opened",
            "user": user_id,
            "channel": self._workspace.state.im_of(user_id).id,
            "tab": "home",
        }
        self._events.emit(event | ({"view": self._payloads.view(home)} if home is not None else {}))

    async def shortcut(self, user_id: str, callback_id: str) -> None:
        """A global shortcut."""
        self.require_connection()
        payload = self._payloads.shortcut(user_id, callback_id) | self._trigger(user_id)
        await self._delivery.ask("interactive", payload)

    async def message_shortcut(
        self, user_id: str, callback_id: str, conversation: Conversation, message: SlackMessage
    ) -> None:
        """A shortcut from a message's menu."""
        self.require_connection()
        payload = self._payloads.message_shortcut(user_id, callback_id, conversation, message)
        payload |= self._trigger(user_id) | self._response_url(user_id, conversation.id, message)
        await self._delivery.ask("interactive", payload)

    async def suggest_in_view(self, user_id: str, view: View, choice: JsonObject) -> list[JsonObject]:
        """Options that the app suggests while a person types in a modal or on the Home tab."""
        payload = self._payloads.in_view("block_suggestion", user_id, view)
        return await self._suggest(payload, view.blocks, choice)

    async def suggest_in_message(
        self, user_id: str, conversation: Conversation, message: SlackMessage, choice: JsonObject
    ) -> list[JsonObject]:
        """Options that the app suggests while a person types in a message's select."""
        payload = self._payloads.in_message("block_suggestion", user_id, conversation, message)
        return await self._suggest(payload, message.blocks or [], choice)

    async def _suggest(self, payload: JsonObject, blocks: Blocks, choice: JsonObject) -> list[JsonObject]:
        self.require_connection()
        if find_element(blocks, choice["block_id"], choice["action_id"]) is None:
            raise UiRefused("no_such_control", "There is no such control.", 404)
        query = {name: choice.get(name, "") for name in ("block_id", "action_id", "value")}
        answer = await self._delivery.ask("interactive", {**payload, **query})
        groups: list[JsonObject] = answer.get("option_groups") or []
        options: list[JsonObject] = answer.get("options") or []
        return copy.deepcopy(options or groups)[:OPTIONS]
