"""Measures that draw, for callers without numpy: a seed in place of a generator."""

from collections.abc import Mapping, Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from routing.evidence.alarm import Drift
from routing.evidence.calibrator import CalibratorFit
from routing.evidence.expert_confusions import ConsensusRule
from routing.measures.calibration.recalibration import LabeledConfidences, choose
from routing.measures.drift.drift import DAILY, Look, find_drift, learn_reference
from routing.measures.drift.observations import Observation, columns
from routing.measures.opinions.consensus_choice import choose_rule
from routing.measures.opinions.opinions import opinions_of


def choose_calibrator(labeled: LabeledConfidences, seed: int, *, keeps_order: bool = False) -> CalibratorFit:
    """As `recalibration.choose`; the same labels and seed give the same."""
    # The matrices are small: with a thread for every core, waiting for each other takes most of the time.
    with threadpool_limits(limits=1):
        return choose(labeled, np.random.default_rng(seed), keeps_order=keeps_order)


def drift_between(
    task: str, reference: Sequence[Observation], window: Sequence[Observation], seed: int, look: Look = DAILY
) -> Drift:
    """What changed from the reference to the window, as `drift.find_drift`; the same give the same."""
    rng = np.random.default_rng(seed)
    return find_drift(task, learn_reference(columns(reference), rng), columns(window), rng, look=look)


def choose_consensus(
    answers: Sequence[tuple[str, str, str]],
    labels: Sequence[str],
    voices: Mapping[str, Mapping[str, float]],
    settled: Mapping[str, str],
    seed: int,
) -> ConsensusRule:
    """As `consensus_choice.choose_rule`, from (case, expert, label) each.

    `voices` are the model's probabilities of all labels by case, of the cases about which it said anything.
    """
    opinions = opinions_of(answers, labels)
    silent = dict.fromkeys(labels, np.nan)
    model = np.array(
        [[voices.get(case, silent)[label] for label in labels] for case in opinions.cases], dtype=np.float64
    )
    with threadpool_limits(limits=1):
        return choose_rule(opinions, seed, model if voices else None, settled)
