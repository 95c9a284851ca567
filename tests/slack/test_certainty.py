"""A tier that is decided by certainty, as people read it."""

import json
from dataclasses import replace

import pytest

from bot.delivery.notices.notice_message import NamedCase, notice_message
from bot.slack.show.case_words import certainty_words, method_words, progress
from bot.usecases.outgoing import Notice, Occasion, Place
from routing.case.case import Case, CaseStatus
from routing.case.decision import Method
from routing.policy import load_policy
from storage.cases import cases
from storage.engine.database import Database
from tests.routing.making import case as made
from tests.routing.making import decision, label
from tests.slack.workspace import Workspace, make_workspace
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World, make_world
from tests.worlds.people import ANN, BEN, CAROL, STRANGER
from tests.worlds.policies import DESK
from tests.worlds.rules import rule_of, store_rule

CERTAIN = DESK.replace("quorum = 2\n", "certainty = 0.95\nanswers_at_most = 2\n")


@pytest.fixture
def certain(sqlite_url: str) -> Workspace:
    """A Bolt app over a world whose pairs are decided by certainty."""
    database = Database(sqlite_url)
    world = World(database, load_policy(CERTAIN, "policy.toml"), make_world(database).clock)
    return make_workspace(world)


def opened(workspace: Workspace, ann: float = 0.97) -> Case:
    """A case of those pairs; Ben is right in 6 of 10."""
    world = workspace.world
    rule = rule_of(("sales", "help", "other"), {"U0ANN": ann, "U0BEN": 0.6})
    version = store_rule(world.database, world.policy.task("team"), rule)
    case = replace(world.open("team", "sales"), consensus_version=version)
    with world.database.write() as tx:
        cases.save(tx, case)
    return case


def test_a_decided_message_says_how_often_such_answers_are_right(certain: Workspace) -> None:
    case = opened(certain)
    certain.click(certain.shown(case), "answer:0")
    shown = certain.shown(case)
    assert certain.world.case(case.case_id).status is CaseStatus.DECIDED
    assert "Answers like these are right in 99" in shown.text
    assert "Answers like these are right" in json.dumps(shown.blocks)


def test_an_answer_that_is_not_sure_enough_is_told_to_need_another(certain: Workspace) -> None:
    case = opened(certain)
    certain.click(certain.shown(case), "answer:1", expert=BEN)
    shown = certain.shown(case)
    assert "1 answer in, and another is needed" in shown.text
    assert "help" not in json.dumps(shown.blocks[:3])
    # Whoever answers next would read it there.
    assert "reply in the thread" not in shown.text
    (receipt,) = certain.gateway.responses
    assert "Your answer help is recorded. 1 answer in, and another is needed" in receipt.text


def test_who_settles_what_is_not_sure_enough_does_not_read_of_a_disagreement(certain: Workspace) -> None:
    case = opened(certain, ann=0.5)
    certain.click(certain.shown(case), "answer:1", expert=BEN)
    certain.click(certain.shown(case), "answer:1", expert=ANN)
    shown = certain.shown(case)
    assert certain.world.case(case.case_id).status is CaseStatus.DISPUTED
    assert "The answers are not sure enough*, the last word has <@U0CAROL>" in json.dumps(shown.blocks)
    notice = Notice(Occasion.DISPUTE, Place.DM, (case.case_id,), (CAROL.user_id,))
    named = NamedCase(certain.world.case(case.case_id), "Which team?", None)
    called = notice_message(notice, [named], 1, FRIDAY)
    assert "The answers are not sure enough. Please decide: your answer is the last word." in called.text
    certain.click(shown, "answer:2", expert=STRANGER)
    assert "The answers so far are not sure enough, so only a senior expert may answer now." in (
        certain.gateway.responses[-1].text
    )
    certain.click(shown, "answer:0", expert=CAROL)
    done = certain.world.case(case.case_id)
    assert done.decision is not None
    assert method_words(done, done.decision) == "the answers before were not sure enough"


def test_answers_that_differ_are_told_as_before() -> None:
    labels = (label("fraud"), label("honest", by="U0BEN"))
    assert progress(made(labels=labels)) == "2 answers in, and they differ"
    assert progress(made(labels=labels[:1], status=CaseStatus.DECIDED)) is None


def test_what_weighs_most_is_no_majority() -> None:
    labels = (label("fraud"), label("honest", by="U0BEN"), label("honest", by="U0EVA"))
    one = decision("fraud", method=Method.CONSENSUS, certainty=0.972)
    assert method_words(made(labels=labels), one) == "what weighs most of 3 answers"
    assert certainty_words(one) == "Answers like these are right in 97\u00a0%."
    assert certainty_words(decision("fraud")) == ""
