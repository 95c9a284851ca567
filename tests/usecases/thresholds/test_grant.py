"""Which thresholds come into force, however the labels fall: the promise holds in all cells at once."""

from dataclasses import replace

import numpy as np

from bot.usecases.thresholds.attempt import Basis
from bot.usecases.thresholds.grant import CellTest, cell_test, to_grant
from bot.usecases.thresholds.threshold_table import Stream
from routing.cell import EVERYTHING, cells
from routing.evidence.calibrator import IDENTITY
from routing.evidence.promise import Certificate, NotYet, Promise
from routing.measures.estimation.coverage_curve import Traffic
from routing.policy import load_policy
from tests.usecases.thresholds.test_certify_cells import SLICED, SLICES
from tests.usecases.traffic import DAY, MODEL
from tests.worlds.clocks import FRIDAY

SPANISH, PORTUGUESE, OTHERS = cells(SLICES)
NONE = NotYet(0, "Not yet.")
REPETITIONS = 150


def basis() -> Basis:
    """The first attempt of a stream that names two slices."""
    task = load_policy(SLICED, "policy.toml").task("fraud")
    stream = Stream(task, task.tiers[0], MODEL, 900)
    promise = task.tiers[0].promise
    assert promise is not None
    always = dict.fromkeys((cell.key for cell in cells(SLICES)), FRIDAY - 90 * DAY)
    return Basis(stream, promise, 1, (), (), (), None, IDENTITY, None, FRIDAY - 30 * DAY, FRIDAY, always)


def reviewed(score: np.ndarray, is_error: np.ndarray) -> Traffic:
    everything = np.ones(len(score), dtype=bool)
    return Traffic(score, np.ones(len(score)), everything, everything, is_error)


def trial(cell: object, received: int, threshold: float | None, in_force: float | None = None) -> CellTest:
    """A test of evenly spread scores that found this threshold."""
    promise = Promise(0.05, 0.9)
    found = (
        NONE
        if threshold is None
        else Certificate(threshold, promise, "fixed_sequence", 1, 0.01, received, received, 0, 0.04)
    )
    score = np.linspace(0, 1, received)
    return CellTest(cell, reviewed(score, score < 0), in_force, found)  # type: ignore[arg-type]  # a cell


def granted(*trials: CellTest, now: Basis | None = None) -> list[str]:
    return [one.cell.key for one in to_grant(now or basis(), trials)]


def test_one_threshold_for_everything_is_taken_unless_several_accept_clearly_more() -> None:
    parts = (trial(SPANISH, 300, 0.5), trial(PORTUGUESE, 300, 0.5), trial(OTHERS, 300, None))
    assert granted(trial(EVERYTHING, 900, 0.5), *parts) == [EVERYTHING.key]
    assert granted(trial(EVERYTHING, 900, 0.66), *parts) == [EVERYTHING.key]
    assert granted(trial(EVERYTHING, 900, 0.7), *parts) == [SPANISH.key, PORTUGUESE.key]


def test_what_is_in_force_for_everything_is_held_against_what_several_would_accept() -> None:
    parts = (trial(SPANISH, 300, 0.5, 0.6), trial(PORTUGUESE, 300, 0.5, 0.6), trial(OTHERS, 300, None, 0.6))
    assert granted(trial(EVERYTHING, 900, None, 0.6), *parts) == []
    assert granted(trial(EVERYTHING, 900, None, 0.7), *parts) == [SPANISH.key, PORTUGUESE.key]


def test_windows_of_different_length_are_held_against_each_other_by_the_day() -> None:
    whole = replace(trial(EVERYTHING, 300, 0.2), days=3.0)
    assert granted(whole, replace(trial(SPANISH, 3_000, 0.7), days=90.0)) == [EVERYTHING.key]


def test_nothing_is_granted_where_nothing_was_found() -> None:
    assert granted(*(trial(cell, 300, None) for cell in (EVERYTHING, SPANISH, PORTUGUESE, OTHERS))) == []


def test_a_cell_without_traffic_has_nothing_to_be_tested() -> None:
    test = cell_test(basis(), basis().received(SPANISH), reviewed(np.zeros(0), np.zeros(0, dtype=bool)))
    assert test.conclusion == NotYet(0, "Nothing came in.")


def test_some_cell_breaks_the_promise_no_more_often_than_one_threshold_may() -> None:
    """Every threshold of every cell errs more than promised, so whatever is granted is a violation."""
    broken, now = 0, replace(basis(), promise=Promise(0.05, 0.7))
    for seed in range(REPETITIONS):
        rng = np.random.default_rng(seed)
        score, is_error, place = rng.random(900), rng.random(900) < 0.0501, rng.integers(0, 3, 900)
        known = reviewed(score, is_error)
        parts = [reviewed(score[place == one], is_error[place == one]) for one in range(3)]
        cells_now = (EVERYTHING, SPANISH, PORTUGUESE, OTHERS)
        windows = map(now.received, cells_now)
        trials = [cell_test(now, cell, part) for cell, part in zip(windows, (known, *parts), strict=True)]
        broken += bool(to_grant(now, trials))
    allowed = now.promise.spent_by(1)
    assert 0 < broken / REPETITIONS <= allowed + 2 * np.sqrt(allowed * (1 - allowed) / REPETITIONS)
