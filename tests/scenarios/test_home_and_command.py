"""What waits for a person: the Home tab and the command, soonest due first, with their own numbers."""

from datetime import timedelta
from typing import Any

import requests

from tests.patience import PATIENCE
from tests.scenarios.calm import after
from tests.scenarios.people import JONAS, MAYA, NADIA, PAYMENTS, Case, Expert
from tests.scenarios.words import controls, words
from tests.scenarios.world import World

JsonObject = dict[str, Any]
LARGE = {"text": "The text of large.", "fields": {"amount": 25000}}


def three_cases(world: World) -> dict[str, Case]:
    """The second is due first: 4 h, 2 h and, for NADIA alone, 1 h after they came."""
    late = world.post_case("late")
    soon = world.post_case("soon", due_in="2h")
    large = world.post_case("large", input=LARGE)
    return {"late": late, "soon": soon, "large": large}


def asked(world: World, expert: Expert, text: str) -> JsonObject:
    """The private answer to the command."""
    before = {one["ts"] for one in expert.messages(PAYMENTS)}
    expert.type_command(text)
    new = world.eventually(lambda: [one for one in expert.messages(PAYMENTS) if one["ts"] not in before])
    (answer,) = new
    assert answer["ephemeral"]
    return answer


def order(said: str) -> list[str]:
    """The cases that a list names, in its order."""
    found = [one for one in ("late", "soon", "large") if f"The text of {one}" in said]
    return sorted(found, key=lambda one: said.index(f"The text of {one}"))


def links(shown: JsonObject) -> list[str]:
    return [element["url"] for _, element in controls(shown) if "url" in element]


def opens(link: str, expert: Expert, case: Case) -> bool:
    """Whether a link leads to the case's message."""
    answer = requests.get(link, timeout=PATIENCE, allow_redirects=False)
    leads_to = answer.headers["location"]
    return case.channel in leads_to and str(expert.message(case)["ts"]) in leads_to


def drawn_home(world: World, expert: Expert) -> JsonObject:
    """The Home tab, opened now."""
    seen = expert.home().get("hash")
    expert.open_home()
    world.eventually(lambda: expert.home().get("hash") not in (None, seen))
    return expert.home()


def test_the_home_tab_lists_ones_own_cases_soonest_due_first(world: World) -> None:
    cases = three_cases(world)
    maya, nadia = world.person(MAYA), world.person(NADIA)

    home = drawn_home(world, maya)

    assert order(words(home)) == ["soon", "late"]
    first, second = links(home)
    assert opens(first, maya, cases["soon"])
    assert opens(second, maya, cases["late"])
    assert "You have not answered a case yet." in words(home)
    assert order(words(drawn_home(world, nadia))) == ["large", "soon", "late"]


def test_the_home_tab_follows_what_its_person_did(world: World) -> None:
    cases = three_cases(world)
    maya, jonas = world.person(MAYA), world.person(JONAS)
    drawn_home(world, maya)
    maya.answer_in_thread(cases["soon"], "fraud: the address is wrong")
    world.eventually(lambda: "✓ Fraud" in maya.reads(cases["soon"]))

    said = words(drawn_home(world, maya))

    assert order(said) == ["late"]
    assert "You answered 1 in the last 7 days and 1 in all, 1 of them with a reason." in said
    assert "You have not answered a case yet." in words(drawn_home(world, jonas))
    after(world, timedelta(days=8))
    assert "You answered 0 in the last 7 days and 1 in all" in words(drawn_home(world, maya))


def test_an_assigned_case_stands_first_and_with_nobody_else(world: World) -> None:
    cases = three_cases(world)
    maya, jonas = world.person(MAYA), world.person(JONAS)
    maya.pick(cases["late"], "Reassign…")
    maya.fill_in(person=JONAS)
    world.eventually(lambda: f"Assigned to <@{JONAS}>" in maya.reads(cases["late"]))

    assert order(words(drawn_home(world, jonas))) == ["late", "soon"]
    assert "Yours ·" in words(jonas.home())
    assert order(words(drawn_home(world, maya))) == ["soon"]


def test_next_shows_the_soonest_due_case_one_may_answer(world: World) -> None:
    cases = three_cases(world)
    maya, nadia = world.person(MAYA), world.person(NADIA)

    answer = asked(world, maya, "next")

    assert order(words(answer)) == ["soon"]
    (link,) = links(answer)
    assert opens(link, maya, cases["soon"])
    assert order(words(asked(world, nadia, "next"))) == ["large"]


def test_queue_lists_everything_that_waits_where_one_may_answer(world: World) -> None:
    cases = three_cases(world)
    maya, nadia = world.person(MAYA), world.person(NADIA)
    maya.pick(cases["late"], "Reassign…")
    maya.fill_in(person=JONAS)

    answer = asked(world, nadia, "queue")

    assert order(words(answer)) == ["large", "soon", "late"]
    assert "3 cases wait" in words(answer)
    assert len(links(answer)) == 3
    assert order(words(asked(world, maya, "queue"))) == ["soon", "late"]


def test_mine_tells_ones_own_numbers_in_private(world: World) -> None:
    cases = three_cases(world)
    maya, jonas = world.person(MAYA), world.person(JONAS)
    maya.press(cases["soon"], "Confirm: Fraud")
    world.eventually(lambda: "✓ Fraud" in maya.reads(cases["soon"]))

    answer = asked(world, maya, "mine")

    assert "You answered 1 in the last 7 days and 1 in all, 0 of them with a reason." in words(answer)
    assert "You answered" not in str(jonas.messages(PAYMENTS))
    assert "You have not answered a case yet." in words(asked(world, jonas, "mine"))


def test_help_is_the_answer_to_help_and_follows_what_is_not_understood(world: World) -> None:
    maya = world.person(MAYA)
    answer = asked(world, maya, "help")
    assert all(f"/secondlook {word}" in words(answer) for word in ("next", "queue", "mine", "help"))
    unknown = words(asked(world, maya, "dance <!channel>"))
    assert "I do not know “dance”." in unknown
    assert words(answer).splitlines()[-1] in unknown
    assert words(asked(world, maya, "")) == words(answer)


def test_next_says_when_nothing_waits(world: World) -> None:
    assert "Nothing waits for you." in words(asked(world, world.person(MAYA), "next"))
