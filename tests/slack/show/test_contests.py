"""What people read of an objection: in the message, its text, its window, the queue and private answers."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.slack.blocks.message import Message
from bot.slack.show.home import home_view, queue_message
from bot.slack.show.private_answers import PrivateAnswers
from bot.usecases.deadlines.expire import expire_due
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.contest import Objection, contest
from bot.usecases.review.outcome import AlreadyDecided, RecordedAct
from bot.usecases.review.worklist import queue
from routing.case.case import Case
from routing.label import ExpertId, Via
from routing.policy import load_policy
from storage import experts
from storage.engine.database import Database
from tests.slack.workspace import Workspace, action_ids, make_workspace
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World
from tests.worlds.people import ANN, BEN, CAROL, CHANNEL, TEAM
from tests.worlds.policies import DESK

WHY = "It was paid twice."
DORA = ExpertId(TEAM, "U0DORA")
POLICY = f'contest_for = "2d"\n{DESK}'
EXPIRING = POLICY.replace(
    "quorum = 2", 'quorum = 2\non_expiry = "accept_prediction"\nexpires_in = "1h"'
).replace(
    'escalation = [{after = "1h", to = "people", people = ["U0CAROL"]}]',
    'on_expiry = "accept_prediction"\nexpires_in = "1h"',
)


@pytest.fixture
def workspace(sqlite_url: str) -> Iterator[Workspace]:
    """A Bolt app where decisions can be contested."""
    database = Database(sqlite_url)
    with database.write() as tx:
        experts.set_members(tx, f"channel:{CHANNEL}", [ANN, BEN, CAROL, DORA], FRIDAY)
    yield make_workspace(World(database, load_policy(POLICY, "policy.toml")))
    database.dispose()


def say(workspace: Workspace, case: Case, label: str, by: ExpertId = ANN) -> RecordedAct:
    world = workspace.world
    outcome = answer(world.ctx, ExpertAnswer(world.act(case, by), label, Via.BUTTON, "I am sure."))
    assert isinstance(outcome, RecordedAct)
    return outcome


def decided(workspace: Workspace, task: str = "fraud", label: str = "fraud") -> Case:
    case = workspace.world.open(task=task, label=label)
    say(workspace, case, label)
    if task == "team":
        say(workspace, case, label, BEN)
    return case


def object_(workspace: Workspace, case: Case, by: ExpertId = BEN, label: str | None = None) -> None:
    world = workspace.world
    assert isinstance(contest(world.ctx, Objection(world.act(case, by), WHY, label)), RecordedAct)


def menu(message: Message) -> list[str]:
    (actions,) = (block for block in message.blocks if block["type"] == "actions")
    (more,) = (element for element in actions["elements"] if element["action_id"] == "more")
    return [option["value"] for option in more["options"]]


def words(message: Message) -> str:
    return json.dumps(message.blocks, ensure_ascii=False)


def test_a_decided_message_offers_to_object_while_there_is_time(workspace: Workspace) -> None:
    case = decided(workspace)
    assert menu(workspace.shown(case)) == ["correct", "contest", "show_all", "why"]
    workspace.world.clock.sleep(timedelta(days=2))
    assert menu(workspace.shown(case)) == ["correct", "show_all", "why"]


def test_a_contested_message_says_who_is_asked_and_not_why(workspace: Workspace) -> None:
    open_, disputed = decided(workspace), decided(workspace, "team", "sales")
    object_(workspace, open_)
    object_(workspace, disputed, DORA)
    asked = workspace.shown(open_)
    assert "*<@U0BEN> objects to the decision*, one more answer is asked" in words(asked)
    assert "Somebody objects to what was decided, and it is decided anew. 1 of 2 answers in." in asked.text
    assert WHY not in words(asked) + asked.text
    senior = words(workspace.shown(disputed))
    assert "*<@U0DORA> objects to the decision*, the last word has <@U0CAROL>" in senior


def test_decided_anew_the_message_says_what_came_of_it(workspace: Workspace) -> None:
    upheld, corrected = decided(workspace), decided(workspace)
    for case, label in ((upheld, "fraud"), (corrected, "legit")):
        object_(workspace, case, label="legit")
        say(workspace, case, label, CAROL)
    stays, falls = workspace.shown(upheld), workspace.shown(corrected)
    assert "Upheld after an objection. Before: Fraud" in words(stays)
    assert "Corrected. Before: Fraud" in words(falls)
    assert f"U0BEN objected: {WHY}" in stays.text
    assert f" objected: {WHY}" in words(falls)
    assert "2 of 3 answers" in words(falls)


def test_an_adjudication_and_an_override_are_called_what_they_are(workspace: Workspace) -> None:
    adjudicated, overridden = (decided(workspace, "team", "sales") for _ in range(2))
    object_(workspace, adjudicated, DORA)
    say(workspace, adjudicated, "help", CAROL)
    object_(workspace, overridden, CAROL, "help")
    assert "after an objection" in words(workspace.shown(adjudicated))
    shown = workspace.shown(overridden)
    assert "in place of what was decided before" in words(shown)
    assert WHY in words(shown)
    assert "objected" not in words(shown) + shown.text


def test_what_a_time_out_decided_has_its_buttons_while_it_can_be_answered(workspace: Workspace) -> None:
    world = workspace.world
    world.policy = load_policy(EXPIRING, "policy.toml")
    case, pair, topic = world.open(), world.open(task="team", label="sales"), decided(workspace)
    world.clock.sleep(timedelta(hours=1))
    expire_due(world.ctx)
    say(workspace, pair, "help")
    assert action_ids(workspace.shown(case)) == ["answer:0", "answer:1", "label", "more"]
    assert menu(workspace.shown(case)) == ["correct", "show_all", "why"]
    assert "It can still be answered." in words(workspace.shown(case))
    half = workspace.shown(pair)
    assert action_ids(half) == ["answer:0", "answer:1", "answer:2", "more"]
    assert menu(half) == ["label", "correct", "show_all", "why"]
    assert "It can still be answered. 1 of 2 answers in" in words(half)
    assert menu(workspace.shown(topic)) == ["correct", "contest", "show_all", "why"]
    world.clock.sleep(timedelta(days=2))
    assert action_ids(workspace.shown(case)) == ["more"]


def test_a_late_answer_that_is_one_of_two_is_confirmed_in_private(workspace: Workspace) -> None:
    world = workspace.world
    world.policy = load_policy(EXPIRING, "policy.toml")
    pair = world.open(task="team", label="sales")
    world.clock.sleep(timedelta(hours=1))
    expire_due(world.ctx)
    receipt = PrivateAnswers(world.policy, {}).answer(say(workspace, pair, "help"))
    assert receipt is not None
    assert "Your answer help is recorded. 1 of 2 answers in" in receipt.text


def test_lists_mark_what_is_contested(workspace: Workspace) -> None:
    case = decided(workspace)
    object_(workspace, case)
    board = queue(workspace.world.ctx, CAROL, 10)
    message = queue_message(board, lambda _: None)
    assert "• Contested: Is this payment fraud?" in message.text
    assert "Contested · the model says" in words(message)
    home = json.dumps(home_view(board, lambda _: None), ensure_ascii=False)
    assert "Contested · the model says" in home


def test_whoever_comes_too_late_reads_that_they_can_object(workspace: Workspace) -> None:
    world = workspace.world
    case = decided(workspace)
    late = answer(world.ctx, ExpertAnswer(world.act(case, BEN), "legit", Via.BUTTON, WHY))
    assert isinstance(late, AlreadyDecided)
    texts = {
        text: PrivateAnswers(load_policy(text, "policy.toml"), {}).answer(late) for text in (POLICY, DESK)
    }
    assert "“Object…” there has others decide it anew." in str(texts[POLICY])
    assert "Object…" not in str(texts[DESK])


def test_the_window_shows_who_says_what_and_offers_the_other_answers(workspace: Workspace) -> None:
    case = decided(workspace)
    workspace.click(workspace.shown(case), "more", option="contest", expert=BEN)
    (view,) = workspace.gateway.views
    shown = json.dumps(view, ensure_ascii=False)
    assert "Object to the decision" in shown
    assert ": I am sure." in shown
    (field,) = (block for block in view["blocks"] if block.get("block_id") == "label")
    assert [option["text"]["text"] for option in field["element"]["options"]] == ["Legit"]
    assert field["hint"]["text"] == "You need not say."

    closed = workspace.submit(view, expert=BEN, reason=WHY, label="legit")

    assert closed.body == ""
    stored = workspace.world.case(case.case_id)
    assert [(each.expert, each.reason) for each in stored.contests] == [(BEN, WHY)]
    assert "Your objection is recorded." in workspace.gateway.ephemerals[-1][2].text


def test_a_window_that_comes_too_late_says_so_under_the_reason(workspace: Workspace) -> None:
    case = decided(workspace)
    workspace.click(workspace.shown(case), "more", option="contest", expert=BEN)
    workspace.world.clock.sleep(timedelta(days=2))
    refused = workspace.submit(workspace.gateway.views[-1], expert=BEN, reason=WHY)
    assert "too late to object" in json.loads(refused.body)["errors"]["reason"]


def test_whose_answer_it_is_gets_no_window(workspace: Workspace) -> None:
    case = decided(workspace)
    workspace.click(workspace.shown(case), "more", option="contest", expert=ANN)
    assert workspace.gateway.views == []
    assert "This is your own answer" in workspace.gateway.responses[-1].text
