"""A case is decided once its answers are sure enough: by somebody hardly ever wrong alone, else by more."""

import pytest

from routing.policy import load_policy
from storage.engine.database import Database
from tests.scenarios.everywhere import everywhere
from tests.scenarios.people import AIKO, JONAS, MAYA, NADIA
from tests.scenarios.rules import changed
from tests.scenarios.words import words
from tests.scenarios.world import World
from tests.worlds.rules import rule_of, store_rule


@pytest.fixture
def policy_text() -> str:
    """Appeals are decided by certainty, and the shop reads callbacks of version 2."""
    return changed(
        ("quorum = 2\n", "certainty = 0.95\nanswers_at_most = 2\n"),
        ("rate_per_minute = 60000\n", "rate_per_minute = 60000\ncallback_version = 2\n"),
    )


@pytest.fixture
def worth(world: World) -> World:
    """A world in which Maya is right in 98 of 100 appeals and Jonas in 6 of 10."""
    rule = rule_of(("grant", "deny"), {MAYA: 0.98, JONAS: 0.6})
    database: Database = world.app.ctx.database
    store_rule(database, load_policy(world.policy_text, "policy.toml").task("appeal"), rule)
    world.tick()
    return world


@everywhere
def test_who_is_hardly_ever_wrong_decides_alone(worth: World) -> None:
    case = worth.post_case(task="appeal", label="deny")
    maya = worth.person(MAYA)
    maya.press(case, "Confirm: Deny")
    worth.eventually(lambda: "✓ Deny — by @U0MAYA" in maya.reads(case))
    assert "Answers like these are right in 99\u00a0%." in maya.reads(case)
    (event,) = worth.eventually(lambda: worth.inbox.events(case.case_id))
    decision = event.data["decision"]
    assert (event.data["version"], decision["method"], decision["label"]) == (2, "single", "deny")
    assert decision["certainty"] == pytest.approx(0.99, abs=0.005)
    assert worth.shop.read(case.case_id)["decision"]["certainty"] == decision["certainty"]
    assert worth.shop.decisions()[0]["certainty"] == decision["certainty"]


def test_what_is_not_sure_enough_is_asked_again_and_then_settled(worth: World) -> None:
    case = worth.post_case(task="appeal", label="deny")
    jonas, aiko, nadia = (worth.person(person) for person in (JONAS, AIKO, NADIA))
    jonas.press(case, "Grant")
    worth.eventually(lambda: "1 answer in, and another is needed" in aiko.reads(case))
    assert worth.shop.read(case.case_id)["status"] == "open"
    aiko.press(case, "Grant")
    # Both say the same, and together they are not sure enough.
    unsure = "The answers are not sure enough*, the last word has <@U0NADIA>"
    worth.eventually(lambda: unsure in aiko.reads(case))
    (call,) = worth.eventually(nadia.direct_messages)
    assert "The answers are not sure enough. Please decide: your answer is the last word." in words(call)
    nadia.press(case, "Grant")
    settled = "✓ Grant — by @U0NADIA (the answers before were not sure enough)"
    worth.eventually(lambda: settled in nadia.reads(case))
    (event,) = worth.eventually(lambda: worth.inbox.events(case.case_id))
    decision = event.data["decision"]
    assert (decision["method"], decision["certainty"]) == ("adjudicated", None)
