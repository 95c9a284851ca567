"""The digest's numbers and the demo's totals."""

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.case.case import CaseStatus
from routing.case.decision import Method
from routing.digest.facts import Concordance, Confusion, PeriodFacts, UnreadableRule
from routing.prediction import Origin
from routing.routing import Disposition
from storage.cases import cases, decisions, escalation_steps, labels
from storage.cases.predictions import NewPrediction
from storage.delivery import claimed_events, outbox
from storage.delivery.outbox import Item
from storage.engine.database import Database, Transaction
from storage.evidence import digest_facts
from tests.storage.examples import (
    BEN,
    HOUR,
    NOW,
    decision_of,
    label_of,
    prediction,
    routing,
    store,
)

WEEK = timedelta(days=7)
SINCE = NOW - timedelta(days=1)
UNTIL = SINCE + WEEK
ACCEPTED = routing(Disposition.AUTO_ACCEPTED)


def period(database: Database, *tasks: str) -> PeriodFacts:
    with database.read() as tx:
        return digest_facts.period(tx, tasks or ("fraud",), SINCE, UNTIL)


def decide(tx: Transaction, number: int, label: str, *, after: timedelta = HOUR, sequence: int = 1) -> None:
    decision = decision_of(f"case_{number}", label=label, at=NOW + after, sequence=sequence)
    decisions.add(tx, decision)
    case = cases.get(tx, f"case_{number}")
    cases.save(tx, replace(case, status=CaseStatus.DECIDED, decisions=(decision,)))


def test_received_predictions_are_counted_by_disposition(database: Database) -> None:
    with database.write() as tx:
        store(
            tx,
            [
                prediction(1),
                prediction(2, routed=routing(is_audit=True)),
                prediction(3, routed=ACCEPTED),
                prediction(4, routed=ACCEPTED, received_at=SINCE),
                prediction(5, received_at=UNTIL),
                prediction(6, received_at=SINCE - timedelta(microseconds=1)),
            ],
        )
    facts = period(database)
    assert (facts.received, facts.auto_accepted, facts.audited, facts.reviewed) == (4, 2, 1, 2)


def test_only_production_and_the_asked_tasks_count(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1, origin=Origin.SYNTHETIC), prediction(2, task="spam"), prediction(3)])
        for number in (1, 2, 3):
            decide(tx, number, "ok")
    with database.read() as tx:
        by_origin = digest_facts.received_by_origin(tx, ["fraud"], SINCE, UNTIL)
    facts = period(database)
    assert (facts.received, facts.decided, len(facts.reliability_pairs)) == (1, 1, 1)
    assert by_origin == {Origin.PRODUCTION: 1, Origin.SYNTHETIC: 1}


def test_times_to_decision_come_sorted_in_seconds(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in (1, 2, 3)])
        decide(tx, 1, "ok", after=2 * HOUR)
        decide(tx, 2, "ok", after=HOUR)
    facts = period(database)
    assert facts.decided == 2
    assert facts.seconds_to_decision == (3600.0, 7200.0)


def test_the_certainties_that_decisions_state_come_sorted(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in (1, 2, 3)])
        for number, certainty in ((1, 0.97), (2, None), (3, 0.8)):
            made = decision_of(f"case_{number}", at=NOW + HOUR)
            decisions.add(tx, replace(made, certainty=certainty))
    assert period(database).certainties == (0.8, 0.97)


def test_overdue_counts_late_decisions_and_what_still_waits(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in (1, 2, 3, 4)])
        decide(tx, 1, "ok", after=HOUR)
        decide(tx, 2, "ok", after=5 * HOUR)
        decide(tx, 3, "ok", after=WEEK)
    assert period(database).overdue == 3


def test_a_case_that_expired_undecided_is_not_overdue_for_ever(database: Database) -> None:
    with database.write() as tx:
        (case,) = store(tx, [prediction(1)])
        cases.save(tx, replace(case, status=CaseStatus.EXPIRED))
    assert period(database).overdue == 0


def test_concordance_is_told_by_task_by_tier_and_by_model_version(database: Database) -> None:
    with database.write() as tx:
        store(
            tx,
            [
                prediction(1, routed=routing(tier="high")),
                prediction(2),
                prediction(3),
                prediction(4, version="2"),
            ],
        )
        for number, label in ((1, "fraud"), (2, "ok"), (3, "fraud"), (4, "ok")):
            decide(tx, number, label)
    facts = period(database)
    assert facts.by_task == (Concordance("fraud", 2, 4),)
    assert facts.by_tier == (Concordance("high", 1, 1), Concordance("low", 1, 3))
    assert facts.by_model == (Concordance("forest 1", 2, 3), Concordance("forest 2", 0, 1))
    assert facts.confusions == (Confusion("fraud", "fraud", "ok", 2),)


def test_tiers_of_several_tasks_are_told_apart(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2, task="spam")])
        decide(tx, 1, "fraud")
        decide(tx, 2, "ok")
    facts = period(database, "fraud", "spam")
    assert facts.by_tier == (Concordance("fraud low", 1, 1), Concordance("spam low", 0, 1))


def test_pairs_hold_the_confidence_and_whether_experts_agreed(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1, confidence=0.6), prediction(2, confidence=0.5)])
        decide(tx, 1, "fraud")
        decide(tx, 2, "ok")
    assert period(database).reliability_pairs == ((0.5, False), (0.6, True))


