"""A certificate that audits, labels, calibrator or policy speak against ends at once, and that is told."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.usecases.context import PolicyHolder
from bot.usecases.thresholds import certify, label_sets
from bot.usecases.thresholds.threshold_table import threshold_rows
from bot.usecases.thresholds.watch import Watch
from routing.cell import EVERYTHING
from routing.digest.model_quality import ThresholdState
from routing.evidence.alarm import Alarm, AlarmKind
from routing.measures.certification.monitor import monitor
from routing.policy import load_policy
from routing.triage.follow_up import FollowUp
from storage import audit
from storage.cases import follow_ups
from storage.engine.database import Database, Transaction
from storage.evidence import labels_in_order, model_evidence
from storage.evidence.labels_in_order import AuditInOrder
from storage.measured import alarms, certificates
from storage.measured.certificates import Attempt, CertificateKey
from tests.plain_words import assert_plain
from tests.usecases.traffic import DAY, HOUR, MODEL, Traffic, calibrated, shares, traffic
from tests.worlds.policies import PROMISED

KEY = CertificateKey("fraud", "ordinary", MODEL)


@pytest.fixture
def world(database: Database) -> Traffic:
    """A world on each database in which the model's threshold was certified an hour ago."""
    made = traffic(database)
    label_sets.note_new(made.ctx)
    calibrated(made.ctx)
    made.day(400)
    assert certify.certify_due(made.ctx) == 1
    made.clock.moment += HOUR
    return made


def granted(world: Traffic) -> Attempt:
    with world.ctx.database.read() as tx:
        (found,) = certificates.last_granted(tx, KEY)
    return found


def test_audits_without_errors_leave_it_in_force(world: Traffic) -> None:
    world.day(200)
    assert Watch(world.ctx).revoke_due() == {"revoked": 0}
    assert granted(world).revoked_at is None


def test_what_second_opinions_catch_counts_for_what_nobody_checked(database: Database) -> None:
    """Half of the audits are checked, and only there experts see what is wrong: 14 % where 5 may be."""
    made = traffic(database, f"{PROMISED}second_opinions = 0.25\n")
    label_sets.note_new(made.ctx)
    calibrated(made.ctx)
    made.day(1_500, unsure=0.0)
    assert certify.certify_due(made.ctx) == 1
    made.clock.moment += HOUR
    since = made.clock.moment
    made.day(1_200, sure=0.14, unsure=0.14, nods=1.0)
    with made.ctx.database.read() as tx:
        audits = labels_in_order.audits(tx, "fraud", "ordinary", MODEL, since, made.clock.moment)
    assert {audit.check_chance for audit in audits} == {0.5}
    assert {audit.loss for audit in audits} == {0.0, 2.0}
    weights = [1 / audit.inclusion_probability for audit in audits]
    assert not monitor([audit.is_error for audit in audits], weights, 0.05, 0.1).is_revoked
    assert Watch(made.ctx).revoke_due() == {"revoked": 1}


def test_errors_in_audits_revoke_it_and_the_next_prediction_is_reviewed(world: Traffic) -> None:
    world.day(200, sure=0.4)
    watch = Watch(world.ctx)
    assert watch.revoke_due() == {"revoked": 1}
    reason = str(granted(world).revoked_reason)
    assert "checked at random were wrong, too many for “at most 1 in 20”" in reason
    (first, *_) = after = world.day(50)
    assert shares(after) == (0, 0)
    assert f"the certified threshold was revoked: {reason} (tier ordinary)" in first.routing.reasons
    assert watch.revoke_due() == {"revoked": 0}


def test_predictions_of_one_group_that_are_wrong_together_are_one_error(world: Traffic) -> None:
    world.day(30, sure=1.0, text="the same payment")
    assert Watch(world.ctx).revoke_due() == {"revoked": 0}
    world.day(30, sure=1.0)
    assert Watch(world.ctx).revoke_due() == {"revoked": 1}


def test_errors_that_are_said_at_once_revoke_nothing_while_confirmations_wait(world: Traffic) -> None:
    watch = Watch(world.ctx)
    first = world.day(1000, sure=0.03, is_slow_to_confirm=True)
    world.clock.moment = first[-1].received_at + HOUR  # nothing is overdue yet
    assert watch.revoke_due() == {"revoked": 0}
    world.confirm()
    assert watch.revoke_due() == {"revoked": 0}


