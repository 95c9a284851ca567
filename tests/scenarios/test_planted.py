"""A planted case is announced once, is revealed to whoever answered it, and no service hears of it."""

import pytest
import requests

from tests.scenarios.everywhere import everywhere
from tests.scenarios.people import JONAS, MAYA
from tests.scenarios.trials import announcements, put_in, settle_one, with_trials
from tests.scenarios.words import words
from tests.scenarios.world import World


@pytest.fixture
def policy_text() -> str:
    """Beside nearly every appeal comes one with a wrong prediction."""
    return with_trials("planted = 0.999999")


@everywhere
def test_who_answered_is_told_right_after_and_the_service_never(world: World) -> None:
    (notice,) = world.eventually(lambda: announcements(world))
    assert "made wrong on purpose" in notice
    first = settle_one(world)
    planted = put_in(world, first)
    maya, jonas = world.person(MAYA), world.person(JONAS)
    assert "The text of order-1" in maya.reads(planted)
    assert "The model says Deny" in maya.reads(planted)
    before = len(maya.direct_messages())

    maya.press(planted, "Confirm: Deny")

    (reveal,) = world.eventually(lambda: maya.direct_messages()[before:])
    assert "was a check" in words(reveal)
    assert "what was decided before is Grant" in words(reveal)
    assert jonas.direct_messages() == []
    jonas.press(planted, "Grant")
    (reveal,) = world.eventually(jonas.direct_messages)
    assert "You saw it." in words(reveal)

    world.settle()
    assert world.inbox.events(planted.case_id) == []
    assert planted.case_id not in str(world.shop.decisions())
    with pytest.raises(requests.HTTPError, match="404"):
        world.shop.read(planted.case_id)
    assert world.audited(planted)[0] == "case.opened"
    assert len(announcements(world)) == 1
