"""Consensus on the paper's patients and on crowds whose truth is known, beside what was published of them."""

import csv

import numpy as np
import pytest

from routing.measures.opinions.dawid_skene import by_count, fit, posteriors
from routing.measures.opinions.opinions import opinions_of
from tests.known_answers.published import crowd_beside, known
from tests.places import DATA


def test_the_papers_patients_have_the_papers_classes() -> None:
    """But where the paper leaves the majority: our prior keeps so few observers closer together."""
    table = known("dawid_skene_1979")
    path = DATA / "dawid_skene_1979" / "anesthesia_long.csv"
    if not path.exists():
        pytest.skip("the paper's table is not beside this checkout")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(f"{int(row['patient']):02}", row["observer"], row["class"]) for row in csv.DictReader(file)]
    result = fit(opinions_of(rows))
    classes = result.posterior.argmax(axis=1) + 1
    differing = [place + 1 for place in np.flatnonzero(classes != table["classes"])]
    assert set(differing) <= set(table["majority_differs_at"])
    assert np.array(result.confusions.prior) == pytest.approx(table["marginals"], abs=0.12)


@pytest.mark.parametrize(
    ("name", "reference", "majority"),
    [("sentiment_sp", 0.915, 0.886), ("weather_cf_amt", 0.86, 0.853), ("barzan", 0.706, 0.696)],
)
def test_on_real_crowds_it_is_right_as_often_as_published_or_more(
    name: str, reference: float, majority: float
) -> None:
    crowd = crowd_beside(name)
    truth = np.array([crowd.opinions.labels.index(label) for label in crowd.truth])
    right = np.mean(fit(crowd.opinions).posterior.argmax(axis=1) == truth)
    assert right >= reference - 0.0005
    counted = posteriors(by_count(crowd.opinions), crowd.opinions)
    is_first = counted >= counted.max(axis=1, keepdims=True) - 1e-9
    share = np.mean(is_first[np.arange(len(truth)), truth] / is_first.sum(axis=1))
    assert share == pytest.approx(majority, abs=0.002)
