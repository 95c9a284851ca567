"""What rounding does to probabilities is let through and mended, and nothing more."""

import math
import random

import pytest

from routing.probabilities import are_whole, even_out, is_same


def draws(labels: int, digits: int, count: int = 200) -> list[list[float]]:
    """Probabilities of a model, rounded, from a fixed seed."""
    source = random.Random(f"{labels} {digits}")
    raw = [[source.expovariate(1) ** 3 for _ in range(labels)] for _ in range(count)]
    return [[round(weight / sum(weights), digits) for weight in weights] for weights in raw]


@pytest.mark.parametrize("digits", [2, 3, 4, 6])
@pytest.mark.parametrize("labels", [2, 3, 10, 77, 1_000])
def test_whatever_was_rounded_is_whole_and_no_probability_moves_by_more_than_its_rounding(
    labels: int, digits: int
) -> None:
    for rounded in draws(labels, digits, 200 if labels < 1_000 else 10):
        assert are_whole(rounded)
        mended = list(even_out({str(place): value for place, value in enumerate(rounded)}).values())
        assert math.fsum(mended) == pytest.approx(1, abs=1e-9)
        assert min(mended) >= 0
        assert max(abs(new - old) for new, old in zip(mended, rounded, strict=True)) <= 0.005 + 1e-9


@pytest.mark.parametrize(
    "wrong", [[], [0.6, 0.6], [0.7, 0.2], [0.3, 0.3, 0.3], [0.0] * 100, [0.5, 0.489], [0.333, 0.333, 0.331]]
)
def test_what_no_rounding_explains_is_not_whole(wrong: list[float]) -> None:
    assert not are_whole(wrong)


def test_what_few_bits_do_to_a_sum_is_let_through() -> None:
    assert are_whole([0.70009765625, 0.2000123456, 0.1000123456])
    assert even_out({"a": 0.70009765625, "b": 0.3000987654})["a"] == pytest.approx(0.69996, abs=1e-5)


def test_the_likeliest_does_not_grow_by_what_was_taken_from_the_others() -> None:
    tail = {str(place): 0.0 for place in range(76)}
    assert even_out({"likely": 0.9, **tail})["likely"] == pytest.approx(0.9, abs=0.005)


def test_what_is_together_one_stays_to_the_bit() -> None:
    assert even_out({"a": 0.1, "b": 0.2, "c": 0.7}) == {"a": 0.1, "b": 0.2, "c": 0.7}


@pytest.mark.parametrize(
    ("value", "other", "same"),
    [
        (0.33, 0.3333, True),
        (0.71, 0.7123, True),
        (0.7, 0.70049, True),
        (0.7, 0.72, False),
        (0.7123, 0.7143, False),
    ],
)
def test_two_numbers_are_one_probability_if_rounding_can_have_parted_them(
    value: float, other: float, same: bool
) -> None:
    assert is_same(value, other) is same
