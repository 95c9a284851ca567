"""The digest proves in a sentence whether anybody looks; its thread, file and report say so of each tier."""

from datetime import timedelta

import pytest

from tests.scenarios.people import JONAS, MAYA, PAYMENTS
from tests.scenarios.trials import put_in, settle_one, with_trials
from tests.scenarios.weekly import details, digests
from tests.scenarios.words import words
from tests.scenarios.world import World

TEAM = """
[teams.desk]
channel = "payments"
timezone = "Europe/Berlin"
tasks = ["appeal"]
digest_day = "mon"
digest_at = "09:00"
"""


@pytest.fixture
def policy_text() -> str:
    """Beside nearly every appeal come one with a wrong prediction and one as it was."""
    return with_trials("planted = 0.999999") + TEAM


def test_a_lead_reads_how_many_planted_errors_the_channel_caught(world: World) -> None:
    first = settle_one(world)
    planted = put_in(world, first)
    world.post_case("order-2", task="appeal", label="grant")
    for person in (world.person(MAYA), world.person(JONAS)):
        person.press(planted, "Grant")
    world.eventually(lambda: "(they agree)" in world.person(MAYA).reads(planted))
    line = "This channel caught 1 of 1 planted errors (between 3 and 100 %)."

    world.advance(timedelta(days=7))

    (digest,) = world.eventually(lambda: [one for one in digests(world, PAYMENTS) if line in words(one)])
    assert "order-1" not in words(digest)
    world.eventually(lambda: len(details(world, PAYMENTS, digest)) == 4)
    thread = " ".join(words(message) for message in details(world, PAYMENTS, digest))
    assert "appeal (pair): caught 1 of 1 planted errors" in thread
    report = world.shop.read_report(world.shop.reports("desk")[0])
    assert report["quality"]["oversight"]["tiers"][0]["share"]["caught"] == 1
    assert report["decided"]["now"] == 0
