"""Cases in outline: those of a slice that experts decided against the model, and named ones."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from routing.evidence.error_patterns import PREDICTED
from routing.prediction import Origin
from storage.cases.predictions import NewPrediction
from storage.engine.database import Database, Transaction
from storage.evidence import case_outlines
from storage.evidence.case_outlines import Outline
from tests.storage.examples import HOUR, NOW, prediction, store, submission
from tests.storage.history import decide

ODD = ('o\'Neill "x"', "a.b $[0]", "日本")


@pytest.fixture
def tx(database: Database) -> Iterator[Transaction]:
    with database.write() as open_tx:
        yield open_tx


def sliced(number: int, slices: dict[str, str], **of: object) -> NewPrediction:
    made = prediction(number, **of)  # type: ignore[arg-type]  # fields by name
    return replace(made, submission=replace(made.submission, slices=slices))


def wrong(tx: Transaction, key: str = "country", value: str = "DE", limit: int = 9) -> list[str]:
    found = case_outlines.wrong_in_slice(tx, ["fraud"], key, [value], NOW, NOW + 9 * HOUR, limit)
    return [one.case_id for one in found]


def test_only_what_was_decided_against_the_model_in_the_slice_is_found_newest_first(tx: Transaction) -> None:
    store(
        tx,
        [
            *(sliced(number, {"country": "DE"}) for number in (1, 2, 3)),
            sliced(4, {"country": "FR"}),
            sliced(5, {}),
            sliced(6, {"country": "DE"}, origin=Origin.RED_TEAM),
            sliced(7, {"country": "DE"}, task="spam"),
        ],
    )
    for number, label in ((1, "ok"), (2, "fraud"), (3, "ok"), (4, "ok"), (5, "ok"), (6, "ok"), (7, "ok")):
        decide(tx, number, label, after=number * HOUR)
    assert wrong(tx) == ["case_3", "case_1"]
    assert wrong(tx, limit=1) == ["case_3"]
    assert wrong(tx, "region") == []


@pytest.mark.parametrize("key", ODD)
@pytest.mark.parametrize("value", ODD)
def test_a_slice_is_found_whatever_its_name(tx: Transaction, key: str, value: str) -> None:
    store(tx, [sliced(1, {key: value}), sliced(2, {key: "else"})])
    decide(tx, 1, "ok", after=HOUR)
    decide(tx, 2, "ok", after=HOUR)
    assert wrong(tx, key, value) == ["case_1"]


def test_the_label_that_was_predicted_is_a_slice_too(tx: Transaction) -> None:
    store(tx, [sliced(1, {}), sliced(2, {}, label="ok")])
    decide(tx, 1, "ok", after=HOUR)
    decide(tx, 2, "fraud", after=HOUR)
    assert wrong(tx, PREDICTED, "fraud") == ["case_1"]


def test_named_cases_are_given_in_the_order_of_their_names(tx: Transaction) -> None:
    store(tx, [sliced(1, {}), sliced(2, {})])
    decide(tx, 1, "ok", after=HOUR)
    seen = submission(1).input
    assert case_outlines.of_cases(tx, ["case_2", "case_9", "case_1"]) == (
        Outline("case_2", "fraud", submission(2).input, "fraud", None),
        Outline("case_1", "fraud", seen, "fraud", "ok"),
    )
    assert case_outlines.of_cases(tx, []) == ()
