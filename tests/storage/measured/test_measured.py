"""What was measured and holds: calibrators, certificates, alarms, profiles."""

from dataclasses import replace
from datetime import datetime

import pytest

from routing.prediction import ModelRef
from storage.engine.database import Database
from storage.measured import alarms, calibrators, certificates, profiles
from storage.measured.alarms import StoredAlarm
from storage.measured.calibrators import StoredCalibrator
from storage.measured.certificates import Attempt, CertificateKey
from storage.measured.profiles import StoredProfile
from tests.storage.examples import HOUR, NOW

FOREST = ModelRef("forest", "1")
KEY = CertificateKey("fraud", "low", FOREST)


def fitted(sequence: int = 1, *, task: str = "fraud", model: ModelRef = FOREST) -> StoredCalibrator:
    parameters = {"method": "beta", "b": 0.1, "a": 1.25}
    at = NOW + sequence * HOUR
    return StoredCalibrator(
        task, model, sequence, f"v{sequence}", parameters, {"n": 300, "why": "better"}, True, at
    )


def attempt(number: int = 1, certificate_id: str | None = None, *, key: CertificateKey = KEY) -> Attempt:
    return Attempt(
        key=key,
        attempt=number,
        labels_digest="abc",
        calibrator_version="v1",
        answer={"needed": 180} if certificate_id is None else {"bound": 0.019},
        attempted_at=NOW + number * HOUR,
        certificate_id=certificate_id,
        threshold=None if certificate_id is None else 0.875,
    )


def alarm(key: str = "error:fraud:1", *, task: str = "fraud", at: datetime = NOW) -> StoredAlarm:
    return StoredAlarm(key, "error", task, {"words": "errors doubled", "examples": ["case_1"]}, at)


def test_the_latest_fit_of_each_task_and_model_is_told(database: Database) -> None:
    second = replace(fitted(2), is_used=False)
    others = [fitted(task="spam"), fitted(model=ModelRef("forest", "2"))]
    with database.write() as tx:
        assert all(calibrators.add(tx, one) for one in [fitted(), second, *others])
        assert calibrators.latest(tx) == [second, others[1], others[0]]


def test_a_fit_is_stored_once_under_its_number(database: Database) -> None:
    with database.write() as tx:
        assert calibrators.add(tx, fitted())
        assert not calibrators.add(tx, replace(fitted(), version="other"))
        assert calibrators.latest(tx) == [fitted()]


def test_the_history_of_fits_is_of_a_task_or_of_one_model(database: Database) -> None:
    newer = fitted(model=ModelRef("forest", "2"))
    with database.write() as tx:
        for one in (fitted(), fitted(2), newer, fitted(task="spam")):
            calibrators.add(tx, one)
        assert calibrators.history(tx, "fraud") == [fitted(), fitted(2), newer]
        assert calibrators.history(tx, "fraud", FOREST) == [fitted(), fitted(2)]


def test_a_granted_certificate_stands_and_a_refused_attempt_does_not(database: Database) -> None:
    with database.write() as tx:
        assert certificates.add(tx, attempt(1))
        assert certificates.add(tx, attempt(2, "cert_2"))
        assert certificates.add(tx, attempt(3))
        assert certificates.standing(tx) == [attempt(2, "cert_2")]


def test_cells_have_certificates_of_their_own_beside_each_other(database: Database) -> None:
    german, rest = (attempt(1, cell, key=replace(KEY, cell=cell)) for cell in ("country=DE", "the rest"))
    later = attempt(2, "cert_2", key=german.key)
    with database.write() as tx:
        assert all(certificates.add(tx, one) for one in (german, rest, later))
        assert certificates.standing(tx) == [rest, later]
        assert certificates.last_granted(tx, KEY) == [rest, later]


def test_a_certificate_for_everything_and_those_for_cells_replace_each_other(database: Database) -> None:
    whole, german = attempt(1, "cert_1"), attempt(2, "cert_2", key=replace(KEY, cell="country=DE"))
    again = attempt(3, "cert_3")
    with database.write() as tx:
        certificates.add(tx, whole)
        certificates.add(tx, german)
        assert certificates.standing(tx) == [german]
        certificates.add(tx, again)
        assert certificates.standing(tx) == [again]


def test_what_cells_replaced_does_not_come_back_when_they_are_revoked(database: Database) -> None:
    with database.write() as tx:
        certificates.add(tx, attempt(1, "cert_1"))
        certificates.add(tx, attempt(2, "cert_2", key=replace(KEY, cell="country=DE")))
        certificates.revoke(tx, "cert_2", NOW, "drift")
        assert certificates.standing(tx) == []
        assert [one.certificate_id for one in certificates.revoked(tx)] == ["cert_2"]


def test_every_attempt_spends_whatever_its_outcome(database: Database) -> None:
    with database.write() as tx:
        assert (certificates.attempts(tx, KEY), certificates.last(tx, KEY)) == (0, [])
        certificates.add(tx, attempt(1, "cert_1"))
        certificates.add(tx, attempt(2))
        certificates.add(tx, attempt(1, key=replace(KEY, model=ModelRef("forest", "2"))))
        assert (certificates.attempts(tx, KEY), certificates.last(tx, KEY)) == (2, [attempt(2)])


