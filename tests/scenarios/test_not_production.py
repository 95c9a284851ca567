"""Synthetic and red-team cases are answered like others, carry their origin, and count in no digest."""

from datetime import UTC, datetime

import pytest

from tests.scenarios.calm import arrive, at
from tests.scenarios.people import LEADS, MAYA
from tests.scenarios.weekly import details, digests, rows, team
from tests.scenarios.words import words
from tests.scenarios.world import POLICY, World

MONDAY_9 = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # in Berlin
ORIGINS = ("production", "synthetic", "red_team")


@pytest.fixture
def policy_text() -> str:
    return POLICY + team("leads", "Europe/Berlin")


def answer(world: World, origin: str, is_agreed: bool) -> None:
    """Post a case of the origin and decide it; its origin is told with the decision."""
    case = world.post_case(f"order-{ORIGINS.index(origin)}", origin=origin)
    maya = world.person(MAYA)
    arrive(world)
    maya.answer_in_thread(case, "fraud: as the model says" if is_agreed else "fine: a known customer")
    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    for told in (event.data, world.shop.read(case.case_id)):
        assert told["origin"] == told["kind"] == origin  # which is its old name


def test_others_carry_their_origin_and_are_left_out_of_the_digest(world: World) -> None:
    for origin in ORIGINS:
        answer(world, origin, is_agreed=origin == "production")
    waiting = world.post_case("order-9", origin="synthetic")

    at(world, MONDAY_9)

    (digest,) = digests(world, LEADS)
    table = {name: now for name, (now, _) in rows(digest).items()}
    assert (table["Came in"], table["Looked at"]) == ("1", "1")
    assert (table["Late"], table["Went through by themselves"]) == ("0", "0")
    _, _, experts, _ = details(world, LEADS, digest)
    assert rows(experts)["Decided"][0] == "1"
    assert "too few answers yet (1 of 20)" in rows(experts)["Experts agreed with the model"][0]
    more = " ".join(words(message) for message in details(world, LEADS, digest))
    assert "× the model said" not in more
    assert "the model said" not in more
    assert world.person(MAYA).message(waiting)["ts"] not in more


def test_a_week_without_production_has_no_digest_of_it(world: World) -> None:
    answer(world, "red_team", is_agreed=False)

    at(world, MONDAY_9)

    for digest in digests(world, LEADS):
        assert rows(digest)["Came in"] == ("0", "0")
