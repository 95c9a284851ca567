"""The lists of waiting cases are turned page by page, to the last of them."""

import json
import re
from datetime import timedelta

import pytest

from bot.slack.blocks.message import JsonObject, Message
from bot.slack.limits import view_violations
from bot.usecases.review.hand_over import HandOver, hand_over
from bot.usecases.review.worklist import BATCH
from routing.prediction import CaseInput
from tests.slack.workspace import Workspace, action_ids
from tests.worlds.people import ANN, BEN

NAMED = re.compile(r"The text of (\d+)\b")


def _open(workspace: Workspace, count: int) -> None:
    for number in range(count):
        workspace.world.clock.sleep(timedelta(seconds=1))
        workspace.world.open(input=CaseInput(text=f"The text of {number}."))


def _numbers(shown: object) -> list[int]:
    return [int(number) for number in NAMED.findall(json.dumps(shown))]


def _home(workspace: Workspace) -> JsonObject:
    view = workspace.gateway.homes[ANN.user_id]
    assert view_violations(view) == ()
    return view


def _turn_home(workspace: Workspace, page: int) -> JsonObject:
    """Click as Slack tells of it: on the Home tab there is no channel, no message and no response URL."""
    message = Message("", tuple(_home(workspace)["blocks"]))
    view = {**_home(workspace), "id": "V1"}
    container = {"type": "view", "view_id": "V1"}
    acked = workspace.click(message, f"list:{page}", view=view, container=container, response_url=None)
    assert acked.status == 200
    return _home(workspace)


def test_the_home_tab_pages_through_two_hundred_cases(workspace: Workspace) -> None:
    _open(workspace, 205)
    workspace.event({"type": "app_home_opened", "user": ANN.user_id, "tab": "home"})

    seen = _numbers(_home(workspace)["blocks"])
    assert "200 or more cases wait, 1 to 10 are shown here, yours first" in json.dumps(_home(workspace))
    for page in range(1, 20):
        seen += _numbers(_turn_home(workspace, page)["blocks"])

    assert seen == list(range(200))
    last = Message("", tuple(_home(workspace)["blocks"]))
    assert [action for action in action_ids(last) if action.startswith("list:")] == ["list:18"]
    assert "191 to 200 are shown here" in json.dumps(last.blocks)
    assert _numbers(_turn_home(workspace, 18)["blocks"]) == list(range(180, 190))


@pytest.mark.parametrize("word", ["queue", "mine"])
def test_a_private_list_is_turned_in_its_place(workspace: Workspace, word: str) -> None:
    _open(workspace, 17)

    workspace.command(word)
    (first,) = workspace.gateway.responses
    workspace.click(first, "list:1")

    (second,) = workspace.gateway.replacements
    assert second is not None
    assert "17 cases wait, 1 to 10 are shown here." in first.text
    assert "17 cases wait, 11 to 17 are shown here." in second.text
    assert sorted({*_numbers(first.blocks), *_numbers(second.blocks)}) == list(range(17))
    assert [action for action in action_ids(second) if action.startswith("list:")] == ["list:0"]
    workspace.click(second, "list:0")
    again = workspace.gateway.replacements[-1]
    assert again is not None
    assert again.text == first.text


def test_a_page_that_is_gone_shows_the_last(workspace: Workspace) -> None:
    _open(workspace, 12)
    workspace.command("queue")
    (first,) = workspace.gateway.responses
    for number in range(12, 1, -1):
        case = workspace.world.case(f"case_{number}")
        hand_over(workspace.world.ctx, workspace.world.act(case), HandOver(BEN.user_id))

    workspace.command("mine")
    workspace.click(first, "list:1")

    (turned,) = workspace.gateway.replacements
    assert turned is not None
    assert _numbers(turned.blocks) == [10, 11]
    assert "1 case waits." in workspace.gateway.responses[-1].text


def test_cases_of_others_do_not_hide_ones_own(workspace: Workspace) -> None:
    _open(workspace, BATCH + 3)
    for number in range(1, BATCH + 1):
        case = workspace.world.case(f"case_{number}")
        hand_over(workspace.world.ctx, workspace.world.act(case), HandOver(BEN.user_id))

    workspace.command("mine")

    assert _numbers(workspace.gateway.responses[0].blocks) == [200, 201, 202]
    assert workspace.gateway.responses[0].text.startswith("For you: 3 cases wait.\n")


def test_what_is_overdue_is_said_to_be(workspace: Workspace) -> None:
    workspace.world.open()
    workspace.world.clock.sleep(timedelta(hours=9))

    for word in ("next", "queue", "mine"):
        workspace.command(word)
    workspace.event({"type": "app_home_opened", "user": ANN.user_id, "tab": "home"})

    told = [message.text + json.dumps(message.blocks) for message in workspace.gateway.responses]
    for words in (*told, json.dumps(_home(workspace))):
        assert "Overdue since <!date^" in words
        assert "Due <!date^" not in words


def test_next_says_how_many_wait_besides(workspace: Workspace) -> None:
    _open(workspace, 3)
    workspace.command("next")
    (message,) = workspace.gateway.responses
    assert "2 more for you: /secondlook mine lists them." in message.text
    assert "2 more for you" in json.dumps(message.blocks)


def test_where_nothing_waits_nothing_is_counted(workspace: Workspace) -> None:
    workspace.event({"type": "app_home_opened", "user": ANN.user_id, "tab": "home"})
    words = json.dumps(_home(workspace))
    assert "Nothing waits for you. New cases appear in their channels." in words
    assert "0 cases" not in words


def test_a_forged_page_is_the_first(workspace: Workspace) -> None:
    _open(workspace, 12)
    workspace.command("queue")
    (first,) = workspace.gateway.responses
    for value in ('{"list":"queue","page":"²"}', '{"list":"queue","page":"-4"}', '{"list":"queue"}'):
        block = {**first.blocks[-1], "elements": [{**first.blocks[-1]["elements"][0], "value": value}]}
        workspace.click(Message("", (block,)), "list:1")
    pages = workspace.gateway.replacements
    assert [page and page.text for page in pages] == [first.text] * 3
    nobody = {**first.blocks[-1], "elements": [{**first.blocks[-1]["elements"][0], "value": '{"list":"x"}'}]}
    assert workspace.click(Message("", (nobody,)), "list:1").status == 200
    assert len(workspace.gateway.replacements) == 3
