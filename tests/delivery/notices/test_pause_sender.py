"""News of a pause goes to the leads' channel and to the person, and is dropped when it is none any more."""

from dataclasses import replace

import pytest

from bot.delivery.notices.pause_sender import PauseSender
from bot.usecases.outgoing import PAUSE, PauseNews, PauseOccasion
from routing.case.pause import Pause, PauseState
from routing.label import ExpertId
from storage import experts
from storage.delivery import outbox
from storage.delivery.outbox_item import Item
from storage.experts import Expert
from storage.leads import pauses
from tests.worlds.clocks import MONDAY
from tests.worlds.delivery import World
from tests.worlds.people import LEADS, MAYA

LEAD = ExpertId(MAYA.team_id, "U0NADIA")
RUNNING = Pause(
    *("pause_1", "fraud", MAYA, PauseState.RUNNING, 12, 40, 0.2, 0.45, MONDAY, MONDAY),
    changed_by=f"{LEAD.team_id}:{LEAD.user_id}",
)
TOLD, ALONE = PauseNews("pause_1", PauseOccasion.BEGUN, "leads"), PauseNews("pause_1", PauseOccasion.BEGUN)


def deliver(world: World, pause: Pause | None, news: PauseNews) -> list[str]:
    """What stands in the leads' channel, and in the person's direct messages, after the sender's turns."""
    with world.database.write() as tx:
        if pause is not None:
            pauses.add(tx, pause)
        outbox.add_many(tx, [Item("out_p1", PAUSE, "p1", news.to_payload(), world.clock.now())])
    sender = PauseSender(world.courier(), "p1")
    for _ in range(3):
        sender.step()
    conversations = world.sandbox.state.conversations.items()
    return [
        message.text
        for name, conversation in conversations
        if name == LEADS or name.startswith("D")
        for message in conversation.top_level()
    ]


def test_news_as_json_is_the_same_news() -> None:
    assert PauseNews.from_payload(TOLD.to_payload()) == TOLD


def test_leads_read_who_paused_whom(world: World) -> None:
    people = [Expert(LEAD, "Nadia", None, MONDAY), Expert(MAYA, "Maya", None, MONDAY)]
    with world.database.write() as tx:
        experts.upsert_many(tx, people)
    (text,) = deliver(world, RUNNING, TOLD)
    assert text.startswith("Nadia paused Maya for now from")


def test_whoever_has_no_name_yet_is_no_id(world: World) -> None:
    (text,) = deliver(world, RUNNING, TOLD)
    assert text.startswith("A lead paused Somebody for now from")


def test_what_the_policy_does_is_nobodys_act(world: World) -> None:
    (text,) = deliver(world, replace(RUNNING, changed_by=""), TOLD)
    assert text.startswith("As the policy says, Somebody is paused")


def test_the_person_reads_it_alone(world: World) -> None:
    (text,) = deliver(world, RUNNING, ALONE)
    assert text.startswith("You have a pause from")


@pytest.mark.parametrize(
    ("pause", "news"),
    [
        (None, TOLD),
        (replace(RUNNING, state=PauseState.ENDED), TOLD),
        (replace(RUNNING, state=PauseState.ENDED), ALONE),
        (replace(RUNNING, task="gone"), TOLD),
        (RUNNING, replace(TOLD, team="gone")),
    ],
)
def test_what_is_no_news_any_more_is_dropped(world: World, pause: Pause | None, news: PauseNews) -> None:
    assert deliver(world, pause, news) == []
    with world.database.read() as tx:
        assert outbox.oldest_undelivered_at(tx) is None
