"""Thresholds where second opinions say what an answer is worth; as ever where none are asked for."""

from dataclasses import replace

import pytest

from bot.usecases.context import PolicyHolder
from bot.usecases.thresholds import certify, check_regions, label_sets
from bot.usecases.thresholds.evidence_arrays import traffic_of
from routing.evidence.promise import Certificate, NotYet, Promise, answer_from_json
from routing.measures.certification.checked_thresholds import METHOD
from routing.measures.certification.guarantee import certify as certify_labels
from routing.policy import load_policy
from storage.engine.database import Database
from storage.evidence import model_evidence
from storage.evidence.tier_window import TierWindow
from storage.measured import certificates
from storage.measured.certificates import CertificateKey
from storage.sql.column_types import EPOCH
from tests.usecases.traffic import DAY, HOUR, MODEL, Traffic, calibrated, traffic
from tests.worlds.policies import PROMISED

KEY = CertificateKey("fraud", "ordinary", MODEL)
PROMISE = Promise(0.05, 0.9)


def checking(share: float) -> str:
    return f"{PROMISED}second_opinions = {share}\n"


def world(database: Database, policy: str) -> Traffic:
    made = traffic(database, policy)
    label_sets.note_new(made.ctx)
    calibrated(made.ctx)
    return made


def answer(made: Traffic) -> Certificate | NotYet:
    with made.ctx.database.read() as tx:
        (attempt,) = certificates.last(tx, KEY)
    return answer_from_json(attempt.answer)


@pytest.mark.parametrize("policy", [PROMISED, checking(0.0), checking(1.0)])
def test_the_numbers_are_those_of_labels_where_none_are_drawn_to_be_checked_or_all(
    database: Database, policy: str
) -> None:
    made = world(database, policy)
    made.day(400, sure=0.005)
    assert certify.certify_due(made.ctx) == 1
    window = TierWindow("fraud", "ordinary", MODEL, EPOCH, made.clock.moment)
    with made.ctx.database.read() as tx:
        scores = model_evidence.scores(tx, window)
    received = traffic_of(scores, made.ctx.policy.task("fraud").group_for)
    assert answer(made) == certify_labels(received, PROMISE)


def test_what_single_answers_wave_through_grants_nothing_where_some_are_checked(database: Database) -> None:
    """A tenth is wrong where a twentieth may be, and nobody says so unless two are asked."""
    made = world(database, checking(0.3))
    made.day(1_000, sure=0.1, unsure=0.1, nods=1.0)
    assert certify.certify_due(made.ctx) == 0
    assert isinstance(answer(made), NotYet)
    with made.ctx.database.read() as tx:
        window = TierWindow("fraud", "ordinary", MODEL, EPOCH, made.clock.moment)
        received = traffic_of(model_evidence.scores(tx, window))
    assert isinstance(certify_labels(received, PROMISE), Certificate)


def test_a_good_model_is_certified_by_a_part_that_is_checked(database: Database) -> None:
    made = world(database, checking(0.3))
    made.day(1_500, unsure=0.1)
    assert certify.certify_due(made.ctx) == 1
    granted = answer(made)
    assert isinstance(granted, Certificate)
    assert (granted.method, granted.attempt) == (METHOD, 1)
    assert 0.5 < granted.threshold < 0.8


def test_all_that_is_about_to_be_certified_is_checked_until_there_is_a_limit(database: Database) -> None:
    """How sure the model is says which region that is; of the others a tenth is checked, as the tier says."""
    made = world(database, checking(0.1))
    made.day(150, nods=1.0)
    assert certify.certify_due(made.ctx) == 0
    (region,) = made.ctx.standing.present.check_regions.values()
    assert 0.85 < region.threshold < 0.95
    made.clock.moment += HOUR
    before = made.day(900, nods=1.0)
    surest = [one for one in before if (one.submission.prediction.confidence or 0) >= region.threshold]
    assert {one.routing.second_opinion_chance for one in surest} == {1.0}
    assert {one.routing.second_opinion_chance for one in before if one not in surest} == {0.1}
    assert certify.certify_due(made.ctx) == 1
    granted = answer(made)
    assert isinstance(granted, Certificate)
    assert (granted.method, granted.labels) == ("fixed_sequence", granted.accepted)
    assert granted.threshold >= region.threshold
    assert check_regions.note_new(made.ctx) == 0


def test_a_region_stays_while_calibrators_keep_the_order_and_is_chosen_anew_where_not(
    database: Database,
) -> None:
    made = world(database, checking(0.1))
    made.day(150, probabilities=True)
    assert check_regions.note_new(made.ctx) == 1
    calibrated(made.ctx, 2, temperature=0.8)
    assert check_regions.note_new(made.ctx) == 0
    calibrated(made.ctx, 3, temperature=0.8, uses_probabilities=True)
    assert check_regions.note_new(made.ctx) == 1
    assert check_regions.note_new(made.ctx) == 0
    with made.ctx.database.read() as tx:
        (region,) = check_regions.regions_in_force(tx).values()
    assert not region.is_raw


def test_nothing_is_chosen_where_nothing_was_sure_enough_or_nobody_would_be_asked(database: Database) -> None:
    made = world(database, checking(0.1))
    made.day(50)
    assert check_regions.note_new(made.ctx) == 0
    assert check_regions.lowest_kept([0.6, 0.7], [0.6, 0.7], 0.05) is None
    assert check_regions.lowest_kept([0.7, 0.99, 0.97, 0.93], [0.7, 0.99, 0.97, 0.93], 0.05) == 0.93


def test_no_attempt_is_spent_while_too_few_are_checked(database: Database) -> None:
    made = world(database, checking(0.1))
    made.day(400)
    assert certify.certify_due(made.ctx) == 0
    with made.ctx.database.read() as tx:
        assert certificates.attempts(tx, KEY) == 0


def test_evidence_begins_when_second_opinions_did(database: Database) -> None:
    """What came before had no chance to be checked, and would count as wrong altogether."""
    made = world(database, PROMISED)
    made.day(50)
    made.ctx = replace(made.ctx, active=PolicyHolder.of(load_policy(checking(1.0), "policy.toml")))
    made.day(400)
    assert certify.certify_due(made.ctx) == 1
    granted = answer(made)
    assert isinstance(granted, Certificate)
    window = TierWindow("fraud", "ordinary", MODEL, made.clock.moment - DAY, made.clock.moment)
    with made.ctx.database.read() as tx:
        later = model_evidence.scores(tx, window).calibrated
    assert granted.accepted == sum(score >= granted.threshold for score in later)
