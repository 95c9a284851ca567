"""What a prediction says beyond its label."""

import pytest

from routing.rationale_rule import RationaleRule
from tests.routing.making import prediction

FULL = prediction("honest", 0.7, fraud=0.1, honest=0.7, unclear=0.1, lost=0.1)


def test_runners_up_are_the_most_probable_others_by_name_in_a_tie() -> None:
    assert FULL.runners_up(2) == (("fraud", 0.1), ("lost", 0.1))


def test_margin_is_the_distance_to_the_best_other() -> None:
    assert FULL.margin == pytest.approx(0.6)


def test_entropy_is_in_nats_and_zero_for_certainty() -> None:
    assert prediction("a", 0.5, a=0.5, b=0.5).entropy == pytest.approx(0.693147, abs=1e-6)
    assert prediction("a", 1.0, a=1.0, b=0.0).entropy == 0.0


def test_a_bare_confidence_has_neither() -> None:
    assert (prediction().margin, prediction().entropy, prediction().runners_up(3)) == (None, None, ())


@pytest.mark.parametrize(
    ("rule", "agreeing", "overriding"),
    [
        (RationaleRule.NEVER, False, False),
        (RationaleRule.ON_OVERRIDE, False, True),
        (RationaleRule.ALWAYS, True, True),
    ],
)
def test_when_a_rationale_is_required(rule: RationaleRule, agreeing: bool, overriding: bool) -> None:
    assert rule.requires("fraud", "fraud") is agreeing
    assert rule.requires("honest", "fraud") is overriding
