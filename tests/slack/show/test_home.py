"""A person's own numbers are told in plain words, and only once there are enough of them."""

import pytest

from bot.slack.limits import message_violations, view_violations
from bot.slack.show.home import home_view, mine_message, numbers_text, queue_message
from bot.usecases.review.worklist import Board, LabelTotals, OwnSkill, queue
from routing.evidence.expertise import SkillEstimate
from routing.prediction import CaseInput, Image
from storage.evidence.own_answers import OwnOutcomes
from storage.measured.skills import StoredSkill
from tests.plain_words import assert_plain
from tests.slack.workspace import Workspace
from tests.worlds.clocks import FRIDAY
from tests.worlds.people import ANN, CAROL

OUTCOMES = OwnOutcomes(decided=47, became=41, corrected=12)


def test_what_became_of_the_answers_is_told_from_twenty_on() -> None:
    words = numbers_text(LabelTotals(5, 60, 3, OUTCOMES))
    assert "In 41 of 47 cases that others answered, too, your answer became the decision." in words
    assert "12 of your answers showed that the model was wrong" in words
    assert_plain((words,))


def test_how_often_one_was_right_stands_on_the_page_and_in_the_list() -> None:
    estimate = SkillEstimate("U0ANN", "", 42, 46, 0.9, 0.8, 0.97)
    own = (OwnSkill("Is it fraud?", (StoredSkill("fraud", ANN, True, estimate),)),)
    board = Board((), 0, LabelTotals(5, 60, 3, OUTCOMES, own), FRIDAY)

    home, mine = home_view(board, lambda _: None), mine_message(board, lambda _: None)

    for shown in (str(home), str(mine.blocks), mine.text):
        assert "you were right in 42 (between 80% and 97%)" in shown
    assert view_violations(home) == message_violations(mine.payload()) == ()


def test_fewer_answers_say_nothing_of_a_person() -> None:
    assert numbers_text(LabelTotals(5, 19, 3, OUTCOMES)) == (
        "You answered 5 in the last 7 days and 19 in all, 3 of them with a reason."
    )


def test_what_was_never_so_is_not_told() -> None:
    assert numbers_text(LabelTotals(5, 60, 3)).endswith("3 of them with a reason.")


@pytest.mark.parametrize(
    ("text", "summary"), [("A handwritten digit", None), (None, "An 8 × 8 scan of a digit")]
)
def test_a_picture_is_described_where_nothing_else_is(
    workspace: Workspace, text: str | None, summary: str | None
) -> None:
    image = Image("An 8 × 8 scan of a digit.", url="https://pictures.test/1.png")
    workspace.world.open(input=CaseInput(text=text, image=image))
    message = queue_message(queue(workspace.world.ctx, CAROL, 10), lambda _: None)
    assert f"fraud? {summary or text}; the model says" in message.text
