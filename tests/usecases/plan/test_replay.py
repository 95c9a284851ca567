"""A replay routes what was logged once more, exactly as intake does, and counts time as experts work."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.usecases.context import Context
from bot.usecases.intake import admission
from bot.usecases.intake.admission import PostedItem
from bot.usecases.plan import replay
from bot.usecases.plan.replay import Busy, CannotPlan, NothingLogged, QuickReplay
from routing.case.decision import Decision, Method
from routing.evidence.calibrator import Calibrator
from routing.label import ExpertId
from routing.policy import Policy, load_policy
from routing.prediction import CaseInput, ModelRef, Origin, Prediction, Submission
from routing.routing import Disposition
from storage.cases import decisions
from storage.engine.database import Database
from storage.leads import audit_shares
from storage.leads.audit_shares import AuditShare
from storage.measured import calibrators, certificates
from storage.measured.calibrators import StoredCalibrator
from storage.measured.certificates import Attempt, CertificateKey
from tests.answers import chosen
from tests.http import shop
from tests.worlds.clocks import ServedClock
from tests.worlds.policies import SHOP

HOUR = timedelta(hours=1)
BACK = timedelta(days=30)
FRIDAY = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
AUDITED = SHOP.replace("audit = 0.0\n", "audit = 0.3\n")
HOURS = '[tasks.fraud.hours]\nstart = "09:00"\nend = "17:00"\n'


def in_hours(text: str) -> str:
    """The policy with working hours, eight a day."""
    return text.replace("[[tasks.fraud.tiers]]", f"{HOURS}\n[[tasks.fraud.tiers]]", 1)


@pytest.fixture
def ctx(database: Database) -> Context:
    """The world of the use cases on a Friday at 16:00, a third of the accepted audited."""
    made = shop.served(database, in_hours(AUDITED))
    assert isinstance(made.clock, ServedClock)
    made.clock.moment = FRIDAY
    return made


def post(ctx: Context, count: int = 40, origin: Origin = Origin.PRODUCTION, first: int = 0) -> list[str]:
    """Predictions from 0.6 to 0.99; the case ids of those that are reviewed."""
    items = []
    for number in range(first, first + count):
        sure = 0.6 + 0.01 * (number % 40)
        prediction = Prediction("fraud", sure, ModelRef("payments", "3"))
        name = f"{origin}-{number}"
        case_input = CaseInput("text", {"amount": 20.0})
        submission = Submission("shop", name, "fraud", case_input, prediction, FRIDAY, origin)
        items.append(PostedItem(submission, name.encode()))
    with ctx.database.write() as tx:
        stored = admission.store(ctx, tx, items, ctx.clock.now()).stored.values()
    return [one.case_id for one in stored if one.routing.disposition is Disposition.REVIEW]


def decide(ctx: Context, case_ids: list[str], label: str, after: timedelta) -> None:
    """Put a decision of every case on record."""
    expert, version = ExpertId("T0TEAM", "U0ANN"), ctx.policy.version
    with ctx.database.write() as tx:
        for name in case_ids:
            made = Decision(
                f"dec_{name}", name, 1, chosen(label), Method.SINGLE, FRIDAY + after, version, 1, (expert,)
            )
            decisions.add(tx, made)


def later(ctx: Context, moved: timedelta) -> Context:
    """The same world some time later."""
    ctx.clock.sleep(moved)
    return ctx


def nothing(done: int, total: int) -> None:
    """Nobody looks on."""


def policy(text: str) -> Policy:
    return load_policy(text, "policy.toml")


def test_the_same_policy_routes_every_prediction_as_it_was_routed_draws_included(ctx: Context) -> None:
    post(ctx, 400)
    past = replay.look_back(later(ctx, HOUR), ctx.policy, BACK, nothing)
    assert len(past.rows) == 400
    assert all(row.after == row.before for row in past.rows)
    assert sum(row.before.is_audit for row in past.rows) > 10
    assert {row.inclusion_probability for row in past.rows} == {0.3, 1.0}


def test_only_working_time_counts_until_a_decision_or_until_now(ctx: Context) -> None:
    first, *others = post(ctx, 20)
    decide(ctx, [first], "fraud", after=timedelta(days=2, hours=20))
    past = replay.look_back(later(ctx, timedelta(days=3)), ctx.policy, BACK, nothing)
    reviewed = [row for row in past.rows if row.before.is_reviewed]
    decided = [row for row in reviewed if row.seconds is not None]
    assert [row.seconds for row in decided] == [4 * 3600], "an hour on Friday, three on Monday"
    assert {row.waited for row in reviewed if row.seconds is None} == {8 * 3600}
    assert len(reviewed) == len(others) + 1
    assert {row.waited for row in past.rows if not row.before.is_reviewed} <= {0.0}


def test_labels_tell_errors_and_what_expired_or_waits_tells_nothing(ctx: Context) -> None:
    right, wrong, *_ = post(ctx, 10)
    decide(ctx, [right], "fraud", HOUR)
    decide(ctx, [wrong], "legitimate", HOUR)
    past = replay.look_back(later(ctx, 2 * HOUR), ctx.policy, BACK, nothing)
    assert sorted((row.is_labeled, row.is_error) for row in past.rows) == [
        *[(False, False)] * 8,
        (True, False),
        (True, True),
    ]


def test_the_confidence_that_counts_is_the_calibrated_one_in_force(ctx: Context) -> None:
    post(ctx, 40)
    hotter = Calibrator("temperature", (3.0,))
    fitted = StoredCalibrator(
        "fraud", ModelRef("payments", "3"), 1, hotter.version, hotter.to_json(), {}, True, FRIDAY
    )
    plain = replay.look_back(later(ctx, HOUR), ctx.policy, BACK, nothing)
    with ctx.database.write() as tx:
        calibrators.add(tx, fitted)
    calibrated = replay.look_back(ctx, ctx.policy, BACK, nothing)
    assert max(row.score or 0.0 for row in plain.rows) == pytest.approx(0.99)
    assert max(row.score or 0.0 for row in calibrated.rows) == pytest.approx(hotter.calibrate(0.99))
    assert not any(row.after.is_accepted for row in calibrated.rows)


def test_audits_that_were_asked_for_are_drawn_in_a_replay(ctx: Context) -> None:
    post(ctx, 40)
    now = later(ctx, HOUR).clock.now()
    with ctx.database.write() as tx:
        audit_shares.ask(tx, AuditShare("fraud", "ordinary", 1.0, "U0LEAD", now, now + HOUR))
    past = replay.look_back(ctx, ctx.policy, BACK, nothing)
    assert all(row.after.is_reviewed for row in past.rows)


def grant(ctx: Context, promised: Policy) -> str:
    """Certify 0.8 for what the tier promises; the certificate's id."""
    task = promised.tasks["fraud"]
    tier = next(tier for tier in task.tiers if tier.name == "ordinary")
    assert tier.promise is not None
    granted = Attempt(
        key=CertificateKey("fraud", "ordinary", ModelRef("payments", "3")),
        attempt=1,
        labels_digest=task.labels_digest,
        calibrator_version=None,
        answer={"promise": {"error": tier.promise.error, "confidence": tier.promise.confidence}},
        attempted_at=FRIDAY,
        certificate_id="certificate_1",
        threshold=0.8,
    )
    with ctx.database.write() as tx:
        assert certificates.add(tx, granted)
    return "certificate_1"


