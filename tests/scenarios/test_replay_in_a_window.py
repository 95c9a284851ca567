"""A lead tries another threshold in Slack: the window says what it would have done, and nothing changes."""

from datetime import timedelta

import pytest

from bot.demo.person import HandsRefused
from tests.scenarios.calm import after
from tests.scenarios.people import JONAS, SAM, Expert
from tests.scenarios.shop import prediction
from tests.scenarios.weekly import team
from tests.scenarios.words import words
from tests.scenarios.world import POLICY, World

REVIEWED, ACCEPTED = 6, 4


@pytest.fixture
def policy_text() -> str:
    return POLICY + team("leads", "UTC")


def window(expert: Expert) -> str:
    return words(expert.window() or {})


def asked(world: World, expert: Expert) -> None:
    expert.type_command("replay")
    world.eventually(lambda: "Which rule?" in window(expert))


def test_a_lead_sees_what_another_threshold_would_have_done(world: World) -> None:
    for number in range(ACCEPTED):
        world.shop.post(prediction(f"sure-{number}", "fraud", "fraud", 0.97))
    cases = [world.post_case(f"order-{number}", confidence=0.8) for number in range(REVIEWED)]
    world.person(JONAS).press(cases[0], "Confirm: Fraud")
    after(world, timedelta(hours=1))
    sam, version = world.person(SAM), world.app.ctx.policy.version
    asked(world, sam)

    with pytest.raises(HandsRefused, match="decides nothing"):
        sam.fill_in(tier="fraud/ordinary", rule="threshold", threshold="0.3")
    sam.fill_in(tier="fraud/ordinary", rule="threshold", threshold="0.75")
    assert "Working…" in window(sam)
    world.eventually(lambda: "As it was" in window(sam))

    said = window(sam)
    assert f"{REVIEWED} would go through that were looked at" in said
    assert f"Went through by itself: {ACCEPTED}.0 → {ACCEPTED + REVIEWED}.0 a day" in said
    assert "accept_above = 0.75" in said
    assert world.app.ctx.policy.version == version


def test_others_are_refused_in_private(world: World) -> None:
    jonas = world.person(JONAS)
    jonas.type_command("replay")
    world.eventually(lambda: "Only members of a team's channel" in str(jonas.messages("C0PAYMENTS")))
    assert jonas.window() is None
