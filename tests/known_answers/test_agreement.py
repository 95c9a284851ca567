"""Agreement against published tables, statsmodels, and crowds with published coefficients."""

from typing import Any

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa

from routing.measures.opinions.agreement import agreement, cohen, pair_agreements
from routing.measures.opinions.opinions import Opinions, opinions_of
from tests.known_answers.published import crowd_beside, known


def rated(rows: list[Any]) -> Opinions:
    """A row for each expert, a column for each case."""
    return opinions_of(
        [
            (f"case {column:02}", f"expert {row}", str(label))
            for row, labels in enumerate(rows)
            for column, label in enumerate(labels)
            if label is not None
        ]
    )


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval"])
def test_alpha_is_krippendorffs_on_each_scale(scale: Any) -> None:
    table = known("krippendorff_2011_C")
    report = agreement(rated(table["data"]), 1, scale, [1, 2, 3, 4, 5], draws=10)
    assert report.alpha.value == pytest.approx(table[scale], abs=1e-6)


@pytest.mark.parametrize("name", ["krippendorff_A", "krippendorff_B"])
def test_alpha_of_two_experts_is_krippendorffs(name: str) -> None:
    table = known(name)
    report = agreement(rated(table["data"]), 1, draws=10)
    assert report.alpha.value == pytest.approx(table["nominal"], abs=5e-4)


def test_kappa_and_ac1_of_unequal_numbers_of_answers_are_gwets() -> None:
    table = known("krippendorff_2011_C")
    report = agreement(rated(table["data"]), 1, draws=10)
    assert report.fleiss.value == pytest.approx(table["fleiss_gwet"], abs=5e-6)
    assert report.ac1.value == pytest.approx(table["ac1"], abs=5e-6)


def test_the_bootstraps_spread_is_near_gwets_standard_error() -> None:
    table = known("krippendorff_2011_C")
    report = agreement(rated(table["data"]), 1)
    for interval, error in ((report.ac1, table["ac1_se"]), (report.fleiss, table["fleiss_se"])):
        assert interval.low is not None
        assert interval.high is not None
        assert (interval.high - interval.low) / (2 * 1.96 * error) == pytest.approx(1, abs=0.2)


def test_two_abstractors_agree_as_published() -> None:
    table = known("cont3x3abstractors")
    counts = np.array(table["table"], dtype=np.float64)
    pairs = [(row, column) for row, column in np.ndindex(3, 3) for _ in range(int(counts[row, column]))]
    opinions = rated([[row for row, _ in pairs], [column for _, column in pairs]])
    (pair,) = pair_agreements(opinions, 1)
    report = agreement(opinions, 1, draws=10)
    assert pair.kappa.value == pytest.approx(table["cohen"], abs=1e-6)
    assert pair.kappa.value == pytest.approx(float(cohens_kappa(counts).kappa))
    assert report.ac1.value == pytest.approx(table["ac1"], abs=5e-6)
    assert report.fleiss.value == pytest.approx(table["scott"], abs=1e-6)
    assert report.alpha.value == pytest.approx(table["alpha"], abs=5e-6)
    assert pair.kappa.low is not None
    assert pair.kappa.high is not None
    assert pair.kappa.high - pair.kappa.low == pytest.approx(2 * 1.96 * table["cohen_se"], rel=0.1)


def test_kappa_of_equal_numbers_of_answers_is_that_of_fleiss_and_of_statsmodels() -> None:
    table = known("fleiss_wikipedia")
    answers = [
        (f"case {case}", f"expert {case} {label} {number}", str(label))
        for case, row in enumerate(table["table"])
        for label, count in enumerate(row)
        for number in range(count)
    ]
    report = agreement(opinions_of(answers), 1, draws=10)
    assert report.fleiss.value == pytest.approx(table["kappa"], abs=5e-6)
    assert report.fleiss.value == pytest.approx(float(fleiss_kappa(np.array(table["table"]))))


def test_each_table_of_a_stack_has_the_kappa_of_statsmodels() -> None:
    tables = np.random.default_rng(3).integers(1, 30, size=(20, 4, 4)).astype(np.float64)
    assert cohen(tables) == pytest.approx([float(cohens_kappa(table).kappa) for table in tables])


def test_alpha_of_real_crowds_is_the_published_one() -> None:
    for name, alpha in known("alpha_nominal_real").items():
        report = agreement(crowd_beside(name).opinions, 1, draws=10)
        assert report.alpha.value == pytest.approx(alpha, abs=5e-7), name
