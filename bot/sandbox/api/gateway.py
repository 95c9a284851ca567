"""Answers Web API calls: token, scope, limits, then the method."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.sandbox.api import chat, conversations, files, people, reactions, views
from bot.sandbox.api.call import ApiMethod, Call
from bot.sandbox.errors import ApiError, RateLimited
from bot.sandbox.json_types import JsonObject
from bot.sandbox.workspace import Workspace


def _open_connection(call: Call) -> JsonObject:
    """apps.connections.open: an address for a Socket Mode connection."""
    return {"url": call.workspace.issue_socket_url()}


METHODS: Mapping[str, ApiMethod] = {
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **people.METHODS,
    **reactions.METHODS,
    **views.METHODS,
    "apps.connections.open": ApiMethod(_open_connection, ("connections:write",), "app"),
}


@dataclass(frozen=True)
class ApiResponse:
    """What goes back over HTTP."""

    body: JsonObject
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Gateway:
    """The Web API without its transport."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def answer(self, name: str, args: JsonObject, token: str | None) -> ApiResponse:
        """Call the method `name`; Slack's errors come back as bodies with `ok` false."""
        headers: dict[str, str] = {}
        try:
            # A call at a time: a method looks, and then changes what it saw.
            with self._workspace.state.lock:
                body = self._call(name, args, token, headers)
        except RateLimited as limited:
            self._workspace.stats.rejected(limited.code)
            return ApiResponse(limited.body(), 429, {**headers, "retry-after": str(limited.retry_after)})
        except ApiError as refused:
            self._workspace.stats.rejected(refused.code)
            return ApiResponse(refused.body(), headers=headers)
        return ApiResponse({"ok": True, **body}, headers=headers)

    def _call(self, name: str, args: JsonObject, token: str | None, headers: dict[str, str]) -> JsonObject:
        method = METHODS.get(name)
        if method is None:
            raise ApiError("unknown_method", req_method=name)
        scopes = self._authorize(name, method, token)
        headers["x-oauth-scopes"] = ",".join(sorted(scopes))
        if method.scopes:
            headers["x-accepted-oauth-scopes"] = ",".join(method.scopes)
        call = Call(name, args, scopes, self._workspace)
        call.need_scope(*method.scopes)
        self._workspace.method_limits.take(name)
        return method.handle(call)

    def _authorize(self, name: str, method: ApiMethod, token: str | None) -> frozenset[str]:
        if not token:
            raise ApiError("not_authed")
        config = self._workspace.config
        kinds = {config.bot_token: "bot", config.app_token: "app"}
        kind = kinds.get(token)
        if kind is None:
            raise ApiError("invalid_auth")
        fault = self._workspace.faults.take(("token_revoked", "account_inactive"), name)
        if fault is not None:
            raise ApiError(fault.kind)
        if method.token not in (kind, "any"):
            raise ApiError("not_allowed_token_type")
        scopes = config.bot_scopes if kind == "bot" else config.app_scopes
        missing = self._workspace.faults.take_all("missing_scope", name)
        return scopes - {fault.scope for fault in missing}
