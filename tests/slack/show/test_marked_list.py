"""The list of marked disagreements: page by page, with a way to each message."""

import json
from dataclasses import replace

from bot.slack.show.marked_list import marked_message
from bot.usecases.lead.gaps import ListedMark, MarkedPage
from routing.evidence.marked_cases import MarkedCase
from routing.label import Mark
from tests.slack.workspace import action_ids

CASE = MarkedCase("case_1", "fraud", Mark.GUIDELINE_GAP, "honest", "A gift card <!channel>")


def page(shown: int, total: int, skipped: int = 0) -> MarkedPage:
    cases = (replace(CASE, case_id=f"case_{number}") for number in range(shown))
    return MarkedPage(tuple(ListedMark(case, None, "") for case in cases), total, skipped)


def test_without_any_it_says_how_they_come_about() -> None:
    assert marked_message(page(0, 0), 10, {}).text.startswith("No disagreement is marked.")


def test_a_middle_page_leads_both_ways() -> None:
    message = marked_message(page(10, 25, 10), 10, {})
    assert message.text.startswith("25 disagreements were marked, 11 to 20 are shown here.")
    assert action_ids(message) == ["list:0", "list:2"]


def test_all_on_a_page_need_no_other_and_link_to_their_messages() -> None:
    message = marked_message(page(1, 1), 10, {"case_0": "https://team.slack.com/p1"})
    assert message.text.startswith("1 disagreement was marked.")
    assert "<!channel>" not in message.text
    assert action_ids(message) == ["open:0"]
    assert "https://team.slack.com/p1" in json.dumps(message.blocks)