def test_a_correction_replaces_the_decision_in_every_number(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
        decide(tx, 1, "ok")
        decide(tx, 1, "fraud", after=2 * HOUR, sequence=2)
    facts = period(database)
    assert (facts.decided, facts.confusions, facts.seconds_to_decision) == (1, (), (7200.0,))


def test_an_undone_decision_counts_no_more(database: Database) -> None:
    with database.write() as tx:
        (case,) = store(tx, [prediction(1)])
        decide(tx, 1, "ok")
        decisions.reopen(tx, decision_of("case_1", label="ok"))
        cases.save(tx, case)
    facts = period(database)
    assert (facts.decided, facts.confusions, [one.case_id for one in facts.oldest_open]) == (
        0,
        (),
        ["case_1"],
    )


def test_a_contested_decision_counts_once_it_is_decided_anew(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
        decide(tx, 1, "ok")
        decisions.contest(tx, decision_of("case_1", label="ok"), 1)
    assert (period(database).decided, period(database).confusions) == (0, ())
    with database.write() as tx:
        decide(tx, 1, "ok", sequence=2, after=2 * HOUR)
    upheld = period(database)
    assert (upheld.decided, [confusion.n for confusion in upheld.confusions]) == (1, [1])


def test_a_decision_by_time_out_says_nothing_about_the_model(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1)])
        decisions.add(tx, replace(decision_of("case_1", label="fraud", at=NOW), method=Method.EXPIRED))
    facts = period(database)
    assert (facts.decided, facts.by_tier, facts.reliability_pairs) == (1, (), ())


def test_the_oldest_open_cases_come_first(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number, received_at=NOW - number * HOUR) for number in range(1, 9)])
        decide(tx, 8, "ok")
    assert [one.case_id for one in period(database).oldest_open] == [f"case_{n}" for n in (7, 6, 5, 4, 3)]


@pytest.mark.parametrize("tasks", [(), ("unknown",)])
def test_a_period_without_cases_is_all_zero(database: Database, tasks: tuple[str, ...]) -> None:
    with database.read() as tx:
        assert digest_facts.period(tx, tasks, SINCE, UNTIL) == PeriodFacts(SINCE, UNTIL)


def test_totals_come_from_the_rows(database: Database) -> None:
    with database.write() as tx:
        store(
            tx, [prediction(1), prediction(2, routed=routing(is_audit=True)), prediction(3, routed=ACCEPTED)]
        )
        labels.add(tx, label_of("case_1", why="the address fits"))
        labels.add(tx, label_of("case_1", expert=BEN))
        decide(tx, 1, "ok")
        escalation_steps.take(tx, "case_2", 1, "thread", NOW)
        escalation_steps.take(tx, "case_2", 2, "people", NOW)
        claimed_events.claim(tx, "digest:risk:2026-W47", NOW)
        claimed_events.claim(tx, "event:Ev1", NOW)
        outbox.add_many(tx, [Item("i1", "callback", "k1", {}, NOW), Item("i2", "callback", "k2", {}, NOW)])
        outbox.finish(tx, outbox.claim(tx, ["callback"], "me", NOW, HOUR, 1)[0], NOW)
        assert digest_facts.counts(tx) == digest_facts.Counts(
            cases=3,
            auto_accepted=1,
            audited=1,
            reviewed=2,
            decided=1,
            labels=2,
            with_rationale=1,
            callbacks_delivered=1,
            reminders=1,
            escalations=1,
            digests=1,
        )


def test_what_no_rule_could_be_judged_on_is_counted_by_tier_and_reason(database: Database) -> None:
    def doubted(number: int, why: str, **changes: object) -> NewPrediction:
        routed = replace(routing(tier=str(changes.pop("tier", "high"))), unreadable=why)
        return prediction(number, routed=routed, **changes)  # type: ignore[arg-type]

    with database.write() as tx:
        store(
            tx,
            [
                prediction(1),
                doubted(2, "amount is missing"),
                *(doubted(number, "amount is text") for number in (3, 4)),
                doubted(5, "amount is text", tier="low"),
                doubted(6, "amount is text", received_at=UNTIL),
                doubted(7, "amount is text", origin=Origin.SYNTHETIC),
                doubted(8, "amount is text", task="loan"),
            ],
        )
    assert period(database).unreadable == (
        UnreadableRule("fraud", "high", "amount is text", 2),
        UnreadableRule("fraud", "high", "amount is missing", 1),
        UnreadableRule("fraud", "low", "amount is text", 1),
    )


def test_a_prediction_without_a_confidence_is_counted_but_says_nothing_of_calibration(
    database: Database,
) -> None:
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2, confidence=None), prediction(3, confidence=None)])
        decide(tx, 1, "fraud")
        decide(tx, 2, "fraud")
    facts = period(database)
    assert (facts.received, facts.reviewed, facts.decided, facts.without_confidence) == (3, 3, 2, 2)
    assert facts.by_tier == (Concordance("low", 2, 2),)
    assert facts.reliability_pairs == ((0.7, True),)


def test_what_had_happened_before_the_period_came_later_and_is_no_traffic_of_it(database: Database) -> None:
    before = SINCE - HOUR - timedelta(microseconds=1)
    with database.write() as tx:
        store(tx, [prediction(1), *(prediction(number, occurred_at=before) for number in (2, 3, 4))])
        decide(tx, 1, "fraud")
        decide(tx, 2, "fraud")
    facts = period(database)
    assert (facts.received, facts.reviewed, facts.came_later, facts.decided) == (1, 1, 3, 2)
    assert facts.by_tier == (Concordance("low", 2, 2),)
