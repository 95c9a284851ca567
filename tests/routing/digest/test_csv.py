"""A digest as CSV: a line for every number, with its n, interval and reach; text stays text."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from itertools import count
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from routing.digest.csv import COLUMNS, digest_rows, to_csv
from routing.digest.digest import Digest, summarise
from routing.digest.facts import Concordance, Confusion, PeriodFacts
from routing.digest.model_quality import AskedAgain, Quality, ThresholdState
from routing.digest.row import DigestRow
from routing.evidence.calibrator import IDENTITY, Calibrator
from routing.evidence.estimate import Reach
from routing.evidence.expertise import (
    Anchoring,
    Arm,
    OwnConfidence,
    StatedConfidence,
    TaskAnchoring,
    TaskConfidence,
)
from routing.evidence.promise import NotYet, Promise
from routing.questions.rating import Rating
from tests.routing.qualities import certificate, error, estimate, missing, threshold, traffic, unlabeled
from tests.worlds.clocks import MONDAY

WEEK = timedelta(days=7)
LEFT_OUT = {
    "level": "always 95 %",
    "bins.low": "in the name",
    "bins.high": "in the name",
    "points.threshold": "in the name",
    "bins.weight": "the n labels of a bin stand for it",
    "curve.target": "stands with the thresholds",
    "curve.current": "stands with the thresholds",
    "curve.promised": "stands with the thresholds",
    "found.attempt": "how a certificate came about, which its bound sums up",
    "found.spent": "the same",
    "found.accepted": "the same",
    "found.errors": "the same",
    "found.unanswered": "the same",
    "fit.losses": "how a calibrator was chosen, which its own loss sums up",
    "alarms.statistic": "its p-value sums it up",
    "alarms.p_value": "the adjusted one counts",
    "alarms.n_reference": "the n of the window is told",
    "effect.value": "the difference within tiers counts",
    "interval.low": "the same",
    "interval.high": "the same",
    "effect.p_value": "the interval is told",
    "slices.p_value": "the adjusted one counts",
    "slices.looks": "the p-value is adjusted for them",
    "slices.effective_n": "n is told",
    "slices.weight": "n is told",
}
"""Numbers that have no line of their own, and why; of the period before only the value is told."""


def filled(kind: Any, numbers: Iterator[int]) -> Any:
    """A value of that type in which no number comes twice: first alternatives, one item a list."""
    plain: dict[Any, Any] = {
        str: "text",
        bool: True,
        date: date(2026, 11, 16),
        datetime: MONDAY,
        Calibrator: IDENTITY,
        Promise: Promise(0.0123, 0.9876),
    }
    if kind in plain:
        return plain[kind]
    if kind in (int, float, timedelta):
        number = next(numbers)
        return timedelta(seconds=number) if kind is timedelta else kind(number)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{one.name: filled(hints[one.name], numbers) for one in fields(kind)})
    return _first(kind, numbers)


def _first(kind: Any, numbers: Iterator[int]) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    if origin in (dict, Mapping):
        return {"text": filled(arguments[1], numbers)}
    if origin is Literal:
        return arguments[0]
    if origin is tuple:
        return (filled(arguments[0], numbers),)
    return filled(arguments[0], numbers)


def numbers_in(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], float]]:
    """Every number, with the names of the fields that lead to it."""
    if isinstance(value, timedelta):
        yield path, value.total_seconds()
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, float(value)
    for inner, name in parts(value):
        yield from numbers_in(inner, (*path, *name))


def parts(value: Any) -> Iterator[tuple[Any, tuple[str, ...]]]:
    if is_dataclass(value):
        yield from ((getattr(value, one.name), (one.name,)) for one in fields(value))
    elif isinstance(value, tuple | dict):
        yield from ((one, ()) for one in (value.values() if isinstance(value, dict) else value))


def is_left_out(path: tuple[str, ...]) -> bool:
    is_before = any(name in ("before", "calibration_before") for name in path)
    return (
        ".".join(path[-2:]) in LEFT_OUT
        or path[-1] in LEFT_OUT
        or (is_before and path[-1] in ("low", "high", "n"))
        or ("calibration_before" in path and "bins" in path)
    )


def facts(**changes: object) -> PeriodFacts:
    return PeriodFacts(**{"since_at": MONDAY, "until_at": MONDAY + WEEK, **changes})  # type: ignore[arg-type]  # by name


def rows_of(quality: Quality, section: str) -> list[DigestRow]:
    rows = digest_rows(summarise(facts(), quality=quality))
    return [row for row in rows if row.section == section]


def test_every_number_of_a_digest_has_its_place_but_those_that_another_sums_up() -> None:
    digest: Digest = filled(Digest, count(1_000))
    cells = (cell for line in csv.reader(io.StringIO(to_csv(digest, str), newline="")) for cell in line)
    told = {float(cell) for cell in cells if cell and cell.replace(".", "", 1).replace("-", "", 1).isdigit()}
    untold = {path for path, number in numbers_in(digest) if number not in told}
    assert {path for path in untold if not is_left_out(path)} == set()


def test_the_naive_error_is_never_told_without_its_name() -> None:
    naive = replace(traffic(0.02, 0.04), naive=estimate(0.1, 0.2, Reach.REVIEWED))
    rows = rows_of(Quality(errors=(replace(error(0.02, 0.04), now=naive),)), "error of all")
    (told,) = [row for row in rows if row.value == pytest.approx(0.15)]
    assert (told.measure, told.reach) == ("naive_error", Reach.REVIEWED)


def test_the_header_names_the_columns_and_lines_end_as_rfc_4180_says() -> None:
    text = to_csv(summarise(facts(received=40), facts(received=30)), str)
    assert text.startswith("section,name,measure,value,low,high,n,reach,before\r\n")
    assert "traffic,all,received,40,,,,,30\r\n" in text
    assert COLUMNS[0] == "section"


def test_too_few_labels_are_an_empty_value_with_their_n() -> None:
    few = summarise(facts(by_tier=(Concordance("low", 3, 4),)), facts(by_tier=(Concordance("low", 20, 40),)))
    row = next(row for row in digest_rows(few) if row.section == "concordance by tier")
    assert (row.value, row.n, row.before, row.reach) == (None, 4, 0.5, Reach.REVIEWED.value)


def test_an_error_has_a_line_for_this_period_and_one_for_the_future() -> None:
    rows = rows_of(Quality(errors=(error(0.02, 0.04, traffic(0.01, 0.03)),)), "error of all")
    errors = [row for row in rows if row.measure == "error"]
    assert [(row.reach, row.value, row.low, row.high, row.n, row.before) for row in errors] == [
        (Reach.PERIOD, 0.03, 0.02, 0.04, 412, 0.02),
        (Reach.FUTURE, 0.03, 0.02, 0.04, 412, 0.02),
    ]


def test_an_error_that_rests_on_nothing_has_only_its_bounds_and_counts() -> None:
    rows = rows_of(
        Quality(errors=(replace(error(0.02, 0.04, unlabeled()), now=unlabeled()),)), "error of all"
    )
    measures = ["error_bounds", "received", "asked", "labeled", "unanswered", "unwatched"]
    assert [row.measure for row in rows] == measures
    known = rows_of(Quality(errors=(error(0.02, 0.04, unlabeled()),)), "error of all")
    assert known[0].before is None


def test_a_threshold_says_its_state_and_what_could_be() -> None:
    row = threshold(found=certificate(0.8), gain=0.17)
    told = {one.measure: (one.value, one.n) for one in rows_of(Quality(thresholds=(row,)), "threshold")}
    assert told == {
        "state": (ThresholdState.FIXED, None),
        "in_force": (0.9, None),
        "proposal": (0.8, None),
        "gain": (0.17, None),
        "promised_error": (0.02, None),
        "promised_confidence": (0.95, None),
        "error_bound": (0.018, 400),
    }


def test_codes_are_said_in_words_and_nothing_else_is() -> None:
    quality = Quality(errors=(error(0.02, 0.04),), thresholds=(threshold(),))
    text = to_csv(summarise(facts(received=40), quality=quality), lambda code: f"said {code}")
    cells = {cell for line in csv.reader(io.StringIO(text, newline="")) for cell in line}
    assert {cell for cell in cells if cell.startswith("said ")} == {
        "said fixed",
        "said this_period",
        "said future",
        "said reviewed_only",
    }


def test_a_threshold_that_is_not_certified_says_how_many_labels_it_lacks() -> None:
    row = threshold(ThresholdState.NOT_YET, in_force=None, promise=None, found=missing(180))
    told = {one.measure: one.value for one in rows_of(Quality(thresholds=(row,)), "threshold")}
    assert told == {"state": ThresholdState.NOT_YET, "labels_needed": 180}


def test_a_threshold_that_second_opinions_would_show_says_how_many_it_lacks() -> None:
    lacking = NotYet(60, "Too few were checked.", opinions=60)
    row = threshold(ThresholdState.NOT_YET, in_force=None, promise=None, found=lacking)
    values = {each.measure: each.value for each in rows_of(Quality(thresholds=(row,)), "threshold")}
    assert (values["labels_needed"], values["opinions_needed"]) == (60, 60)


def test_a_digest_that_was_not_measured_has_its_facts() -> None:
    sections = {row.section for row in digest_rows(summarise(facts()))}
    assert sections == {"period", "traffic", "time", "concordance by all", "calibration"}


def test_of_a_task_whose_arms_cannot_be_compared_only_the_counts_are_told() -> None:
    effect = Anchoring(Arm(3, 4), Arm(0, 0), None, None, None, None, None)
    rows = rows_of(Quality(anchorings=(TaskAnchoring("fraud", effect),)), "agreement with the model")
    assert [(row.name, row.value, row.n) for row in rows] == [("fraud, shown", 3, 4), ("fraud, hidden", 0, 0)]


def test_what_was_silent_is_counted_with_what_became_of_it() -> None:
    rows = rows_of(Quality(asked_again=(AskedAgain("fraud", 12, 11, 10),)), "not answered in time")
    assert {(row.name, row.measure): row.value for row in rows} == {
        ("fraud", "silent"): 12,
        ("fraud", "asked_again"): 11,
        ("fraud", "answered"): 10,
    }


def test_the_experts_own_confidence_has_its_levels_and_scores() -> None:
    score = OwnConfidence(30, 0.8, 0.75, 0.1, 0.02, 0.05)
    row = TaskConfidence("fraud", (StatedConfidence("high", 19, 20),), score)
    rows = rows_of(Quality(confidences=(row,)), "experts' own confidence")
    assert [(each.name, each.measure, each.value, each.n) for each in rows] == [
        ("fraud, high", "right", 19, 20),
        ("fraud", "stated", 0.8, 30),
        ("fraud", "right", 0.75, 30),
        ("fraud", "brier", 0.1, 30),
        ("fraud", "ece", 0.02, 30),
        ("fraud", "ece_if_calibrated", 0.05, 30),
    ]


def test_a_scale_has_a_line_for_exact_agreement_and_a_line_for_a_step_beside() -> None:
    rated = facts(by_task=(Concordance("reply", 12, 20),), confusions=(Confusion("reply", "4", "5", 8),))
    digest = summarise(rated, questions={"reply": Rating()})
    rows = [row for row in digest_rows(digest) if row.section == "concordance by scale"]
    assert [(row.name, row.measure, row.value, row.n) for row in rows] == [
        ("reply", "concordance", 0.6, 20),
        ("reply", "within_one_step", 1.0, 20),
    ]


@pytest.mark.parametrize(
    "label",
    ["=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "＋1", "－1", "＠a"],
)
def test_a_name_that_a_spreadsheet_would_run_gets_an_apostrophe(label: str) -> None:
    text = to_csv(summarise(facts(by_model=(Concordance(label, 3, 4),))), str)
    (line,) = [
        line for line in csv.reader(io.StringIO(text, newline="")) if line[0] == "concordance by model"
    ]
    assert line[1] == f"'{label}"


def test_a_formula_within_a_name_and_a_number_below_zero_are_left_as_they_are() -> None:
    digest = summarise(
        facts(confusions=(Confusion("fraud", "=a", '"b",\nc', 3),)),
        quality=Quality(thresholds=(threshold(found=certificate(0.99), gain=-0.2),)),
    )
    lines = list(csv.reader(io.StringIO(to_csv(digest, str), newline="")))
    assert ["confusion", 'fraud: =a -> "b",\nc', "cases", "3"] in [line[:4] for line in lines]
    assert ["gain", "-0.2"] in [line[2:4] for line in lines]


def test_moments_are_told_with_their_zone() -> None:
    assert f"period,,since_at,{MONDAY.astimezone(UTC).isoformat()}" in to_csv(summarise(facts()), str)
