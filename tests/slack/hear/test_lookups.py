"""A task with more labels than a select may hold: the select asks the bot while a person types."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from routing.policy import load_policy
from storage.engine.database import Database
from tests.slack.local_slack import LocalSlack, connected
from tests.worlds.desk import make_world
from tests.worlds.people import ANN, CHANNEL
from tests.worlds.policies import DESK

LONG = "tropical diseases, seen after a long journey, " * 4 + "of the liver"
LABELS = "".join(f'  {{name = "code {n:03}", description = "the {n}th"}},\n' for n in range(1, 997))
MANY = DESK.replace(
    '  {name = "a", description = "first", example = "1"},\n',
    f'  {{name = "a", title = "Angina", description = "first", was = ["stenocardia"]}},\n'
    f'  {{name = "{LONG}", title = "Liver", description = "long"}},\n{LABELS}',
).replace('  {name = "d", description = "fourth", example = "4"},\n', "")


@pytest.fixture(params=["http", "socket"])
def slack(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[LocalSlack]:
    database = Database(sqlite_url)
    world = replace(make_world(database), policy=load_policy(MANY, "policy.toml"))
    with connected(world, request.param) as local:
        yield local
    database.dispose()


def select_in(slack: LocalSlack, ts: str) -> tuple[str, str]:
    """Block and action id of the message's select."""
    messages = slack.look("messages", channel=CHANNEL)["messages"]
    shown = next(message for message in messages if message["ts"] == ts)
    ((block, action),) = [
        (block["block_id"], element["action_id"])
        for block in shown["blocks"]
        for element in block.get("elements", [])
        if element["type"] == "external_select"
    ]
    return block, action


def offered(slack: LocalSlack, typed: str, user_id: str = ANN.user_id, **where: str) -> list[str]:
    answer = slack.page("suggest", user_id, value=typed, **where)
    return [option["text"]["text"] for option in answer["options"]]


def test_a_thousand_labels_are_searched_by_name_title_and_what_they_were(slack: LocalSlack) -> None:
    ts = slack.post(slack.world.open("topic", "b"))
    block, action = select_in(slack, ts)
    where = {"channel": CHANNEL, "ts": ts, "block_id": block, "action_id": action}

    everything = offered(slack, "", **where)
    assert (everything[0], len(everything)) == ("b", 100)
    assert offered(slack, "CODE 77", **where)[:2] == ["code 770", "code 771"]
    assert offered(slack, "stenocardia", **where) == ["Angina"]
    assert offered(slack, "after a long journey", **where) == ["Liver"]
    assert offered(slack, "nothing of the kind", **where) == []


def test_what_was_found_is_an_answer_however_long_its_name(slack: LocalSlack) -> None:
    case = slack.world.open("topic", "b")
    ts = slack.post(case)
    block, action = select_in(slack, ts)
    where = {"channel": CHANNEL, "ts": ts, "block_id": block, "action_id": action}
    (found,) = slack.page("suggest", value="liver", **where)["options"]

    slack.page("action", type="external_select", selected_option=found, **where)

    (label,) = slack.world.case(case.case_id).labels
    assert label.label == LONG


def test_the_window_searches_too(slack: LocalSlack) -> None:
    case = slack.world.open("topic", "b")
    ts = slack.post(case)
    slack.click(ts, "label")
    (window,) = slack.look("state")["modals"]
    where = {"view_id": window["id"], "block_id": "label", "action_id": "label"}
    (found,) = slack.page("suggest", value="angina", **where)["options"]

    values = {"label": {"label": {"type": "external_select", "selected_option": found}}}
    assert slack.page("view/submit", view_id=window["id"], state={"values": values})["ok"]

    (label,) = slack.world.case(case.case_id).labels
    assert label.label == "a"
