"""What is typed in a case's thread: private questions, receipts where it was typed, deleted replies."""

import json
from datetime import timedelta

import pytest

from bot.slack.api.failures import SlackUnknownOutcome
from bot.slack.blocks.message import JsonObject, Message
from routing.case.case import Case
from routing.policy import load_policy
from tests.slack.workspace import Workspace, action_ids, click_payload, elements, make_workspace
from tests.worlds.people import ANN, BEN, CHANNEL, TEAM
from tests.worlds.policies import DESK

LONG = "The same card was used twice. " * 200


@pytest.fixture
def case(workspace: Workspace) -> Case:
    """An open case whose message is `1.1`."""
    case = workspace.world.open()
    workspace.world.post(case, "1.1")
    return case


def press(workspace: Workspace, question: Message, action_id: str) -> None:
    """Ann presses a button of a private question in the thread."""
    payload = click_payload(question, action_id, ANN, None, "6.6")
    payload["container"] |= {"is_ephemeral": True, "thread_ts": "1.1"}
    workspace.interact(payload)


def question(workspace: Workspace) -> Message:
    """The one private question."""
    ((channel_id, person, asked, thread_ts),) = workspace.gateway.ephemerals
    assert (channel_id, person, thread_ts) == (CHANNEL, ANN.user_id, "1.1")
    return asked


def buttons(message: Message) -> list[str]:
    return [element["text"]["text"] for _, element in elements(message)]


def deletion(ts: str) -> JsonObject:
    """Slack's event for a deleted reply."""
    event = {"type": "message", "subtype": "message_deleted", "channel": CHANNEL, "ts": "9.9"}
    return event | {"deleted_ts": ts, "previous_message": {"user": ANN.user_id, "ts": ts, "thread_ts": "1.1"}}


def decided(workspace: Workspace, case: Case) -> list[str | None]:
    return [one.label for one in workspace.world.case(case.case_id).decisions]


def reason(workspace: Workspace, case: Case) -> str | None:
    (label,) = workspace.world.case(case.case_id).current_labels
    return label.rationale.text if label.rationale else None


def test_a_typed_answer_is_marked_where_it_was_typed(workspace: Workspace, case: Case) -> None:
    workspace.reply("fraud: stolen", own_ts="5.1")
    workspace.reply("because it is foreign", own_ts="5.2")
    workspace.reply("thanks everyone, lunch?", own_ts="5.3")

    marked = [(CHANNEL, "5.1", "white_check_mark"), (CHANNEL, "5.2", "white_check_mark")]
    assert workspace.gateway.reactions == marked
    assert workspace.gateway.ephemerals == []


def test_without_the_scope_the_receipt_is_a_private_line_in_the_thread(
    workspace: Workspace, case: Case
) -> None:
    workspace.gateway.refuses_reactions = "missing_scope"

    workspace.reply("fraud: stolen")

    assert question(workspace).text == "Your answer Fraud is recorded."


def test_a_deleted_reply_needs_no_receipt(workspace: Workspace, case: Case) -> None:
    workspace.gateway.refuses_reactions = "message_not_found"

    workspace.reply("fraud: stolen")

    assert workspace.gateway.ephemerals == []


def test_a_change_of_mind_is_asked_about_at_once_and_may_change_the_answer(
    workspace: Workspace, case: Case
) -> None:
    workspace.reply("fraud: stolen")

    workspace.reply("Oh wait, it is legit after all")

    assert buttons(question(workspace)) == ["Change to Legit", "Undo my answer", "Keep Fraud"]
    assert reason(workspace, case) == "stolen"
    press(workspace, question(workspace), "change:0")
    assert decided(workspace, case) == ["fraud", "legit"]
    assert reason(workspace, case) == "Oh wait, it is legit after all"


def test_wrong_button_may_take_the_answer_back(workspace: Workspace, case: Case) -> None:
    workspace.reply("fraud: stolen")
    workspace.reply("wrong button, sorry")

    press(workspace, question(workspace), "undo")

    assert workspace.world.case(case.case_id).current_labels == ()


