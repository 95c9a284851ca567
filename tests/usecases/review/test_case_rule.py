"""A case is decided by the rule in force when it opened, where its tier asks for a certainty."""

from dataclasses import replace
from itertools import permutations

import pytest

from bot.usecases.context import Context
from bot.usecases.intake import admission
from bot.usecases.intake.admission import PostedItem
from bot.usecases.review import case_rule
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.outcome import AlreadyDecided, RecordedAct
from bot.usecases.thresholds import in_force
from routing.case.case import Case, CaseStatus
from routing.case.decision import Method
from routing.label import ExpertId, Via
from routing.policy import load_policy
from routing.prediction import CaseInput, ModelRef, Prediction, Submission
from storage.cases import cases
from storage.engine.database import Database
from storage.measured import consensus_rules
from storage.measured.consensus_rules import StoredRule
from tests.worlds.desk import World, make_world
from tests.worlds.people import ANN, BEN, CAROL
from tests.worlds.policies import DESK
from tests.worlds.rules import rule_of, store_rule

CERTAIN = DESK.replace(
    'quorum = 2\nadjudicators = ["U0CAROL"]',
    'certainty = 0.95\nanswers_at_most = 2\nadjudicators = ["U0CAROL"]',
)
LABELS = ("sales", "help", "other")
SKILLS = {"U0ANN": 0.97, "U0BEN": 0.7}


@pytest.fixture
def world(database: Database) -> World:
    """A world whose pairs are decided by certainty, and in which a rule says what Ann and Ben are worth."""
    plain = make_world(database)
    world = World(database, load_policy(CERTAIN, "policy.toml"), plain.clock)
    store_rule(database, world.policy.task("team"), rule_of(LABELS, SKILLS))
    return world


def opened(ctx: Context, name: str = "x", confidence: float = 0.78) -> Case:
    """A case as a service posts it."""
    in_force.refresh(ctx)
    prediction = Prediction("sales", confidence, ModelRef("gbm", "3"))
    submission = Submission("shop", name, "team", CaseInput("a quote"), prediction, ctx.clock.now())
    with ctx.database.write() as tx:
        batch = admission.store(ctx, tx, [PostedItem(submission, name.encode())], ctx.clock.now())
        (stored,) = batch.stored.values()
        return cases.get(tx, stored.case_id)


def answers(world: World, ctx: Context, case: Case, *given: tuple[ExpertId, str]) -> Case:
    for expert, label in given:
        outcome = answer(ctx, ExpertAnswer(world.act(case, expert), label, Via.BUTTON))
        assert isinstance(outcome, RecordedAct)
    return world.case(case.case_id)


def test_an_expert_who_is_hardly_ever_wrong_decides_alone(world: World) -> None:
    ctx = world.ctx
    case = answers(world, ctx, opened(ctx), (ANN, "sales"))
    assert case.decision is not None
    assert (case.decision.label, case.decision.method) == ("sales", Method.SINGLE)
    assert case.decision.certainty is not None
    assert case.decision.certainty >= 0.95


def test_a_less_sure_answer_waits_for_one_more_and_then_for_the_adjudicator(world: World) -> None:
    ctx = world.ctx
    case = answers(world, ctx, opened(ctx), (BEN, "help"))
    assert case.status is CaseStatus.OPEN
    case = answers(world, ctx, case, (ANN, "other"))
    assert case.status is CaseStatus.DISPUTED
    case = answers(world, ctx, case, (CAROL, "help"))
    assert case.decision is not None
    assert (case.decision.label, case.decision.method) == ("help", Method.ADJUDICATED)
    assert case.decision.certainty is None


def test_the_order_of_clicks_changes_nothing(world: World) -> None:
    given = [(BEN, "help"), (CAROL, "help")]
    outcomes = set()
    for number, order in enumerate(permutations(given)):
        ctx = world.ctx
        case = answers(world, ctx, opened(ctx, f"x{number}"), *order)
        decision = case.decision
        outcomes.add((case.status, decision and (decision.label, decision.decided_by, decision.certainty)))
    assert len(outcomes) == 1


def test_a_case_keeps_the_rule_of_its_opening(world: World) -> None:
    ctx = world.ctx
    case = opened(ctx)
    poor = rule_of(LABELS, dict.fromkeys(SKILLS, 0.5))
    version = store_rule(world.database, world.policy.task("team"), poor, sequence=2)
    later = opened(ctx, "later")
    assert (case.consensus_version, later.consensus_version) == (case.consensus_version, version)
    assert case.consensus_version != version
    assert answers(world, ctx, case, (ANN, "sales")).decision is not None
    assert answers(world, ctx, later, (ANN, "sales")).decision is None


def test_a_case_of_before_there_was_a_rule_is_decided_by_count(world: World) -> None:
    case = world.open("team", "sales")
    decided = answers(world, world.ctx, case, (BEN, "help"))
    assert decided.decision is not None
    assert (decided.decision.label, decided.decision.certainty) == ("help", None)


@pytest.mark.parametrize("kept", [None, 2])
def test_a_rule_that_cannot_be_read_counts_nobody_more(world: World, kept: int | None) -> None:
    case = world.open("team", "sales")
    strange = replace(case, consensus_version="strange")
    with world.database.write() as tx:
        cases.save(tx, strange)
        if kept:
            consensus_rules.add(
                tx, StoredRule("team", 9, "strange", "abc", {"form": kept}, world.clock.moment)
            )
    decided = answers(world, world.ctx, strange, (BEN, "help"))
    assert decided.decision is not None
    assert decided.decision.certainty is None


def test_a_rule_is_read_once_and_not_kept_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = world.ctx
    case = opened(ctx)
    answers(world, ctx, case, (BEN, "help"))
    assert list(ctx.past_rules) == [case.consensus_version]
    monkeypatch.setattr(consensus_rules, "document", None)
    assert answers(world, ctx, case, (ANN, "help")).decision is not None
    monkeypatch.undo()
    monkeypatch.setattr(case_rule, "MOST_KEPT", 1)
    store_rule(world.database, world.policy.task("team"), rule_of(LABELS, SKILLS, skill=0.8), sequence=2)
    later = opened(ctx, "later")
    answers(world, ctx, later, (BEN, "help"))
    assert list(ctx.past_rules) == [later.consensus_version]


def test_once_it_is_decided_nobody_else_is_needed(world: World) -> None:
    ctx = world.ctx
    case = answers(world, ctx, opened(ctx), (ANN, "sales"))
    late = answer(ctx, ExpertAnswer(world.act(case, BEN), "help", Via.BUTTON))
    assert isinstance(late, AlreadyDecided)


def test_a_tier_that_asks_for_no_certainty_says_how_sure_it_is(database: Database) -> None:
    world = make_world(database)
    store_rule(database, world.policy.task("team"), rule_of(LABELS, SKILLS))
    ctx = world.ctx
    case = answers(world, ctx, opened(ctx), (BEN, "sales"))
    assert case.status is CaseStatus.OPEN
    case = answers(world, ctx, case, (ANN, "sales"))
    assert case.decision is not None
    assert case.decision.certainty is not None
    assert case.decision.certainty > 0.98
