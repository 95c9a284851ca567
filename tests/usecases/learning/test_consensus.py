"""What experts' answers are worth is fitted once a day, kept for ever, and in force for cases that open."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.usecases.learning import consensus, hourly
from bot.usecases.thresholds import in_force
from routing.evidence.expert_confusions import ConsensusRule
from routing.measures.opinions.consensus_choice import LEAST_TO_STATE
from routing.policy import load_policy
from storage import audit
from storage.cases import labels
from storage.engine.database import Database
from storage.measured import consensus_rules
from storage.measured.consensus_rules import StoredRule
from tests.usecases.opinions import SENIOR, answered_cases
from tests.worlds.desk import World, make_world
from tests.worlds.policies import DESK

DAY = timedelta(days=1)


def looked(world: World) -> int:
    """A look at the tasks, a day later than the last."""
    world.clock.moment += DAY
    return consensus.fit_due(world.ctx)


def latest(world: World) -> StoredRule | None:
    with world.database.read() as tx:
        return consensus_rules.latest(tx, "fraud")


def test_a_rule_is_fitted_from_experts_answers_and_adjudication(world: World) -> None:
    answered_cases(world.database, 260, world.clock.moment, adjudicated=LEAST_TO_STATE + 5)
    assert looked(world) == 1
    stored = latest(world)
    assert stored is not None
    assert (stored.sequence, stored.labels_digest) == (1, world.policy.task("fraud").labels_digest)
    assert stored.document["figures"] == {"answers": 520, "settled": LEAST_TO_STATE + 5}
    rule = ConsensusRule.from_json(stored.document["rule"])
    assert rule.certainty is not None
    assert rule.certainty.n == LEAST_TO_STATE + 5
    assert rule.confusions.labels == ("fraud", "legit")
    assert SENIOR not in rule.confusions.experts
    with world.database.read() as tx:
        (entry,) = audit.of_subject(tx, "fraud", 9)
    assert (entry.action, entry.data["version"]) == ("consensus.fitted", stored.version)
    assert entry.data["states_certainty"] is True


def test_without_two_hundred_adjudicated_cases_no_certainty_is_stated(world: World) -> None:
    answered_cases(world.database, 40, world.clock.moment, adjudicated=20)
    assert looked(world) == 1
    stored = latest(world)
    assert stored is not None
    assert stored.document["rule"]["certainty"] is None


def test_nothing_is_fitted_where_hardly_any_case_has_two_answers(world: World) -> None:
    answered_cases(world.database, 300, world.clock.moment, each=1)
    answered_cases(world.database, consensus.LEAST_SHARED - 1, world.clock.moment, start=300)
    assert looked(world) == 0
    answered_cases(world.database, 1, world.clock.moment, start=400)
    assert looked(world) == 1


def test_a_task_is_looked_at_once_a_day_and_fitted_where_enough_changed(world: World) -> None:
    answered_cases(world.database, 50, world.clock.moment)
    assert looked(world) == 1
    answered_cases(world.database, 50, world.clock.moment, start=100)
    assert consensus.fit_due(world.ctx) == 0
    assert looked(world) == 1
    answered_cases(world.database, 9, world.clock.moment, start=200)
    assert looked(world) == 0
    answered_cases(world.database, 1, world.clock.moment, start=300)
    assert looked(world) == 1
    with world.database.write() as tx:
        for place in range(50):
            for user in ("U0ANN", "U0BEN", "U0DAN"):
                labels.withdraw(tx, f"label_case_o{place}_{user}", world.clock.moment)
    assert looked(world) == 1
    stored = latest(world)
    assert stored is not None
    assert (stored.sequence, stored.document["figures"]["answers"]) == (4, 120)


def test_answers_under_an_earlier_name_count_and_a_new_name_makes_a_new_rule(world: World) -> None:
    answered_cases(world.database, 40, world.clock.moment)
    assert looked(world) == 1
    renamed = DESK.replace('{name = "legit",', '{name = "fine", was = ["legit"],')
    later = World(world.database, load_policy(renamed, "policy.toml"), world.clock)
    answered_cases(world.database, 1, world.clock.moment, start=100, names=("gone", "lost"))
    assert looked(later) == 1
    stored = latest(later)
    assert stored is not None
    assert stored.labels_digest == world.policy.task("fraud").labels_digest
    rule = ConsensusRule.from_json(stored.document["rule"])
    assert rule.confusions.labels == ("fraud", "fine")
    assert stored.document["figures"]["answers"] == 80


def test_a_scale_is_not_weighed(database: Database) -> None:
    scale = DESK[: DESK.index("[tasks.team]")].replace('"fraud", "team", "topic"', '"fraud"')
    start = scale.index("labels = ["), scale.index("]\n[[tasks")
    rated = scale[: start[0]] + "rating = { lowest = 1, highest = 5 }" + scale[start[1] + 1 :]
    world = make_world(database)
    world = World(database, load_policy(rated, "policy.toml"), world.clock)
    answered_cases(database, 40, world.clock.moment, names=("1", "5"))
    assert looked(world) == 0


def test_who_answered_least_is_weighed_as_the_task_where_a_rule_grows_too_large(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consensus, "MOST_CELLS", 8)
    answered_cases(world.database, 100, world.clock.moment, adjudicated=50)
    assert looked(world) == 1
    stored = latest(world)
    assert stored is not None
    assert stored.document["rule"]["name"] != "count"
    rule = ConsensusRule.from_json(stored.document["rule"])
    assert len(rule.confusions.experts) == 2
    assert rule.alone.experts.keys() == rule.confusions.experts.keys()


def test_a_replica_that_was_slower_stores_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    answered_cases(world.database, 40, world.clock.moment)
    fit = consensus._fitted

    def late(material: consensus.Material) -> ConsensusRule:
        rule = fit(material)
        document = {"form": 1, "figures": {"answers": 1, "settled": 0}, "rule": rule.to_json()}
        with world.database.write() as tx:
            consensus_rules.add(tx, StoredRule("fraud", 1, "first", "abc", document, world.clock.moment))
        return rule

    monkeypatch.setattr(consensus, "_fitted", late)
    assert looked(world) == 0
    stored = latest(world)
    assert stored is not None
    assert stored.version == "first"


def test_a_rule_of_another_form_is_followed_by_one_that_can_be_read(world: World) -> None:
    answered_cases(world.database, 40, world.clock.moment)
    assert looked(world) == 1
    stored = latest(world)
    assert stored is not None
    strange = replace(stored, sequence=2, version="strange", document={"form": 2})
    with world.database.write() as tx:
        assert consensus_rules.add(tx, strange)
    assert looked(world) == 1


def test_the_hourly_look_puts_it_in_force(world: World) -> None:
    answered_cases(world.database, 40, world.clock.moment)
    world.clock.moment += DAY
    ctx = world.ctx
    assert hourly.measure_due(ctx)["consensus_rules"] == 1
    stored = latest(world)
    assert stored is not None
    digest = world.policy.task("fraud").labels_digest
    assert ctx.standing.present.consensus_version("fraud", digest) == stored.version
    assert ctx.standing.present.consensus_version("fraud", "another") is None
    assert ctx.standing.present.consensus_version("team", digest) is None
    assert in_force.refresh(ctx) == {"changed": 0}


def test_an_old_rule_is_fitted_anew_and_kept_where_it_says_the_same(world: World) -> None:
    answered_cases(world.database, 50, world.clock.moment)
    assert looked(world) == 1
    answered_cases(world.database, 2, world.clock.moment, start=100)
    world.clock.moment += consensus.OLDEST
    assert looked(world) == 1
    world.clock.moment += consensus.OLDEST
    assert looked(world) == 0
