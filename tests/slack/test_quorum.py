"""Two answers wanted: experts are blind to each other until the case is decided."""

import json

from tests.slack.workspace import Workspace, action_ids, click_payload
from tests.worlds.people import ANN, BEN, CAROL


def test_the_first_answer_is_not_shown_only_counted(workspace: Workspace) -> None:
    case = workspace.world.open("team", "sales")

    workspace.click(workspace.shown(case), "answer:1")

    shown = workspace.shown(case)
    assert "1 of 2 answers in" in shown.text
    assert "Ann" not in json.dumps(shown.payload())
    assert action_ids(shown) == ["answer:0", "answer:1", "answer:2", "more"]


def test_who_answered_first_gets_a_private_receipt_with_undo(workspace: Workspace) -> None:
    case = workspace.world.open("team", "sales")
    workspace.click(workspace.shown(case), "answer:1")
    (receipt,) = workspace.gateway.responses

    payload = click_payload(receipt, "undo", ANN, None, "3.3")
    payload["container"]["is_ephemeral"] = True
    workspace.interact(payload)

    assert "Your answer help is recorded" in receipt.text
    assert workspace.world.case(case.case_id).current_labels == ()


def test_a_dispute_names_who_has_the_last_word_and_not_the_answers(workspace: Workspace) -> None:
    case = workspace.world.open("team", "sales")
    workspace.click(workspace.shown(case), "answer:1", expert=ANN)
    workspace.click(workspace.shown(case), "answer:2", expert=BEN)

    shown = json.dumps(workspace.shown(case).blocks)

    assert "experts disagree" in shown
    assert "<@U0CAROL>" in shown
    assert "U0ANN" not in shown


def test_during_a_dispute_only_the_senior_expert_may_answer(workspace: Workspace) -> None:
    case = workspace.world.open("team", "sales")
    workspace.click(workspace.shown(case), "answer:1", expert=ANN)
    workspace.click(workspace.shown(case), "answer:2", expert=BEN)

    workspace.click(workspace.shown(case), "answer:0", expert=CAROL)

    decision = workspace.world.case(case.case_id).decision
    assert decision is not None
    assert decision.decided_by == (CAROL,)
