"""Predictions that are wrong together are counted together."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from routing.group import group_key
from routing.prediction import CaseInput, Image, ModelRef, Prediction, Submission
from tests.worlds.clocks import FRIDAY

POSTED = Submission(
    service="shop",
    external_id="p-1",
    task="fraud",
    input=CaseInput("Two payments within a minute.", {"amount": 499.0, "country": "PT"}),
    prediction=Prediction("fraud", 0.9, ModelRef("gbm", "3")),
    occurred_at=FRIDAY,
)


def with_input(text: str, **parts: Any) -> Submission:
    return replace(POSTED, input=CaseInput(text, **parts))


def test_a_group_is_the_same_whatever_else_differs() -> None:
    first = replace(POSTED, group="run-17")
    other = replace(with_input("Something else."), group="run-17", external_id="p-2")
    assert group_key(first) == group_key(other)
    assert group_key(first) != group_key(replace(POSTED, group="run-18"))


def test_a_group_is_of_one_service_and_task() -> None:
    grouped = replace(POSTED, group="run-17")
    elsewhere = [replace(grouped, service="other"), replace(grouped, task="other")]
    assert len({group_key(submission) for submission in (grouped, *elsewhere)}) == 3


def test_without_a_group_the_same_input_is_one_however_it_is_written() -> None:
    shouted = replace(POSTED, input=replace(POSTED.input, text="two  payments WITHIN a\nminute. "))
    reordered = replace(POSTED, input=replace(POSTED.input, fields={"country": "PT", "amount": 499.0}))
    assert group_key(shouted) == group_key(reordered) == group_key(POSTED)


def test_every_part_of_an_input_tells_it_apart() -> None:
    inputs = [
        with_input("a"),
        with_input("b"),
        with_input("a", fields={"x": 1}),
        with_input("a", link="https://shop.example/1"),
        with_input("a", image=Image("A map", url="https://shop.example/1.png")),
        with_input("a", image=Image("A map", image_id="image_1")),
        with_input("a", image=Image("A map", image_id="image_2")),
    ]
    assert len({group_key(submission) for submission in inputs}) == len(inputs)


def test_a_group_is_never_taken_for_an_input() -> None:
    assert group_key(with_input("run-17")) != group_key(replace(with_input("run-17"), group="run-17"))


@given(st.text(min_size=1, max_size=200))
def test_any_name_fits_into_a_column_of_64_bits(name: str) -> None:
    assert -(2**63) <= group_key(replace(POSTED, group=name)) < 2**63
