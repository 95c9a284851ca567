"""What answers amount to, on the click's path."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.case.consensus import Leader, NextMove, StopRule, leader, next_move, posterior
from routing.evidence.calibrator import Calibrator
from routing.evidence.expert_confusions import ConsensusRule, ExpertConfusions, Matrix, StatedCertainty

LABELS = ("a", "b", "c")
EVEN = (1 / 3, 1 / 3, 1 / 3)
TASK = ((0.8, 0.1, 0.1), (0.1, 0.8, 0.1), (0.1, 0.1, 0.8))
SHARP = ((0.96, 0.02, 0.02), (0.02, 0.96, 0.02), (0.02, 0.02, 0.96))
PLAIN = ExpertConfusions(LABELS, EVEN, TASK, {"sharp": SHARP}, 1.0, 1.0)
RULE = ConsensusRule("experts", PLAIN, PLAIN, 0)
people = st.sampled_from(["sharp", "x", "y"])
rows = st.lists(st.tuples(people, st.sampled_from(LABELS)), max_size=6)
voices = st.none() | st.fixed_dictionaries({label: st.floats(0, 1) for label in LABELS})


@st.composite
def confusions(draw: st.DrawFn) -> ExpertConfusions:
    """Any whose answers never speak against themselves: an equal part of noise beside the truth."""
    noise = draw(st.lists(st.floats(0.05, 1), min_size=3, max_size=3))
    edge = draw(st.floats(0.01, 0.9))
    total = sum(noise)

    def row(truth: int) -> tuple[float, ...]:
        return tuple(
            (1 - edge) * value / total + (edge if place == truth else 0) for place, value in enumerate(noise)
        )

    matrix: Matrix = (row(0), row(1), row(2))
    return ExpertConfusions(
        LABELS, EVEN, matrix, {"sharp": SHARP}, draw(st.floats(0, 1)), draw(st.floats(0, 5))
    )


def test_two_equal_answers_and_a_third_give_bayes_rule() -> None:
    table = posterior([("x", "a"), ("y", "a"), ("sharp", "b")], PLAIN)
    joint = {"a": 0.8**2 * 0.02, "b": 0.1**2 * 0.96, "c": 0.1**2 * 0.02}
    assert table == pytest.approx({label: value / sum(joint.values()) for label, value in joint.items()})


def test_the_models_voice_is_bounded_however_sure_it_is() -> None:
    sure = posterior([], PLAIN, {"a": 1.0})
    assert sure["a"] / sure["b"] == pytest.approx(math.e)
    surer = posterior([("x", "b")], PLAIN, {"a": 1.0, "b": 0.0})
    assert max(surer, key=lambda label: surer[label]) == "b"


@given(confusions(), rows, voices)
def test_it_sums_to_one_and_the_order_of_answers_changes_nothing(
    fitted: ExpertConfusions, answers: list[tuple[str, str]], voice: dict[str, float] | None
) -> None:
    table = posterior(answers, fitted, voice)
    assert math.fsum(table.values()) == pytest.approx(1)
    assert posterior(reversed(answers), fitted, voice) == table


@given(confusions(), rows, voices, people, st.sampled_from(LABELS))
def test_another_answer_of_a_label_never_lowers_it(
    fitted: ExpertConfusions,
    answers: list[tuple[str, str]],
    voice: dict[str, float] | None,
    expert: str,
    label: str,
) -> None:
    before, after = posterior(answers, fitted, voice), posterior([*answers, (expert, label)], fitted, voice)
    assert after[label] >= before[label] - 1e-12


@given(confusions(), rows, voices, st.permutations(range(3)))
def test_other_names_of_labels_change_nothing(
    fitted: ExpertConfusions, answers: list[tuple[str, str]], voice: dict[str, float] | None, order: list[int]
) -> None:
    def moved(matrix: Matrix) -> Matrix:
        return tuple(tuple(matrix[row][column] for column in order) for row in order)

    names = {LABELS[place]: f"new {place}" for place in range(3)}
    renamed = ExpertConfusions(
        tuple(names[LABELS[place]] for place in order),
        fitted.prior,
        moved(fitted.task),
        {name: moved(matrix) for name, matrix in fitted.experts.items()},
        fitted.model_weight,
        fitted.model_limit,
    )
    heard = None if voice is None else {names[label]: value for label, value in voice.items()}
    table = posterior([(who, names[label]) for who, label in answers], renamed, heard)
    before = posterior(answers, fitted, voice)
    assert {label: table[names[label]] for label in LABELS} == pytest.approx(before)


def test_a_tie_has_no_leader_and_asks_one_more_and_then_an_adjudicator() -> None:
    stop = StopRule(0.9, 1, 3, 100)
    tie = leader(posterior([("x", "a"), ("y", "b")], PLAIN), RULE)
    assert tie is None
    assert next_move(tie, 2, stop) is NextMove.ASK
    assert next_move(tie, 3, stop) is NextMove.ADJUDICATE


def test_certainty_decides_and_doubt_asks_while_it_is_worth_its_cost() -> None:
    stop = StopRule(0.95, 1, 3, 20)
    assert next_move(Leader("a", 0.999), 0, stop) is NextMove.ASK
    assert next_move(Leader("a", 0.95), 1, stop) is NextMove.DECIDE
    assert next_move(Leader("a", 0.94), 1, stop) is NextMove.ASK
    assert next_move(Leader("a", 0.94), 3, stop) is NextMove.ADJUDICATE
    assert next_move(Leader("a", 0.94), 1, StopRule(0.95, 1, 3, 10)) is NextMove.ADJUDICATE


def test_the_stated_certainty_is_the_calibrated_one() -> None:
    half = Calibrator("temperature", (2.0,))
    stated = ConsensusRule("experts", PLAIN, PLAIN, 200, {"experts": 0.9}, StatedCertainty(half, 200, 0.02))
    table = posterior([("sharp", "a")], PLAIN)
    leading, raw = leader(table, stated), leader(table, RULE)
    assert leading == Leader("a", half.calibrate(table["a"]))
    assert raw == Leader("a", table["a"])


@pytest.mark.parametrize("certainty", [None, StatedCertainty(Calibrator("platt", (1.5, -0.2)), 250, 0.02)])
def test_a_rule_is_read_as_it_was_kept(certainty: StatedCertainty | None) -> None:
    tiny = ((1 - 2e-12, 1e-12, 1e-12), *TASK[1:])
    fitted = ExpertConfusions(LABELS, EVEN, TASK, {"sharp": tiny}, 0.4, 1.2)
    kept = ConsensusRule("experts", fitted, PLAIN, 250, {"experts": 0.9}, certainty).to_json()
    read = ConsensusRule.from_json(json.loads(json.dumps(kept)))
    assert read.to_json() == kept
    assert read.confusions.of("sharp")[0][1] == 1e-12
    assert read.certainty == certainty


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="no label of the confusions"):
        posterior([("x", "z")], PLAIN)
    for labels, prior, task, weight, message in [
        (("a", "a"), (0.5, 0.5), ((0.9, 0.1), (0.1, 0.9)), 0.0, "two labels"),
        (("a",), (1.0,), ((1.0,),), 0.0, "two labels"),
        (("a", "b"), (0.5, 0.5), ((0.9, 0.1), (0.1, 0.9)), 2.0, "weight"),
        (("a", "b"), (0.5, 0.5), ((1.0, 0.0), (0.1, 0.9)), 0.0, "above 0"),
        (("a", "b"), (0.5, 0.4), ((0.9, 0.1), (0.1, 0.9)), 0.0, "sum to 1"),
        (("a", "b"), (0.5, 0.5), ((0.9, 0.1),), 0.0, "row for each label"),
        (("a", "b"), (0.5, 0.5), ((0.3, 0.7), (0.4, 0.6)), 0.0, "likeliest"),
    ]:
        with pytest.raises(ValueError, match=message):
            ExpertConfusions(labels, prior, task, {}, weight)
    for certainty, least, most, cost in [
        (0.0, 1, 2, 1.0),
        (0.9, 0, 2, 1.0),
        (0.9, 3, 2, 1.0),
        (0.9, 1, 2, -1.0),
    ]:
        with pytest.raises(ValueError, match=r"certainty|ascending|cost"):
            StopRule(certainty, least, most, cost)
