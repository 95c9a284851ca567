"""Columns that hold a Slack channel: its text is stored, the value comes back."""

import pytest
import sqlalchemy as sa

from routing.slack_channel import ChannelId
from storage.delivery import projections
from storage.engine.database import Database
from tests.storage.examples import NOW, prediction, store


@pytest.mark.parametrize("text", ["C1", "T1/C1"])
def test_a_channel_is_stored_as_its_text_and_read_as_the_value(database: Database, text: str) -> None:
    channel_id = ChannelId.parse(text)
    with database.write() as tx:
        store(tx, [prediction(1)])
        projections.want(tx, "case_1", channel_id, 1, NOW)
    with database.read() as tx:
        stored = tx.execute(sa.text("SELECT channel_id, projection_id FROM projections")).one()
        lanes = set(tx.execute(sa.text("SELECT channel_id FROM channel_pace")).scalars())
        (row,) = projections.of_case(tx, "case_1")
    assert tuple(stored) == (text, f"case:case_1:{text}")
    assert lanes == {text, "update"}
    assert row.channel_id == channel_id


def test_a_row_of_the_own_workspace_is_not_that_of_another(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
        projections.want(tx, "case_1", ChannelId("", "C1"), 1, NOW)
        tx.execute(sa.text("UPDATE projections SET ts = '1.1'"))
        assert not projections.lost(tx, ChannelId("T9", "C1"), "1.1")
        assert projections.lost(tx, ChannelId("", "C1"), "1.1")
