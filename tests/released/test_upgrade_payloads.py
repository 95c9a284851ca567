"""Every button, window, command and event of a released version still does what it did."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.slack.blocks import control_ids
from bot.slack.hear.clicks import CLICKS
from bot.slack.hear.commands import WORDS
from bot.slack.hear.events import HAPPENINGS
from bot.slack.hear.window_submissions import WINDOWS
from tests.released.aftermath import AFTERMATH
from tests.released.effects import close_windows, effect_of
from tests.released.restoring import taken_up
from tests.released.versions import DIALECTS, VERSIONS, Version, situation
from tests.scenarios.world import World

JsonObject = dict[str, Any]
Copies = Callable[[Version, str], AbstractContextManager[str]]
Worlds = Callable[[Version, str], World]
PAYLOADS = [
    pytest.param((version, dialect, path), id=f"{version.name}-{dialect}-{path.stem}")
    for version in VERSIONS
    for dialect in DIALECTS
    for path in version.situations(dialect)
]
DECIDES = {
    "confirm": ("decided", "fraud", "single"),
    "contradict": ("decided", "unclear", "single"),
    "contradict_with_reason_saves": ("decided", "fine", "single"),
    "choose": ("decided", "other", "single"),
    "label_saves": ("decided", "fine", "single"),
    "menu_label_saves": ("decided", "fraud", "single"),
    "question": ("decided", "fraud", "single"),
    "question_choose": ("decided", "nl", "single"),
    "question_label_saves": ("decided", "be", "single"),
    "reply": ("decided", "fine", "single"),
    "edit_reply": ("decided", "fine", "single"),
    "decided_saves": ("decided", "card", "single"),
    "second_answer": ("decided", "grant", "consensus"),
    "adjudicate": ("decided", "deny", "adjudicated"),
    "assigned": ("decided", "account", "single"),
    "undo": ("open", None, None),
    "undo_second_of_two": ("open", None, None),
    "second_answer_disagrees": ("disputed", None, None),
}
"""How the case stands after the act."""
UNRELEASED_PAUSES = [
    control_ids.PAUSE_NOW,
    control_ids.PAUSE_NOT,
    control_ids.PAUSE_END,
    control_ids.PAUSE_PROTEST,
]
UNRELEASED_CLICKS = [
    control_ids.CHANGE,
    control_ids.KEEP,
    control_ids.LIST_PAGE,
    control_ids.CHECK_SLICE,
    control_ids.RELEASE_SLICE,
    *UNRELEASED_PAUSES,
]
UNRELEASED_ENTRIES = [control_ids.Menu.CONTEST, control_ids.Menu.DECLINE]
UNRELEASED_WINDOWS = {control_ids.CONTEST_VIEW}
UNRELEASED_WORDS = {"experts", "gaps"}
UNRELEASED_EVENTS = {"channel_unarchive", "group_unarchive"}
DOES = {
    "abstain_saves": "case.abstained",
    "escalate_saves": "case.escalated",
    "reassign_saves": "case.handed_over",
    "hand_over_saves": "case.handed_over",
    "snooze_saves": "case.handed_over",
    "hand_over_until_saves": "case.handed_over",
    "digest_mute": "digest.muted",
}
"""What is on record after the act."""


@pytest.fixture(scope="module")
def worlds(copies: Copies) -> Iterator[Worlds]:
    """A running bank for each database, which all its payloads share: each is about a case of its own."""
    running: dict[tuple[str, str], World] = {}
    with ExitStack() as stack:

        def world_of(version: Version, dialect: str) -> World:
            key = version.name, dialect
            if key not in running:
                url = stack.enter_context(copies(version, dialect))
                running[key] = stack.enter_context(taken_up(version, dialect, url))
                running[key].start()
            return running[key]

        yield world_of


@pytest.mark.parametrize("recorded_payload", PAYLOADS)
def test_it_does_what_it_did(recorded_payload: tuple[Version, str, Path], worlds: Worlds) -> None:
    version, dialect, path = recorded_payload
    world, kept = worlds(version, dialect), situation(path)
    close_windows(world)

    effect = effect_of(world, kept)

    assert effect == kept["effect"]
    assert effect["status"] == 200
    if path.stem in DECIDES:
        case = effect["case"]
        assert (case["status"], case["label"], case["method"]) == DECIDES[path.stem]
    if path.stem in DOES:
        assert DOES[path.stem] in effect["done"]
    if path.stem in AFTERMATH:
        world.eventually(lambda: AFTERMATH[path.stem](world, kept))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_control_window_command_and_event_was_recorded(dialect: str) -> None:
    payloads = [situation(path)["payload"] for version in VERSIONS for path in version.situations(dialect)]

    clicks = [click for click in CLICKS if not any(_matches(click, acted) for acted in _actions(payloads))]
    assert clicks == UNRELEASED_CLICKS
    menus = [click.get("selected_option", {}).get("value") for click in _clicks(payloads)]
    assert [entry for entry in control_ids.Menu if entry not in menus] == UNRELEASED_ENTRIES
    submissions = [payload for payload in payloads if payload.get("type") == "view_submission"]
    views = [submission["view"]["callback_id"] for submission in submissions]
    assert set(WINDOWS) - set(views) == UNRELEASED_WINDOWS
    heard = {payload["event"]["type"] for payload in payloads if "event" in payload}
    assert set(HAPPENINGS) - heard == UNRELEASED_EVENTS
    words = [payload["text"].partition(" ")[0] for payload in payloads if "command" in payload]
    assert set(WORDS) - set(words) == UNRELEASED_WORDS


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_acts_that_matter_most_were_recorded(dialect: str) -> None:
    for version in VERSIONS:
        names = {path.stem for path in version.situations(dialect)}
        assert (DECIDES.keys() | DOES.keys() | AFTERMATH.keys()) - names == set()


def _matches(name: str | re.Pattern[str], action_id: str) -> bool:
    return name == action_id if isinstance(name, str) else bool(name.match(action_id))


def _clicks(payloads: list[JsonObject]) -> Iterator[JsonObject]:
    return (action for payload in payloads for action in payload.get("actions", []))


def _actions(payloads: list[JsonObject]) -> set[str]:
    return {click["action_id"] for click in _clicks(payloads)}