def test_who_keeps_the_answer_is_told_so_in_the_thread_and_may_be_asked_again(
    workspace: Workspace, case: Case
) -> None:
    workspace.reply("fraud: stolen")
    workspace.reply("not fraud")
    workspace.reply("please undo")

    press(workspace, question(workspace), "keep")

    (told,) = workspace.gateway.replacements
    assert told is not None
    assert told.text.startswith("Your answer Fraud stays.")
    assert decided(workspace, case) == ["fraud"]
    assert reason(workspace, case) == "stolen"
    workspace.reply("wrong button")
    assert len(workspace.gateway.ephemerals) == 2


def test_after_the_time_for_undo_the_question_offers_change_only(workspace: Workspace, case: Case) -> None:
    workspace.reply("fraud: stolen")
    workspace.world.clock.moment += timedelta(hours=1)

    workspace.reply("wrong button")

    assert buttons(question(workspace)) == ["Change to Legit", "Keep Fraud"]
    assert "too late to take it back" in question(workspace).text


def test_a_change_without_words_for_it_is_asked_for_its_reason_in_a_window(
    workspace: Workspace, case: Case
) -> None:
    workspace.reply("fraud: stolen")
    workspace.reply("wrong button")
    press(workspace, question(workspace), "change:0")
    (view,) = workspace.gateway.views

    workspace.submit(view, label="legit", rationale="she called")

    assert decided(workspace, case) == ["fraud", "legit"]


def test_many_labels_are_changed_in_a_window(workspace: Workspace) -> None:
    names = "".join(f'{{name = "l{n}", description = "d", example = "e"}},' for n in range(9))
    many = DESK.replace('  {name = "d", description', f'  {names}\n  {{name = "d", description')
    workspace.world.policy = load_policy(many, "policy.toml")
    workspace = make_workspace(workspace.world)
    workspace.world.post(workspace.world.open("topic", "a"), "1.1")
    workspace.reply("l3: third")
    workspace.reply("wrong button")
    press(workspace, question(workspace), "change:0")
    (view,) = workspace.gateway.views

    workspace.submit(view, label="l4")

    assert workspace.world.case("case_1").current_labels[0].label == "l4"


def test_one_question_at_a_time_until_an_answer_is_recorded(workspace: Workspace, case: Case) -> None:
    for text in ("is it fraud?", "maybe fraud", "hm, legit or fraud"):
        workspace.reply(text)
    assert len(workspace.gateway.ephemerals) == 1
    workspace.reply("maybe fraud", BEN)
    assert [person for _, person, _, _ in workspace.gateway.ephemerals] == [ANN.user_id, BEN.user_id]

    workspace.reply("fraud: stolen")
    workspace.reply("wrong button")

    assert len(workspace.gateway.ephemerals) == 3


def test_a_question_that_could_not_be_shown_does_not_keep_the_next_one_back(
    workspace: Workspace, case: Case
) -> None:
    workspace.gateway.failures = [SlackUnknownOutcome("http_500")]
    workspace.reply("maybe fraud")
    assert workspace.gateway.ephemerals == []

    workspace.reply("maybe fraud then")

    assert len(workspace.gateway.ephemerals) == 1


def test_a_long_reply_is_kept_whole_through_the_question(workspace: Workspace, case: Case) -> None:
    workspace.reply(f"I say fraud. {LONG}")

    press(workspace, question(workspace), "answer:0")

    assert reason(workspace, case) == f"I say fraud. {LONG.strip()}"


def test_a_long_reply_is_kept_whole_through_the_window(workspace: Workspace, case: Case) -> None:
    workspace.reply(f"I say legit. {LONG}")
    asked = question(workspace)
    label = {"type": "button", "action_id": "label", "text": {"type": "plain_text", "text": "Label…"}}
    actions = dict(asked.blocks[1])
    actions["elements"] = [label | {"value": actions["elements"][0]["value"]}]
    press(workspace, Message("", (actions,)), "label")
    (view,) = workspace.gateway.views
    assert "all of it is kept" in json.dumps(view)

    workspace.submit(view, label="legit")

    assert reason(workspace, case) == f"I say legit. {LONG.strip()}"


