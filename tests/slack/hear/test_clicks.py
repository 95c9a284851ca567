"""Clicks through the real Bolt app, signed as Slack signs them."""

import json

from routing.case.case import CaseStatus
from tests.slack.workspace import Workspace, action_ids, elements, other_team
from tests.worlds.people import ANN, BEN, STRANGER


def test_one_click_on_confirm_decides_the_case(workspace: Workspace) -> None:
    case = workspace.world.open()
    message = workspace.shown(case)

    answer = workspace.click(message, "answer:0")

    stored = workspace.world.case(case.case_id)
    assert answer.status == 200
    assert stored.decision is not None
    assert stored.decision.label == "fraud"
    assert stored.labels[0].screen_version == 1
    assert workspace.woken.is_set()
    assert workspace.gateway.responses == []


def test_the_decided_message_says_who_what_and_when_and_has_no_answer_buttons(workspace: Workspace) -> None:
    case = workspace.world.open()

    workspace.click(workspace.shown(case), "answer:0")

    decided = workspace.shown(case)
    assert "Decided: Fraud, by Ann" in decided.text
    assert action_ids(decided) == ["undo", "more"]


def test_two_labels_are_a_button_each_the_predicted_one_first_and_primary(workspace: Workspace) -> None:
    case = workspace.world.open(label="legit")

    controls = [element for _, element in elements(workspace.shown(case))]

    assert [element["action_id"] for element in controls] == ["answer:0", "answer:1", "label", "more"]
    assert [element.get("text", {}).get("text") for element in controls[:2]] == ["Confirm: Legit", "Fraud…"]
    assert [element.get("style") for element in controls[:2]] == ["primary", None]


def test_three_labels_are_three_buttons_and_the_label_window_is_in_the_menu(workspace: Workspace) -> None:
    case = workspace.world.open("team", "help")

    controls = [element for _, element in elements(workspace.shown(case))]

    assert [element["type"] for element in controls] == ["button", "button", "button", "overflow"]
    assert "label" in [option["value"] for option in controls[3]["options"]]


def test_four_labels_are_confirm_and_a_select_of_the_others(workspace: Workspace) -> None:
    case = workspace.world.open("topic", "b")
    message = workspace.shown(case)

    chosen = workspace.click(message, "choose", option="d")

    select = next(element for _, element in elements(message) if element["action_id"] == "choose")
    assert [option["value"] for option in select["options"]] == ["a", "c", "d"]
    assert chosen.status == 200
    decision = workspace.world.case(case.case_id).decision
    assert decision is not None
    assert decision.label == "d"


def test_an_answer_that_needs_a_reason_opens_the_prefilled_window(workspace: Workspace) -> None:
    case = workspace.world.open()

    workspace.click(workspace.shown(case), "answer:1")

    (view,) = workspace.gateway.views
    radio = next(block["element"] for block in view["blocks"] if block.get("block_id") == "label")
    assert radio["initial_option"]["value"] == "legit"
    assert workspace.world.case(case.case_id).labels == ()


def test_a_late_click_is_told_privately_who_decided(workspace: Workspace) -> None:
    case = workspace.world.open()
    message = workspace.shown(case)
    workspace.click(message, "answer:0", expert=ANN)

    workspace.click(message, "answer:0", expert=BEN)

    (told,) = workspace.gateway.responses
    assert "Already decided" in told.text
    assert "Fraud, by U0ANN" in told.text


def test_a_stranger_is_told_privately_and_nothing_is_recorded(workspace: Workspace) -> None:
    case = workspace.world.open()

    for person in (STRANGER, other_team(ANN)):
        workspace.click(workspace.shown(case), "answer:0", expert=person)

    assert len(workspace.gateway.responses) == 2
    assert all("Nothing was recorded" in told.text for told in workspace.gateway.responses)
    assert workspace.world.case(case.case_id).labels == ()


def test_a_tampered_label_case_or_message_is_refused_politely(workspace: Workspace) -> None:
    case = workspace.world.open()
    message = workspace.shown(case)
    action = {
        "type": "button",
        "action_id": "answer:0",
        "block_id": f"answer~{case.case_id}~1",
        "value": json.dumps({"label": "nonsense"}),
        "action_ts": "1",
    }
    elsewhere = action | {"block_id": "answer~case_other~1"}
    odd = action | {"block_id": "nothing"}

    answers = [
        workspace.click(message, "answer:0", actions=[forged])
        for forged in (action, elsewhere, odd, {"action_id": "answer:0"})
    ]

    assert [answer.status for answer in answers] == [200] * 4
    assert len(workspace.gateway.responses) == 4
    assert workspace.world.case(case.case_id).status is CaseStatus.OPEN


def test_an_unsigned_click_is_refused(workspace: Workspace) -> None:
    from slack_bolt import BoltRequest

    answer = workspace.app.dispatch(BoltRequest(body="payload={}", headers={}))

    assert answer.status == 401


def test_a_window_that_slack_refuses_is_told_politely(workspace: Workspace) -> None:
    case = workspace.world.open()
    workspace.gateway.refuses = "expired_trigger_id"

    answer = workspace.click(workspace.shown(case), "label")

    assert answer.status == 200
    assert "click again" in workspace.gateway.responses[0].text