def test_errors_behind_an_audit_that_nobody_answers_count_once_its_time_is_over(world: Traffic) -> None:
    watch = Watch(world.ctx)
    first = world.day(300, sure=0.4, is_slow_to_confirm=True)
    world.clock.moment = first[-1].received_at + HOUR
    assert watch.revoke_due() == {"revoked": 0}
    world.clock.moment += DAY  # no further decision comes: the time alone passes
    assert watch.revoke_due() == {"revoked": 1}


def test_where_nobody_answers_it_ends_with_a_reason_of_its_own(world: Traffic) -> None:
    world.day(200, is_slow_to_confirm=True)
    asked = len(world.waiting)
    watch = Watch(world.ctx)
    world.clock.moment -= DAY - HOUR
    assert watch.revoke_due() == {"revoked": 0}  # there is still time
    world.clock.moment += DAY
    assert watch.revoke_due() == {"revoked": 1}
    reason = str(granted(world).revoked_reason)
    assert reason.startswith("nobody answers: ")
    assert reason.endswith(" to be checked at random were not answered in time")
    assert 20 <= int(reason.split()[2]) <= asked
    told = world.news()[-1]
    assert told.sentence.endswith(f"everything is looked at: {reason}.")
    assert_plain((told.sentence, *told.details, told.advice))
    (first, *_) = world.day(1)
    assert f"the certified threshold was revoked: {reason} (tier ordinary)" in first.routing.reasons


@pytest.mark.parametrize(("limit", "revoked"), [("0.05", 1), ("0.9", 0)])
def test_how_many_may_stay_silent_is_up_to_the_policy(database: Database, limit: str, revoked: int) -> None:
    text = PROMISED.replace("audit = 0.5", f"audit = 0.5\nmax_silence = {limit}")
    world = traffic(database, text)
    label_sets.note_new(world.ctx)
    calibrated(world.ctx)
    world.day(400)
    assert certify.certify_due(world.ctx) == 1
    world.clock.moment += HOUR
    world.day(200)
    world.day(60, is_slow_to_confirm=True)
    world.clock.moment += DAY
    assert Watch(world.ctx).revoke_due() == {"revoked": revoked}


def test_a_few_that_stay_silent_end_nothing(world: Traffic) -> None:
    world.day(20, is_slow_to_confirm=True)
    world.clock.moment += DAY
    assert Watch(world.ctx).revoke_due() == {"revoked": 0}


def test_a_revocation_goes_on_record_raises_an_alarm_and_is_told_with_examples(world: Traffic) -> None:
    world.day(200, sure=0.4)
    Watch(world.ctx).revoke_due()
    one = granted(world)
    with world.ctx.database.read() as tx:
        (_, entry) = audit.of_subject(tx, str(one.certificate_id), 9)
        (stored,) = alarms.since(tx, ["fraud"], world.clock.moment - DAY, world.clock.moment + DAY)
        known = labels_in_order.audits(tx, "fraud", "ordinary", MODEL, one.attempted_at, world.clock.moment)
    assert (entry.action, entry.data["reason"]) == ("threshold.revoked", one.revoked_reason)
    alarm = Alarm.from_json(stored.payload)
    assert alarm.kind is AlarmKind.ERROR
    assert alarm.p_value <= 0.1
    wrong = {audited.case_id for audited in known if audited.is_error}
    assert len(alarm.case_ids) == 3
    assert set(alarm.case_ids) <= wrong
    told = world.news()[-1]
    assert told.sentence == (
        "Nothing that gbm 3 predicts in fraud goes through by itself any more, everything is looked at: "
        f"{one.revoked_reason}."
    )
    assert alarm.sentence == f"fraud: {one.revoked_reason}."
    assert_plain((told.sentence, *told.details, told.advice, alarm.sentence))
    assert (told.case_ids, told.alarm_keys) == (alarm.case_ids, (stored.key,))


