"""A private question is answered once: the answer takes its place, and a stale one only gets a sentence."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.slack.api.failures import SlackPermanent
from bot.slack.blocks.message import Message
from routing.case.case import Case
from routing.label import Via
from routing.policy import load_policy
from tests.slack.workspace import Workspace, action_ids, click_payload, make_workspace
from tests.worlds.people import ANN, BEN, CHANNEL
from tests.worlds.policies import DESK

QUESTION_TS = "6.6"


def asked(workspace: Workspace, task: str = "fraud") -> Case:
    """A case to whose thread Ann wrote something that has to be asked about."""
    label = {"fraud": "fraud", "team": "help"}[task]
    case = workspace.world.open(task, label)
    workspace.world.post(case, "1.1")
    workspace.reply(f"hm, maybe {label}")
    return case


def question(workspace: Workspace) -> Message:
    """What Ann was asked last."""
    return workspace.gateway.ephemerals[-1][2]


def press(workspace: Workspace, message: Message, action_id: str, ts: str = QUESTION_TS) -> int:
    """Ann presses a button of a private message."""
    payload = click_payload(message, action_id, ANN, None, ts)
    payload["container"]["is_ephemeral"] = True
    return workspace.interact(payload).status


def labels(workspace: Workspace, case: Case) -> list[str]:
    return [label.label for label in workspace.world.case(case.case_id).labels]


def replaced(workspace: Workspace) -> Message:
    """What stands in the question's place now."""
    message = workspace.gateway.replacements[-1]
    assert message is not None
    return message


def test_the_answer_takes_the_questions_place(workspace: Workspace) -> None:
    case = asked(workspace)

    press(workspace, question(workspace), "answer:1")

    assert labels(workspace, case) == ["legit"]
    assert "Your answer Legit is recorded" in replaced(workspace).text
    assert action_ids(replaced(workspace)) == []
    assert workspace.gateway.responses == []


@pytest.mark.parametrize("second", ["answer:0", "answer:1"])
def test_a_stale_question_gets_a_sentence_and_records_nothing(workspace: Workspace, second: str) -> None:
    case = asked(workspace, task="team")
    stale = question(workspace)
    press(workspace, stale, "answer:1")

    press(workspace, stale, second)

    assert len(labels(workspace, case)) == 1
    assert "nothing was recorded twice" in replaced(workspace).text
    assert action_ids(replaced(workspace)) == []


def test_in_a_quorum_the_receipt_with_undo_takes_its_place_and_then_goes(workspace: Workspace) -> None:
    case = asked(workspace, task="team")
    press(workspace, question(workspace), "answer:1")
    receipt = replaced(workspace)
    assert action_ids(receipt) == ["undo"]

    press(workspace, receipt, "undo", ts="7.7")

    assert workspace.world.case(case.case_id).current_labels == ()
    assert action_ids(replaced(workspace)) == []


def test_a_window_that_answers_it_takes_it_away_too(workspace: Workspace) -> None:
    many = "".join(f'  {{name = "l{n}", description = "d", example = "e"}},\n' for n in range(12))
    begin, end = DESK.index("[tasks.topic]"), DESK.index("[[tasks.topic.tiers]]")
    topic = f'[tasks.topic]\nquestion = "What is it about?"\nlabels = [\n{many}]\n'
    policy = load_policy(DESK[:begin] + topic + DESK[end:], "policy.toml")
    workspace = make_workspace(replace(workspace.world, policy=policy))
    case = workspace.world.open("topic", "l0")
    workspace.world.post(case, "1.1")
    workspace.reply("hm, maybe l7")
    stale = question(workspace)
    press(workspace, stale, "label")
    assert workspace.gateway.replacements == []

    workspace.submit(workspace.gateway.views[-1], label="l7", rationale="hm, strange")

    assert labels(workspace, case) == ["l7"]
    assert "Your answer l7 is recorded" in replaced(workspace).text
    press(workspace, stale, "label")
    workspace.submit(workspace.gateway.views[-1], label="l8")
    assert labels(workspace, case) == ["l7"]


def test_where_slack_lets_it_be_changed_no_more_the_answer_comes_beside_it(workspace: Workspace) -> None:
    case = asked(workspace)
    stale = question(workspace)
    workspace.gateway.failures = [SlackPermanent("expired_url", "")]

    press(workspace, stale, "answer:1")

    channel_id, person, message, _ = workspace.gateway.ephemerals[-1]
    assert labels(workspace, case) == ["legit"]
    assert (channel_id, person) == (CHANNEL, ANN.user_id)
    assert "is recorded" in message.text


def test_a_question_about_a_case_decided_meanwhile_says_so_in_its_place(workspace: Workspace) -> None:
    case = asked(workspace)
    workspace.reply("fraud: seen", expert=BEN)

    press(workspace, question(workspace), "answer:0")

    assert labels(workspace, case) == ["fraud"]
    assert "Already decided" in replaced(workspace).text


def test_a_click_on_the_cases_own_message_replaces_nothing(workspace: Workspace) -> None:
    case = workspace.world.open("team", "help")
    workspace.world.post(case, "1.1")

    workspace.click(workspace.shown(case), "answer:0")

    assert workspace.gateway.replacements == []
    assert action_ids(workspace.gateway.responses[-1]) == ["undo"]
    assert workspace.world.case(case.case_id).labels[0].via is Via.BUTTON


def test_two_clicks_on_the_cases_own_message_are_two_answers(workspace: Workspace) -> None:
    case = workspace.world.open("team", "help")
    workspace.world.post(case, "1.1")
    workspace.click(workspace.shown(case), "answer:0")
    workspace.world.clock.sleep(timedelta(seconds=1))

    workspace.click(workspace.shown(case), "answer:1")

    assert len(labels(workspace, case)) == 2