def test_a_policy_held_against_itself_changes_nothing_whatever_was_certified_since(
    database: Database,
) -> None:
    promise = "accept_above = { error = 0.02, confidence = 0.95 }\n"
    text = in_hours(AUDITED.replace("accept_above = 0.9\n", promise))
    ctx = shop.served(database, text)
    post(ctx, 40)
    certificate_id = grant(ctx, ctx.policy)
    later(ctx, HOUR)
    for was_accepted in (False, True):
        alike = replay.replay(ctx, ctx.policy, BACK, nothing).replay
        assert (alike.newly_accepted, alike.newly_reviewed) == (0, 0)
        assert alike.before == alike.after
        assert bool(alike.before.auto_accepted) is not was_accepted
        then = replay.replay(ctx, ctx.policy, BACK, nothing, is_past=True)
        assert then.is_past
        assert (then.replay.newly_accepted > 0) is not was_accepted
        assert (then.replay.before.auto_accepted, then.replay.newly_reviewed) == (0, 0)
        with ctx.database.write() as tx:
            certificates.revoke(tx, certificate_id, ctx.clock.now(), "tried")


def test_only_production_counts_and_the_look_back_begins_with_the_first_prediction(ctx: Context) -> None:
    post(ctx, 5)
    post(ctx, 7, Origin.SYNTHETIC)
    told = []
    past = replay.look_back(
        later(ctx, timedelta(days=7)), ctx.policy, BACK, lambda done, total: told.append((done, total))
    )
    assert (past.since, past.weeks) == (FRIDAY, 1.0)
    assert told == [(number, 5) for number in range(1, 6)]
    with pytest.raises(NothingLogged, match="look further back"):
        replay.look_back(ctx, ctx.policy, HOUR, nothing)


