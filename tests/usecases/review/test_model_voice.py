"""The model's voice serves decisions alone: raising its confidence changes nothing that measures it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.usecases.review.answer import ExpertAnswer, answer
from routing.case.decision import Method
from routing.case.opening import open_case
from routing.label import ExpertId, Via
from routing.policy import load_policy
from routing.prediction import CaseInput, ModelRef, Prediction, Submission
from routing.routing import Disposition, Routing
from storage.cases import cases, predictions
from storage.cases.predictions import NewPrediction
from storage.engine.database import Database
from storage.evidence import label_counts, labels_in_order, model_evidence
from tests.worlds.desk import World, make_world
from tests.worlds.people import ANN, BEN, CAROL
from tests.worlds.policies import DESK
from tests.worlds.rules import rule_of, store_rule

MODEL = ModelRef("gbm", "3")
DAY = timedelta(days=1)
QUIET, LOUD = 0.36, 0.999
TASK = DESK[DESK.index("[tasks.team]") : DESK.index("[tasks.topic]")]
CERTAIN = TASK.replace("quorum = 2\n", "certainty = 0.9\nanswers_at_most = 2\n")
TASKS = CERTAIN.replace("tasks.team", "tasks.quiet") + CERTAIN.replace("tasks.team", "tasks.loud")
POLICY = DESK.replace(TASK, TASKS).replace('"fraud", "team"', '"fraud", "quiet", "loud"')
SCRIPT: tuple[tuple[bool, tuple[tuple[ExpertId, str], ...]], ...] = (
    # Audits: also such on which two would disagree, and experts and model would be wrong together.
    (True, ((ANN, "sales"),)),
    (True, ((BEN, "help"), (ANN, "sales"))),
    (True, ((BEN, "sales"), (ANN, "help"), (CAROL, "other"))),
    # What is looked at anyway: more or fewer are asked, and what they amount to is the same.
    (False, ((ANN, "sales"), (BEN, "sales"))),
    (False, ((ANN, "help"), (BEN, "help"))),
    (False, ((BEN, "other"), (ANN, "other"))),
)


def test_raising_the_models_confidence_changes_no_estimate(database: Database) -> None:
    plain = make_world(database)
    world = World(database, load_policy(POLICY, "policy.toml"), plain.clock)
    for task, confidence in (("quiet", QUIET), ("loud", LOUD)):
        rule = rule_of(("sales", "help", "other"), {"U0ANN": 0.9, "U0BEN": 0.7}, voice=2.0)
        version = store_rule(database, world.policy.task(task), rule)
        for number, (is_audit, script) in enumerate(SCRIPT):
            _play(world, task, f"{task}-{number}", confidence, version, is_audit, script)
    quiet, loud = (_measured(world, task) for task in ("quiet", "loud"))
    assert quiet == loud
    assert quiet["labeled"] == len(SCRIPT)
    stated = [_certainty(world, f"{task}-3") for task in ("quiet", "loud")]
    assert stated[0] < stated[1]  # its voice was heard


def _play(
    world: World,
    task: str,
    name: str,
    confidence: float,
    version: str,
    is_audit: bool,
    script: tuple[tuple[ExpertId, str], ...],
) -> None:
    """Open a case and give the answers, as long as it waits for them."""
    now, tier = world.clock.moment, world.policy.task(task).tiers[0]
    prediction = Prediction("sales", confidence, MODEL)
    submission = Submission("shop", name, task, CaseInput("a quote"), prediction, now)
    share = 0.2 if is_audit else 1.0
    routing = Routing(
        Disposition.REVIEW, tier.name, tier.channel, 1, tier.due_in, share, is_audit, ("drawn",)
    )
    # As sure as it was when it was routed, in both worlds: another routing is another sample.
    routing = replace(routing, calibrated=0.7, calibrator_version="v1")
    case = open_case(name, submission, routing, world.policy.task(task), world.policy.version, now, version)
    new = NewPrediction(name, submission, name.encode(), routing, world.policy.version, now)
    with world.database.write() as tx:
        predictions.add_many(tx, [new])
        cases.add_many(tx, [case])
    for expert, label in script:
        if world.case(name).is_waiting:
            answer(world.ctx, ExpertAnswer(world.act(case, expert), label, Via.BUTTON))


def _measured(world: World, task: str) -> dict[str, Any]:
    """What estimates, calibrators, certificates, alarms and watches read."""
    since, until = world.clock.moment - DAY, world.clock.moment + DAY
    with world.database.read() as tx:
        labeled = model_evidence.labeled(tx, task, since, until)
        audits = labels_in_order.audits(tx, task, "pair", MODEL, since, until)
        everything = labels_in_order.of_everything(tx, task, MODEL, since, until)
        strata = model_evidence.strata(tx, [task], since, until)
        return {
            "strata": [replace(row, task="") for row in strata],
            # Every case is a group of its own, numbered as it came.
            "audits": [replace(row, case_id="", group_key=0) for row in audits],
            "everything": [replace(row, case_id="", group_key=0) for row in everything],
            "labels": sorted(zip(labeled.decided, labeled.loss, labeled.inclusion_probability, strict=True)),
            "labeled": label_counts.of_model(tx, task, MODEL, since, until),
        }


def _certainty(world: World, name: str) -> float:
    decision = world.case(name).decision
    assert decision is not None
    assert decision.method in {Method.SINGLE, Method.CONSENSUS}
    assert decision.certainty is not None
    return decision.certainty
