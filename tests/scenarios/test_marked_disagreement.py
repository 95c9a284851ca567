"""Who settles a disagreement says that the guideline is silent, and the leads find it."""

import pytest

from tests.scenarios.everywhere import everywhere
from tests.scenarios.people import AIKO, JONAS, MAYA, NADIA
from tests.scenarios.test_home_and_command import asked
from tests.scenarios.weekly import team
from tests.scenarios.words import words
from tests.scenarios.world import POLICY, World

SILENT = "The guideline says nothing of this"


@pytest.fixture
def policy_text() -> str:
    """With a team whose leads read of all tasks."""
    return POLICY + team("leads", "Europe/Berlin").replace("tasks = [", 'tasks = ["appeal", ')


@everywhere
def test_a_gap_in_the_guideline_is_marked_shown_and_listed_for_the_lead(world: World) -> None:
    case = world.post_case("gap", task="appeal", label="deny")
    maya, jonas, nadia = map(world.person, (MAYA, JONAS, NADIA))
    maya.press(case, "Confirm: Deny")
    jonas.press(case, "Grant")
    world.eventually(lambda: "the last word has <@U0NADIA>" in nadia.reads(case))

    nadia.press(case, "Answer with a reason…")
    assert "What does the disagreement show?" in words(nadia.window() or {})
    nadia.fill_in(label="grant", rationale="Nobody wrote down what holds for minors.", mark="guideline_gap")

    world.eventually(lambda: "✓ Grant — by @U0NADIA" in maya.reads(case))
    assert SILENT in maya.reads(case)
    listed = asked(world, nadia, "gaps")
    assert "1 disagreement was marked." in words(listed)
    assert f"{SILENT}. appeal, decided grant: The text of gap" in words(listed)
    refused = asked(world, world.person(AIKO), "gaps")
    assert "You are not known as a member of the channel of a team" in words(refused)


@everywhere
def test_an_ordinary_answer_is_not_asked_what_a_disagreement_shows(world: World) -> None:
    case = world.post_case("plain", task="appeal", label="deny")
    maya = world.person(MAYA)
    maya.press(case, "Answer with a reason…")
    assert "What does the disagreement show?" not in words(maya.window() or {})
