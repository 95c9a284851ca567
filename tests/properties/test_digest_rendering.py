"""Any digest, whatever was measured and however things are called, is inside Slack's limits."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.delivery.digest.digest_details import PARTS, cited
from bot.delivery.digest.digest_message import digest_message
from bot.slack.limits import message_violations, view_violations
from bot.slack.show.digest_windows import cases_view, threshold_view
from bot.usecases.digest.period import Period
from bot.usecases.lead.look_closer import CaseList, DigestThreshold, ListedCase
from bot.words.headline_words import headlines
from routing.digest.day import Day
from routing.digest.digest import summarise
from routing.digest.facts import PeriodFacts
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
from routing.evidence.reliability import CalibrationReport, ReliabilityBin
from routing.evidence.risk_coverage import CoveragePoint, RiskCoverage
from routing.prediction import CaseInput, ModelRef
from storage.evidence.case_outlines import Outline
from tests.worlds.clocks import MONDAY

PERIOD = Period("t" * 64, MONDAY - timedelta(days=7), MONDAY, date(2026, 11, 16), "U" * 30)
TEXT = st.one_of(
    st.sampled_from(["<!channel> & <@U1>", "w" * 900, "👩🏽‍⚕️" * 90, "\u202eevil\u0000", "漢" * 500, " ", ""]),
    st.text(max_size=120),
)
SHARE = st.floats(0, 1)
COUNT = st.integers(0, 10**9)
ID = st.text("abc0123456789_", min_size=1, max_size=40)
MODEL = st.builds(ModelRef, TEXT, TEXT)
PROMISE = st.builds(Promise, st.floats(0.001, 0.4), st.floats(0.5, 0.999))


def few(strategy: st.SearchStrategy[Any], most: int = 8) -> st.SearchStrategy[tuple[Any, ...]]:
    """None, some, or many of the same: what is long is long because it repeats."""
    several = st.lists(strategy, max_size=3).map(tuple)
    return st.tuples(several, st.integers(1, most)).map(lambda made: made[0] * made[1])


ESTIMATE = st.builds(Estimate, SHARE, SHARE, SHARE, COUNT, st.sampled_from(Reach))
TRAFFIC = st.builds(
    TrafficEstimate,
    TEXT,
    COUNT,
    COUNT,
    COUNT,
    COUNT,
    COUNT,
    st.none() | ESTIMATE,
    st.none() | ESTIMATE,
    st.none() | ESTIMATE,
    st.builds(Interval, SHARE, SHARE),
)
ERROR = st.builds(ErrorRow, st.sampled_from(About), TEXT, TRAFFIC, st.none() | TRAFFIC)
CERTIFICATE = st.builds(
    Certificate,
    SHARE,
    PROMISE,
    st.sampled_from(["fixed_sequence", "census_and_audit"]),
    COUNT,
    SHARE,
    COUNT,
    COUNT,
    COUNT,
    SHARE,
)
THRESHOLD = st.builds(
    ThresholdRow,
    TEXT,
    TEXT,
    MODEL,
    st.sampled_from(ThresholdState),
    st.none() | SHARE,
    st.none() | PROMISE,
    st.none() | CERTIFICATE | st.builds(NotYet, COUNT, TEXT, COUNT),
    st.none() | st.floats(-1, 1),
    TEXT,
)
FIT = st.builds(
    CalibratorFit, st.just(IDENTITY), COUNT, st.just({}), *[SHARE] * 5, is_used=st.booleans(), why=TEXT
)
BIN = st.builds(ReliabilityBin, SHARE, SHARE, COUNT, SHARE, SHARE, SHARE, SHARE, SHARE)
CALIBRATION = st.builds(CalibrationReport, COUNT, few(BIN, 5), *[SHARE] * 9)
CURVE = st.builds(
    RiskCoverage,
    TEXT,
    COUNT,
    few(st.builds(CoveragePoint, SHARE, SHARE, SHARE, SHARE, SHARE, COUNT), 40),
    st.none() | SHARE,
    st.none() | SHARE,
    st.none() | SHARE,
)
DAY = st.builds(
    Day,
    st.dates(),
    COUNT,
    COUNT,
    COUNT,
    COUNT,
    st.none() | st.timedeltas(timedelta(0), timedelta(days=900)),
)
ALARM = st.builds(
    Alarm,
    st.sampled_from(AlarmKind),
    TEXT,
    TEXT,
    st.none(),
    *[SHARE, TEXT, SHARE, SHARE, SHARE, COUNT, COUNT],
    TEXT,
    st.lists(ID, max_size=3).map(tuple),
)
SLICE = st.builds(
    SliceFinding, TEXT, TEXT, COUNT, SHARE, SHARE, SHARE, SHARE, SHARE, SHARE, SHARE, SHARE, SHARE, COUNT
)
PAIR = st.builds(ConfusionPair, TEXT, TEXT, COUNT, SHARE, SHARE, SHARE, SHARE, SHARE)
THEME = st.builds(
    Theme,
    st.lists(TEXT, max_size=4).map(tuple),
    COUNT,
    SHARE,
    SHARE,
    few(st.builds(Quote, ID, TEXT)),
    st.just(()),
)
SIDE = st.builds(DecidedCase, ID, TEXT)
QUALITY = st.builds(
    Quality,
    errors=few(ERROR, 30),
    target=st.none() | SHARE,
    calibration=st.none() | CALIBRATION,
    fits=few(st.builds(ModelFit, TEXT, MODEL, FIT)),
    thresholds=few(THRESHOLD, 20),
    curve=st.none() | CURVE,
    days=few(DAY, 5),
    alarms=few(ALARM, 20),
    slices=few(SLICE),
    confusions=few(st.builds(TaskConfusion, TEXT, PAIR)),
    themes=few(THEME),
    no_themes_because=TEXT,
    contradictions=few(st.builds(Contradiction, SIDE, SIDE, SHARE)),
)
MODEST = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@MODEST
@given(QUALITY)
def test_any_quality_renders_within_slacks_limits(quality: Quality) -> None:
    facts = PeriodFacts(MONDAY - timedelta(days=7), MONDAY, received=3)
    week = replace(summarise(facts, quality=quality), headlines=headlines(quality))
    links = dict.fromkeys(cited(week), "https://acme.slack.com/archives/C1/p1")
    messages = [digest_message(PERIOD, week, "F1"), *(part(week, links) for part in PARTS.values())]
    for message in messages:
        if message is not None:
            assert message_violations(message.payload()) == ()
            assert "<!" not in message.text


@MODEST
@given(THRESHOLD, st.booleans())
def test_any_threshold_fits_its_window(row: ThresholdRow, is_promised: bool) -> None:
    assert view_violations(threshold_view(DigestThreshold(row, is_promised))) == ()


@MODEST
@given(
    few(st.builds(Outline, ID, TEXT, st.builds(CaseInput, text=TEXT), TEXT, st.none() | TEXT)),
    TEXT,
    st.booleans(),
)
def test_any_cases_fit_their_window(outlines: tuple[Outline, ...], words: str, is_slice: bool) -> None:
    listed = CaseList(words, is_slice, tuple(ListedCase(one) for one in outlines[:10]), len(outlines) > 10)
    links = {one.case_id: "https://acme.slack.com/archives/C1/p1" for one in outlines}
    for view in (cases_view(listed, {}), cases_view(listed, links)):
        assert view_violations(view) == ()