def test_a_replay_counts_working_hours_and_prices_of_the_new_policy(ctx: Context) -> None:
    decide(ctx, post(ctx, 40), "fraud", HOUR)
    dear = AUDITED.replace("accept_above = 0.9\n", "accept_above = 0.7\nminutes_per_label = 6.0\n")
    found = replay.replay(later(ctx, timedelta(days=3)), policy(in_hours(dear)), BACK, nothing)
    (load,) = found.replay.after.channels
    assert load.cases < found.replay.before.reviewed
    assert load.expert_hours == pytest.approx(load.cases / 10)
    assert load.per_working_hour == pytest.approx(load.cases / 8)
    assert load.late is not None


def test_tasks_that_the_new_policy_lacks_are_counted_and_left_out(ctx: Context) -> None:
    post(ctx, 6)
    other = SHOP.partition("[tasks.fraud]")[0] + "[tasks.loan]" + SHOP.partition("[tasks.loan]")[2]
    lacking = policy(other.replace('["fraud"]', '["loan"]').replace('["fraud", "loan"]', '["loan"]'))
    found = replay.replay(later(ctx, HOUR), lacking, BACK, nothing)
    assert found.left_out == {"fraud": 6}
    assert found.replay.received == 0


def test_a_budget_plans_every_tier_of_the_policy(ctx: Context) -> None:
    decide(ctx, post(ctx, 200), "fraud", HOUR)
    found = replay.budget(later(ctx, timedelta(days=7)), 100.0, BACK, None, nothing)
    received = {(plan.task, plan.tier): plan.received for plan in found.tiers}
    assert received == {("fraud", "large"): 0, ("fraud", "ordinary"): 200, ("loan", "every"): 0}
    assert found.spent <= 100
    with pytest.raises(CannotPlan, match="not enough"):
        replay.budget(ctx, 1.0, BACK, None, nothing)


def test_a_quick_replay_takes_one_task_and_about_the_newest_predictions(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = QuickReplay(ctx)
    with pytest.raises(NothingLogged, match="fraud came in during the last 30 days"):
        quick(ctx.policy, "fraud")
    post(ctx, 6)
    old = later(ctx, HOUR).clock.now()
    post(ctx, 4, Origin.RED_TEAM)
    post(ctx, 5, first=100)
    later(ctx, HOUR)
    assert (quick(ctx.policy, "fraud").replay.received, quick(ctx.policy, "fraud").has_older) == (11, False)
    monkeypatch.setattr(replay, "QUICK_MOST", 7)
    found = quick(ctx.policy, "fraud")
    assert (found.replay.received, found.has_older, found.since) == (5, True, old)
    with pytest.raises(NothingLogged):
        quick(ctx.policy, "loan")


def test_only_one_quick_replay_runs_at_a_time(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = QuickReplay(ctx)

    def again(*_: object) -> None:
        with pytest.raises(Busy):
            quick(ctx.policy, "fraud")
        raise NothingLogged("told")

    monkeypatch.setattr(replay, "replay", again)
    for _ in range(2):
        with pytest.raises(NothingLogged, match="last 30 days"):
            quick(ctx.policy, "fraud")
