"""What Slack sends, checked at the door: what is no payload of Slack's never reaches a listener.

The shapes are those of Slack's references of interaction payloads, slash commands and the Events API, as far
as anything here, or Bolt, reads them; what nobody reads may be anything.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.errors import BotError
from bot.slack.blocks.message import JsonObject

DEEPEST = 60
"""How far payloads nest at most; Slack's own stay under half of it."""


class PayloadRefused(BotError):
    """This is no payload that Slack sends."""


def _writable(text: str) -> str:
    """No database stores NUL or half a character."""
    if "\0" in text:
        raise ValueError("holds NUL")
    text.encode()  # raises a ValueError at half a character
    return text


def _typed(value: Any) -> Any:
    """What people typed may hold anything, as long as it is text."""
    if value is not None and not isinstance(value, str):
        raise ValueError("is no text")
    return value


Id = Annotated[str, StringConstraints(pattern=r"\A[!-~]{1,255}\z")]
OptionalId = Annotated[str, StringConstraints(pattern=r"\A[!-~]{0,255}\z")] | None
Moment = Annotated[str, StringConstraints(pattern=r"\A([0-9]{1,12}([.][0-9]{1,9})?)?\z")] | None
Name = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_writable)]
OptionalName = Annotated[str, StringConstraints(max_length=255), AfterValidator(_writable)] | None
Address = Annotated[str, StringConstraints(pattern=r"\A(https?://[!-~]+)?\z")] | None
Text = Annotated[str, AfterValidator(_writable)] | None
Typed = Annotated[Any, AfterValidator(_typed)]
Objects = list[dict[str, Any]] | None
Object = dict[str, Any] | None


class _Part(BaseModel):
    # Strict: a number where Bolt expects text raises inside Bolt, where nobody answers it.
    model_config = ConfigDict(extra="ignore", strict=True, hide_input_in_errors=True)


class _Organization(_Part):
    id: OptionalId = None
    enterprise_id: OptionalId = None


class _Team(_Organization):
    pass


class _Person(_Part):
    id: Id
    team_id: OptionalId = None
    name: Typed = None
    username: Typed = None
    enterprise_id: OptionalId = None
    enterprise_user: _Organization | None = None


class _Authorization(_Part):
    team_id: OptionalId = None
    enterprise_id: OptionalId = None


class _Channel(_Part):
    id: OptionalId = None


class _Frame(_Part):
    """What Bolt looks for in every payload, and in every event."""

    team: _Team | OptionalId = None
    enterprise: _Organization | OptionalId = None
    user: _Person | OptionalId = None
    channel: _Channel | OptionalId = None
    team_id: OptionalId = None
    enterprise_id: OptionalId = None
    user_id: OptionalId = None
    channel_id: OptionalId = None
    context_team_id: OptionalId = None
    context_enterprise_id: OptionalId = None
    authorizations: list[_Authorization] | None = None
    enterprise_user: _Organization | None = None
    thread_ts: Moment = None
    response_url: Address = None
    response_urls: Objects = None
    item: Object = None
    assistant_thread: Object = None
    function_data: Object = None


class _Option(_Part):
    value: Text = None


class _Action(_Part):
    action_id: Name
    block_id: OptionalName = None
    type: OptionalName = None
    action_ts: Moment = None
    value: Text = None
    selected_option: _Option | None = None


class _Container(_Part):
    channel_id: OptionalId = None
    message_ts: Moment = None
    view_id: OptionalId = None
    is_ephemeral: bool | None = None


class _Element(_Part):
    value: Typed = None
    selected_option: _Option | None = None
    selected_user: OptionalId = None


class _State(_Part):
    values: dict[Name, dict[Name, _Element]] | Annotated[list[Any], Field(max_length=0)] | None = None


class _View(_Part):
    id: OptionalId = None
    callback_id: OptionalName = None
    private_metadata: Text = None
    app_installed_team_id: OptionalId = None
    team_id: OptionalId = None
    state: _State | None = None


