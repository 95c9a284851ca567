"""What comes of a recorded act, as far as somebody relies on it: not the words, not the layout."""

from collections.abc import Callable
from typing import Any

import requests
import sqlalchemy as sa

from tests.patience import PATIENCE
from tests.released.sending import person_of, send
from tests.scenarios.world import World

JsonObject = dict[str, Any]
_DONE = sa.text(
    "SELECT chain, seq, action FROM record_entries"
    " WHERE chain NOT IN ('anchors', 'taken in') AND action <> 'rows.changed' ORDER BY at, chain, seq"
)
_ANSWERS = sa.text("SELECT count(*) FROM labels WHERE case_id = :case_id AND withdrawn_at IS NULL")


def effect_of(world: World, kept: JsonObject) -> JsonObject:
    """Send the payload and see what it did; waits for words and a window that the kept effect has.

    `status` of the answer, what the `answer` tells Slack to do, what is `done` by the audit trail, which
    `window` opened, whether something was `told` in private, and how the `case` stands after it.
    """
    payload, case_id, user_id = kept["payload"], kept["case_id"], person_of(kept["payload"])
    before, private = _done(world), _private_count(world, user_id)
    shown = (payload.get("view") or {}).get("id")
    answered = send(world, payload)

    def seen() -> tuple[str | None, bool]:
        return _window(world, user_id, shown), _private_count(world, user_id) > private

    if answered.ok:
        _await(world, kept.get("effect"), seen)
    return {
        "status": answered.status_code,
        "answer": _action(answered),
        "done": [action for entry, action in _done(world).items() if entry not in before],
        "window": seen()[0],
        "told": seen()[1],
        "case": _case(world, case_id) if case_id else None,
    }


def _action(answered: requests.Response) -> str | None:
    action: str | None = answered.json().get("response_action") if answered.text.startswith("{") else None
    return action


def _await(world: World, was: JsonObject | None, seen: Callable[[], tuple[str | None, bool]]) -> None:
    """What comes after the answer takes a moment: as long as it takes if it is known, else a second."""
    if was is not None:
        world.slack.state.wait_for(lambda _: seen() == (was["window"], was["told"]), PATIENCE)
    else:
        world.slack.state.wait_for(lambda _: seen() != (None, False), 1.0)


def _private_count(world: World, user_id: str) -> int:
    return len(world.slack.state.ephemerals_of(user_id))


def _window(world: World, user_id: str, shown: str | None) -> str | None:
    """What kind of window opened, if one did; the one that was acted in is none."""
    windows = world.slack.state.modals.get(user_id) or []
    return str(windows[-1].content.get("callback_id")) if windows and windows[-1].id != shown else None


def close_windows(world: World) -> None:
    """Close every window, so that the next one is seen to open."""
    for user_id in list(world.slack.state.modals):
        world.slack.workspace.modals.clear(user_id)


def _done(world: World) -> dict[tuple[str, int], str]:
    """What was done, by the place of its entry in the record, oldest first."""
    with world.app.ctx.database.read() as tx:
        return {(row.chain, row.seq): row.action for row in tx.execute(_DONE)}


def _case(world: World, case_id: str) -> JsonObject:
    """How the service reads it, and how many answers are in force."""
    case = world.shop.read(case_id)
    decision = case["decision"] or {}
    with world.app.ctx.database.read() as tx:
        answers = tx.execute(_ANSWERS, {"case_id": case_id}).scalar_one()
    named = {"status": case["status"], "label": decision.get("label"), "method": decision.get("method")}
    return {**named, "answers": answers}
