"""Slices get thresholds of their own where that accepts more, and every one keeps the promise by itself."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.usecases.context import Context, PolicyHolder
from bot.usecases.thresholds import cell_sets, certify, label_sets
from bot.usecases.thresholds import in_force as standing
from bot.usecases.thresholds.attempt import Basis, basis_of
from bot.usecases.thresholds.threshold_table import streams, threshold_rows
from bot.usecases.thresholds.watch import Watch
from routing.cell import EVERYTHING, cells
from routing.digest.model_quality import ThresholdState
from routing.evidence.alarm import AlarmKind
from routing.evidence.promise import Certificate
from routing.policy import load_policy
from storage import audit
from storage.engine.database import Database
from storage.evidence import model_evidence
from storage.measured import alarms, certificates
from storage.measured.alarms import StoredAlarm
from storage.measured.certificates import Attempt, CertificateKey
from tests.plain_words import assert_plain
from tests.usecases.traffic import DAY, HOUR, MODEL, Traffic, calibrated, shares, traffic
from tests.worlds.clocks import FRIDAY
from tests.worlds.policies import PROMISED

KEY = CertificateKey("fraud", "ordinary", MODEL)
SLICES = ("country=PT", "country=ES")
SPANISH, PORTUGUESE, OTHERS = cells(SLICES)
SLICED = PROMISED.replace("confidence = 0.9 }", 'confidence = 0.9, slices = ["country=PT", "country=ES"] }')
PT, ES, DE = ({"country": country} for country in ("PT", "ES", "DE"))


@pytest.fixture
def world(database: Database) -> Traffic:
    """Traffic under a policy that names two slices; the label set was seen before, nothing is calibrated."""
    made = traffic(database, SLICED)
    label_sets.note_new(made.ctx)
    cell_sets.note_new(made.ctx)
    calibrated(made.ctx)
    return made


@pytest.fixture
def divided(world: Traffic) -> Traffic:
    """The model is never wrong in Portugal, and so often in Spain that only Portugal was certified."""
    world.day(500, unsure=0.0, slices=PT)
    world.day(200, sure=0.3, slices=ES)
    assert certify.certify_due(world.ctx) == 1
    world.clock.moment += HOUR
    return world


def in_force(world: Traffic) -> dict[str, Attempt]:
    with world.ctx.database.read() as tx:
        return {one.key.cell: one for one in certificates.standing(tx)}


def last(world: Traffic) -> dict[str, Attempt]:
    with world.ctx.database.read() as tx:
        return {one.key.cell: one for one in certificates.last(tx, KEY)}


def test_a_slice_that_keeps_the_promise_is_accepted_though_others_do_not(divided: Traffic) -> None:
    assert set(in_force(divided)) == {PORTUGUESE.key}
    assert shares(divided.day(100, slices=PT))[0] > 0.2
    assert shares(divided.day(50, slices=ES)) == (0, 0)
    assert shares(divided.day(50, slices=DE)) == (0, 0)


def test_where_all_slices_are_alike_one_threshold_serves_everything(world: Traffic) -> None:
    for slices in (PT, ES, DE):
        world.day(200, slices=slices)
    assert certify.certify_due(world.ctx) == 1
    assert set(in_force(world)) == {EVERYTHING.key}
    assert all(shares(world.day(50, slices=slices))[0] > 0.05 for slices in (PT, ES, DE))


def test_the_chance_of_failure_is_divided_before_labels_are_seen(divided: Traffic) -> None:
    tests = last(divided)
    assert list(tests) == [cell.key for cell in (EVERYTHING, SPANISH, PORTUGUESE, OTHERS)]
    found = Certificate.from_json(tests[PORTUGUESE.key].answer)
    assert found.spent == pytest.approx(found.promise.spent_by(1) / 6)
    assert found.promise.confidence == 0.9


def test_cells_take_up_attempts_together(divided: Traffic) -> None:
    divided.day(600, unsure=0.0, slices=DE)
    assert certify.certify_due(divided.ctx) == 1
    tests = last(divided)
    assert list(tests) == [cell.key for cell in (EVERYTHING, SPANISH, PORTUGUESE, OTHERS)]
    assert tests[EVERYTHING.key].answer["why"] == "Its parts have limits of their own."
    assert {one.attempt for one in tests.values()} == {2}
    assert set(in_force(divided)) == {PORTUGUESE.key, OTHERS.key}


def test_the_team_is_told_where_what_is_accepted_and_where_everything_is_reviewed(divided: Traffic) -> None:
    (told,) = divided.news()
    threshold = in_force(divided)[PORTUGUESE.key].threshold
    assert told.sentence.endswith(
        f"in fraud (country is PT) where it is at least {100 * (threshold or 0):.3g} % sure."
    )
    assert told.details[1].startswith("For fraud (country is PT) this rests on ")
    assert [line.partition(" everything is looked at. ")[0] for line in told.details[2:-1]] == [
        "In fraud (country is ES)",
        "In fraud (country other than ES, PT)",
    ]
    assert_plain((told.sentence, *told.details, told.advice))


def test_the_record_names_the_cell(divided: Traffic) -> None:
    granted = in_force(divided)[PORTUGUESE.key]
    with divided.ctx.database.read() as tx:
        (entry,) = audit.of_subject(tx, str(granted.certificate_id), 9)
    assert (entry.action, entry.data["cell"]) == ("threshold.granted", "country=PT")


def test_one_threshold_gives_way_to_those_of_slices_that_accept_more(world: Traffic) -> None:
    for slices in (PT, ES, DE):
        world.day(200, slices=slices)
    certify.certify_due(world.ctx)
    before = in_force(world)[EVERYTHING.key].threshold
    world.clock.moment += HOUR
    world.day(900, unsure=0.0, slices=PT)
    world.day(100, slices=ES)
    assert certify.certify_due(world.ctx) == 1
    (after,) = in_force(world).values()
    assert after.key.cell == PORTUGUESE.key
    assert (after.threshold or 1) < (before or 0)
    assert f" % sure (until now from {100 * (before or 0):.3g} % on)" in world.news()[-1].sentence


def test_the_audits_of_a_slice_revoke_its_own_threshold_only(divided: Traffic) -> None:
    divided.day(600, unsure=0.0, slices=DE)
    certify.certify_due(divided.ctx)
    divided.clock.moment += HOUR
    divided.day(300, sure=0.5, unsure=0.5, slices=PT)
    divided.day(100, unsure=0.0, slices=DE)
    assert Watch(divided.ctx).revoke_due() == {"revoked": 1}
    assert set(in_force(divided)) == {OTHERS.key}
    assert shares(divided.day(50, slices=PT)) == (0, 0)
    assert shares(divided.day(100, slices=DE))[0] > 0.2
    assert divided.news()[-1].sentence.startswith(
        "Nothing that gbm 3 predicts in fraud (country is PT) goes through by itself any more"
    )


def test_evidence_begins_anew_in_the_slice_that_was_revoked_and_goes_on_elsewhere(divided: Traffic) -> None:
    with divided.ctx.database.write() as tx:
        granted = in_force(divided)[PORTUGUESE.key]
        certificates.revoke(tx, str(granted.certificate_id), divided.clock.moment, "it erred")
    standing.refresh(divided.ctx)
    divided.clock.moment += HOUR
    fresh = divided.day(300, unsure=0.0, slices=PT)
    divided.day(400, unsure=0.0, slices=DE)
    certify.certify_due(divided.ctx)
    found = Certificate.from_json(last(divided)[PORTUGUESE.key].answer)
    confidences = [one.submission.prediction.confidence or 0.0 for one in fresh]
    assert found.accepted == sum(one >= found.threshold for one in confidences)


def test_a_policy_that_names_other_slices_ends_what_was_granted_for_these(divided: Traffic) -> None:
    other = load_policy(SLICED.replace('"country=ES"', '"country=FR"'), "policy.toml")
    assert Watch(replace(divided.ctx, active=PolicyHolder.of(other))).revoke_due() == {
        "revoked": 0
    }  # Portugal is still a slice
    without = load_policy(PROMISED, "policy.toml")
    assert Watch(replace(divided.ctx, active=PolicyHolder.of(without))).revoke_due() == {"revoked": 1}
    assert divided.news()[-1].sentence.endswith("the policy names other slices now.")


def changed(world: Traffic, slices: str) -> Traffic:
    """The same under a policy that names these slices instead; the change was noted."""
    policy = load_policy(SLICED.replace('"country=PT", "country=ES"', slices), "policy.toml")
    ctx = replace(world.ctx, active=PolicyHolder.of(policy))
    cell_sets.note_new(ctx)
    return replace(world, ctx=ctx)


def test_a_slice_that_was_named_when_its_labels_were_known_is_tested_on_new_ones(world: Traffic) -> None:
    world.day(300, sure=0.3, slices=ES)
    world.day(500, unsure=0.0, slices={"country": "FR"})
    chosen = changed(world, '"country=FR"')
    assert certify.certify_due(chosen.ctx) == 0
    chosen.clock.moment += HOUR
    chosen.day(100, unsure=0.0, slices={"country": "FR"})
    certify.certify_due(chosen.ctx)
    assert in_force(chosen) == {}
    chosen.day(600, unsure=0.0, slices={"country": "FR"})
    assert certify.certify_due(chosen.ctx) == 1
    (granted,) = in_force(chosen).values()
    assert granted.key.cell == "country=FR"
    assert Certificate.from_json(granted.answer).accepted <= 700


def test_what_spoke_against_a_slice_is_no_evidence_for_another_that_holds_it(divided: Traffic) -> None:
    with divided.ctx.database.write() as tx:
        granted = in_force(divided)[PORTUGUESE.key]
        certificates.revoke(tx, str(granted.certificate_id), divided.clock.moment, "it erred")
    (rest,) = (cell for cell in cells(["country=ES"]) if cell.is_rest)
    with divided.ctx.database.read() as tx:
        (stream,) = streams(
            divided.ctx.policy, ["fraud"], model_evidence.strata(tx, ["fraud"], FRIDAY, divided.clock.moment)
        )
        since = dict.fromkeys([("fraud", "ordinary", rest.key)], FRIDAY)
        basis = basis_of(tx, stream, label_sets.since(tx), since, divided.clock.moment)
    assert basis is not None
    assert basis.received(rest).since > divided.clock.moment
    assert basis.received(SPANISH).since <= divided.clock.moment


def test_drift_ends_the_evidence_of_every_cell_whether_it_was_certified_or_not(database: Database) -> None:
    suspending = SLICED.replace(
        "audit = 0.5", 'audit = 0.5\nsuspend_on = ["new_model", "changed_labels", "drift"]'
    )
    world = traffic(database, suspending)
    label_sets.note_new(world.ctx)
    cell_sets.note_new(world.ctx)
    calibrated(world.ctx)
    world.day(400, unsure=0.0, slices=DE)
    alarm = StoredAlarm("drift:fraud", AlarmKind.WORDS, "fraud", {}, world.clock.moment)
    with world.ctx.database.write() as tx:
        alarms.raise_once(tx, alarm)
    assert certify.certify_due(world.ctx) == 0
    assert last(world) == {}


def test_replicas_whose_policies_name_other_slices_do_not_use_one_attempt_twice(
    divided: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    divided.day(600, unsure=0.0, slices=DE)
    other = changed(divided, '"country=AT", "country=ES", "country=PT"')
    store = certify._store

    def late(ctx: Context, basis: Basis, tests: Sequence[Attempt]) -> int:
        monkeypatch.setattr(certify, "_store", store)
        certify.certify_due(divided.ctx)  # the other one, in the meantime
        return store(ctx, basis, tests)

    monkeypatch.setattr(certify, "_store", late)
    assert certify.certify_due(other.ctx) == 0
    assert [one.attempt for one in last(divided).values()] == [2, 2, 2, 2]
    assert "country=AT" not in last(divided)


def test_slices_that_lose_their_thresholds_for_one_reason_are_told_of_together(divided: Traffic) -> None:
    divided.day(600, unsure=0.0, slices=DE)
    certify.certify_due(divided.ctx)
    divided.news()  # those of the grants
    strict = load_policy(SLICED.replace("error = 0.05", "error = 0.01"), "policy.toml")
    assert Watch(replace(divided.ctx, active=PolicyHolder.of(strict))).revoke_due() == {"revoked": 2}
    told = divided.news()
    assert [one.sentence.partition(":")[0] for one in told] == [
        "Nothing that gbm 3 predicts in fraud (country is PT) and fraud (country other than ES, PT) goes "
        "through by itself any more, everything is looked at"
    ]


def test_the_digest_says_that_all_was_revoked_where_no_slice_is_left(divided: Traffic) -> None:
    plain = load_policy(PROMISED, "policy.toml")
    assert Watch(replace(divided.ctx, active=PolicyHolder.of(plain))).revoke_due() == {"revoked": 1}
    now = divided.clock.moment
    with divided.ctx.database.read() as tx:
        counts = model_evidence.strata(tx, ["fraud"], now - 7 * DAY, now)
        rows, _ = threshold_rows(tx, plain, plain.teams["risk"], counts, now - 7 * DAY, now)
    assert [(row.place, row.state, row.why) for row in rows] == [
        ("ordinary", ThresholdState.REVOKED, "the policy names other slices now")
    ]


def test_the_digest_has_a_row_for_every_cell_with_its_own_threshold(divided: Traffic) -> None:
    policy, now = divided.ctx.policy, divided.clock.moment
    with divided.ctx.database.read() as tx:
        counts = model_evidence.strata(tx, ["fraud"], now - 7 * DAY, now)
        rows, curve = threshold_rows(tx, policy, policy.teams["risk"], counts, now - 7 * DAY, now)
    assert [(row.place, row.state) for row in rows] == [
        ("ordinary, country=ES", ThresholdState.NOT_YET),
        ("ordinary, country=PT", ThresholdState.GRANTED),
        ("ordinary, country other than ES, PT", ThresholdState.NOT_YET),
    ]
    assert rows[1].in_force == in_force(divided)[PORTUGUESE.key].threshold
    assert curve is not None
    assert curve.name == "fraud, ordinary, country=PT"  # where most came in
