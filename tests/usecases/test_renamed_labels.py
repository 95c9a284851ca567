"""A label has another name: open cases, typed answers and measures go on as if it always had."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.usecases.active_policy import Proposal, propose
from bot.usecases.context import PolicyHolder
from bot.usecases.digest.model_quality import appraise
from bot.usecases.digest.span import Span
from bot.usecases.digest.weekly import digest_of
from bot.usecases.learning import drift, drift_spans
from bot.usecases.repairs.departures import PolicyPart, departures
from bot.usecases.repairs.stranded_cases import stranded
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.outcome import RecordedAct
from bot.usecases.review.thread_reply import ThreadReply, thread_reply
from bot.usecases.thresholds import certify, label_sets
from routing.label import Via
from routing.policy import load_policy
from storage import tables
from storage.engine.database import Database
from tests.usecases.traffic import DAY, Traffic, calibrated, shares, traffic
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World
from tests.worlds.people import ANN, CHANNEL_ID
from tests.worlds.policies import DESK, PROMISED

LABEL = 'name = "legit", description = "an honest payment", example = "groceries", title = "Legit"'
RENAMED = 'name = "honest", description = "honest", title = "Honest", example = "x", was = ["legit"]'
LEFT = RENAMED.replace(', was = ["legit"]', "")
SCAM = PROMISED.replace('name = "fraud", ', 'name = "scam", was = ["fraud"], ')


def under(world: World, new: str, old: str = LABEL, *, is_kept: bool = True) -> World:
    assert old in DESK
    changed = replace(world, policy=load_policy(DESK.replace(old, new), "policy.toml"))
    if is_kept:
        propose(changed.ctx, Proposal("test", changed.policy, is_change=True))
    return changed


@pytest.fixture
def kept(world: World) -> World:
    """The world, which has kept its policy."""
    propose(world.ctx, Proposal("test", world.policy, is_change=True))
    return world


@pytest.mark.parametrize("name", ["legit", "honest"])
def test_of_an_opening_that_is_not_kept_a_right_answer_is_no_error(world: World, name: str) -> None:
    case = world.open(label="legit")
    later = under(world, RENAMED)
    recorded = answer(later.ctx, ExpertAnswer(later.act(case), name, Via.BUTTON))
    assert isinstance(recorded, RecordedAct)
    decision = later.case(case.case_id).decision
    assert decision is not None
    assert (decision.label, decision.loss) == ("legit", 0.0)


@pytest.mark.parametrize("typed", ["honest: they called", "Legit: they called", "legit: they called"])
def test_an_open_case_is_answered_by_the_new_name_or_the_old(kept: World, typed: str) -> None:
    case = kept.open()
    kept.post(case, "1.1")
    ctx = under(kept, RENAMED).ctx
    recorded = thread_reply(ctx, ThreadReply(ANN, CHANNEL_ID, "1.1", typed, "1.2"))
    assert isinstance(recorded, RecordedAct)
    assert recorded.label is not None
    assert recorded.label.label == "legit"


def test_a_new_case_is_answered_by_the_old_name_too(kept: World) -> None:
    later = under(kept, RENAMED)
    case = later.open()
    later.post(case, "1.1")
    recorded = thread_reply(later.ctx, ThreadReply(ANN, CHANNEL_ID, "1.1", "legit: they called", "1.2"))
    assert isinstance(recorded, RecordedAct)
    assert recorded.label is not None
    assert recorded.label.label == "honest"


def test_a_label_that_was_renamed_has_not_left(kept: World) -> None:
    kept.open()
    assert stranded(under(kept, RENAMED).ctx) == ()
    assert departures(under(kept, RENAMED, is_kept=False).ctx) == {}


def test_what_leaves_is_counted_with_its_open_cases(kept: World) -> None:
    kept.open()
    kept.open()
    part = PolicyPart("fraud", "label", "legit")
    assert departures(under(kept, LEFT, is_kept=False).ctx) == {part: 2}
    tier = under(kept, 'name = "top"', 'name = "high"', is_kept=False)
    assert departures(tier.ctx) == {PolicyPart("fraud", "tier", "high"): 2}
    unasked = under(kept, 'name = "any"', 'name = "all"', is_kept=False)
    assert departures(unasked.ctx) == {PolicyPart("topic", "tier", "all"): 0}


@pytest.fixture
def measured(database: Database) -> Traffic:
    """Weeks under the old name, on each database."""
    made = traffic(database)
    label_sets.note_new(made.ctx)
    return made


def renamed(made: Traffic) -> Traffic:
    """What comes later has the new name, as posts have at the door."""
    return replace(made, ctx=replace(made.ctx, active=PolicyHolder.of(load_policy(SCAM, "policy.toml"))))


def test_measures_name_and_count_a_renamed_label_as_one(measured: Traffic) -> None:
    measured.day(200, unsure=0.5)
    later = renamed(measured)
    policy, now = later.ctx.policy, later.clock.moment
    assert label_sets.note_new(later.ctx) == 0
    span = Span(now - 2 * timedelta(days=7), now - timedelta(days=7), now)
    quality = appraise(later.ctx.database, policy, policy.teams["risk"], span)
    (confusion,) = quality.confusions
    assert (confusion.pair.predicted, confusion.pair.decided) == ("scam", "legit")
    digest = digest_of(later.ctx.database, policy, "risk", span.since_at, now, now)
    assert {(row.predicted, row.decided) for row in digest.confusions} == {("scam", "legit")}


def test_a_certificate_outlives_another_name(measured: Traffic) -> None:
    calibrated(measured.ctx)
    measured.day(400)
    certify.certify_due(measured.ctx)
    later = renamed(measured)
    assert certify.certify_due(later.ctx) == 0
    accepted, _ = shares(later.day(200))
    assert accepted > 0.1


@pytest.mark.parametrize("is_said", [True, False])
def test_another_name_is_no_drift_where_the_policy_says_so(measured: Traffic, is_said: bool) -> None:
    measured.clock.moment = drift_spans.spans(FRIDAY).reference_until - 3 * DAY
    measured.day(400)
    measured.clock.moment = since = FRIDAY - 2 * DAY
    measured.day(250)
    with measured.ctx.database.write() as tx:
        newer = tables.predictions.c.received_at >= since
        tx.execute(tables.predictions.update().where(newer).values(label="scam"))
    later = renamed(measured) if is_said else measured
    later.clock.moment = FRIDAY
    assert drift.detect_due(later.ctx) == (0 if is_said else 1)