def test_a_revocation_after_many_audits_tells_how_it_went_at_last(world: Traffic) -> None:
    world.day(800)
    world.day(200, sure=0.5)
    Watch(world.ctx).revoke_due()
    one = granted(world)
    with world.ctx.database.read() as tx:
        known = labels_in_order.audits(tx, "fraud", "ordinary", MODEL, one.attempted_at, world.clock.moment)
    lately = [audited.is_error for audited in known if audited.calibrated >= (one.threshold or 0)][-50:]
    assert 10 < sum(lately) < 50
    assert f" checked at random were wrong ({sum(lately)} of the last 50), too many" in str(
        one.revoked_reason
    )


def test_audits_below_the_threshold_do_not_count(world: Traffic) -> None:
    present = world.ctx.standing.present
    key = ("fraud", "ordinary", "gbm", "3", EVERYTHING.key)
    looser = replace(present.thresholds[key], threshold=0.5)  # a replica that has not read the new one yet
    world.ctx.standing.present = replace(present, thresholds={key: looser})
    world.day(200, unsure=0.5)
    assert Watch(world.ctx).revoke_due() == {"revoked": 0}


def test_it_looks_again_only_when_something_happened(world: Traffic, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(world.ctx)
    world.day(20)
    watch.revoke_due()
    looks: list[str] = []
    look = labels_in_order.audits

    def counted(tx: Transaction, task: str, *more: Any) -> tuple[AuditInOrder, ...]:
        looks.append(task)
        return look(tx, task, *more)

    monkeypatch.setattr(labels_in_order, "audits", counted)
    watch.revoke_due()
    assert looks == []
    world.day(20)
    watch.revoke_due()
    assert len(looks) == 1


def test_a_watch_that_failed_looks_again(world: Traffic, monkeypatch: pytest.MonkeyPatch) -> None:
    world.day(200, sure=0.4)
    watch = Watch(world.ctx)
    with monkeypatch.context() as broken:
        broken.setattr(labels_in_order, "audits", None)
        with pytest.raises(ExceptionGroup, match="1 of 1 failed"):
            watch.revoke_due()
    assert watch.revoke_due() == {"revoked": 1}


def test_nothing_is_watched_before_anything_is_granted(database: Database) -> None:
    assert Watch(traffic(database).ctx).revoke_due() == {"revoked": 0}


def with_policy(world: Traffic, text: str) -> Traffic:
    return replace(world, ctx=replace(world.ctx, active=PolicyHolder.of(load_policy(text, "policy.toml"))))


THIRD = '\n  {name = "third", description = "a new one", example = "new"},\n]\n[[tasks'


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text.replace("\n]\n[[tasks", THIRD), "the labels of the task have changed"),
        (
            lambda text: text.replace("error = 0.05", "error = 0.01"),
            "the policy allows less now: at most 1 in 100 wrong",
        ),
        (
            lambda text: text.replace("{ error = 0.05, confidence = 0.9 }", "0.99"),
            "the policy sets no limit there any more",
        ),
        (
            lambda text: text.replace('name = "ordinary"', 'name = "usual"'),
            "the policy sets no limit there any more",
        ),
    ],
)
def test_a_policy_that_it_does_not_hold_for_revokes_it(
    world: Traffic, change: Callable[[str], str], reason: str
) -> None:
    changed = with_policy(world, change(PROMISED))
    assert Watch(changed.ctx).revoke_due() == {"revoked": 1}
    assert granted(world).revoked_reason == reason


def test_a_policy_that_changes_while_it_watches_revokes_it_though_nothing_was_decided(world: Traffic) -> None:
    watch = Watch(world.ctx)
    assert watch.revoke_due() == {"revoked": 0}

    strict = load_policy(PROMISED.replace("error = 0.05", "error = 0.01"), "policy.toml")
    world.ctx.active.present = PolicyHolder.of(strict).present

    assert watch.revoke_due() == {"revoked": 1}


def test_a_policy_that_promises_less_or_no_longer_knows_the_task_leaves_it(world: Traffic) -> None:
    less = with_policy(world, PROMISED.replace("error = 0.05", "error = 0.1"))
    other = PROMISED.replace('"fraud"]', '"other"]').replace("tasks.fraud", "tasks.other")
    unknown = with_policy(world, other)
    assert Watch(less.ctx).revoke_due() == Watch(unknown.ctx).revoke_due() == {"revoked": 0}


def test_another_calibrator_revokes_it(world: Traffic) -> None:
    calibrated(world.ctx, 2, 2.0)
    assert Watch(world.ctx).revoke_due() == {"revoked": 1}
    assert granted(world).revoked_reason == "the correction that it was shown with is not in use any more"


