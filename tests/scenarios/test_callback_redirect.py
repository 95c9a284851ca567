"""The shop's endpoint answers with a redirect: it is not followed."""

import pytest

from tests.delivery.receiver import answers, receiving
from tests.scenarios.passing import try_the_callback_again
from tests.scenarios.people import MAYA
from tests.scenarios.world import World


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(world: World, status: int) -> None:
    with receiving() as elsewhere:
        world.inbox.receiver.script[:] = [answers(status, Location=elsewhere.url)]
        case = world.post_case()
        world.person(MAYA).press(case, "Confirm: Fraud")
        try_the_callback_again(world)
        world.eventually(lambda: world.inbox.tries == 2)
        assert elsewhere.received == []

    world.inbox.answer(200)
    try_the_callback_again(world)
    world.settle()
    assert world.inbox.types(case.case_id) == ["case.decided"]
