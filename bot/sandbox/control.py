"""What tests and the demo steer over HTTP: faults, statistics, channels and people."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.sandbox.conversations import Conversation
from bot.sandbox.delivery import Delivery
from bot.sandbox.errors import SandboxError
from bot.sandbox.faults import SlackFault
from bot.sandbox.json_types import JsonObject
from bot.sandbox.sockets import Sockets
from bot.sandbox.workspace import Workspace

OTHER_NAMES = {"ratelimited": "rate_limited", "lost_answer": "accept_then_drop"}


class UnknownTarget(SandboxError):
    """There is no such channel, person or order."""


class Control:
    """Serves /control/*; anything impossible is 400."""

    def __init__(self, workspace: Workspace, delivery: Delivery, sockets: Sockets) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._sockets = sockets

    def routes(self) -> list[Route]:
        """All of /control."""
        orders = {
            "faults": self.add_fault,
            "faults/clear": self.clear_faults,
            "channel": self.channel,
            "person": self.person,
            "socket": self.socket,
            "request_url": self.request_url,
        }
        return [
            Route("/control/stats", self.stats, methods=["GET"]),
            Route("/control/faults", self.faults, methods=["GET"]),
            *(Route(f"/control/{name}", _post(order), methods=["POST"]) for name, order in orders.items()),
        ]

    async def stats(self, _request: Request) -> JSONResponse:
        """Counts since the start."""
        return JSONResponse(self._workspace.stats.snapshot())

    async def faults(self, _request: Request) -> JSONResponse:
        """What is switched on."""
        return JSONResponse({"faults": [asdict(fault) for fault in self._workspace.faults.active()]})

    async def add_fault(self, body: JsonObject) -> JsonObject:
        """Switch a fault on: its fields as JSON (`channel` may stand for `channel_id`)."""
        fields = {**body, "kind": OTHER_NAMES.get(body.get("kind", ""), body.get("kind"))}
        if "channel" in fields:
            fields["channel_id"] = fields.pop("channel")
        try:
            return {"ok": True, "number": self._workspace.faults.add(SlackFault(**fields))}
        except TypeError as wrong:
            raise UnknownTarget(str(wrong)) from wrong

    async def clear_faults(self, body: JsonObject) -> JsonObject:
        """Switch a fault (`number`) or all of them off."""
        self._workspace.faults.clear(body.get("number"))
        return {"ok": True}

    def _conversation(self, body: JsonObject, name: str = "channel") -> Conversation:
        conversation = self._workspace.state.conversations.get(str(body.get(name)))
        if conversation is None:
            raise UnknownTarget(f"channel {body.get(name)}")
        return conversation

    async def channel(self, body: JsonObject) -> JsonObject:
        """`rename`: name; `archive`, `unarchive`, `delete`, `remove_bot` or `add_bot`: true."""
        conversation, membership = self._conversation(body), self._workspace.membership
        bot_id = self._workspace.config.bot.user_id
        by = str(body.get("by") or next(iter(self._workspace.state.people)))
        if body.get("rename"):
            membership.rename(conversation, str(body["rename"]))
        orders: dict[str, Callable[[], object]] = {
            "archive": lambda: membership.archive(conversation, by, is_archived=True),
            "unarchive": lambda: membership.archive(conversation, by, is_archived=False),
            "delete": lambda: membership.delete(conversation),
            "remove_bot": lambda: membership.leave(conversation, bot_id),
            "add_bot": lambda: membership.join(conversation, bot_id),
        }
        _carry_out(orders, body, "rename")
        return {"ok": True}

    async def person(self, body: JsonObject) -> JsonObject:
        """`deactivate`, `activate`, `snooze` or `wake`: true; `leave` or `join`: a channel's id."""
        user_id, membership = str(body.get("user")), self._workspace.membership
        state = self._workspace.state
        if user_id not in state.people:
            raise UnknownTarget(f"person {user_id}")
        orders: dict[str, Callable[[], object]] = {
            "deactivate": lambda: membership.deactivate(user_id),
            "activate": lambda: membership.deactivate(user_id, is_deleted=False),
            "snooze": lambda: state.change_person(user_id, is_snoozing=True),
            "wake": lambda: state.change_person(user_id, is_snoozing=False),
            "leave": lambda: membership.leave(self._conversation(body, "leave"), user_id),
            "join": lambda: membership.join(self._conversation(body, "join"), user_id),
        }
        _carry_out(orders, body)
        return {"ok": True}

    async def socket(self, body: JsonObject) -> JsonObject:
        """`disconnect`: true asks every connection to connect anew; `drop`: true closes it without a word."""
        if body.get("drop"):
            await self._sockets.drop()
        elif body.get("disconnect"):
            await self._sockets.disconnect(str(body.get("reason", "refresh_requested")))
        else:
            raise UnknownTarget("take disconnect or drop")
        return {"ok": True}

    async def request_url(self, body: JsonObject) -> JsonObject:
        """Send the app's events and interactions to `url` from now on, once it answers the challenge."""
        url = body.get("url")
        if url is not None:
            await self._delivery.verify_url(str(url))
        self._delivery.request_url = url
        return {"ok": True}


def _carry_out(orders: dict[str, Callable[[], object]], body: JsonObject, *others: str) -> None:
    chosen = [name for name in orders if body.get(name)]
    if not chosen and not any(body.get(name) for name in others):
        raise UnknownTarget(f"take one of {', '.join([*others, *orders])}")
    for name in chosen:
        orders[name]()


def _post(
    order: Callable[[JsonObject], Awaitable[JsonObject]],
) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def endpoint(request: Request) -> JSONResponse:
        try:
            body = json.loads(await request.body() or b"{}")
            if not isinstance(body, dict):
                raise UnknownTarget("The body must be a JSON object.")
            return JSONResponse(await order(body))
        except (SandboxError, ValueError) as wrong:
            return JSONResponse({"ok": False, "error": type(wrong).__name__, "message": str(wrong)}, 400)

    return endpoint
