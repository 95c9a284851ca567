"""What the labels say of a team's models, from storage to the value that the digest shows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.usecases.digest.model_quality import appraise, midnights
from bot.usecases.digest.span import Span
from routing.case.decision import Method
from routing.digest.model_quality import About, Movement, Quality, ThresholdState
from routing.evidence.harm_rates import HarmKind
from routing.evidence.truth import TaskTruth, Truth
from routing.label import Mark
from routing.policy import Policy, load_policy
from routing.routing import Routing
from storage.cases import labels
from storage.engine.database import Database, Transaction
from storage.evidence import model_evidence
from storage.evidence.model_evidence import TrafficCount
from tests.storage.examples import NOW, label_of, prediction, routing, store
from tests.storage.history import SINCE, UNTIL, accepted, audited, decide, sliced
from tests.worlds.policies import EXAMPLES

WEEK = timedelta(days=7)
SPAN = Span(SINCE - WEEK, SINCE, UNTIL)

ALWAYS = '"always_review"'


def policy(accept_above: str = ALWAYS) -> Policy:
    """A policy of one tier that accepts like this."""
    wanted = f"{accept_above}\naudit = 0.1" if accept_above != ALWAYS else ALWAYS
    return load_policy(EXAMPLES.replace(ALWAYS, wanted), "policy.toml")


def appraised(database: Database, used: Policy) -> Quality:
    return appraise(database, used, used.teams["leads"], SPAN)


def fate(number: int) -> Routing:
    """Of ten predictions one is audited, six are accepted and three reviewed."""
    place = number % 10
    if place == 0:
        return audited(1 / 7)
    return accepted(1 / 7) if place < 7 else routing()


def fill(tx: Transaction, numbers: range, *, at: datetime = NOW, wrong_of: int = 3) -> None:
    """Predictions from those numbers; a `wrong_of`-th of the reviewed is wrong, and no audit."""
    made = [
        prediction(number, received_at=at, routed=fate(number), confidence=0.95 if number % 10 < 7 else 0.6)
        for number in numbers
    ]
    opened = store(tx, [sliced(one, country="DE" if n % 2 else "FR") for n, one in enumerate(made)])
    for case in opened:
        number = int(case.case_id.removeprefix("case_"))
        is_wrong = number % 10 >= 7 and number % wrong_of == 0
        decide(tx, number, "ok" if is_wrong else "fraud", after=at - NOW + timedelta(hours=2))


@pytest.fixture
def filled(database: Database) -> Database:
    """A week of 300 predictions."""
    with database.write() as tx:
        fill(tx, range(300))
    return database


def test_the_error_on_everything_weighs_what_was_seldom_looked_at(filled: Database) -> None:
    quality = appraised(filled, policy())
    everything, accepted_part = quality.row(About.ALL), quality.row(About.ACCEPTED)
    assert everything is not None
    assert accepted_part is not None
    assert everything.now.period is not None
    assert everything.now.naive is not None
    assert everything.now.naive.value == pytest.approx(30 / 120)
    assert everything.now.period.value == pytest.approx(30 / 300)
    assert accepted_part.now.period is not None
    assert (accepted_part.now.period.value, accepted_part.now.labeled) == (0.0, 30)
    assert accepted_part.now.period.high > 0.02


def test_what_counts_as_right_is_named_for_the_numbers_and_for_each_limit(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in range(20)])
        for number in range(20):
            decide(tx, number, "ok", method=Method.CONSENSUS if number else Method.SINGLE)
    quality = appraised(database, policy("{ error = 0.02, confidence = 0.95 }"))
    assert quality.truths == (TaskTruth("fraud", Truth.AGREED, 20, 0.95, 0.0),)
    assert [row.truth for row in quality.thresholds] == [Truth.AGREED]


def test_every_tier_model_and_slice_has_its_row(filled: Database) -> None:
    rows = appraised(filled, policy()).errors
    assert [(row.about, row.name) for row in rows] == [
        (About.ALL, "all traffic"),
        (About.ACCEPTED, "accepted by the model alone"),
        (About.TIER, "fraud, low"),
        (About.MODEL, "fraud, forest 1"),
        (About.SLICE, "country=DE"),
        (About.SLICE, "country=FR"),
    ]
    assert [row.before for row in rows] == [None] * 6


@pytest.mark.parametrize(
    ("wrong_of", "said"), [(1, Movement.WORSE), (30, Movement.SMALL)], ids=["all wrong", "as before"]
)
def test_a_model_that_slips_is_told_beside_the_week_before(
    database: Database, wrong_of: int, said: Movement
) -> None:
    with database.write() as tx:
        fill(tx, range(300), wrong_of=wrong_of)
        fill(tx, range(1_000, 1_300), at=NOW - WEEK, wrong_of=30)
    everything = appraised(database, policy()).row(About.ALL)
    assert everything is not None
    assert everything.movement is said


def test_a_tier_that_is_always_reviewed_says_so(filled: Database) -> None:
    (row,) = appraised(filled, policy()).thresholds
    assert (row.state, row.in_force, row.found) == (ThresholdState.REVIEWED, None, None)


def test_a_number_in_the_policy_is_held_against_the_target(filled: Database) -> None:
    quality = appraised(filled, policy("0.9"))
    (row,) = quality.thresholds
    assert (row.state, row.in_force) == (ThresholdState.FIXED, 0.9)
    assert row.found is not None
    assert quality.curve is not None
    assert quality.curve.current == 0.9
    assert quality.curve.points[-1].coverage == 1.0


@pytest.mark.parametrize(("hours", "counted"), [(3, 300), (5, 340)], ids=["not due yet", "overdue"])
def test_a_threshold_is_tried_on_what_experts_had_time_for(
    filled: Database, hours: int, counted: int
) -> None:
    came_at = UNTIL - timedelta(hours=hours)
    with filled.write() as tx:
        store(tx, [prediction(number, received_at=came_at) for number in range(500, 540)])
    curve = appraised(filled, policy("0.9")).curve
    assert curve is not None
    assert curve.received == counted


def test_a_promise_without_a_certificate_is_not_kept_yet(filled: Database) -> None:
    (row,) = appraised(filled, policy("{ error = 0.02, confidence = 0.95 }")).thresholds
    assert (row.state, row.in_force) == (ThresholdState.NOT_YET, None)


def test_calibration_stands_for_all_that_was_watched(filled: Database) -> None:
    report = appraised(filled, policy()).calibration
    assert report is not None
    assert report.n == 120
    assert sum(one.weight for one in report.bins) == pytest.approx(300)


def leave_unanswered(tx: Transaction) -> None:
    """Beside the 300: 300 more of which a third of the audits and of the reviewed is decided."""
    opened = store(
        tx,
        [
            sliced(
                prediction(number, routed=fate(number), confidence=0.95 if number % 10 < 7 else 0.6),
                country="DE" if number % 2 else "FR",
            )
            for number in range(1_000, 1_300)
        ],
    )
    for case in opened:
        number = int(case.case_id.removeprefix("case_"))
        if number % (3 if number % 10 == 0 else 2) == 0:
            decide(tx, number, "fraud" if number % 30 else "ok", after=timedelta(hours=2))


def test_calibration_confusions_and_errors_say_the_same_where_many_did_not_answer(
    filled: Database,
) -> None:
    with filled.write() as tx:
        leave_unanswered(tx)
    quality = appraised(filled, policy())
    everything, report = quality.row(About.ALL), quality.calibration
    assert everything is not None
    assert report is not None
    assert everything.now.period is not None
    assert everything.now.unanswered == 80
    wrong = sum(part.weight * (1 - part.accuracy) for part in report.bins)
    assert sum(part.weight for part in report.bins) == pytest.approx(600)
    assert wrong / 600 == pytest.approx(everything.now.period.value)
    assert sum(confusion.pair.weight for confusion in quality.confusions) == pytest.approx(wrong)


def test_labels_of_what_came_in_before_speak_of_no_other_traffic(filled: Database) -> None:
    alone = appraised(filled, policy())
    early = SPAN.learned_since_at - timedelta(hours=1)
    with filled.write() as tx:
        store(tx, [prediction(number, received_at=early) for number in range(2_000, 2_040)])
        for number in range(2_000, 2_040):
            decide(tx, number, "ok")
    beside = appraised(filled, policy())
    assert (beside.calibration, beside.confusions) == (alone.calibration, alone.confusions)


def test_what_is_decided_while_a_month_is_measured_has_its_weight(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
    read, times_read = model_evidence.strata, count()

    def decided_behind(*period: Any) -> tuple[TrafficCount, ...]:
        counts = read(*period)
        if next(times_read) == 0:
            with database.write() as tx:
                decide(tx, 1, "ok")
        return counts

    monkeypatch.setattr(model_evidence, "strata", decided_behind)
    used, month = policy(), Span(UNTIL - 8 * WEEK, UNTIL - 4 * WEEK, UNTIL)
    quality = appraise(database, used, used.teams["leads"], month)
    assert [confusion.pair.n for confusion in quality.confusions] == [1]


def test_confusions_and_the_days_work_are_told(filled: Database) -> None:
    quality = appraised(filled, policy())
    (confusion,) = quality.confusions
    assert (confusion.pair.predicted, confusion.pair.decided, confusion.pair.n) == ("fraud", "ok", 30)
    assert sum(day.received for day in quality.days) == 300
    (busy,) = [day for day in quality.days if day.decided]
    assert (busy.reviewed, busy.auto_accepted, busy.decided) == (120, 180, 120)
    assert busy.median_time == timedelta(hours=2)


def test_a_harmful_label_is_looked_at_slice_by_slice(filled: Database) -> None:
    text = EXAMPLES.replace('name = "fraud",', 'name = "fraud", harmful = true,')
    rates = appraised(filled, load_policy(text, "policy.toml")).harms
    assert [(rate.label, rate.kind, rate.key, rate.value) for rate in rates] == [
        ("fraud", HarmKind.ACCEPTED, "country", "DE"),
        ("fraud", HarmKind.MISSED, "country", "DE"),
        ("fraud", HarmKind.ACCEPTED, "country", "FR"),
        ("fraud", HarmKind.MISSED, "country", "FR"),
    ]


def test_without_a_harmful_label_nothing_is_looked_at_for_harm(filled: Database) -> None:
    assert appraised(filled, policy()).harms == ()


def test_marked_disagreements_of_the_week_are_counted_and_the_newest_two_kept(filled: Database) -> None:
    with filled.write() as tx:
        for number in (7, 8, 9):
            settling = replace(label_of(f"case_{number}"), is_adjudication=True, mark=Mark.GUIDELINE_GAP)
            labels.add(tx, settling)
    marked = appraised(filled, policy()).marked
    assert (marked.gaps, marked.both) == (3, 0)
    assert [case.case_id for case in marked.newest] == ["case_9", "case_8"]


def test_few_reasons_make_no_themes_and_that_is_said(filled: Database) -> None:
    with filled.write() as tx:
        labels.add(tx, label_of("case_7", label="fraud", why="the address does not match"))
    quality = appraised(filled, policy())
    assert quality.themes == ()
    assert quality.no_themes_because


def test_a_period_without_anything_is_empty(database: Database) -> None:
    quality = appraised(database, policy())
    assert (quality.errors, quality.thresholds, quality.calibration, quality.curve) == ((), (), None, None)
    assert quality.target == 0.05


def test_days_are_those_of_the_team_s_calendar() -> None:
    zone = ZoneInfo("Europe/Berlin")
    since = datetime(2026, 10, 23, 8, tzinfo=UTC)
    until = datetime(2026, 10, 26, 9, tzinfo=UTC)  # the clock goes back on the 25th
    assert midnights(since, until, zone) == [
        since,
        datetime(2026, 10, 23, 22, tzinfo=UTC),
        datetime(2026, 10, 24, 22, tzinfo=UTC),
        datetime(2026, 10, 25, 23, tzinfo=UTC),
        until,
    ]
