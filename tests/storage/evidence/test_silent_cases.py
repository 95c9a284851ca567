"""What nobody decided in time, by what it is drawn from; the rest is nobody's business."""

from dataclasses import replace
from datetime import timedelta

from routing.case.decision import Method
from routing.prediction import Origin
from routing.triage.follow_up import FollowUp
from storage.cases import cases, follow_ups
from storage.engine.database import Database
from storage.evidence import silent_cases
from storage.evidence.silent_cases import SilentKind
from tests.storage.examples import HOUR, NOW, prediction, store
from tests.storage.history import SINCE, audited, decide

AUDITS, OTHERS = SilentKind("fraud", "low", True), SilentKind("fraud", "low", False)


def test_fresh_are_the_overdue_that_nobody_decided_by_what_they_are_drawn_from(database: Database) -> None:
    with database.write() as tx:
        made = [prediction(number, routed=audited()) for number in (1, 2, 3)]
        store(tx, [*made, prediction(4), prediction(5, origin=Origin.SYNTHETIC)])
        decide(tx, 3, "ok")
        assert silent_cases.fresh(tx, ["fraud"], SINCE, NOW + HOUR) == {}
        assert silent_cases.fresh(tx, ["spam"], SINCE, NOW + 9 * HOUR) == {}
        assert silent_cases.fresh(tx, ["fraud"], NOW + 8 * HOUR, NOW + 9 * HOUR) == {}
        late = silent_cases.fresh(tx, ["fraud"], SINCE, NOW + 9 * HOUR)
    assert late == {AUDITS: ("case_1", "case_2"), OTHERS: ("case_4",)}


def test_a_case_that_ends_before_it_is_due_is_over_then(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1, routed=audited())])
        cases.save(tx, replace(cases.lock(tx, "case_1"), expires_at=NOW + HOUR))
        assert silent_cases.fresh(tx, ["fraud"], SINCE, NOW + timedelta(minutes=59)) == {}
        assert silent_cases.fresh(tx, ["fraud"], SINCE, NOW + HOUR) == {AUDITS: ("case_1",)}


def test_what_was_drawn_for_counts_until_experts_have_decided_it(database: Database) -> None:
    drawn = [FollowUp(f"case_{number}", 1.0, True) for number in (1, 2, 3)]
    with database.write() as tx:
        store(tx, [prediction(number, routed=audited()) for number in (1, 2, 3)])
        follow_ups.add(tx, drawn, NOW, NOW + HOUR)
        decide(tx, 2, "ok")
        decide(tx, 3, "ok", method=Method.EXPIRED)
        assert silent_cases.fresh(tx, ["fraud"], SINCE, NOW + 9 * HOUR) == {}
        assert silent_cases.followed(tx, ["fraud"], NOW) == {AUDITS: 2}
        assert silent_cases.followed(tx, ["fraud"], NOW + HOUR) == {}
