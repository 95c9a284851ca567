"""Proves that simulated experts act as planned: by skill, in every manner, through the page's endpoints."""

import json
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import responses

from bot.demo.experts import Manner, Plan, Simulation, Skill, answer, case_of, controls
from bot.demo.person import HandsRefused, SimulatedPerson
from bot.demo.script import HeldOutExample
from bot.slack.blocks.message import EVENT_TYPE

JsonObject = dict[str, Any]
SLACK = "http://127.0.0.1:9"
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
EXAMPLE = HeldOutExample("t", "x-1", "?", "no", "yes", {"no": 0.6, "yes": 0.4}, {"name": "m", "version": "1"})


def button(text: str, action_id: str) -> JsonObject:
    return {"type": "button", "text": {"type": "plain_text", "text": text}, "action_id": action_id}


def option(text: str) -> JsonObject:
    return {"text": {"type": "plain_text", "text": text}, "value": text}


OVERFLOW = {"type": "overflow", "action_id": "more", "options": [option("Can't tell…")]}
SELECT = {"type": "static_select", "action_id": "choose", "options": [option("maybe")]}
MESSAGE: JsonObject = {
    "ts": "1.1",
    "metadata": {"event_type": EVENT_TYPE, "event_payload": {"case_id": "case_1", "version": "1"}},
    "blocks": [
        {
            "type": "actions",
            "block_id": "b",
            "elements": [
                button("Confirm: no", "a:0"),
                button("yes…", "a:1"),
                button("Answer with a reason…", "label"),
                SELECT,
                OVERFLOW,
            ],
        }
    ],
}
DECIDED: JsonObject = {**MESSAGE, "blocks": [{**MESSAGE["blocks"][0], "elements": [button("Undo", "undo")]}]}
WINDOW: JsonObject = {
    "id": "V1",
    "blocks": [
        {
            "type": "input",
            "block_id": "label",
            "element": {
                "type": "radio_buttons",
                "action_id": "label",
                "options": [option("yes"), option("no")],
            },
        },
        {
            "type": "input",
            "block_id": "rationale",
            "element": {"type": "plain_text_input", "action_id": "text"},
        },
    ],
}


@pytest.fixture
def slack() -> Any:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{SLACK}/ui/state", json={"modals": []})
        mock.post(f"{SLACK}/ui/action", json={"ok": True})
        mock.post(f"{SLACK}/ui/message", json={"ts": "1.2"})
        mock.post(f"{SLACK}/ui/view/submit", json={"ok": True, "closed": True})
        mock.post(f"{SLACK}/ui/view/close", json={"ok": True})
        yield mock


def open_window(slack: Any) -> None:
    slack.upsert(responses.GET, f"{SLACK}/ui/state", json={"modals": [WINDOW]})


def sent(slack: Any, path: str) -> list[JsonObject]:

    return [json.loads(call.request.body) for call in slack.calls if call.request.path_url == f"/ui/{path}"]


def people(slack: Any) -> set[str]:
    return {act["as"] for path in ("action", "message") for act in sent(slack, path)}


def plan(manner: Manner, label: str = "no") -> Plan:
    return Plan("U1", label, manner, NOW)


def test_a_case_message_is_known_by_its_metadata() -> None:
    assert case_of(MESSAGE) == "case_1"
    assert case_of({"ts": "1.3"}) == ""


def test_a_reminder_that_names_a_case_is_no_second_message_of_it() -> None:
    reminder = {"ts": "1.4", "metadata": {"event_type": EVENT_TYPE, "event_payload": {"case_id": "case_1"}}}
    assert case_of(reminder) == ""


def test_a_decided_case_offers_nothing_to_answer() -> None:
    assert controls(MESSAGE)
    assert controls(DECIDED) == []


def test_confirming_presses_the_button_with_the_label(slack: Any) -> None:
    answer(SimulatedPerson(SLACK, "U1"), "C1", MESSAGE, plan(Manner.CLICK))
    assert [act["action_id"] for act in sent(slack, "action")] == ["a:0"]


def test_a_label_without_a_button_is_chosen_from_the_select(slack: Any) -> None:
    answer(SimulatedPerson(SLACK, "U1"), "C1", MESSAGE, plan(Manner.CLICK, "maybe"))
    assert sent(slack, "action")[0]["selected_option"]["value"] == "maybe"


def test_a_button_that_asks_for_a_reason_gets_one(slack: Any) -> None:
    open_window(slack)
    answer(SimulatedPerson(SLACK, "U1"), "C1", MESSAGE, plan(Manner.CLICK, "yes"))
    values = sent(slack, "view/submit")[0]["state"]["values"]
    assert values["label"]["label"]["selected_option"]["value"] == "yes"
    assert "yes" in values["rationale"]["text"]["value"]


def test_a_reply_names_label_and_reason(slack: Any) -> None:
    answer(SimulatedPerson(SLACK, "U1"), "C1", MESSAGE, plan(Manner.THREAD))
    message = sent(slack, "message")[0]
    assert message["thread_ts"] == "1.1"
    assert message["text"].startswith("no: ")


def test_a_window_that_does_not_open_is_told(slack: Any) -> None:
    with pytest.raises(HandsRefused, match="No window"):
        answer(SimulatedPerson(SLACK, "U1"), "C1", MESSAGE, plan(Manner.MODAL))
    assert sent(slack, "view/submit") == []


