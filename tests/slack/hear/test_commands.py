"""The slash command."""

import json

import pytest

from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.hand_over import HandOver, abstain, hand_over
from routing.label import Via
from tests.slack.workspace import Workspace, other_team
from tests.worlds.people import ANN, STRANGER


def test_next_links_to_the_most_urgent_case_one_may_answer(workspace: Workspace) -> None:
    case = workspace.world.open()
    workspace.world.post(case, "1.1")
    workspace.world.open("topic", "a")

    workspace.command("next")

    (told,) = workspace.gateway.responses
    assert "Is this payment fraud?" in told.text
    assert "https://example.slack.com/archives/C0000000001/p11" in told.text


def test_next_skips_what_one_has_answered_and_ends_with_nothing(workspace: Workspace) -> None:
    case = workspace.world.open("team", "help")
    answer(workspace.world.ctx, ExpertAnswer(workspace.world.act(case), "help", Via.BUTTON))

    workspace.command("next")
    workspace.command("next", STRANGER)

    assert [told.text for told in workspace.gateway.responses] == ["Nothing waits for you."] * 2


def test_next_says_that_a_message_is_yet_to_come(workspace: Workspace) -> None:
    workspace.world.open()

    workspace.command("next")

    assert "about to be posted" in workspace.gateway.responses[0].text


def test_queue_counts_what_waits(workspace: Workspace) -> None:
    for _ in range(12):
        workspace.world.open()

    workspace.command("queue")

    (told,) = workspace.gateway.responses
    assert told.text.startswith("The queue: 12 cases wait, 1 to 10 are shown here.")
    assert told.text.count("•") == 10


def test_mine_ends_with_ones_own_numbers(workspace: Workspace) -> None:
    case = workspace.world.open()
    answer(workspace.world.ctx, ExpertAnswer(workspace.world.act(case), "fraud", Via.BUTTON))

    workspace.command("mine")

    assert "You answered 1 in the last 7 days and 1 in all, 0 of them with a reason." in (
        workspace.gateway.responses[0].text
    )


def test_experts_is_for_leads_with_a_channel_of_their_own(workspace: Workspace) -> None:
    workspace.command("experts")

    assert "You are in no such channel" in workspace.gateway.responses[0].text


@pytest.mark.parametrize("text", ["nonsense <!channel>", "<!channel>", "&*_"])
def test_a_word_that_is_unknown_is_named_beside_the_help(workspace: Workspace, text: str) -> None:
    workspace.command(text)

    (message,) = workspace.gateway.responses
    named, help_text = message.blocks
    assert named["text"]["text"] == f"I do not know “{text.split()[0]}”. This is what I know:"
    assert named["text"]["type"] == "plain_text"
    assert "/secondlook next" in help_text["text"]["text"]
    assert "<!channel" not in message.text


def test_a_word_with_a_slip_of_the_finger_is_guessed(workspace: Workspace) -> None:
    workspace.command("qeue")
    assert "Did you mean “queue”?" in workspace.gateway.responses[0].text


def test_the_help_says_that_threads_take_no_commands(workspace: Workspace) -> None:
    workspace.command("help")
    assert "Slack takes no commands inside threads" in workspace.gateway.responses[0].text


@pytest.mark.parametrize("text", ["help", ""])
def test_help_comes_when_asked_for_and_for_nothing(workspace: Workspace, text: str) -> None:
    acked = workspace.command(text, ANN)

    assert acked.status == 200
    assert "/secondlook next" in json.dumps(workspace.gateway.responses[0].blocks)


def test_the_queue_shows_a_case_to_nobody_who_may_not_answer_it(workspace: Workspace) -> None:
    workspace.world.open()

    workspace.command("queue", STRANGER)
    workspace.command("queue", other_team(ANN))

    for told in workspace.gateway.responses:
        assert told.text == "No case waits where you may answer."
        assert "4711" not in json.dumps(told.blocks)


def test_the_queue_shows_a_case_that_one_has_answered(workspace: Workspace) -> None:
    case = workspace.world.open("team", "help")
    answer(workspace.world.ctx, ExpertAnswer(workspace.world.act(case), "help", Via.BUTTON))

    workspace.command("queue")

    assert workspace.gateway.responses[0].text.startswith("The queue: 1 case waits.")


def test_next_skips_what_one_cannot_tell_unless_it_is_given_back(workspace: Workspace) -> None:
    case = workspace.world.open()
    abstain(workspace.world.ctx, workspace.world.act(case), None)

    workspace.command("next")
    hand_over(workspace.world.ctx, workspace.world.act(case), HandOver(ANN.user_id))
    workspace.command("next")

    assert workspace.gateway.responses[0].text == "Nothing waits for you."
    assert "Is this payment fraud?" in workspace.gateway.responses[1].text
