"""views.*: modals and the Home tab."""

from bot.sandbox.api.call import ApiMethod, Call
from bot.sandbox.errors import ApiError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.views import View, api_view


def _content(call: Call, kind: str) -> JsonObject:
    content = call.json("view", "invalid_arguments")
    if not isinstance(content, dict):
        raise ApiError("invalid_arguments", ["[ERROR] missing required field: view"])
    if content.get("type") != kind:
        raise ApiError("invalid_arguments", [f"[ERROR] must be {kind} [json-pointer:/view/type]"])
    return content


def _answer(call: Call, view: View) -> JsonObject:
    config = call.workspace.config
    return {"view": api_view(view, config.team.id, config.bot)}


def open_view(call: Call) -> JsonObject:
    """views.open."""
    content = _content(call, "modal")
    modals = call.workspace.modals
    modals.check(content)
    trigger = call.workspace.triggers.exchange(call.required("trigger_id"))
    view = modals.open(trigger.user_id, content)
    call.workspace.stats.happened("views_opened")
    return _answer(call, view)


def push(call: Call) -> JsonObject:
    """views.push: on top of the modal in which the trigger arose."""
    content = _content(call, "modal")
    modals = call.workspace.modals
    modals.check(content)
    trigger = call.workspace.triggers.exchange(call.required("trigger_id"))
    view = modals.push(trigger.user_id, content)
    call.workspace.stats.happened("views_opened")
    return _answer(call, view)


def update(call: Call) -> JsonObject:
    """views.update: by `view_id` or `external_id`, optionally only if the `hash` is still the same."""
    view = call.workspace.modals.find(call.text("view_id"), call.text("external_id"))
    content = _content(call, view.content["type"])
    return _answer(call, call.workspace.modals.update(view, content, call.text("hash")))


def publish(call: Call) -> JsonObject:
    """views.publish: a person's Home tab."""
    user_id = call.required("user_id")
    person = call.workspace.state.people.get(user_id)
    if person is None or person.is_bot:
        raise ApiError("user_not_found")
    view = call.workspace.modals.publish(user_id, _content(call, "home"), call.text("hash"))
    return _answer(call, view)


METHODS = {
    "views.open": ApiMethod(open_view),
    "views.publish": ApiMethod(publish),
    "views.push": ApiMethod(push),
    "views.update": ApiMethod(update),
}
