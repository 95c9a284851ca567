"""What a lead reads: differences beyond chance, proposals, and the tiers that lack labels."""

from dataclasses import replace

import pytest

from routing.digest.model_quality import About, Movement, Quality, ThresholdState, audits_missing
from routing.evidence.estimate import TrafficEstimate
from tests.routing.qualities import certificate, error, missing, threshold, traffic, unlabeled


@pytest.mark.parametrize(
    ("before", "movement"),
    [
        (traffic(0.01, 0.02), Movement.WORSE),
        (traffic(0.06, 0.08), Movement.BETTER),
        (traffic(0.01, 0.03), Movement.SMALL),
        (traffic(0.05, 0.08), Movement.SMALL),
        (unlabeled(), None),
        (None, None),
    ],
)
def test_an_error_has_moved_only_if_the_intervals_are_apart(
    before: TrafficEstimate | None, movement: Movement | None
) -> None:
    assert error(0.03, 0.05, before).movement is movement


def test_an_error_that_rests_on_nothing_has_not_moved() -> None:
    assert replace(error(0.03, 0.05, traffic(0.01, 0.02)), now=unlabeled()).movement is None


def test_a_proposal_is_a_certifiable_threshold_that_is_not_in_force() -> None:
    assert threshold(found=certificate(0.8)).proposal == 0.8
    assert threshold(found=certificate(0.9)).proposal is None
    assert threshold(found=missing(180)).proposal is None
    assert threshold().proposal is None


def test_the_first_row_about_a_part_is_found() -> None:
    everything, accepted = error(0.03, 0.05), error(0.01, 0.02, about=About.ACCEPTED)
    quality = Quality(errors=(everything, accepted, replace(accepted, name="another")))
    assert quality.row(About.ALL) is everything
    assert quality.row(About.ACCEPTED) is accepted
    assert quality.row(About.SLICE) is None


def test_the_tier_that_lacks_the_fewest_labels_comes_first() -> None:
    rows = [
        threshold(ThresholdState.NOT_YET, "slow", found=missing(300)),
        threshold(ThresholdState.NOT_YET, "quick", found=missing(60)),
        threshold(ThresholdState.FIXED, "alike", found=missing(60)),
    ]
    found = audits_missing(rows)
    assert [row.tier for row, _ in found] == ["alike", "quick", "slow"]
    assert [answer.needed for _, answer in found] == [60, 60, 300]


def test_labels_are_not_missing_where_none_would_help_or_none_are_needed() -> None:
    rows = [
        threshold(ThresholdState.NOT_YET, found=missing(0)),
        threshold(ThresholdState.GRANTED, found=missing(60)),
        threshold(ThresholdState.GRANTED, found=certificate(0.9)),
        threshold(ThresholdState.REVIEWED),
    ]
    assert audits_missing(rows) == []
