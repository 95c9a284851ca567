"""A week of a simulated model, measured like a real one: for the picture that explains the digest."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from bot.pictures.digest_picture import draw
from routing.digest.day import Day
from routing.evidence.promise import Certificate, Promise
from routing.evidence.risk_coverage import RiskCoverage
from routing.measures.calibration.calibration_error import calibration_report
from routing.measures.certification.guarantee import certify
from routing.measures.estimation.coverage_curve import Traffic, risk_coverage

PREDICTIONS = 6_000
THRESHOLD, AUDIT = 0.93, 0.15
PROMISE = Promise(0.03, 0.95)
MONDAY = date(2026, 11, 16)


def picture() -> bytes:
    """A model that is a little too sure of itself; a threshold that is stricter than it would have to be."""
    rng = np.random.default_rng(7)
    score = rng.beta(6, 0.5, PREDICTIONS)
    is_error = rng.random(PREDICTIONS) > score**1.3
    chance = np.where(score >= THRESHOLD, AUDIT, 1.0)
    asked = rng.random(PREDICTIONS) < chance
    traffic = Traffic.of(score, chance, asked, asked, asked & is_error)
    pairs = list(zip(score[asked].tolist(), (~is_error[asked]).tolist(), strict=True))
    calibration = calibration_report(pairs, rng, (1 / chance[asked]).tolist(), bins=10)
    drawn = draw("A simulated week", calibration, _curve(traffic), _days(asked.tolist()), "of all traffic")
    assert drawn is not None, "there is something to show"
    return drawn


def _curve(traffic: Traffic) -> RiskCoverage:
    found = certify(traffic, PROMISE, THRESHOLD)
    promised = found.threshold if isinstance(found, Certificate) else None
    marked = [THRESHOLD] if promised is None else [THRESHOLD, promised]
    points = risk_coverage(traffic, marked=marked)
    return RiskCoverage("fraud, standard", len(traffic), points, THRESHOLD, promised, PROMISE.error)


def _days(asked: Sequence[bool]) -> list[Day]:
    """The week's work, less of it on the weekend."""
    shares = np.array([0.17, 0.18, 0.17, 0.18, 0.16, 0.08, 0.06])
    ends = np.cumsum(np.round(shares * len(asked)).astype(int))
    days = []
    for number, part in enumerate(np.split(np.array(asked), ends[:-1])):
        reviewed = int(part.sum())
        hours = timedelta(hours=1.5 + 0.4 * number)
        day = MONDAY + timedelta(days=number)
        days.append(Day(day, len(part), len(part) - reviewed, reviewed, reviewed, hours))
    return days
