"""A scale is shown without the words of labels."""

import json

from bot.slack.show.questions.question_list import open_controls
from bot.slack.show.review_windows import Draft, label_view
from bot.usecases.review.screen import Screen
from routing.prediction import ModelRef, Prediction
from tests.routing.questions.test_rating import rated
from tests.slack.workspace import Workspace

SCREEN = Screen("case_1", 1)
WIDE = rated('lowest = -4\nhighest = 5\ntitles = { -4 = "useless" }').task("returns")


def test_a_wide_scale_offers_its_steps_without_a_word_of_labels(workspace: Workspace) -> None:
    case = workspace.world.open(prediction=Prediction("2", 0.7, ModelRef("judge", "1")))

    controls = open_controls(WIDE, "2", SCREEN)
    window = label_view(case, WIDE, SCREEN, Draft())

    for shown in (controls, window):
        assert "label" not in [word.lower() for word in _texts(shown)]
        assert "on the scale" not in json.dumps(shown)
    chooser = next(block["element"] for block in window["blocks"] if block.get("block_id") == "label")
    assert [option["text"]["text"] for option in chooser["options"]][:2] == ["-4: useless", "-3"]
    assert all("description" not in option for option in chooser["options"])


def _texts(part: object) -> list[str]:
    """All words that a person reads in it."""
    if isinstance(part, list):
        return [word for item in part for word in _texts(item)]
    if not isinstance(part, dict):
        return []
    own = part.get("text")
    words = own.replace("…", "").split() if isinstance(own, str) else []
    return words + [word for item in part.values() for word in _texts(item)]
