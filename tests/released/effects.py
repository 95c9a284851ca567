"""What comes of a recorded act, as far as somebody relies on it: not the words, not the layout."""

from typing import Any

import requests
import sqlalchemy as sa

from tests.released.sending import person_of, send
from tests.scenarios.people import Expert
from tests.scenarios.world import World

JsonObject = dict[str, Any]
_LENGTH = sa.text("SELECT count(*) FROM audit")
_SINCE = sa.text("SELECT action FROM audit ORDER BY seq LIMIT 1000 OFFSET :length")
_ANSWERS = sa.text("SELECT count(*) FROM labels WHERE case_id = :case_id AND withdrawn_at IS NULL")


def effect_of(world: World, kept: JsonObject, is_told: bool | None = None) -> JsonObject:
    """Send the payload and see what it did; waits for private words if it `is_told` to expect them.

    `status` of the answer, what the `answer` tells Slack to do, what is `done` by the audit trail, which
    `window` opened, whether something was `told` in private, and how the `case` stands after it.
    """
    payload, case_id = kept["payload"], kept["case_id"]
    user_id = person_of(payload)
    person = world.person(user_id) if user_id in world.slack.state.people else None
    length, told = _length(world), _told(world, person)
    answered = send(world, payload)
    shown = (payload.get("view") or {}).get("id")
    if is_told is not False and person is not None:
        _await_words(world, person, told, is_needed=is_told is True)
    return {
        "status": answered.status_code,
        "answer": _action(answered),
        "done": _since(world, length),
        "window": _window(person, shown),
        "told": _told(world, person) > told,
        "case": _case(world, case_id) if case_id else None,
    }


def _action(answered: requests.Response) -> str | None:
    told: str | None = answered.json().get("response_action") if answered.text.startswith("{") else None
    return told


def _await_words(world: World, person: Expert, before: int, *, is_needed: bool) -> None:
    if is_needed:
        world.eventually(lambda: _told(world, person) > before)
    else:
        world.slack.state.wait_for(lambda _: _told(world, person) > before, 1.0)


def _told(world: World, person: Expert | None) -> int:
    return len(world.slack.state.ephemerals_of(person.user_id)) if person else 0


def _window(person: Expert | None, shown: str | None) -> str | None:
    """What kind of window opened, if one did; the one that was acted in is none."""
    view = person.window() if person else None
    return str(view.get("callback_id")) if view and view["id"] != shown else None


def close_windows(world: World) -> None:
    """Close every window, so that the next one is seen to open."""
    for user_id in list(world.slack.state.modals):
        world.slack.workspace.modals.clear(user_id)


def _length(world: World) -> int:
    with world.app.ctx.database.read() as tx:
        return int(tx.execute(_LENGTH).scalar_one())


def _since(world: World, length: int) -> list[str]:
    with world.app.ctx.database.read() as tx:
        return [row.action for row in tx.execute(_SINCE, {"length": length})]


def _case(world: World, case_id: str) -> JsonObject:
    """How the service reads it, and how many answers are in force."""
    case = world.shop.read(case_id)
    decision = case["decision"] or {}
    with world.app.ctx.database.read() as tx:
        answers = tx.execute(_ANSWERS, {"case_id": case_id}).scalar_one()
    named = {"status": case["status"], "label": decision.get("label"), "method": decision.get("method")}
    return {**named, "answers": answers}