class _Stamp(_Part):
    ts: Moment = None


class _Interaction(_Frame):
    user: _Person
    team: _Team | None = None
    channel: _Channel | None = None
    trigger_id: OptionalId = None
    view: _View | None = None
    message: _Stamp | None = None
    container: _Container | None = None


class _BlockActions(_Interaction):
    type: Literal["block_actions"]
    actions: Annotated[list[_Action], Field(min_length=1)]


class _BlockSuggestion(_Interaction):
    type: Literal["block_suggestion"]
    action_id: Name
    block_id: OptionalName = None
    value: Typed = None


class _SubmittedView(_View):
    id: Id
    type: Name
    callback_id: Name


class _ViewSubmission(_Interaction):
    type: Literal["view_submission", "view_closed"]
    view: _SubmittedView


class _Shortcut(_Interaction):
    type: Literal["shortcut", "message_action"]
    callback_id: Name


class _Command(_Frame):
    command: Name
    user_id: Id
    text: Typed = None
    trigger_id: OptionalId = None


class _Profile(_Part):
    team: OptionalId = None


class _Message(_Frame):
    type: OptionalName = None
    subtype: OptionalName = None
    ts: Moment = None
    deleted_ts: Moment = None
    user_team: OptionalId = None
    source_team: OptionalId = None
    user_profile: _Profile | None = None
    bot_id: OptionalId = None
    app_id: OptionalId = None
    text: Typed = None
    edited: _Stamp | None = None


class _Event(_Message):
    type: Name
    tab: OptionalId = None
    message: _Message | None = None
    previous_message: _Message | None = None
    view: _View | None = None


class _EventCallback(_Frame):
    type: Literal["event_callback"]
    event: _Event
    event_id: OptionalId = None


class _Notification(_Frame):
    type: Literal["url_verification", "app_rate_limited"]
    challenge: Text = None


_SHAPES: Mapping[str, type[_Part]] = {
    "block_actions": _BlockActions,
    "block_suggestion": _BlockSuggestion,
    "view_submission": _ViewSubmission,
    "view_closed": _ViewSubmission,
    "shortcut": _Shortcut,
    "message_action": _Shortcut,
    "event_callback": _EventCallback,
    "url_verification": _Notification,
    "app_rate_limited": _Notification,
}


def read(body: str, content_type: str) -> JsonObject:
    """The payload in the body of a request: JSON, or a form that is a command or carries JSON.

    Raises PayloadRefused.
    """
    if content_type.partition(";")[0].strip().lower() == "application/json" or body.startswith("{"):
        return checked(_json(body))
    fields = dict(parse_qsl(body, keep_blank_values=True))
    return checked(_json(fields["payload"]) if "payload" in fields else fields)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise PayloadRefused("It is not JSON.") from None


def checked(payload: object) -> JsonObject:
    """The same payload, if everything in it that is read has its type; raises PayloadRefused."""
    if not isinstance(payload, dict):
        raise PayloadRefused("It is no JSON object.")
    if _is_deeper(payload, DEEPEST):
        raise PayloadRefused(f"It nests deeper than {DEEPEST} times.")
    kind = payload.get("type")  # a command has none: it comes as the fields of a form
    shape = _Command if "command" in payload else _SHAPES.get(kind) if isinstance(kind, str) else None
    if shape is None:
        raise PayloadRefused("Its type is unknown.")
    try:
        shape.model_validate(payload)
    except ValidationError as error:  # only where and what: people's words stay out of log and answer
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise PayloadRefused(f"{'.'.join(map(str, first['loc']))[:80]!a}: {first['msg']}.") from None
    # The payload itself, not the model made of it: Bolt reads more of it than the shapes name.
    return payload


def _is_deeper(payload: object, deepest: int) -> bool:
    """Level by level, since a function that calls itself would not come back from the bottom."""
    level = [payload]
    for _ in range(deepest):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)  # type: ignore[attr-defined]
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True
