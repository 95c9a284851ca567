"""What a lead reads, part by part, for tests to put together."""

from dataclasses import replace

from routing.digest.model_quality import About, ErrorRow, ThresholdRow, ThresholdState
from routing.evidence.alarm import Alarm, AlarmKind
from routing.evidence.error_patterns import SliceFinding
from routing.evidence.error_watch import ErrorWatch
from routing.evidence.estimate import Estimate, Interval, Reach, TrafficEstimate
from routing.evidence.promise import Certificate, NotYet, Promise
from routing.prediction import ModelRef

MODEL = ModelRef("net", "7")
PROMISE = Promise(0.02, 0.95)


def estimate(low: float, high: float, reach: Reach = Reach.PERIOD) -> Estimate:
    """In the middle of its interval."""
    return Estimate((low + high) / 2, low, high, 412, reach)


def traffic(low: float, high: float) -> TrafficEstimate:
    """With the same interval for the period and the future."""
    period, future = estimate(low, high), estimate(low, high, Reach.FUTURE)
    return TrafficEstimate("all traffic", 4_120, 431, 412, 19, 0, period, future, None, Interval(low, high))


def unlabeled() -> TrafficEstimate:
    """Nothing is known of it."""
    return TrafficEstimate("all traffic", 4_120, 0, 0, 0, 4_120, None, None, None, Interval(0, 1))


def error(
    low: float, high: float, before: TrafficEstimate | None = None, about: About = About.ALL
) -> ErrorRow:
    """The error of a part of the traffic."""
    return ErrorRow(about, about.value, traffic(low, high), before)


def threshold(
    state: ThresholdState = ThresholdState.FIXED, tier: str = "standard", **changes: object
) -> ThresholdRow:
    """A threshold of 0.9 of a tier that promises 2 %; fields by name."""
    row = ThresholdRow("returns", tier, MODEL, state, 0.9, PROMISE)
    return replace(row, **changes)  # type: ignore[arg-type]  # fields by name


def certificate(at: float) -> Certificate:
    """A certificate for that threshold."""
    return Certificate(at, PROMISE, "census_and_audit", 1, 0.0125, 900, 400, 3, 0.018)


def missing(labels: int) -> NotYet:
    """What lacks so many labels."""
    return NotYet(labels, f"About {labels} more.")


def alarm(sentence: str, subject: str | None = None, cases: tuple[str, ...] = ()) -> Alarm:
    """An alarm about a field of the task."""
    return Alarm(
        AlarmKind.FIELD, "returns", "", subject, 0.2, "share", 3.0, 0.001, 0.01, 900, 90, sentence, cases
    )


def watch(tier: str = "standard", **changes: object) -> ErrorWatch:
    """A tier of which 8 of 40 were wrong, 5 % are allowed, and the evidence is enough."""
    of_tier = ErrorWatch("returns", tier, MODEL, 0.05, 0.025, True, 90.0, 400, 40, 8, 0.2)
    return replace(of_tier, **changes)  # type: ignore[arg-type]  # fields by name


def worse(value: str) -> SliceFinding:
    """A country where the model is worse."""
    return SliceFinding("country", value, 80, 70.5, 300.0, 0.2, 0.15, 0.09, 0.24, 0.03, 0.0001, 0.002, 12)
