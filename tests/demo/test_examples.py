"""Proves that the demo's predictions are a real model's on items it has not seen."""

from io import BytesIO

import pytest
from PIL import Image

from bot.demo.examples import held_out
from bot.demo.script import CAPACITY


def test_the_same_seed_gives_the_same_predictions() -> None:
    assert held_out(30, seed=7) == held_out(30, seed=7)


def test_another_seed_gives_other_predictions() -> None:
    assert held_out(30, seed=7) != held_out(30, seed=8)


def test_probabilities_sum_to_one_and_the_label_is_the_likeliest() -> None:
    for example in held_out(200, seed=7):
        assert sum(example.probabilities.values()) == pytest.approx(1.0, abs=1e-9)
        assert example.probabilities[example.label] == max(example.probabilities.values())


def test_the_models_are_good_but_not_perfect() -> None:
    examples = held_out(400, seed=7)
    right = sum(example.label == example.truth for example in examples)
    assert 0.85 < right / len(examples) < 1.0


def test_a_scan_is_a_picture_large_enough_to_read() -> None:
    scan = next(example.image for example in held_out(10, seed=7) if example.image)
    picture = Image.open(BytesIO(scan))
    assert picture.size == (270, 270)
    assert len(scan) < 256 * 1024


def test_evidence_names_the_features_that_pull_most() -> None:
    tumor = next(example for example in held_out(10, seed=7) if example.task == "tumor")
    assert [evidence["title"] for evidence in tumor.evidence] == list(tumor.fields)[:3]


def test_more_cases_than_the_data_hold_are_refused_with_the_number_there_is() -> None:
    with pytest.raises(ValueError, match=str(CAPACITY)):
        held_out(CAPACITY + 1, seed=7)