def test_a_reason_longer_than_a_message_shows_is_said_to_be_kept(workspace: Workspace, case: Case) -> None:
    workspace.reply(f"fraud: {LONG}")

    assert question(workspace).text.startswith("All 5,999 characters of your reason are kept")
    assert reason(workspace, case) == LONG.strip()
    assert "only the beginning is shown; all of it is kept" in json.dumps(workspace.shown(case).blocks)
    (callback,) = workspace.world.sent("callback")
    assert callback.payload["data"]["labels"][0]["rationale"]["text"] == LONG.strip()


def test_the_people_of_a_reason_are_named(workspace: Workspace, case: Case) -> None:
    workspace.reply("fraud: <@U0NOBODY> and <https://x.example|the photo>")

    assert reason(workspace, case) == "@someone and the photo <https://x.example>"


def test_who_deletes_the_reply_that_was_the_answer_may_take_it_back(workspace: Workspace, case: Case) -> None:
    workspace.reply("fraud: stolen", own_ts="5.1")

    for _ in range(2):
        workspace.event(deletion("5.1"))

    assert buttons(question(workspace)) == ["Take it back", "Change to Legit", "Keep Fraud"]
    press(workspace, question(workspace), "undo")
    assert workspace.world.case(case.case_id).current_labels == ()


def test_deleting_a_reason_talk_or_an_answer_that_was_changed_since_asks_nothing(
    workspace: Workspace, case: Case
) -> None:
    workspace.reply("fraud: stolen", own_ts="5.1")
    workspace.reply("because it is foreign", own_ts="5.2")
    workspace.reply("lunch?", own_ts="5.3")
    workspace.reply("legit: I looked again", own_ts="5.4")

    for ts in ("5.1", "5.2", "5.3", "7.7"):
        workspace.event(deletion(ts))

    assert workspace.gateway.ephemerals == []


def test_deleting_an_edited_reply_asks_about_the_answer_it_gave_last(
    workspace: Workspace, case: Case
) -> None:
    workspace.reply("fraud: stolen", own_ts="5.1")
    said = {"type": "message", "user": ANN.user_id, "team": TEAM, "ts": "5.1", "thread_ts": "1.1"}
    edit = {"type": "message", "subtype": "message_changed", "channel": CHANNEL, "ts": "6.1"}
    now = said | {"text": "legit: hers", "edited": {"user": ANN.user_id, "ts": "6.0"}}
    workspace.event(edit | {"message": now, "previous_message": said | {"text": "fraud: stolen"}})

    workspace.event(deletion("5.1"))

    assert "Keep Legit" in buttons(question(workspace))


def test_a_call_to_the_bot_itself_addresses_nobody_else(workspace: Workspace, case: Case) -> None:
    said = {"type": "message", "channel": CHANNEL, "user": ANN.user_id, "team": TEAM, "thread_ts": "1.1"}
    event = said | {"text": "<@U0BOT> is it fraud?", "ts": "5.1"}
    body = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev0", "event": event}
    workspace.dispatch(json.dumps(body), "application/json")

    assert action_ids(question(workspace)) == ["answer:0", "answer:1"]


def test_replies_of_a_task_without_them_are_talk(workspace: Workspace) -> None:
    off = DESK.replace('question = "Is this payment fraud?"', 'question = "Fraud?"\nthread_replies = false')
    workspace.world.policy = load_policy(off, "policy.toml")
    workspace = make_workspace(workspace.world)
    case = workspace.world.open()
    workspace.world.post(case, "1.1")

    workspace.reply("fraud: stolen")

    assert workspace.world.case(case.case_id).labels == ()
    assert "reply in the thread" not in workspace.shown(case).text
