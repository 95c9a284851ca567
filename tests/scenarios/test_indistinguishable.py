"""Nobody can tell a case that was put in from another: byte for byte the same, but for ids."""

import json
import re
from typing import Any

import pytest

from tests.scenarios.everywhere import everywhere
from tests.scenarios.people import JONAS, MAYA, Case, Expert
from tests.scenarios.trials import put_in, settle_one, with_trials
from tests.scenarios.words import words
from tests.scenarios.world import World

IDS = re.compile(
    r"(?:case|attempt)_[0-9a-f]+|blk[0-9A-F]+|\b\d{10}\.[0-9a-f]{6,}\b|\b[0-9a-f]{32}\b|V[0-9A-Z]{8,}"
)
WITHOUT_PICTURE = {"text": "The text of order-1.", "fields": {"amount": 12}, "link": "https://example.org/1"}


@pytest.fixture
def policy_text() -> str:
    """Beside nearly every appeal comes one whose answer is settled."""
    return with_trials("gold = 0.999999")


def bare(shown: Any) -> str:
    """What is shown as it is kept, without ids."""
    return IDS.sub("ID", json.dumps(shown, sort_keys=True))


def pair(world: World) -> tuple[Case, Case]:
    """A case that came in, and another that was put in at the same moment and says the same."""
    first = settle_one(world, input=WITHOUT_PICTURE)
    gold = put_in(world, first)
    return world.post_case("order-3", task="appeal", label="grant", input=WITHOUT_PICTURE), gold


def until(world: World, person: Expert, case: Case, text: str) -> None:
    """Wait until the case's message says so."""
    world.eventually(lambda: text in person.reads(case))


def window(person: Expert, case: Case, entry: str) -> str:
    person.pick(case, entry)
    shown = person.window() or {}
    assert shown["blocks"]
    return bare({name: shown[name] for name in ("title", "blocks")})


@everywhere
def test_message_metadata_windows_and_lists_are_the_same(world: World) -> None:
    posted, gold = pair(world)
    maya, jonas = world.person(MAYA), world.person(JONAS)
    assert bare(maya.message(posted)) == bare(maya.message(gold))
    assert "order-3" not in words(maya.message(posted))
    why = "Why am I asked?"
    assert window(maya, posted, why) == window(maya, gold, why)
    assert world.audited(posted) == world.audited(gold)

    for case in (posted, gold):
        maya.press(case, "Confirm: Grant")
        until(world, jonas, case, "1 of 2 answers in")
    world.settle()
    assert bare(jonas.message(posted)) == bare(jonas.message(gold))
    assert [bare(each) for each in maya.private(posted)] == [bare(each) for each in maya.private(gold)]
    for case in (posted, gold):
        jonas.press(case, "Deny")
        until(world, jonas, case, "The experts disagree")
    world.settle()
    assert bare(jonas.message(posted)) == bare(jonas.message(gold))
    assert world.audited(posted) == world.audited(gold)


def test_the_log_has_the_same_lines_of_both(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    posted, gold = pair(world)
    maya, jonas = world.person(MAYA), world.person(JONAS)
    for case in (posted, gold):
        maya.press(case, "Confirm: Grant")
        until(world, jonas, case, "1 of 2 answers in")
    world.settle()
    lines = capsys.readouterr().out.splitlines()

    def of(case: Case) -> list[str]:
        own = [line for line in lines if case.case_id in line and "http.answered" not in line]
        return sorted({re.sub(r"^\S+ \S+|took_ms=\S+|seconds=\S+", "", IDS.sub("ID", line)) for line in own})

    assert of(posted) == of(gold)
    assert of(gold)
