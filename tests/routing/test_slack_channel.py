"""A Slack channel as a value: its text is that of rows and buttons from before there were workspaces."""

import pytest

from routing.errors import InvalidChannel
from routing.slack_channel import ChannelId


@pytest.mark.parametrize(
    ("text", "channel_id"),
    [("C1", ChannelId("", "C1")), ("T1/C1", ChannelId("T1", "C1")), ("D0SAM", ChannelId("", "D0SAM"))],
)
def test_the_text_of_a_channel_names_it_and_no_other(text: str, channel_id: ChannelId) -> None:
    assert ChannelId.parse(text) == channel_id
    assert f"{channel_id}" == str(channel_id) == text


@pytest.mark.parametrize(
    "text", ["", " ", "C 1", "C1\n", "/C1", "T1/", "/", "T1/C1/2", "C\0", "É", "C" * 256]
)
def test_what_names_no_channel_is_refused(text: str) -> None:
    with pytest.raises(InvalidChannel):
        ChannelId.parse(text)


def test_channels_without_a_workspace_are_in_the_order_of_their_texts() -> None:
    texts = ["C2", "C10", "D1", "C1"]
    assert [str(channel_id) for channel_id in sorted(map(ChannelId.parse, texts))] == sorted(texts)


def test_the_same_id_in_two_workspaces_is_two_channels() -> None:
    assert len({ChannelId("", "C1"), ChannelId("T1", "C1"), ChannelId("T2", "C1")}) == 3
