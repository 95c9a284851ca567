"""Direct messages to the bot are answered."""

import json
from typing import Any

import pytest

from tests.slack.workspace import Workspace
from tests.worlds.people import ANN, TEAM


def _direct(workspace: Workspace, **changes: Any) -> None:
    event = {
        "type": "message",
        "channel_type": "im",
        "channel": "D0ANN",
        "user": ANN.user_id,
        "team": TEAM,
        "text": "fraud: the address is wrong",
        "ts": "8.1",
    }
    assert workspace.event({**event, **changes}).status == 200


def test_a_direct_message_is_told_where_answers_count_what_waits_and_what_can_be_typed(
    workspace: Workspace,
) -> None:
    case = workspace.world.open()
    workspace.world.post(case, "1.1")

    _direct(workspace)

    ((channel_id, message, thread_ts),) = workspace.gateway.directs
    assert (channel_id, thread_ts) == ("D0ANN", None)
    for shown in (message.text, json.dumps(message.blocks)):
        assert "recorded nowhere" in shown
        assert "Is this payment fraud?" in shown
        assert "/secondlook next" in shown
    assert workspace.world.case(case.case_id).labels == ()


def test_in_a_thread_the_answer_comes_in_the_thread(workspace: Workspace) -> None:
    _direct(workspace, thread_ts="7.1")
    ((_, message, thread_ts),) = workspace.gateway.directs
    assert thread_ts == "7.1"
    assert "Nothing waits for you." in message.text


def test_a_message_that_slack_tells_of_twice_is_answered_once(workspace: Workspace) -> None:
    _direct(workspace)
    _direct(workspace)
    _direct(workspace, ts="8.2")
    assert len(workspace.gateway.directs) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"user": "U0BOT"},
        {"bot_id": "B1"},
        {"app_id": "A1"},
        {"subtype": "message_changed", "message": {"text": "x"}},
        {"subtype": "message_deleted", "deleted_ts": "8.0"},
        {"user": ""},
    ],
)
def test_what_no_person_wrote_anew_is_not_answered(workspace: Workspace, changes: dict[str, Any]) -> None:
    _direct(workspace, **changes)
    assert workspace.gateway.directs == []
