"""What is told of a pause is kind, says what it rests on, and how to object."""

import pytest

from bot.slack.blocks.message import Message
from bot.slack.limits import message_violations
from bot.slack.show.pause_message import pause_message
from bot.usecases.outgoing import PauseNews, PauseOccasion
from bot.words.pause_words import PauseWords
from routing.case.pause import Pause, PauseState
from tests.plain_words import LEADS_TOO, assert_plain, texts_of
from tests.worlds.clocks import FRIDAY
from tests.worlds.people import BEN

PAUSE = Pause("pause_1", "fraud", BEN, PauseState.RUNNING, 24, 46, 0.381, 0.66, FRIDAY, FRIDAY)
WORDS = PauseWords(PAUSE, "Ben", "Is this payment fraud?", 0.7)
WHY = "Of 46 cases that they were asked about by name and others settled, too, they were right in 24 (between"


def message(occasion: PauseOccasion, team: str = "leads", by: str = "Ann") -> Message:
    return pause_message(PauseNews("pause_1", occasion, team), WORDS, by)


def labels(shown: Message) -> list[str]:
    controls = [block for block in shown.blocks if block["type"] == "actions"]
    return [element["text"]["text"] for block in controls for element in block["elements"]]


@pytest.mark.parametrize(
    ("occasion", "team", "by", "first", "buttons"),
    [
        (PauseOccasion.PROPOSED, "leads", "", "Perhaps Ben should rest", ["Pause for now", "Not now"]),
        (PauseOccasion.BEGUN, "leads", "Ann", "Ann paused Ben for now", ["End the pause"]),
        (PauseOccasion.BEGUN, "leads", "", "As the policy says, Ben is paused", ["End the pause"]),
        (PauseOccasion.PROTESTED, "leads", "Ann", "Ben asks you to look again", ["End the pause"]),
        (PauseOccasion.ENDED, "leads", "Ann", "Ann ended the pause of Ben", []),
        (PauseOccasion.BEGUN, "", "Ann", "You have a pause", ["I see it otherwise"]),
        (PauseOccasion.ENDED, "", "Ann", "Your pause from", []),
    ],
)
def test_each_occasion_has_its_words_and_buttons(
    occasion: PauseOccasion, team: str, by: str, first: str, buttons: list[str]
) -> None:
    shown = message(occasion, team, by)
    assert shown.text.startswith(first)
    assert labels(shown) == buttons
    assert message_violations(shown.payload()) == ()
    assert_plain((shown.text, *texts_of(list(shown.blocks))), LEADS_TOO)


def test_a_proposal_says_what_it_rests_on_and_that_the_guideline_may_be_the_cause() -> None:
    text = message(PauseOccasion.PROPOSED).text
    assert f"{WHY} 38% and 66%); the policy hopes for 70%." in text
    assert "the guideline and not the person" in text


def test_where_the_policy_has_no_bar_any_more_none_is_told() -> None:
    words = PauseWords(PAUSE, "Ben", "Is this payment fraud?", None)
    assert words.to_person()[1].count("hopes") == 0
