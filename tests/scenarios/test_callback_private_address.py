"""A case asks for a callback to a private address, which the policy does not allow: it is never called."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.operating import Operator
from tests.scenarios.people import MAYA
from tests.scenarios.world import POLICY, World

SPELLINGS = ["127.0.0.1", "[::ffff:127.0.0.1]", "2130706433"]


@pytest.fixture
def policy_text() -> str:
    changed = POLICY.replace("allow_private_callbacks = true", "allow_private_callbacks = false")
    changed = changed.replace('"$callback_url"', '"https://shop.example/callback"')
    assert changed.count("$callback_url") == 1  # in a comment
    return changed


@pytest.fixture
def inside() -> Iterator[socket.socket]:
    """Something on this machine that nobody from outside may reach."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


@pytest.mark.parametrize("host", SPELLINGS)
def test_it_is_refused_and_the_decision_can_still_be_read(
    world: World, inside: socket.socket, host: str, tmp_path: Path
) -> None:
    operator = Operator(world, tmp_path)
    case = world.post_case(callback_url=f"https://{host}:{inside.getsockname()[1]}/callback")
    world.person(MAYA).press(case, "Confirm: Fraud")

    (letter,) = world.eventually(operator.dead_letters)
    assert case.external_id in letter
    assert "Set allow_private_callbacks in the policy" in letter
    with pytest.raises(BlockingIOError):
        inside.accept()
    assert world.shop.read(case.case_id)["decision"]["label"] == "fraud"
    assert [line["case_id"] for line in world.shop.decisions()] == [case.case_id]
    assert operator.finds_the_audit_unbroken()
