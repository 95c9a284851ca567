"""What comes through another workspace acts on nothing of ours, even where the ids are the same."""

import pytest

from bot.slack.blocks.message import JsonObject
from bot.slack.hear.workspace_claims import channel_in
from bot.usecases.installation import Home, Installation, InstallationHolder
from routing.slack_channel import ChannelId
from storage.delivery import projections
from tests.slack.workspace import Workspace
from tests.worlds.people import ANN, CHANNEL, CHANNEL_ID, TEAM

REPLY = {
    "type": "message",
    "user": ANN.user_id,
    "user_team": TEAM,
    "text": "fraud: the card was reported stolen",
    "channel": CHANNEL,
    "thread_ts": "1.1",
    "ts": "2.2",
}
DELETION = {"type": "message", "subtype": "message_deleted", "deleted_ts": "1.1", "channel": CHANNEL}
HOME = Home(TEAM, InstallationHolder(Installation("U0BOT", "E1", frozenset({"T2"}))))


@pytest.mark.parametrize(("team_id", "labels", "times_lost"), [("T9", 0, 0), (TEAM, 1, 1)])
def test_replies_and_deletions_of_another_workspace_are_not_about_our_messages(
    workspace: Workspace, team_id: str, labels: int, times_lost: int
) -> None:
    case = workspace.world.open()
    workspace.world.post(case, "1.1")
    for event in (REPLY, DELETION):
        workspace.event(event, context_team_id=team_id)
    with workspace.world.database.read() as tx:
        (message,) = projections.of_case(tx, case.case_id)
    assert len(workspace.world.case(case.case_id).labels) == labels
    assert message.times_lost == times_lost


def test_a_direct_message_of_another_workspace_is_answered_nowhere_of_ours(workspace: Workspace) -> None:
    direct = {"type": "message", "channel_type": "im", "user": ANN.user_id, "channel": "D1", "ts": "1.2"}
    workspace.event(direct, context_team_id="T9")
    assert [place for place, _, _ in workspace.gateway.directs] == ["T9/D1"]


@pytest.mark.parametrize(
    ("body", "team_id"),
    [
        ({}, ""),
        ({"context_team_id": TEAM}, ""),
        ({"team_id": "T9"}, ""),
        ({"context_team_id": "T2"}, ""),
        ({"context_team_id": "E1"}, ""),
        ({"context_team_id": "T3", "context_enterprise_id": "E1"}, ""),
        ({"context_team_id": "T9"}, "T9"),
        ({"context_team_id": "T9", "context_enterprise_id": "E9"}, "T9"),
    ],
    ids=["unsaid", "ours", "a stranger's", "a sibling", "organization", "its workspace", "other", "others'"],
)
def test_a_channel_is_of_another_workspace_only_where_slack_says_so(body: JsonObject, team_id: str) -> None:
    assert channel_in(body, CHANNEL, HOME) == ChannelId(team_id, CHANNEL_ID.id)


@pytest.mark.parametrize("channel", [None, "", 7, {}, "C 1", "T1/"])
def test_what_is_no_channel_in_a_payload_is_none(channel: object) -> None:
    assert channel_in({}, channel, HOME) is None