def test_the_digest_shows_no_threshold_that_does_not_hold_before_it_is_revoked(
    world: Traffic,
) -> None:
    changed = with_policy(world, PROMISED.replace("\n]\n[[tasks", THIRD))
    policy, now = changed.ctx.policy, world.clock.moment
    with world.ctx.database.read() as tx:
        counts = model_evidence.strata(tx, ["fraud"], now - 7 * DAY, now)
        (row,), _ = threshold_rows(tx, policy, policy.teams["risk"], counts, now - 7 * DAY, now)
    assert (row.state, row.in_force) == (ThresholdState.SUSPENDED, None)
    assert row.why == "the labels of the task have changed"


def test_two_replicas_revoke_it_once(world: Traffic) -> None:
    world.day(200, sure=0.4)
    world.news()
    first, second = Watch(world.ctx), Watch(replace(world.ctx))
    with world.ctx.database.read() as tx:
        seen = certificates.standing(tx)
    assert first._look(seen, {}) == 1
    assert second._look(seen, {}) == 0
    assert len(world.news()) == 1


def asked_again(world: Traffic, audits: Sequence[AuditInOrder], *, chance: float = 1.0) -> None:
    """What is silent among these was drawn to be asked again, with this chance, and that has ended."""
    now = world.clock.moment
    drawn = [FollowUp(one.case_id, chance, True) for one in audits if one.is_silent]
    with world.ctx.database.write() as tx:
        follow_ups.add(tx, drawn, now - DAY, now - HOUR)


def audits_of(world: Traffic) -> tuple[AuditInOrder, ...]:
    since = granted(world).attempted_at
    with world.ctx.database.read() as tx:
        return labels_in_order.audits(tx, "fraud", "ordinary", MODEL, since, world.clock.moment)


@pytest.fixture
def patient(database: Database) -> Traffic:
    """As `world`, where half of the checks may stay silent."""
    made = traffic(database, PROMISED.replace("audit = 0.5", "audit = 0.5\nmax_silence = 0.5"))
    label_sets.note_new(made.ctx)
    calibrated(made.ctx)
    made.day(400)
    assert certify.certify_due(made.ctx) == 1
    made.clock.moment += HOUR
    return made


def test_what_stays_silent_after_it_was_asked_again_weighs_on_the_alarm(patient: Traffic) -> None:
    patient.day(200, sure=0.04)
    patient.day(60, is_slow_to_confirm=True)
    watch = Watch(patient.ctx)
    assert watch.revoke_due() == {"revoked": 0}  # nobody was asked again: nothing is known of the silent

    asked_again(patient, audits_of(patient))

    assert watch.revoke_due() == {"revoked": 1}
    audits = audits_of(patient)
    wrong, answered = sum(one.is_error for one in audits), sum(one.is_labeled for one in audits)
    reason = str(granted(patient).revoked_reason)
    assert f"{wrong} of {answered} checked at random were wrong" in reason
    assert f", {len(audits) - answered} stayed unanswered, too many" in reason


def test_late_answers_that_are_right_speak_for_what_stays_silent(patient: Traffic) -> None:
    patient.day(200, sure=0.04)
    patient.day(120, is_slow_to_confirm=True)
    asked_again(patient, audits_of(patient))
    late, patient.waiting = patient.waiting[:-3], patient.waiting[-3:]
    silent, patient.waiting = patient.waiting, late
    patient.confirm()
    patient.waiting = silent

    assert Watch(patient.ctx).revoke_due() == {"revoked": 0}


def test_those_asked_again_speak_for_all_they_were_drawn_from(world: Traffic) -> None:
    world.day(200)
    world.day(100, is_slow_to_confirm=True)
    few = [one for one in audits_of(world) if one.is_silent]
    asked_again(world, few[:1], chance=0.1)
    with world.ctx.database.write() as tx:
        left = [FollowUp(one.case_id, 0.1, False) for one in few[1:]]
        follow_ups.add(tx, left, world.clock.moment - DAY, world.clock.moment - HOUR)

    assert Watch(world.ctx).revoke_due() == {"revoked": 1}
    assert str(granted(world).revoked_reason).startswith("nobody answers: 10 of the last ")
