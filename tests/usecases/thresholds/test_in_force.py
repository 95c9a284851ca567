"""What is in force comes from what is stored, is read again as it changes, and is one for a transaction."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.usecases.context import Context
from bot.usecases.intake import admission
from bot.usecases.intake.admission import PostedItem
from bot.usecases.intake.receive import Posting
from bot.usecases.thresholds import in_force
from routing.cell import EVERYTHING
from routing.evidence.calibrator import Calibrator
from routing.prediction import CaseInput, ModelRef, Prediction, Submission
from routing.triage.in_force import NOTHING_STANDING, Standing
from routing.triage.novelty import Categories, NoveltyProfile
from storage import audit
from storage.engine.database import Database, Transaction
from storage.leads import audit_shares
from storage.leads.audit_shares import AuditShare
from storage.measured import calibrators, certificates, profiles
from storage.measured.calibrators import StoredCalibrator
from storage.measured.certificates import Attempt, CertificateKey
from storage.measured.profiles import StoredProfile
from tests.http import shop
from tests.patience import PATIENCE
from tests.routing.standings import grant
from tests.worlds.clocks import FRIDAY, ServedClock
from tests.worlds.policies import SHOP

HOUR = timedelta(hours=1)
MODEL = ("fraud", "payments", "3")
PROFILE = NoveltyProfile(40, 0.01, fields=(Categories("country", frozenset({1})),))
READ_PROFILES = profiles.of_kind


@pytest.fixture
def ctx(database: Database) -> Context:
    """The world of the use cases, once for each database."""
    return shop.served(database)


def item(name: str = "p", confidence: float = 0.95) -> PostedItem:
    prediction = Prediction("fraud", confidence, ModelRef("payments", "3"))
    return PostedItem(Submission("shop", name, "fraud", CaseInput("text"), prediction, FRIDAY), name.encode())


def asked(share: float, until: timedelta = HOUR) -> AuditShare:
    return AuditShare("fraud", "ordinary", share, "U0LEAD", FRIDAY - HOUR + share * HOUR, FRIDAY + until)


def test_nothing_stands_before_anything_is_stored(ctx: Context) -> None:
    assert in_force.refresh(ctx) == {"changed": 0}
    assert ctx.standing.present == NOTHING_STANDING


def test_the_highest_share_that_is_asked_for_counts_until_its_time_is_over(ctx: Context) -> None:
    with ctx.database.write() as tx:
        for wanted in (asked(0.1), asked(0.3, until=HOUR / 2), asked(0.2)):
            audit_shares.ask(tx, wanted)
    assert in_force.refresh(ctx) == {"changed": 1}
    assert ctx.standing.present.audits == {("fraud", "ordinary"): 0.3}
    assert isinstance(ctx.clock, ServedClock)
    ctx.clock.sleep(HOUR / 2)
    in_force.refresh(ctx)
    assert ctx.standing.present.audits == {("fraud", "ordinary"): 0.2}


def test_a_share_that_is_asked_for_is_the_chance_on_record(ctx: Context) -> None:
    with ctx.database.write() as tx:
        audit_shares.ask(tx, asked(0.25))
    (before,) = shop.answers(ctx, [Posting("shop", (item("a"),), b"d", None)])
    in_force.refresh(ctx)
    (after,) = shop.answers(ctx, [Posting("shop", (item("b"),), b"e", None)])
    assert [one.body["inclusion_probability"] for one in (before, after)] == [0.0, 0.25]


def small_profiles(tx: Transaction, kind: str) -> list[StoredProfile]:
    """What may be read each time; those that tell what is novel are large."""
    assert kind != in_force.NOVELTY
    return READ_PROFILES(tx, kind)


def test_a_novelty_profile_is_read_when_it_is_new_and_only_then(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = StoredProfile("fraud", in_force.NOVELTY, PROFILE.to_json(), FRIDAY)
    with ctx.database.write() as tx:
        profiles.save(tx, stored)
        profiles.save(tx, replace(stored, kind="reference"))
    assert in_force.refresh(ctx) == {"changed": 1}
    assert ctx.standing.present.novelty == {"fraud": PROFILE}
    with monkeypatch.context() as patched:
        patched.setattr(profiles, "of_kind", small_profiles)
        assert in_force.refresh(ctx) == {"changed": 0}
    newer = replace(PROFILE, n=41)
    with ctx.database.write() as tx:
        profiles.save(tx, replace(stored, profile=newer.to_json(), made_at=FRIDAY + HOUR))
    in_force.refresh(ctx)
    assert ctx.standing.present.novelty == {"fraud": newer}


def fit(sequence: int, temperature: float, is_used: bool = True, model: str = "3") -> StoredCalibrator:
    calibrator = Calibrator("temperature", (temperature,))
    return StoredCalibrator(
        "fraud",
        ModelRef("payments", model),
        sequence,
        calibrator.version,
        calibrator.to_json(),
        {},
        is_used,
        FRIDAY,
    )


def test_the_latest_fit_of_a_model_is_in_force_if_it_is_used(ctx: Context) -> None:
    with ctx.database.write() as tx:
        for one in (fit(1, 2.0), fit(2, 3.0), fit(1, 2.0, model="4"), fit(2, 1.0, is_used=False, model="4")):
            calibrators.add(tx, one)
    in_force.refresh(ctx)
    assert ctx.standing.present.calibrators == {MODEL: Calibrator("temperature", (3.0,))}


def attempt(number: int, certificate_id: str, threshold: float, slice_: str = "") -> Attempt:
    return Attempt(
        key=CertificateKey("fraud", "ordinary", ModelRef("payments", "3"), slice_),
        attempt=number,
        labels_digest="0123456789ab",
        calibrator_version="ba9876543210",
        answer={"promise": {"error": 0.02, "confidence": 0.95}},
        attempted_at=FRIDAY,
        certificate_id=certificate_id,
        threshold=threshold,
    )


def test_what_is_certified_is_in_force_until_it_is_revoked_and_then_the_reason_is(ctx: Context) -> None:
    key = ("fraud", "ordinary", "payments", "3")
    with ctx.database.write() as tx:
        certificates.add(tx, attempt(1, "certificate_1", 0.93, 'country!=["PT"]'))
        certificates.add(tx, attempt(1, "certificate_2", 0.9, "country=PT"))
    in_force.refresh(ctx)
    assert ctx.standing.present.thresholds == {
        (*key, 'country!=["PT"]'): grant(
            "certificate_1", 0.93, "0123456789ab", "ba9876543210", cell='country!=["PT"]'
        ),
        (*key, "country=PT"): grant("certificate_2", 0.9, "0123456789ab", "ba9876543210", cell="country=PT"),
    }
    with ctx.database.write() as tx:
        certificates.revoke(tx, "certificate_1", FRIDAY, "7 of 60 audits were wrong")
    assert in_force.refresh(ctx) == {"changed": 1}
    assert set(ctx.standing.present.thresholds) == {(*key, "country=PT")}
    assert ctx.standing.present.suspensions == {
        (*key, 'country!=["PT"]'): "the certified threshold was revoked: 7 of 60 audits were wrong"
    }


def test_a_promise_accepts_by_the_certificate_that_the_answer_and_the_record_name(database: Database) -> None:
    promise = "accept_above = { error = 0.02, confidence = 0.95 }\naudit = 0.05"
    ctx = shop.served(database, SHOP.replace("accept_above = 0.9\naudit = 0.0", promise))
    key = ("fraud", "ordinary", "payments", "3", EVERYTHING.key)
    granted = grant(threshold=0.93, labels_digest=ctx.policy.task("fraud").labels_digest)
    (before,) = shop.answers(ctx, [Posting("shop", (item("a"),), b"d", None)])
    ctx.standing.present = Standing(thresholds={key: granted})
    (after,) = shop.answers(ctx, [Posting("shop", (item("b"),), b"e", None)])
    assert (before.body["inclusion_probability"], before.body["certificate_id"]) == (1.0, None)
    assert (after.body["inclusion_probability"], after.body["threshold"]) == (0.05, 0.93)
    assert after.body["certificate_id"] == "certificate_1"
    with ctx.database.read() as tx:
        entries = [audit.of_subject(tx, one.body["case_id"], 9)[0].data for one in (before, after)]
    assert [entry.get("certificate_id") for entry in entries] == [None, "certificate_1"]


def test_one_transaction_sees_one_standing_though_it_changes_meanwhile(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised = Standing(audits={("fraud", "ordinary"): 1.0})
    first = ctx.new_id

    def changing(prefix: str) -> str:
        ctx.standing.present = raised
        return first(prefix)

    turning = replace(ctx, new_id=changing)
    items = [item("a"), item("b"), item("c")]
    with ctx.database.write() as tx:
        stored = admission.store(turning, tx, items, FRIDAY).stored.values()
    assert {prediction.routing.inclusion_probability for prediction in stored} == {0.0}
    assert ctx.standing.present is raised


def test_of_two_reads_at_once_the_older_never_comes_last(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, has_read, may_go = in_force._read, threading.Event(), threading.Event()

    def slow(tx: Transaction, novelty: Mapping[str, NoveltyProfile], now: datetime) -> Standing:
        standing = read(tx, novelty, now)
        if not has_read.is_set():
            has_read.set()
            may_go.wait(PATIENCE)
        return standing

    monkeypatch.setattr(in_force, "_read", slow)
    older, newer = (threading.Thread(target=in_force.refresh, args=(ctx,)) for _ in range(2))
    older.start()
    has_read.wait(PATIENCE)
    with ctx.database.write() as tx:
        audit_shares.ask(tx, asked(0.2))
    newer.start()
    newer.join(0.2)  # long enough to come first where nothing keeps it
    may_go.set()
    for thread in (older, newer):
        thread.join(PATIENCE)

    assert list(ctx.standing.present.audits.values()) == [0.2]