def test_tests_of_several_cells_share_an_attempt(database: Database) -> None:
    tests = [attempt(1, key=replace(KEY, cell=cell)) for cell in ("", "country=DE", "the rest")]
    with database.write() as tx:
        assert all(certificates.add(tx, one) for one in tests)
        assert (certificates.attempts(tx, KEY), certificates.last(tx, KEY)) == (1, tests)


def test_two_replicas_cannot_use_the_same_attempt(database: Database) -> None:
    with database.write() as tx:
        assert certificates.add(tx, attempt(1, "cert_1"))
        assert not certificates.add(tx, attempt(1, "cert_2"))
        assert certificates.standing(tx) == [attempt(1, "cert_1")]


def test_a_certificate_is_revoked_once_with_its_reason(database: Database) -> None:
    with database.write() as tx:
        certificates.add(tx, attempt(1, "cert_1"))
        assert certificates.revoke(tx, "cert_1", NOW + 3 * HOUR, "errors doubled")
        assert not certificates.revoke(tx, "cert_1", NOW + 4 * HOUR, "again")
        assert not certificates.revoke(tx, "cert_9", NOW, "unknown")
        assert certificates.standing(tx) == []
        revoked = replace(attempt(1, "cert_1"), revoked_at=NOW + 3 * HOUR, revoked_reason="errors doubled")
        assert certificates.last(tx, KEY) == [revoked]
        assert certificates.last_granted(tx, KEY) == [revoked]
        assert certificates.revoked(tx) == [revoked]


def test_a_replaced_certificate_does_not_come_back_when_its_successor_is_revoked(database: Database) -> None:
    with database.write() as tx:
        certificates.add(tx, attempt(1, "cert_1"))
        certificates.add(tx, attempt(2, "cert_2"))
        assert certificates.standing(tx) == [attempt(2, "cert_2")]
        certificates.revoke(tx, "cert_2", NOW, "drift")
        assert certificates.standing(tx) == []
        assert [one.certificate_id for one in certificates.revoked(tx)] == ["cert_2"]
        certificates.add(tx, attempt(3, "cert_3"))
        assert certificates.revoked(tx) == []


def test_the_history_holds_what_was_tried_and_what_was_revoked_in_the_period(database: Database) -> None:
    before, within = attempt(1, "cert_1"), attempt(4)
    spam = attempt(4, key=replace(KEY, task="spam"))
    with database.write() as tx:
        for one in (before, attempt(2), within, attempt(6), spam):
            certificates.add(tx, one)
        assert certificates.history(tx, ["fraud"], NOW + 3 * HOUR, NOW + 6 * HOUR) == [within]
        certificates.revoke(tx, "cert_1", NOW + 5 * HOUR, "drift")
        found = certificates.history(tx, ["fraud"], NOW + 3 * HOUR, NOW + 6 * HOUR)
    assert [one.attempt for one in found] == [1, 4]


def test_an_alarm_is_raised_once(database: Database) -> None:
    with database.write() as tx:
        assert alarms.raise_once(tx, alarm())
        assert not alarms.raise_once(tx, alarm(at=NOW + HOUR))
        assert alarms.since(tx, ["fraud"], NOW, NOW + HOUR) == [alarm()]


def test_alarms_are_found_by_task_and_time(database: Database) -> None:
    late, early = alarm("b", at=NOW + HOUR), alarm("a")
    with database.write() as tx:
        for one in (late, early, alarm("c", task="spam"), alarm("d", at=NOW + 2 * HOUR)):
            alarms.raise_once(tx, one)
        assert alarms.since(tx, ["fraud", "other"], NOW, NOW + 2 * HOUR) == [early, late]


def test_a_lead_is_told_of_an_alarm_once(database: Database) -> None:
    with database.write() as tx:
        alarms.raise_once(tx, alarm())
        assert alarms.mark_delivered(tx, "error:fraud:1", NOW + HOUR)
        assert not alarms.mark_delivered(tx, "error:fraud:1", NOW + 2 * HOUR)
        assert not alarms.mark_delivered(tx, "unheard", NOW)
        assert alarms.since(tx, ["fraud"], NOW, NOW + HOUR) == [replace(alarm(), told_at=NOW + HOUR)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_newest_profile_of_a_task_stays(database: Database, order: tuple[int, int]) -> None:
    made = [StoredProfile("fraud", "novelty", {"n": n}, NOW + n * HOUR) for n in (0, 1)]
    other = StoredProfile("fraud", "reference", {"n": 9}, NOW)
    with database.write() as tx:
        for index in order:
            profiles.save(tx, made[index])
        profiles.save(tx, other)
        assert profiles.of_kind(tx, "novelty") == [made[1]]
        assert profiles.of_kind(tx, "reference") == [other]
