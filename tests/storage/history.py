"""A past for the tests of what measures read: predictions of every fate, and decisions about them."""

from dataclasses import replace
from datetime import timedelta

from routing.case.decision import Method
from routing.routing import Disposition, Routing
from storage.cases import decisions
from storage.cases.predictions import NewPrediction
from storage.engine.database import Transaction
from tests.storage.examples import HOUR, NOW, decision_of, prediction, routing

SINCE = NOW - timedelta(days=1)
UNTIL = NOW + timedelta(days=6)
AUDITED_SHARE = 0.1


def accepted(share: float = AUDITED_SHARE) -> Routing:
    """Accepted without review, though an audit might have drawn it."""
    return replace(routing(Disposition.AUTO_ACCEPTED), inclusion_probability=share)


def audited(share: float = AUDITED_SHARE) -> Routing:
    """Drawn for an audit."""
    return replace(routing(is_audit=True), inclusion_probability=share)


def calibrated(stored: NewPrediction, confidence: float) -> NewPrediction:
    """The same, routed by a calibrator's confidence."""
    routed = replace(stored.routing, calibrated=confidence, calibrator_version="v1")
    return replace(stored, routing=routed)


def sliced(stored: NewPrediction, **slices: str) -> NewPrediction:
    """The same of other slices."""
    return replace(stored, submission=replace(stored.submission, slices=slices))


def said(number: int, text: str) -> NewPrediction:
    """A prediction about this text."""
    stored = prediction(number)
    shown = replace(stored.submission.input, text=text)
    return replace(stored, submission=replace(stored.submission, input=shown))


def decide(
    tx: Transaction,
    number: int,
    label: str,
    *,
    after: timedelta = HOUR,
    sequence: int = 1,
    method: Method = Method.SINGLE,
) -> None:
    """Put a decision of the case on record."""
    decision = decision_of(f"case_{number}", label=label, at=NOW + after, sequence=sequence)
    decisions.add(tx, replace(decision, method=method))


def undo(tx: Transaction, number: int, sequence: int = 1) -> None:
    """Take back the decision of the case."""
    decisions.reopen(tx, decision_of(f"case_{number}", sequence=sequence))
