"""The buttons of a pause: each does its deed, once, and answers in private."""

from collections.abc import Iterator

import pytest

from bot.slack.blocks.control_ids import packed
from bot.slack.blocks.message import Message
from bot.slack.show.pause_message import pause_message
from bot.usecases.lead.pauses import propose_due
from bot.usecases.outgoing import PAUSE, PauseNews, PauseOccasion
from bot.words.pause_words import PauseWords
from routing.case.pause import Pause, PauseState
from storage.engine.database import Database
from storage.leads import pauses
from tests.slack.workspace import Workspace, make_workspace
from tests.usecases.lead.test_pauses import LEAD, pausing
from tests.worlds.clocks import FRIDAY
from tests.worlds.people import BEN


@pytest.fixture
def leads(sqlite_url: str) -> Iterator[Workspace]:
    """A Bolt app over a world in which a pause of Ben is proposed."""
    database = Database(sqlite_url)
    workspace = make_workspace(pausing(database))
    propose_due(workspace.world.ctx)
    yield workspace
    database.dispose()


def pause_id(leads: Workspace) -> str:
    (item, *_) = leads.world.sent(PAUSE)
    return PauseNews.from_payload(item.payload).pause_id


def shown(name: str, occasion: PauseOccasion, team: str = "leads") -> Message:
    pause = Pause(name, "fraud", BEN, PauseState.PROPOSED, 20, 40, 0.4, 0.6, FRIDAY, FRIDAY)
    return pause_message(
        PauseNews(name, occasion, team), PauseWords(pause, "Ben", "Is it fraud?", 0.7), "Ann"
    )


def state(leads: Workspace, name: str) -> PauseState | None:
    with leads.world.database.read() as tx:
        pause = pauses.find(tx, name)
    return None if pause is None else pause.state


def test_a_pause_begins_is_objected_to_and_ends(leads: Workspace) -> None:
    name = pause_id(leads)
    leads.click(shown(name, PauseOccasion.PROPOSED), "pause_now", expert=LEAD)
    assert state(leads, name) is PauseState.RUNNING
    leads.click(shown(name, PauseOccasion.BEGUN, ""), "pause_protest", expert=BEN)
    leads.click(shown(name, PauseOccasion.PROTESTED), "pause_end", expert=LEAD)
    assert state(leads, name) is PauseState.ENDED
    begun, heard, ended = (told.text for told in leads.gateway.responses)
    assert "told kindly, and how to object" in begun
    assert heard == "Your leads are asked to look again. Thank you for saying so."
    assert ended == "Done: they are told, and asked again."


def test_not_now_changes_nothing_and_says_for_how_long(leads: Workspace) -> None:
    name = pause_id(leads)
    leads.click(shown(name, PauseOccasion.PROPOSED), "pause_not", expert=LEAD)
    assert state(leads, name) is PauseState.DECLINED
    assert "not proposed again for four weeks" in leads.gateway.responses[0].text


def test_whoever_may_not_decide_is_told(leads: Workspace) -> None:
    name = pause_id(leads)
    leads.click(shown(name, PauseOccasion.PROPOSED), "pause_now", expert=BEN)
    leads.click(shown(packed(pause="x"), PauseOccasion.PROPOSED), "pause_now", expert=LEAD)
    assert state(leads, name) is PauseState.PROPOSED
    first, second = (told.text for told in leads.gateway.responses)
    assert "Only the leads of this task" in first
    assert "not kept here any more" in second
