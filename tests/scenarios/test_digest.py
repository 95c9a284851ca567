"""The weekly digest says in numbers what was done, once for each team, at the team's own hour."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests

from tests.patience import PATIENCE
from tests.scenarios.calm import SHORTLY, after, arrive, at
from tests.scenarios.people import JONAS, LEADS, MAYA, PAYMENTS, SAM, Case
from tests.scenarios.shop import prediction
from tests.scenarios.weekly import details, digests, digests_at, rows, team
from tests.scenarios.words import words
from tests.scenarios.world import POLICY, World

BERLIN_9 = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NEW_YORK_9 = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
SENT, ACCEPTED, AGREED_SOON, AGREED_LATER, CONTRADICTED_LATE = 24, 6, 12, 3, 5


@pytest.fixture
def policy_text() -> str:
    leads = team("leads", "Europe/Berlin")
    return POLICY + leads + team("desk", "America/New_York", channel="payments")


@pytest.fixture
def start() -> datetime:
    return datetime(2026, 11, 17, 10, 0, tzinfo=UTC)  # a Tuesday


def a_week(world: World) -> list[Case]:
    """30 predictions: 6 taken at their word; 15 agreed with, 5 contradicted 2 h too late, 4 not answered."""
    for number in range(ACCEPTED):
        answer = world.shop.post(prediction(f"sure-{number}", "fraud", "fraud", 0.97)).json()
        assert answer["disposition"] == "auto_accepted"
    cases = [world.post_case(f"order-{number}") for number in range(SENT)]
    maya, jonas = world.person(MAYA), world.person(JONAS)
    soon, rest = cases[:AGREED_SOON], cases[AGREED_SOON:]
    after(world, HOUR)
    for case in soon:
        maya.press(case, "Confirm: Fraud")
    after(world, HOUR)
    for case in rest[:AGREED_LATER]:
        maya.press(case, "Confirm: Fraud")
    after(world, 4 * HOUR)
    for case in rest[AGREED_LATER : AGREED_LATER + CONTRADICTED_LATE]:
        jonas.answer_in_thread(case, "fine: a customer for years")
    arrive(world)
    return cases


def test_its_numbers_are_what_was_done(world: World) -> None:
    cases = a_week(world)

    at(world, BERLIN_9)

    (digest,) = digests(world, LEADS)
    table = {name: now for name, (now, _) in rows(digest).items()}
    assert table["Came in"] == "30"
    assert table["Went through by themselves"] == "6"
    assert table["Looked at"] == "24"
    assert table["Late"] == "9"
    came = "30 predictions came in. 6 went through by themselves, 24 were looked at"
    assert f"{came}; experts corrected 5 of those." in digest["text"]
    early = "It is too early to say how much of what went through is wrong: none was checked."
    assert early in digest["text"]
    assert "9 cases were late, 4 still wait." in digest["text"]
    assert "%" not in table["Wrong among what went through"]

    (picture,) = [block for block in digest["blocks"] if block["type"] == "image"]
    assert "said 70%: experts agreed with 75%" in picture["alt_text"]
    assert "n=20" in picture["alt_text"]
    shown = requests.get(f"{world.slack.url}{picture['image_url']}", timeout=PATIENCE)
    assert shown.content.startswith(b"\x89PNG")

    _, _, more, attached = details(world, LEADS, digest)
    assert "4 asked for and not answered, 6 never looked at" in more["text"]
    assert "how often it is right, of all that came in: ECE" in more["text"]
    assert rows(more)["Wrong among all that came in"][0].startswith("25.0% (")
    assert rows(more)["Decided"][0] == "20"
    assert rows(more)["Half were decided within"][0] == "1 h 00 min (n=20)"
    assert rows(more)["90 % were decided within"][0] == "6 h 00 min (n=20)"
    assert rows(more)["Experts agreed with the model"][0] == "75% (between 53% and 89%, n=20)"
    (numbers,) = attached["files"]
    assert numbers["name"] == "digest-leads-2026-11-23.csv"
    assert rows(more)["Rule fraud (ordinary)"][0] == "75% (between 53% and 89%, n=20)"
    assert rows(more)["Model radar 1.4"][0] == "75% (between 53% and 89%, n=20)"
    assert "5 × the model said fraud, experts fine" in words(more)
    links = re.findall(r"/permalink/C0LEADS/([0-9.]+)", str(more["blocks"]))
    still_open = [replace(case, channel=LEADS) for case in cases[20:]]  # where they were escalated to
    assert sorted(links) == sorted(world.person(SAM).message(case)["ts"] for case in still_open)


def test_each_team_gets_it_once_at_its_own_hour(world: World) -> None:
    world.post_case()

    at(world, BERLIN_9 - SHORTLY)
    assert (digests_at(world, LEADS), digests_at(world, PAYMENTS)) == ([], [])
    at(world, BERLIN_9)
    world.tick()
    at(world, NEW_YORK_9 - SHORTLY)
    assert (digests_at(world, LEADS), digests_at(world, PAYMENTS)) == ([BERLIN_9], [])
    at(world, NEW_YORK_9)
    world.restart()
    arrive(world)
    assert (digests_at(world, LEADS), digests_at(world, PAYMENTS)) == ([BERLIN_9], [NEW_YORK_9])


def test_few_labels_are_said_to_be_too_few(world: World) -> None:
    maya = world.person(MAYA)
    for number in range(3):
        maya.press(world.post_case(f"order-{number}"), "Confirm: Fraud")

    at(world, BERLIN_9)

    (digest,) = digests(world, LEADS)
    _, _, more, _ = details(world, LEADS, digest)
    table = rows(more)
    assert table["Decided"][0] == "3"
    assert table["Half were decided within"][0] == "too few answers yet (3 of 5)"
    assert table["Experts agreed with the model"][0] == "too few answers yet (3 of 20)"
    assert "how often it is right, of what was looked at: too few answers yet (3 of 20)." in more["text"]
    assert "3 predictions came in. All 3 were looked at; experts corrected none of those." in digest["text"]
    assert "%" not in digest["text"]
    assert "%" not in table["Experts agreed with the model"][0]
    (picture,) = [block for block in digest["blocks"] if block["type"] == "image"]
    assert "as right as it is sure" not in picture["alt_text"]


def test_the_week_before_stands_beside_it_and_silence_is_not_told_for_ever(world: World) -> None:
    at(world, BERLIN_9 - WEEK + 3 * HOUR)
    for number in range(2):
        world.post_case(f"order-{number}")

    at(world, BERLIN_9)
    at(world, BERLIN_9 + WEEK)
    at(world, BERLIN_9 + 2 * WEEK)

    received = [rows(digest)["Came in"] for digest in digests(world, LEADS)]
    assert received == [("2", "0"), ("0", "2")]


def test_a_world_without_cases_gets_none(world: World) -> None:
    for moment in (BERLIN_9, NEW_YORK_9, NEW_YORK_9 + WEEK):
        at(world, moment)
    assert (digests(world, LEADS), digests(world, PAYMENTS)) == ([], [])
