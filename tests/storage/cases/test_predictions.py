"""Predictions: stored once for each `(service, external_id)`."""

from dataclasses import replace

import pytest

from routing.routing import Disposition
from storage.cases import predictions
from storage.engine.database import Database
from storage.errors import DataRefused
from tests.storage.examples import prediction, routing, submission


def test_a_prediction_comes_back_as_it_was_stored(database: Database) -> None:
    stored = prediction(1)
    with database.write() as tx:
        predictions.add_many(tx, [stored])
    with database.read() as tx:
        assert predictions.get(tx, "case_1") == stored


def test_only_new_keys_are_inserted_and_told(database: Database) -> None:
    with database.write() as tx:
        assert predictions.add_many(tx, [prediction(1), prediction(2)]) == {"case_1", "case_2"}
        again = replace(prediction(1), case_id="case_other")
        assert predictions.add_many(tx, [again, prediction(3)]) == {"case_3"}
        assert predictions.get(tx, "case_other") is None


def test_the_same_key_twice_in_one_batch_is_stored_once(database: Database) -> None:
    with database.write() as tx:
        twins = [prediction(1), replace(prediction(1), case_id="case_twin")]
        assert predictions.add_many(tx, twins) == {"case_1"}


def test_two_services_may_use_the_same_external_id(database: Database) -> None:
    other = replace(prediction(1), case_id="case_2", submission=submission(1, service="bank"))
    with database.write() as tx:
        assert predictions.add_many(tx, [prediction(1), other]) == {"case_1", "case_2"}


def test_stored_ones_are_found_among_many_keys(database: Database) -> None:
    stored = [prediction(number) for number in range(700)]
    keys = [(one.submission.service, one.submission.external_id) for one in stored]
    with database.write() as tx:
        predictions.add_many(tx, stored)
        found = predictions.find_many(tx, [*keys, ("shop", "unheard")])
    assert found == dict(zip(keys, stored, strict=True))


def test_an_auto_accepted_prediction_is_kept_without_a_case(database: Database) -> None:
    accepted = prediction(1, routed=routing(Disposition.AUTO_ACCEPTED))
    with database.write() as tx:
        predictions.add_many(tx, [accepted])
        assert predictions.get(tx, "case_1") == accepted


def test_an_empty_batch_is_no_statement(database: Database) -> None:
    with database.write() as tx:
        assert predictions.add_many(tx, []) == set()
        assert predictions.find_many(tx, []) == {}


def test_a_number_that_json_does_not_have_is_refused_and_nothing_is_stored(database: Database) -> None:
    good, bad = prediction(1), prediction(2)
    wrong = replace(bad.submission.prediction, probabilities={"fraud": float("nan")})
    bad = replace(bad, submission=replace(bad.submission, prediction=wrong))
    with pytest.raises(DataRefused), database.write() as tx:
        predictions.add_many(tx, [good, bad])
    with database.read() as tx:
        assert predictions.get(tx, "case_1") is None