def test_an_abstention_is_chosen_from_the_menu(slack: Any) -> None:
    open_window(slack)
    answer(SimulatedPerson(SLACK, "U1"), "C1", MESSAGE, plan(Manner.ABSTAIN))
    assert sent(slack, "action")[0]["selected_option"]["value"] == "Can't tell…"


def test_a_label_nobody_offers_is_told(slack: Any) -> None:
    with pytest.raises(HandsRefused, match="offers no"):
        answer(SimulatedPerson(SLACK, "U1"), "C1", MESSAGE, plan(Manner.CLICK, "never heard of"))
    assert sent(slack, "action") == []


def test_a_window_with_errors_is_closed_and_told(slack: Any) -> None:
    open_window(slack)
    slack.upsert(
        responses.POST, f"{SLACK}/ui/view/submit", json={"ok": True, "errors": {"label": "Choose one."}}
    )
    with pytest.raises(HandsRefused, match="Choose one"):
        answer(SimulatedPerson(SLACK, "U1"), "C1", MESSAGE, plan(Manner.MODAL))
    assert len(sent(slack, "view/close")) == 1


def simulation(
    accuracy: float, share: float = 1.0, urgent: Collection[str] = (), quorum: int = 1
) -> Simulation:
    skills = tuple(Skill(f"U{number}", "C1", accuracy) for number in range(1, quorum + 1))
    return Simulation(SLACK, skills, {"case_1": EXAMPLE}, 7, share, urgent, quorum)


def show(slack: Any, message: JsonObject) -> None:
    slack.upsert(responses.GET, f"{SLACK}/ui/messages", json={"messages": [message], "has_more": False})


def play(slack: Any, simulation: Simulation, first_hour: int = 0, last_hour: int = 2) -> None:
    for minutes in range(first_hour * 60, last_hour * 60, 5):
        simulation.step(NOW + timedelta(minutes=minutes))


def test_an_expert_who_is_always_right_gives_the_truth_once(slack: Any) -> None:
    open_window(slack)
    show(slack, MESSAGE)
    expert = simulation(accuracy=1.0)
    play(slack, expert)
    show(slack, DECIDED)
    play(slack, expert, 2, 24)
    assert len(sent(slack, "action") + sent(slack, "message")) == 1


def test_an_answer_that_was_not_saved_is_given_again(slack: Any) -> None:
    open_window(slack)
    show(slack, MESSAGE)
    expert = simulation(accuracy=1.0)
    play(slack, expert, 0, 4)
    show(slack, DECIDED)
    play(slack, expert, 4, 24)
    assert len(sent(slack, "action") + sent(slack, "message")) == 2


def test_as_many_experts_as_are_needed_answer_a_case(slack: Any) -> None:
    open_window(slack)
    show(slack, MESSAGE)
    experts = simulation(accuracy=1.0, quorum=2)
    play(slack, experts, 0, 1)
    assert people(slack) == {"U1", "U2"}


def test_experts_who_are_all_wrong_look_more_closely_in_the_end(slack: Any) -> None:
    open_window(slack)
    show(slack, MESSAGE)
    experts = simulation(accuracy=0.0, quorum=2)
    play(slack, experts, 0, 2)
    labels = [act["action_id"] for act in sent(slack, "action")]
    assert (labels[:2], labels[2:]) == (["a:0", "a:0"], ["a:1"])


def test_what_is_left_to_the_newcomer_is_not_touched(slack: Any) -> None:
    show(slack, MESSAGE)
    play(slack, simulation(accuracy=1.0, share=0.0))
    assert sent(slack, "action") + sent(slack, "message") == []


def test_what_cannot_wait_is_not_left_to_the_newcomer(slack: Any) -> None:
    open_window(slack)
    show(slack, MESSAGE)
    play(slack, simulation(accuracy=1.0, share=0.0, urgent={"case_1"}))
    assert len(sent(slack, "action") + sent(slack, "message")) == 1


def test_a_refused_expert_tries_again_while_the_case_is_open_but_ever_more_seldom(
    slack: Any,
) -> None:
    slack.upsert(responses.POST, f"{SLACK}/ui/action", json={"ok": False, "error": "timeout"})
    slack.upsert(responses.POST, f"{SLACK}/ui/message", json={"error": "not_in_channel"}, status=403)
    show(slack, MESSAGE)
    refused = simulation(accuracy=1.0)
    play(slack, refused, 0, 12)
    by_noon = len(refused.refusals)
    play(slack, refused, 12, 48)
    assert 6 <= by_noon < len(refused.refusals) <= by_noon + 3


def test_a_local_slack_that_gives_no_answer_refuses_in_words(slack: Any) -> None:
    slack.upsert(responses.GET, f"{SLACK}/ui/messages", body=requests.ReadTimeout("Read timed out."))
    with pytest.raises(HandsRefused, match="messages: Read timed out"):
        SimulatedPerson(SLACK, "U1").messages("C1")


def test_all_messages_of_a_long_channel_are_read(slack: Any) -> None:
    def page(request: Any) -> tuple[int, dict[str, str], str]:

        older = "before=2.0" in request.url
        body = {"messages": [{"ts": "1.0"}] if older else [{"ts": "2.0"}], "has_more": not older}
        return 200, {}, json.dumps(body)

    slack.add_callback(responses.GET, f"{SLACK}/ui/messages", callback=page)
    assert [m["ts"] for m in SimulatedPerson(SLACK, "U1").messages("C1")] == ["1.0", "2.0"]
