"""A digest whose every part is filled in, with texts of one's choice."""

from dataclasses import replace
from datetime import date, timedelta

from bot.words.headline_words import headlines
from routing.digest.day import Day
from routing.digest.digest import Digest, summarise
from routing.digest.facts import Concordance, Confusion, OldestCase, PeriodFacts
from routing.digest.model_quality import (
    About,
    ErrorRow,
    ModelFit,
    Quality,
    TaskConfusion,
    ThresholdRow,
    ThresholdState,
)
from routing.evidence.alarm import Alarm, AlarmKind
from routing.evidence.calibrator import IDENTITY, CalibratorFit
from routing.evidence.error_patterns import (
    ConfusionPair,
    Contradiction,
    DecidedCase,
    Quote,
    SliceFinding,
    Theme,
)
from routing.evidence.estimate import Estimate, Interval, Reach, TrafficEstimate
from routing.evidence.promise import Certificate, NotYet, Promise
from routing.evidence.risk_coverage import CoveragePoint, RiskCoverage
from routing.measures.calibration.calibration_error import seeded_report
from routing.prediction import ModelRef
from tests.worlds.clocks import MONDAY

WEEK = timedelta(days=7)
MODEL = ModelRef("radar", "1.4")
PROMISE = Promise(0.02, 0.95)
PAIRS = tuple((0.5 + number % 50 / 100, number % 3 > 0) for number in range(300))


def estimate(value: float, reach: Reach = Reach.PERIOD, n: int = 412) -> Estimate:
    return Estimate(value, value * 0.6, min(1.0, value * 1.5), n, reach)


def traffic(name: str, value: float = 0.021) -> TrafficEstimate:
    return TrafficEstimate(
        name=name,
        received=1_034,
        asked=430,
        labeled=412,
        unanswered=18,
        unwatched=7,
        period=estimate(value),
        future=estimate(value, Reach.FUTURE),
        naive=estimate(0.123, Reach.REVIEWED),
        bounds=Interval(0.019, 0.038),
    )


def error(about: About, name: str, value: float = 0.021, before: float = 0.019) -> ErrorRow:
    return ErrorRow(about, name, traffic(name, value), traffic(name, before))


def threshold(state: ThresholdState = ThresholdState.FIXED, **changes: object) -> ThresholdRow:
    found = Certificate(0.8725, PROMISE, "census_and_audit", 1, 0.05, 700, 160, 1, 0.0183)
    row = ThresholdRow("fraud", "standard", MODEL, state, 0.95, PROMISE, found, 0.17)
    return replace(row, **changes)  # type: ignore[arg-type]  # fields by name


def fit(name: str = "fraud", *, is_used: bool = True) -> ModelFit:
    why = "" if is_used else "No method was better on held-out labels."
    losses = {"temperature": 0.29}
    return ModelFit(
        name, MODEL, CalibratorFit(IDENTITY, 412, losses, 0.31, 0.29, 0.051, 0.02, 0.03, is_used, why)
    )


def finding(key: str = "country", value: str = "DE") -> SliceFinding:
    return SliceFinding(key, value, 80, 70.5, 300.0, 0.2, 0.15, 0.09, 0.24, 0.03, 0.0001, 0.002, 12)


def alarm(name: str = "fraud", sentence: str = "The model errs twice as often as before.") -> Alarm:
    ids = ("case_1", "case_2", "case_3")
    return Alarm(AlarmKind.ERROR, name, "", None, 0.02, "share", 20.0, 0.001, 0.01, 400, 90, sentence, ids)


def quality(name: str = "fraud", many: int = 1) -> Quality:
    """Every list has `many` entries of each kind."""
    numbers = range(many)
    curve = tuple(CoveragePoint(1 - n / 40, n / 40, n / 800, n / 1_000, n / 500, 9 * n) for n in range(1, 31))
    return Quality(
        errors=(
            error(About.ALL, "all traffic"),
            error(About.ACCEPTED, "accepted by the model alone", 0.01, 0.011),
            *(
                error(about, f"{name}{n}")
                for about in (About.TIER, About.MODEL, About.SLICE)
                for n in numbers
            ),
        ),
        target=0.03,
        calibration=seeded_report(PAIRS, 0),
        fits=tuple(fit(f"{name}{n}", is_used=n % 2 == 0) for n in numbers),
        thresholds=tuple(
            threshold() if n % 2 == 0 else threshold(found=NotYet(180, "Too few audits."), gain=None)
            for n in numbers
        ),
        curve=RiskCoverage(name, 1_034, curve, 0.95, 0.8725, 0.03),
        days=tuple(Day(date(2026, 11, 9 + n), 20, 8, 12, 10, timedelta(hours=2)) for n in range(7)),
        alarms=tuple(alarm(f"{name}{n}", f"{name} changed.") for n in numbers),
        slices=tuple(finding(name, f"{name}{n}") for n in numbers),
        confusions=tuple(
            TaskConfusion(name, ConfusionPair(name, f"{name}{n}", 12, 34.4, 0.23, 0.08, 0.03, 0.15))
            for n in numbers
        ),
        themes=tuple(
            Theme((name, "address"), 12, 0.3, 0.8, (Quote("case_1", name), Quote("case_2", "b")), ("case_1",))
            for _ in numbers
        ),
        contradictions=tuple(
            Contradiction(DecidedCase("case_1", name), DecidedCase("case_2", "fine", "pay the rent"), 0.97)
            for _ in numbers
        ),
    )


def digest(name: str = "fraud", many: int = 1, of: Quality | None = None) -> Digest:
    """A week with that quality, and its headlines."""
    rows = tuple(Concordance(f"{name}{number}", 20, 30) for number in range(many))
    facts = PeriodFacts(
        MONDAY - WEEK,
        MONDAY,
        received=1_034,
        auto_accepted=604,
        reviewed=430,
        decided=412,
        by_tier=rows,
        by_model=rows,
        confusions=tuple(Confusion(name, name, f"{name}{n}", n) for n in range(many)),
        oldest_open=tuple(OldestCase(f"case_{n}", name, MONDAY, MONDAY, name, "leads") for n in range(many)),
        reliability_pairs=PAIRS,
        seconds_to_decision=tuple(float(n) for n in range(300)),
    )
    measured = of or quality(name, many)
    calibration = seeded_report(PAIRS, 0)
    week = summarise(facts, facts, calibration, calibration, measured)
    return replace(week, headlines=headlines(measured))
