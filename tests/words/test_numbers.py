"""Numbers in words: an estimate, a count and a duration are said alike wherever they are read."""

from datetime import timedelta

import pytest

from bot.words.numbers import count, counted, duration, estimate_words, rate, share
from routing.evidence.estimate import Estimate, Reach, between


def test_an_estimate_is_said_with_its_interval_and_what_it_rests_on() -> None:
    error = Estimate(0.0312, 0.0241, 0.0409, 1_412, Reach.PERIOD)
    assert estimate_words(error) == "3.1% (between 2.4% and 4.1%, n=1,412)"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (0.0123, "0.012"),
        (9.94, "9.9"),
        (9.96, "10"),
        (99.6, "100"),
        (160, "160"),
        (12_345.6, "12,346"),
    ],
)
def test_a_rate_is_never_said_as_a_power_of_ten(value: float, words: str) -> None:
    assert rate(value) == words


def test_what_rests_on_no_label_is_no_number() -> None:
    assert estimate_words(None) == "nothing answered"


def test_a_share_may_be_rounded_to_whole_per_cents() -> None:
    assert share(0.75, 0.531, 0.888, 20, digits=0) == "75% (between 53% and 89%, n=20)"
    assert between(0.0, 1.0) == "between 0.0% and 100.0%"


def test_a_count_has_its_noun_in_the_plural_where_it_has_to_be() -> None:
    assert counted(1, "label") == "1 label"
    assert counted(0, "label") == "0 labels"
    assert counted(1_234, "entry", "entries") == "1,234 entries"
    assert (count(1_234), count(0), count(None)) == ("1,234", "0", "–")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (59, "59 s"),
        (90, "2 min"),
        (3_570, "1 h 00 min"),
        (7_260, "2 h 01 min"),
        (180_000, "2 d 2 h"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds: int, words: str) -> None:
    assert duration(timedelta(seconds=seconds)) == words
