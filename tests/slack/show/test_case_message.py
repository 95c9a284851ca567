"""What the message of a case says."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.slack.show.case_message import case_message
from bot.slack.show.case_words import confidence_words, label_title, people, percent, scalar, sureness
from bot.slack.show.read_windows import input_passages, why_passages
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.hand_over import abstain
from routing.case.case import CaseStatus
from routing.case.decision import Decision, Method
from routing.label import Label, Obstacle, Via
from routing.policy import Task
from routing.prediction import CaseInput, Evidence, Image, ModelRef, Origin, Prediction
from tests.answers import chosen
from tests.slack.workspace import Workspace, action_ids
from tests.worlds.clocks import FRIDAY
from tests.worlds.people import ANN, BEN, CAROL


def _words(workspace: Workspace, **changes: Any) -> str:
    case = workspace.world.open(**changes)
    return json.dumps(workspace.shown(case).blocks, ensure_ascii=False)


def test_the_text_alone_says_everything(workspace: Workspace) -> None:
    case = workspace.world.open(
        input=CaseInput(
            "card 4711", {"amount": 12.5, "known": True}, image=Image("a receipt", "https://e.com/r")
        ),
        evidence=(Evidence("Velocity", "9 payments in an hour"),),
    )

    text = workspace.shown(case).text

    for expected in (
        "Is this payment fraud?",
        "The model says Fraud, fairly sure (78 %).",
        "card 4711; amount: 12.5; known: yes; Picture: a receipt",
        "Why you: Every such case is looked at.",
        "Velocity 9 payments in an hour",
        "Due <!date^",
        "Model: gbm 3",
        "reply in the thread: fraud, legit",
    ):
        assert expected in text


def test_the_blocks_show_runners_up_evidence_and_model(workspace: Workspace) -> None:
    prediction = Prediction("fraud", 0.55, ModelRef("gbm", "3"), {"fraud": 0.55, "legit": 0.45})

    words = _words(
        workspace, prediction=prediction, evidence=(Evidence("Velocity", None, "https://e.com/v"),)
    )

    assert "unsure (55\u00a0%)" in words
    assert "Otherwise Legit (45\u00a0%)" in words
    assert "Velocity" in words
    assert '"url": "https://e.com/v", "text": "e.com ↗"' in words
    assert "Model gbm 3 · from shop" in words


@pytest.mark.parametrize("text", ["<!channel>", "<@U1>", "<http://evil.example|bank>", "`code` *bold*"])
def test_what_a_case_says_is_text_never_markup(workspace: Workspace, text: str) -> None:
    case = workspace.world.open(input=CaseInput(text, {text: text}))

    message = workspace.shown(case)

    assert "<!channel" not in message.text
    assert "<@U1" not in message.text
    markup = [
        element["text"]
        for block in message.blocks
        for element in block.get("elements", [])
        if element.get("type") == "mrkdwn"
    ]
    assert markup
    assert all(text not in one for one in markup)
    assert text in str(message.blocks)


def test_a_picture_is_shown_from_its_file_or_its_address(workspace: Workspace) -> None:
    case = workspace.world.open(input=CaseInput(image=Image("scan", "https://e.com/scan.png")))
    task = workspace.world.policy.task("fraud")

    public = case_message(case, task, None, FRIDAY, {})
    uploaded = case_message(case, task, None, FRIDAY, {}, image_file_id="F1")

    assert {"type": "image", "alt_text": "scan", "image_url": "https://e.com/scan.png"} in public.blocks
    assert {"type": "image", "alt_text": "scan", "slack_file": {"id": "F1"}} in uploaded.blocks


def shown_without_picture(workspace: Workspace, image: Image) -> tuple[str, str]:
    """The blocks and the text of a case whose picture Slack does not take."""
    case = workspace.world.open(input=CaseInput(image=image))
    task = workspace.world.policy.task("fraud")
    message = case_message(case, task, None, FRIDAY, {}, image_file_id="F1", has_picture=False)
    assert not [block for block in message.blocks if block["type"] == "image"]
    return json.dumps(message.blocks, ensure_ascii=False), message.text


def test_a_picture_that_slack_could_not_fetch_is_a_link_that_says_so(workspace: Workspace) -> None:
    blocks, text = shown_without_picture(workspace, Image("a scan", "https://intranet.e.com/scan.png"))
    assert "Picture: a scan. " in blocks
    assert "Slack could not fetch the picture." in blocks
    assert '"url": "https://intranet.e.com/scan.png"' in blocks
    assert "https://intranet.e.com/scan.png" in text
    assert "defect" not in blocks


def test_a_picture_that_slack_does_not_take_is_described(workspace: Workspace) -> None:
    blocks, text = shown_without_picture(workspace, Image("a scan", image_id="img_1"))
    assert "Picture: a scan. " in blocks
    assert "Slack does not take the picture" in blocks
    assert "Picture: a scan" in text


@pytest.mark.parametrize("name", ["scan.webp", "scan.SVG", "scan.tiff?x=.png", "a/b.heic#1", "scan.bmp"])
def test_an_address_of_a_format_that_slack_never_shows_is_a_link(workspace: Workspace, name: str) -> None:
    case = workspace.world.open(input=CaseInput(image=Image("scan", f"https://e.com/{name}")))
    blocks = workspace.shown(case).blocks
    assert not [block for block in blocks if block["type"] == "image"]
    assert "Slack shows no pictures of this format." in json.dumps(blocks)


@pytest.mark.parametrize("name", ["scan", "scan.jpeg", "scan.gif?a=1", "v1.2", "scan.png"])
def test_any_other_address_is_tried(workspace: Workspace, name: str) -> None:
    case = workspace.world.open(input=CaseInput(image=Image("scan", f"https://e.com/{name}")))
    assert [block for block in workspace.shown(case).blocks if block["type"] == "image"]


def test_an_overdue_assigned_and_snoozed_case_says_so(workspace: Workspace) -> None:
    case = replace(
        workspace.world.open(),
        due_at=FRIDAY - timedelta(hours=1),
        assigned_to=BEN,
        snoozed_until=FRIDAY + timedelta(hours=1),
    )
    task = workspace.world.policy.task("fraud")

    words = json.dumps(case_message(case, task, task.tiers[0], FRIDAY, {}).blocks)

    assert "Overdue since" in words
    assert "Assigned to <@U0BEN>" in words
    assert "Reminders sleep until" in words


@pytest.mark.parametrize(
    ("origin", "words"), [(Origin.SYNTHETIC, "synthetic case"), (Origin.RED_TEAM, "red-team case")]
)
def test_a_case_that_is_none_of_production_says_so_in_its_context_line(
    workspace: Workspace, origin: Origin, words: str
) -> None:
    message = workspace.shown(workspace.world.open(origin=origin))

    contexts = [block["elements"] for block in message.blocks if block["type"] == "context"]
    lines = [element["text"] for elements in contexts for element in elements]
    assert any(line.startswith(f"{words} · ") for line in lines)
    assert f"Known there as: {words} · " in message.text


def test_a_case_of_production_says_nothing_of_its_origin(workspace: Workspace) -> None:
    message = workspace.shown(workspace.world.open())

    assert " case · " not in json.dumps(message.blocks, ensure_ascii=False) + message.text


def test_a_model_that_gave_no_confidence_is_said_to_have_given_none(workspace: Workspace) -> None:
    case = workspace.world.open(prediction=Prediction("fraud", None, ModelRef("gbm", "3")))
    message = workspace.shown(case)
    assert "The model says Fraud, without saying how sure it is." in message.text
    assert "without saying how sure it is" in json.dumps(message.blocks)
    why = [passage.text for passage in why_passages(case, workspace.world.policy.task("fraud"), None)]
    assert "It does not say." in why


def test_scores_stand_beside_the_evidence_and_all_of_them_a_click_away(workspace: Workspace) -> None:
    scores = {"toxicity": 0.83, **{f"score {number}": float(number) for number in range(6)}}
    case = workspace.world.open(prediction=Prediction("fraud", 0.7, ModelRef("gbm", "3"), None, scores))
    message = workspace.shown(case)
    words = json.dumps(message.blocks)
    assert "toxicity: " in words
    assert "0.83" in words
    assert "score 4: " not in words
    assert "Show all" in words
    assert "toxicity 0.83; score 0 0.0" in message.text
    passages = input_passages(case, workspace.world.policy.task(case.submission.task))
    (scored,) = [passage.text for passage in passages if passage.heading == "Scores"]
    assert "score 5: 5.0" in scored


def test_a_case_without_input_and_a_link_that_is_none_are_said(workspace: Workspace) -> None:
    assert "sent no input" in _words(workspace, input=CaseInput())
    assert "javascript:alert(1)" in _words(workspace, input=CaseInput(link="javascript:alert(1)"))
    assert "Open the original" in _words(workspace, input=CaseInput(link="https://e.com/1"))


def test_undo_goes_when_its_time_is_over(workspace: Workspace) -> None:
    case = workspace.world.open()
    answer(workspace.world.ctx, ExpertAnswer(workspace.world.act(case), "fraud", Via.BUTTON))
    assert action_ids(workspace.shown(case)) == ["undo", "more"]

    workspace.world.clock.sleep(timedelta(minutes=11))

    assert action_ids(workspace.shown(case)) == ["more"]


def test_a_case_closed_without_a_decision_says_so(workspace: Workspace) -> None:
    case = replace(workspace.world.open(), status=CaseStatus.EXPIRED)

    message = case_message(case, workspace.world.policy.task("fraud"), None, FRIDAY, {})

    assert message.text.startswith("Closed without a decision")
    assert action_ids(message) == ["more"]


def test_a_decision_by_default_says_so(workspace: Workspace) -> None:
    case = workspace.world.open()
    decision = Decision("d", case.case_id, 1, chosen("legit"), Method.EXPIRED, FRIDAY, "p", 0)
    decided = replace(case, status=CaseStatus.DECIDED, decisions=(decision,))

    message = case_message(decided, workspace.world.policy.task("fraud"), None, FRIDAY, {})

    assert "by nobody (the time ran out)" in message.text
    assert "by default" in json.dumps(message.blocks)
    assert action_ids(message) == ["more"]


def test_confidence_in_words_and_numbers() -> None:
    levels = (0.999, 0.95, 0.8, 0.65, 0.5, 0.1)

    assert [confidence_words(level) for level in levels] == [
        "almost certain",
        "very sure",
        "fairly sure",
        "somewhat sure",
        "unsure",
        "guessing",
    ]
    assert [percent(p) for p in (0, 0.001, 0.785, 0.999, 1)] == [
        "0\u00a0%",
        "under 1\u00a0%",
        "79\u00a0%",
        "over 99\u00a0%",
        "100\u00a0%",
    ]


def test_a_calibrated_confidence_is_the_one_that_is_said_and_names_the_raw_one(workspace: Workspace) -> None:
    shown = workspace.world.open()
    routing = replace(shown.routing, calibrated=0.64, calibrator_version="51d0c7be9a42")
    calibrated = replace(shown, routing=routing)

    task = workspace.world.policy.task("fraud")
    message = case_message(calibrated, task, task.tiers[0], FRIDAY, {})

    said = "somewhat sure (64\u00a0%; it says 78\u00a0% itself)"
    assert "The model says Fraud, somewhat sure (64 %; it says 78 % itself)." in message.text
    assert said in json.dumps(message.blocks, ensure_ascii=False)
    assert sureness(replace(shown, routing=replace(routing, calibrated=0.781))) == "fairly sure (78\u00a0%)"


def test_people_labels_and_values_in_words(workspace: Workspace) -> None:
    names = {ANN: "Ann", BEN: "Ben", CAROL: "Carol"}

    assert people((ANN,), names) == "Ann"
    assert people((ANN, BEN, CAROL), names) == "Ann, Ben and Carol"
    assert label_title(workspace.world.policy.task("fraud"), "left the policy") == "left the policy"
    assert [scalar(value) for value in (None, True, False, 1, 0.5, "x")] == [
        "—",
        "yes",
        "no",
        "1",
        "0.5",
        "x",
    ]


def test_what_the_service_sent_besides_is_shown_small(workspace: Workspace) -> None:
    case = workspace.world.open(
        external_id="payment-48213",
        slices={"country": "PT", **{f"segment {number}": "new" for number in range(5)}},
        occurred_at=FRIDAY - timedelta(days=2),
        recommended_action="Block the card.",
        intent="To pay out today.",
        group="run-17",
    )
    message = workspace.shown(case)

    contexts = [block["elements"] for block in message.blocks if block["type"] == "context"]
    lines = [element["text"] for elements in contexts for element in elements]
    assert "payment-48213 · group run-17 · country PT · segment 0 new" in " ".join(lines)
    assert "segment 4" not in " ".join(lines)
    assert any("happened <!date^" in line for line in lines)
    words = json.dumps(message.blocks)
    for expected in ("Recommended: ", "Block the card.", "What for: ", "To pay out today.", "Show all"):
        assert expected in words
    assert "happened <!date^" in message.text
    for expected in ("Recommended: Block the card.", "What for: To pay out today.", "country PT"):
        assert expected in message.text
    passages = {passage.heading: passage.text for passage in input_passages(case, _fraud(workspace))}
    assert "segment 4: new" in passages["Properties"]


def test_what_happened_when_it_came_in_has_no_second_time(workspace: Workspace) -> None:
    assert "happened" not in json.dumps(workspace.shown(workspace.world.open()).payload())


def test_why_somebody_could_not_tell_is_shown_to_whoever_looks_next(workspace: Workspace) -> None:
    case = workspace.world.open()
    abstain(workspace.world.ctx, workspace.world.act(case, ANN), "The receipt is missing.")
    abstain(workspace.world.ctx, workspace.world.act(case, BEN), None)
    abstain(workspace.world.ctx, workspace.world.act(case, CAROL), "A blank scan.", Obstacle.BAD_INPUT)

    message = workspace.shown(case)

    for shown in (json.dumps(message.blocks), message.text):
        assert "could not tell: The receipt is missing." in shown
        assert "could not tell: no reason given" in shown
        assert "calls the input bad: A blank scan." in shown
    passages = {
        passage.heading: passage.text
        for passage in input_passages(workspace.world.case(case.case_id), _fraud(workspace))
    }
    assert passages["Why somebody calls the input bad"] == "A blank scan."
    assert "<@" not in json.dumps(message.blocks)


def test_whoever_answered_after_all_could_tell(workspace: Workspace) -> None:
    case = workspace.world.open(task="team", label="sales")
    abstain(workspace.world.ctx, workspace.world.act(case, ANN), "No idea.")
    answer(workspace.world.ctx, ExpertAnswer(workspace.world.act(case, ANN), "sales", Via.BUTTON))
    assert "could not tell" not in workspace.shown(case).text


@pytest.mark.parametrize(
    ("answers", "words"),
    [(("sales", "sales"), "they agree"), (("help", "sales", "sales"), "2 of 3 answers")],
)
def test_a_decision_of_several_says_how_many_gave_it(
    workspace: Workspace, answers: tuple[str, ...], words: str
) -> None:
    case = workspace.world.open(task="team", label="sales")
    people_asked = (ANN, BEN, CAROL)
    labels = tuple(
        Label(f"l{number}", case.case_id, person, 1, chosen(key), FRIDAY, Via.BUTTON, 1)
        for number, (key, person) in enumerate(zip(answers, people_asked, strict=False))
    )
    voters = tuple(label.expert for label in labels if label.label == "sales")
    decision = Decision("d", case.case_id, 1, chosen("sales"), Method.CONSENSUS, FRIDAY, "p", 0, voters)
    decided = replace(case, status=CaseStatus.DECIDED, labels=labels, decisions=(decision,))

    message = case_message(decided, workspace.world.policy.task("team"), None, FRIDAY, {})

    assert f"({words})" in message.text
    assert f" ({words}), " in json.dumps(message.blocks)
    assert '" and "' in json.dumps(message.blocks)


def _fraud(workspace: Workspace) -> Task:
    return workspace.world.policy.task("fraud")
