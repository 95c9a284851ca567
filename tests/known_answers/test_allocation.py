"""Audit shares by need: Cochran's formula, a second solver, and the bounds."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import ndtri

from routing.evidence.plan import WatchedStratum
from routing.measures.planning.allocation import allocate

Z = float(ndtri(0.975))
STRATA = (
    WatchedStratum("ordinary", 20_000, 0.01),
    WatchedStratum("large", 4_000, 0.05),
    WatchedStratum("odd", 800, 0.30),
)


def shares(strata: Sequence[WatchedStratum], half_width: float, **options: float) -> dict[str, float]:
    found = allocate(strata, half_width, **options)
    return {one.name: one.share for one in found.shares}


def half_width_of(strata: Sequence[WatchedStratum], drawn: Sequence[float]) -> float:
    total = sum(one.received for one in strata)
    return Z * math.sqrt(
        sum(
            (one.received / total) ** 2 * one.error * (1 - one.error) * (1 / n - 1 / one.received)
            for one, n in zip(strata, drawn, strict=True)
        )
    )


def test_between_the_bounds_it_is_neymans_number_of_labels() -> None:
    half_width = 0.005
    total = sum(one.received for one in STRATA)
    spread = sum(one.received / total * math.sqrt(one.error * (1 - one.error)) for one in STRATA)
    variance = sum(one.received / total * one.error * (1 - one.error) for one in STRATA)
    cochran = spread**2 / ((half_width / Z) ** 2 + variance / total)  # Cochran 1977, formula 5.26
    found = allocate(STRATA, half_width, floor=0.0001)
    assert found.labels == pytest.approx(cochran, rel=0.005)
    need = {one.name: math.sqrt(one.error * (1 - one.error)) for one in STRATA}
    by_need = [one.share / need[one.name] for one in found.shares]
    assert by_need == pytest.approx([by_need[0]] * 3, rel=0.02)


@pytest.mark.parametrize("floor", [0.001, 0.02, 0.05])
@pytest.mark.parametrize("width", [0.0007, 0.002, 0.008])
def test_with_bounds_a_general_solver_finds_nothing_cheaper(width: float, floor: float) -> None:
    strata = [
        WatchedStratum(one.name, one.received, one.error, 1.0 + place) for place, one in enumerate(STRATA)
    ]
    found = allocate(strata, width, floor)
    numbers = np.array([one.received for one in strata], dtype=float)
    second = minimize(
        lambda share: float((share * numbers) @ [1.0, 2.0, 3.0]) / 1000,
        x0=np.full(3, 0.9),
        bounds=[(floor, 1.0)] * 3,
        constraints={
            "type": "ineq",
            "fun": lambda share: 1 - half_width_of(strata, share * numbers) / width,
        },
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-10},
    )
    assert second.success
    assert found.minutes <= second.fun * 1000 * 1.003 + 1


@pytest.mark.parametrize("half_width", [0.0005, 0.003, 0.02, 0.3])
def test_the_width_is_reached_and_no_share_leaves_its_bounds(half_width: float) -> None:
    found = allocate(STRATA, half_width, floor=0.03)
    assert found.half_width <= half_width
    assert found.half_width == pytest.approx(half_width_of(STRATA, [one.labels for one in found.shares]))
    assert all(0.03 <= one.share <= 1 for one in found.shares)


def test_where_the_floor_is_enough_nothing_more_is_asked() -> None:
    assert set(shares(STRATA, 0.3, floor=0.03).values()) == {0.03}


def test_a_small_stratum_of_many_errors_is_looked_at_wholly_before_others_are() -> None:
    found = shares((WatchedStratum("calm", 100_000, 0.0001), WatchedStratum("wild", 200, 0.5)), 0.00005)
    assert found["wild"] == 1.0
    assert 0.01 < found["calm"] < 1.0


def test_a_stratum_without_doubt_gets_the_floor() -> None:
    found = shares(
        (WatchedStratum("sure", 1_000, 0.0), WatchedStratum("unsure", 1_000, 0.2)), 0.01, floor=0.02
    )
    assert found["sure"] == 0.02
    assert found["unsure"] > 0.1


def test_dearer_labels_are_asked_more_rarely() -> None:
    alike = (
        WatchedStratum("quick", 5_000, 0.1, minutes=1.0),
        WatchedStratum("slow", 5_000, 0.1, minutes=4.0),
    )
    found = shares(alike, 0.01)
    assert found["quick"] == pytest.approx(2 * found["slow"], rel=0.01)


def test_each_stratum_may_be_brought_within_a_width_of_its_own() -> None:
    found = allocate(STRATA, 0.02, each=0.02)
    for stratum, share in zip(STRATA, found.shares, strict=True):
        assert half_width_of([stratum], [share.labels]) <= 0.02 + 1e-9


def test_narrower_intervals_cost_more_labels() -> None:
    labels = [allocate(STRATA, width).labels for width in (0.02, 0.01, 0.005, 0.002, 0.001)]
    assert all(fewer <= more for fewer, more in pairwise(labels))
    assert labels[0] < labels[-1]


def test_order_changes_nothing() -> None:
    assert shares(STRATA, 0.004) == shares(STRATA[::-1], 0.004)


@pytest.mark.parametrize(
    ("strata", "half_width", "floor", "wrong"),
    [
        ((), 0.02, 0.01, "no stratum"),
        (STRATA, 0.0, 0.01, "lie above 0"),
        (STRATA, 0.02, 0.0, "lie above 0"),
        (STRATA, 0.02, 1.5, "lie above 0"),
        ((WatchedStratum("empty", 0, 0.1),), 0.02, 0.01, "needs predictions"),
        ((WatchedStratum("impossible", 5, 1.1),), 0.02, 0.01, "needs predictions"),
        ((WatchedStratum("free", 5, 0.1, minutes=0.0),), 0.02, 0.01, "needs predictions"),
    ],
)
def test_what_cannot_be_is_refused(
    strata: tuple[WatchedStratum, ...], half_width: float, floor: float, wrong: str
) -> None:
    with pytest.raises(ValueError, match=wrong):
        allocate(strata, half_width, floor)
