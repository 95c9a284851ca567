"""What is promised, granted, and not granted yet."""

import json
import math

import pytest

from routing.evidence.promise import Certificate, MonitorReport, NotYet, Promise, answer_from_json

PROMISE = Promise(0.02, 0.95)


def certificate() -> Certificate:
    return Certificate(
        threshold=0.91,
        promise=PROMISE,
        method="census_and_audit",
        attempt=2,
        spent=PROMISE.spent_by(2),
        accepted=900,
        labels=300,
        errors=2,
        bound=0.018,
        unanswered=1,
    )


@pytest.mark.parametrize(
    "answer", [certificate(), NotYet(180, "Not yet."), NotYet(60, "Too few.", opinions=60)]
)
def test_an_answer_survives_json(answer: Certificate | NotYet) -> None:
    assert answer_from_json(json.loads(json.dumps(answer.to_json()))) == answer


def test_a_certificate_of_before_unanswered_were_counted_can_be_read() -> None:
    stored = certificate().to_json()
    del stored["unanswered"]
    assert Certificate.from_json(stored).unanswered == 0


def test_a_promise_says_what_it_promises() -> None:
    assert PROMISE.words == "at most 2 % error with 95 % confidence"
    assert Promise(0.005, 0.999).words == "at most 0.5 % error with 99.9 % confidence"
    assert Promise(0.07, 0.95).words == "at most 7 % error with 95 % confidence"


def test_no_digit_of_a_promise_is_rounded_away() -> None:
    assert Promise(0.01234, 0.95).words == "at most 1.234 % error with 95 % confidence"
    assert Promise(0.0123456, 0.99999).words == "at most 1.23456 % error with 99.999 % confidence"


def test_all_attempts_together_spend_what_was_promised_and_no_more() -> None:
    spent = [PROMISE.spent_by(attempt) for attempt in range(1, 20_001)]
    assert spent == sorted(spent, reverse=True)
    assert math.fsum(spent) < PROMISE.delta
    assert math.fsum(spent) == pytest.approx(PROMISE.delta, rel=1e-4)


@pytest.mark.parametrize(("error", "confidence"), [(0, 0.95), (0.5, 0.95), (0.02, 0.4), (0.02, 1)])
def test_what_cannot_be_promised_is_refused(error: float, confidence: float) -> None:
    with pytest.raises(ValueError, match="has to"):
        Promise(error, confidence)


def test_attempts_are_counted_from_1() -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        PROMISE.spent_by(0)


def test_a_promise_is_revoked_once_the_evidence_has_turned() -> None:
    assert MonitorReport(n=40, errors=6, e_value=31, revoked_at=33, low=0.04, high=0.3).is_revoked
    assert not MonitorReport(n=40, errors=0, e_value=1, revoked_at=None, low=0, high=0.1).is_revoked
