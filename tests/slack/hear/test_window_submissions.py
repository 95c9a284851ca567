"""Windows: opened from a message, filled in, submitted, or refused under their field."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.slack.blocks.message import JsonObject, Message
from bot.slack.show.read_windows import why_passages
from bot.slack.show.review_windows import Draft, label_chosen, label_view
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.screen import Screen
from routing.case.case import expire
from routing.label import ExpertConfidence, Via
from routing.policy import Task
from routing.rationale_rule import RationaleRule
from storage.cases import cases
from tests.slack.workspace import Workspace
from tests.worlds.clocks import FRIDAY
from tests.worlds.people import ANN, BEN, STRANGER


def _opened(workspace: Workspace, message: Message, entry: str) -> JsonObject:
    workspace.click(message, "more", option=entry)
    return workspace.gateway.views[-1]


def test_the_label_window_records_label_reason_code_and_confidence(workspace: Workspace) -> None:
    case = workspace.world.open()
    workspace.click(workspace.shown(case, version=7), "label")
    (view,) = workspace.gateway.views

    closed = workspace.submit(
        view, label="legit", rationale="the address is right", reason_code="address", confidence="high"
    )

    (label,) = workspace.world.case(case.case_id).labels
    assert closed.body == ""
    assert (label.label, label.via, label.screen_version) == ("legit", Via.MODAL, 7)
    assert label.rationale is not None
    assert (label.rationale.text, label.rationale.reason_code) == ("the address is right", "address")
    assert label.expert_confidence is ExpertConfidence.HIGH


def test_a_missing_reason_is_said_under_its_field(workspace: Workspace) -> None:
    case = workspace.world.open()
    workspace.click(workspace.shown(case), "label")

    refused = workspace.submit(workspace.gateway.views[0], label="legit", rationale="  ")

    assert json.loads(refused.body)["errors"].keys() == {"rationale"}
    assert workspace.world.case(case.case_id).labels == ()


def test_it_is_kept_since_when_the_window_showed_the_case(workspace: Workspace) -> None:
    case = workspace.world.open()
    workspace.click(workspace.shown(case), "label")
    workspace.world.clock.moment = FRIDAY + timedelta(seconds=42)

    workspace.submit(workspace.gateway.views[0], label="fraud")

    (label,) = workspace.world.case(case.case_id).labels
    assert (label.shown_at, label.labeled_at) == (FRIDAY, FRIDAY + timedelta(seconds=42))


@pytest.mark.parametrize("shown", [None, "1", -5, 2**33, 10**40, int(FRIDAY.timestamp()) + 60, 1_000, True])
def test_of_a_window_that_cannot_say_since_when_nobody_knows_it(workspace: Workspace, shown: object) -> None:
    case = workspace.world.open()
    workspace.click(workspace.shown(case), "label")
    view = workspace.gateway.views[0]
    metadata = {**json.loads(view["private_metadata"]), "shown": shown}

    workspace.submit(view | {"private_metadata": json.dumps(metadata)}, label="fraud")

    (label,) = workspace.world.case(case.case_id).labels
    assert label.shown_at is None


def test_the_window_holds_ids_only_in_its_metadata(workspace: Workspace) -> None:
    case = workspace.world.open()
    workspace.click(workspace.shown(case), "label")

    metadata = json.loads(workspace.gateway.views[0]["private_metadata"])

    shown = int(FRIDAY.timestamp())
    ids = {"case": case.case_id, "version": 1, "channel": "C0000000001", "ts": "1.1"}
    assert metadata == {**ids, "shown": shown}


@pytest.mark.parametrize(
    "metadata", ["", "[]", "[" * 2_000, '{"case": 7, "version": -1}', '{"case": "case_other"}']
)
def test_tampered_metadata_is_refused_under_the_field(workspace: Workspace, metadata: str) -> None:
    case = workspace.world.open()
    workspace.click(workspace.shown(case), "label")

    refused = workspace.submit(workspace.gateway.views[0] | {"private_metadata": metadata}, label="fraud")

    assert "not known" in json.loads(refused.body)["errors"]["label"]
    assert workspace.world.case(case.case_id).labels == ()


def test_a_window_that_comes_too_late_says_who_decided(workspace: Workspace) -> None:
    case = workspace.world.open()
    workspace.click(workspace.shown(case), "label")
    answer(workspace.world.ctx, ExpertAnswer(workspace.world.act(case, BEN), "fraud", Via.BUTTON))

    refused = workspace.submit(workspace.gateway.views[0], label="fraud")

    error = json.loads(refused.body)["errors"]["label"]
    assert error.startswith("Already decided: Fraud, by")
    assert "<" not in error


def test_a_correction_replaces_the_decision(workspace: Workspace) -> None:
    case = workspace.world.open()
    workspace.click(workspace.shown(case), "answer:0")

    view = _opened(workspace, workspace.shown(case), "correct")
    workspace.submit(view, label="legit", rationale="looked again")

    shown = workspace.shown(case)
    assert "Decided: Legit, by Ann" in shown.text
    assert "looked again" in shown.text
    assert "Before: Fraud" in json.dumps(shown.blocks)


def test_only_who_answered_is_offered_a_correction(workspace: Workspace) -> None:
    case = workspace.world.open()
    workspace.click(workspace.shown(case), "answer:0")

    workspace.click(workspace.shown(case), "more", option="correct", expert=BEN)

    assert workspace.gateway.views == []
    assert "Already decided" in workspace.gateway.responses[0].text


def test_cant_tell_is_recorded_and_confirmed_privately(workspace: Workspace) -> None:
    case = workspace.world.open()

    workspace.submit(_opened(workspace, workspace.shown(case), "abstain"), note="blank scan")

    assert workspace.world.case(case.case_id).abstentions[0].note == "blank scan"
    ((_, person, told, _),) = workspace.gateway.ephemerals
    assert person == ANN.user_id
    assert "can't tell" in told.text


def test_escalate_reassign_and_snooze_from_the_menu(workspace: Workspace) -> None:
    case = workspace.world.open()
    message = workspace.shown(case)

    workspace.submit(_opened(workspace, message, "escalate"), note="urgent")
    workspace.submit(_opened(workspace, message, "reassign"), person=BEN.user_id)
    workspace.submit(_opened(workspace, message, "snooze"), until="1h")

    stored = workspace.world.case(case.case_id)
    assert stored.steps_taken == 1
    assert stored.assigned_to == BEN
    assert stored.snoozed_until is not None
    assert "Assigned to <@U0BEN>" in json.dumps(workspace.shown(case).blocks)


def test_reassigning_to_a_stranger_is_refused_under_the_field(workspace: Workspace) -> None:
    case = workspace.world.open("team", "help")

    refused = workspace.submit(
        _opened(workspace, workspace.shown(case), "hand_over"), person=STRANGER.user_id
    )

    assert "may not answer" in json.loads(refused.body)["errors"]["person"]


def test_why_am_i_asked_says_reasons_sureness_chance_and_when_it_came(workspace: Workspace) -> None:
    case = workspace.world.open()

    view = _opened(workspace, workspace.shown(case), "why")

    words = json.dumps(view, ensure_ascii=False)
    for expected in ("Every such case is looked at.", "It gives Fraud 78", "Every case like this one"):
        assert expected in words
    assert workspace.world.policy.version not in words
    assert view["blocks"][-1]["elements"][0]["elements"][1]["type"] == "date"


def test_why_am_i_asked_says_how_often_the_model_is_right_and_no_id(workspace: Workspace) -> None:
    case, task = workspace.world.open(), workspace.world.policy.task("fraud")
    routing = replace(case.routing, calibrated=0.64, calibrator_version="51d0c7be9a42", certificate_id="c_1")

    sure = next(passage.text for passage in why_passages(replace(case, routing=routing), task, None))

    assert sure == (
        "It gives Fraud 78\u00a0%. By the answers so far it is right in 64\u00a0% of such cases; that counts."
    )


@pytest.mark.parametrize(
    ("chance", "odds"),
    [(0.02, "Of such cases 1 in 50 is"), (0.25, "Of such cases 25\u00a0% is")],
)
def test_an_audit_case_says_how_many_are_checked_at_random(
    workspace: Workspace, chance: float, odds: str
) -> None:
    case, task = workspace.world.open(), workspace.world.policy.task("fraud")
    routing = replace(case.routing, is_audit=True, inclusion_probability=chance)

    passages = why_passages(replace(case, routing=routing), task, task.tiers[0])

    assert passages[0].text == "It was drawn to be checked at random, to see how often the model is right."
    assert odds in passages[-1].text


def test_a_long_input_is_cut_and_shown_whole_page_by_page(workspace: Workspace) -> None:
    from routing.prediction import CaseInput

    words = " ".join(f"word{number}" for number in range(5_000))
    case = workspace.world.open(input=CaseInput(text=words))
    message = workspace.shown(case)
    assert "word4999" not in json.dumps(message.blocks)

    workspace.click(message, "show_all")
    (first,) = workspace.gateway.views
    turn = next(block for block in first["blocks"] if block["type"] == "actions")
    (button,) = turn["elements"]
    payload = {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": ANN.user_id, "team_id": "T1"},
        "container": {"type": "view", "view_id": "V1"},
        "view": first | {"id": "V1"},
        "actions": [{"action_id": button["action_id"], "block_id": turn["block_id"], "action_ts": "1"}],
    }
    workspace.interact(payload)

    (second,) = workspace.gateway.updated_views
    assert "word0 " in json.dumps(first)
    assert "Page 2 of" in json.dumps(second)


def test_a_stranger_may_read_why_but_not_open_the_label_window(workspace: Workspace) -> None:
    case = workspace.world.open()

    workspace.click(workspace.shown(case), "more", option="why", expert=STRANGER)
    workspace.click(workspace.shown(case), "label", expert=STRANGER)

    assert [view["callback_id"] for view in workspace.gateway.views] == ["reading"]
    assert "you are not among them" in workspace.gateway.responses[0].text


def test_an_unknown_menu_entry_is_answered_politely(workspace: Workspace) -> None:
    case = workspace.world.open()

    answer_ = workspace.click(workspace.shown(case), "more", option="explode")

    assert answer_.status == 200
    assert "out of date" in workspace.gateway.responses[0].text


def test_a_case_closed_without_a_decision_offers_no_correction(workspace: Workspace) -> None:
    case = workspace.world.open("team", "sales")
    workspace.click(workspace.shown(case), "answer:0")
    decided_menu = workspace.shown(case)
    with workspace.world.database.write() as tx:
        cases.save(tx, expire(cases.lock(tx, case.case_id)))

    assert "correct" not in json.dumps(workspace.shown(case).blocks)
    workspace.click(decided_menu, "more", option="correct")
    assert workspace.gateway.views == []
    assert "closed without a decision" in workspace.gateway.responses[-1].text


def test_a_reason_that_is_always_needed_is_said_to_be(workspace: Workspace) -> None:
    world = workspace.world
    always = world.policy.task("fraud").model_copy(update={"rationale": RationaleRule.ALWAYS})
    case = world.open()

    (field,) = [
        block
        for block in label_view(case, always, Screen(case.case_id, 1), Draft())["blocks"]
        if block.get("block_id") == "rationale"
    ]

    assert (field["optional"], field["hint"]["text"]) == (False, "A sentence is enough.")


def _optional(view: JsonObject) -> bool:
    return bool(_block(view, "rationale")["optional"])


def _block(view: JsonObject, block_id: str) -> JsonObject:
    block: JsonObject = next(block for block in view["blocks"] if block.get("block_id") == block_id)
    return block


def _choose(workspace: Workspace, view: JsonObject, label: str) -> None:
    """Choose a label in an open window, as Slack tells of it."""
    element = {"type": "radio_buttons", "action_id": "label", "block_id": "label", "action_ts": "9.9"}
    payload = {
        "type": "block_actions",
        "team": {"id": ANN.team_id},
        "user": {"id": ANN.user_id, "team_id": ANN.team_id},
        "trigger_id": "trigger",
        "container": {"type": "view", "view_id": "V1"},
        "view": {**view, "id": "V1", "state": {"values": {}}},
        "actions": [{**element, "selected_option": {"value": label}}],
    }
    assert workspace.interact(payload).status == 200


def test_a_window_that_is_opened_for_an_answer_with_a_reason_does_not_call_it_optional(
    workspace: Workspace,
) -> None:
    workspace.click(workspace.shown(workspace.world.open()), "answer:1")
    (view,) = workspace.gateway.views
    assert not _optional(view)


def test_whether_a_reason_is_needed_follows_the_choice_in_the_window(workspace: Workspace) -> None:
    workspace.click(workspace.shown(workspace.world.open()), "label")
    (view,) = workspace.gateway.views
    assert _optional(view)
    assert _block(view, "label")["dispatch_action"] is True

    _choose(workspace, view, "legit")
    needed = workspace.gateway.updated_views[-1]
    _choose(workspace, needed, "legit")
    _choose(workspace, needed, "fraud")
    free = workspace.gateway.updated_views[-1]

    assert (_optional(needed), _optional(free)) == (False, True)
    assert len(workspace.gateway.updated_views) == 2
    for changed in (needed, free):
        assert changed["private_metadata"] == view["private_metadata"]
        assert [block.get("block_id") for block in changed["blocks"]] == [
            block.get("block_id") for block in view["blocks"]
        ]
    assert len(workspace.gateway.views) == 1


def test_where_every_answer_needs_the_same_no_choice_is_followed(workspace: Workspace) -> None:
    workspace.click(workspace.shown(workspace.world.open("topic", "a")), "label")
    (view,) = workspace.gateway.views
    assert "dispatch_action" not in _block(view, "label")


def test_a_choice_of_a_label_with_a_long_name_is_followed_too(workspace: Workspace) -> None:
    case, task = workspace.world.open(), workspace.world.policy.task("fraud")
    long = task.labels[0].model_copy(update={"name": f"{'long ' * 40}name", "title": "Long"})
    fields = {name: getattr(task, name) for name in Task.model_fields}
    renamed = Task.model_construct(**{**fields, "labels": (long, *task.labels[1:])})
    said_so = replace(case.submission.prediction, label=long.name)
    of_long = replace(case, submission=replace(case.submission, prediction=said_so))
    view = label_view(of_long, renamed, Screen(case.case_id), Draft(task.labels[1].name))
    assert not _optional(view)

    changed = label_chosen(view, of_long, renamed, long.token)

    assert changed is not None
    assert _optional(changed)
