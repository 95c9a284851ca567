"""Whatever the core can say is stored and comes back equal, on both dialects."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.answer import Answer
from routing.case.case import Case, CaseStatus
from routing.case.contest import Contest
from routing.case.decision import Decision, Method
from routing.label import Abstention, ExpertConfidence, ExpertId, Label, Obstacle, Rationale, Via
from routing.prediction import (
    POSTED_ORIGINS,
    CaseInput,
    Evidence,
    Image,
    ModelRef,
    Origin,
    Prediction,
    Submission,
)
from routing.routing import Disposition, Routing
from storage import audit
from storage.audit import Entry
from storage.cases import cases, contests, decisions, labels, predictions
from storage.cases.predictions import NewPrediction
from storage.delivery import outbox, webhook_receipts
from storage.delivery.outbox import Item
from storage.delivery.webhook_receipts import Receipt
from storage.engine.database import Database
from storage.record import record, takeover
from storage.record.findings import AuditReport
from tests.storage.recorded import forget_record, undone

CASE = "case_1"
VALID = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = st.text(VALID, max_size=60)
names = st.text(VALID, min_size=1, max_size=20)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (naive bounds)
durations = st.timedeltas(timedelta(0), timedelta(days=400))
shares = st.floats(0, 1)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
documents = st.dictionaries(
    names,
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)
people = st.builds(ExpertId, names, names)

inputs = st.builds(
    CaseInput,
    text=st.none() | texts,
    fields=st.dictionaries(names, scalars, max_size=4),
    link=st.none() | texts,
    image=st.none() | st.builds(Image, texts, url=st.none() | texts, image_id=st.none() | names),
)
modeled = st.builds(
    Prediction,
    label=names,
    confidence=st.none() | shares,
    model=st.builds(ModelRef, names, names),
    probabilities=st.none() | st.dictionaries(names, shares, max_size=5),
    scores=st.dictionaries(names, st.floats(allow_nan=False, allow_infinity=False), max_size=3),
)
submissions = st.builds(
    Submission,
    service=names,
    external_id=names,
    task=names,
    input=inputs,
    prediction=modeled,
    occurred_at=moments,
    origin=st.sampled_from(Origin),
    evidence=st.lists(st.builds(Evidence, texts, st.none() | texts, st.none() | texts), max_size=3).map(
        tuple
    ),
    slices=st.dictionaries(names, texts, max_size=3),
    callback_url=st.none() | texts,
    due_in=st.none() | durations,
)
calibrations = st.just((None, None)) | st.tuples(shares, names)


def _routing(calibration: tuple[float | None, str | None], **of: Any) -> Routing:
    return Routing(**of, calibrated=calibration[0], calibrator_version=calibration[1])


routings = st.builds(
    _routing,
    calibration=calibrations,
    threshold=st.none() | shares,
    certificate_id=st.none() | names,
    disposition=st.sampled_from(Disposition),
    tier=names,
    channel=names,
    quorum=st.integers(1, 9),
    due_in=durations,
    inclusion_probability=shares,
    is_audit=st.booleans(),
    reasons=st.lists(texts, max_size=4).map(tuple),
)
stored_predictions = st.builds(
    NewPrediction,
    case_id=st.just(CASE),
    submission=submissions,
    body_digest=st.binary(max_size=32),
    routing=routings,
    policy_version=names,
    received_at=moments,
)
answers = st.builds(Answer, names, names | st.integers(-100, 100))
given_labels = st.builds(
    Label,
    label_id=names,
    case_id=st.just(CASE),
    expert=people,
    round=st.integers(1, 99),
    answer=answers,
    labeled_at=moments,
    via=st.sampled_from(Via),
    screen_version=st.integers(0, 2**31 - 1),
    rationale=st.none() | st.builds(Rationale, texts, st.none() | names),
    expert_confidence=st.none() | st.sampled_from(ExpertConfidence),
    withdrawn_at=st.none() | moments,
    is_sealed=st.none() | st.booleans(),
    is_assigned=st.none() | st.booleans(),
    shown_at=st.none() | moments,
)
abstained = st.builds(
    Abstention, st.just(CASE), people, moments, st.none() | texts, st.sampled_from(Obstacle)
)
decided = st.builds(
    Decision,
    decision_id=names,
    case_id=st.just(CASE),
    sequence=st.integers(1, 99),
    answer=answers,
    loss=st.none() | st.floats(0, 1),
    method=st.sampled_from(Method),
    decided_at=moments,
    policy_version=names,
    screen_version=st.integers(0, 2**31 - 1),
    decided_by=st.lists(people, max_size=3).map(tuple),
    certainty=st.none() | st.floats(0, 1),
)
objections = st.builds(
    Contest,
    case_id=st.just(CASE),
    expert=people,
    sequence=st.integers(1, 99),
    answers=st.integers(0, 99),
    contested_at=moments,
    reason=texts,
    is_override=st.booleans(),
)
states = st.fixed_dictionaries(
    {
        "tier": names,
        "channel": names,
        "quorum": st.integers(1, 9),
        "opened_at": moments,
        "due_at": moments,
        "status": st.sampled_from(CaseStatus),
        "labels": st.lists(
            given_labels,
            max_size=3,
            unique_by=(lambda one: one.label_id, lambda one: (one.expert, one.round)),
        ).map(tuple),
        "abstentions": st.lists(abstained, max_size=2, unique=True).map(tuple),
        "decisions": st.lists(
            decided, max_size=3, unique_by=(lambda one: one.decision_id, lambda one: one.sequence)
        ).map(lambda all_: tuple(sorted(all_, key=lambda one: one.sequence))),
        "contests": st.lists(objections, max_size=2, unique_by=lambda each: each.expert.user_id).map(tuple),
        "assigned_to": st.none() | people,
        "snoozed_until": st.none() | moments,
        "snoozed_by": st.none() | people,
        "expires_at": st.none() | moments,
        "steps_taken": st.integers(0, 99),
        "held_steps": st.lists(st.integers(0, 99), max_size=3).map(tuple),
        "next_step_at": st.none() | moments,
        "consensus_version": st.none() | names,
    }
)
each_example = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@each_example
@given(stored=stored_predictions)
def test_predictions_round_trip(database: Database, stored: NewPrediction) -> None:
    with undone(database) as tx:
        assert predictions.add_many(tx, [stored]) == {CASE}
        assert predictions.get(tx, CASE) == stored
        key = (stored.submission.service, stored.submission.external_id)
        assert predictions.find_many(tx, [key]) == {key: stored}


@each_example
@given(stored=stored_predictions)
def test_what_an_expert_sees_keeps_its_order(database: Database, stored: NewPrediction) -> None:
    with undone(database) as tx:
        predictions.add_many(tx, [stored])
        back = predictions.get(tx, CASE)
        assert back is not None
        assert list(back.submission.input.fields) == list(stored.submission.input.fields)
        assert list(back.submission.slices) == list(stored.submission.slices)


@each_example
@given(stored=stored_predictions, state=states)
def test_cases_round_trip(database: Database, stored: NewPrediction, state: dict[str, object]) -> None:
    case = _case(stored, state)
    with undone(database) as tx:
        predictions.add_many(tx, [stored])
        cases.add_many(tx, [case])
        assert all(labels.add(tx, one) for one in case.labels)
        assert all(labels.add_abstention(tx, one) for one in case.abstentions)
        assert all(decisions.add(tx, one) for one in case.decisions)
        assert all(contests.add(tx, each) for each in case.contests)
        assert cases.get(tx, CASE) == case
        feed = decisions.feed(tx, stored.submission.service, 0, 99)
        is_posted = stored.submission.origin in POSTED_ORIGINS
        assert [entry.decision for entry in feed] == (list(case.decisions) if is_posted else [])


@each_example
@given(stored=stored_predictions, before=states, after=states)
def test_whatever_is_stored_is_read_back_as_it_was_sealed(
    database: Database, stored: NewPrediction, before: dict[str, object], after: dict[str, object]
) -> None:
    case = _case(stored, before)
    with undone(database) as tx:
        predictions.add_many(tx, [stored])
        cases.add_many(tx, [case])
        rows = 2 + sum(labels.add(tx, one) for one in case.labels)
        rows += sum(labels.add_abstention(tx, one) for one in case.abstentions)
        rows += sum(contests.add(tx, each) for each in case.contests)
        rows += 2 * sum(decisions.add(tx, one) for one in case.decisions)
        record.flush(tx)
        cases.save(tx, _case(stored, after))
        for label in case.labels:
            labels.withdraw(tx, label.label_id, stored.received_at)
        record.flush(tx)
        report = audit.verify(tx)
        assert (report.findings, report.rows) == ((), rows)


@each_example
@given(stored=stored_predictions, state=states)
def test_rows_of_an_earlier_version_are_taken_in_as_they_are(
    database: Database, stored: NewPrediction, state: dict[str, object]
) -> None:
    case = _case(stored, state)
    with undone(database) as tx:
        predictions.add_many(tx, [stored])
        cases.add_many(tx, [case])
        for label in case.labels:
            labels.add(tx, label)
        forget_record(tx)
        takeover.begin(tx)
        record.flush(tx)
        takeover.portion(tx, stored.received_at)
        record.flush(tx)
        assert (audit.verify(tx).findings, audit.verify(tx).waiting) == ((), 0)


@each_example
@given(stored=stored_predictions, before=states, after=states)
def test_saving_leaves_no_trace_of_the_state_before(
    database: Database, stored: NewPrediction, before: dict[str, object], after: dict[str, object]
) -> None:
    nothing_said: dict[str, object] = {"labels": (), "abstentions": (), "decisions": (), "contests": ()}
    case = _case(stored, after | nothing_said)
    with undone(database) as tx:
        predictions.add_many(tx, [stored])
        cases.add_many(tx, [_case(stored, before)])
        cases.save(tx, case)
        assert cases.get(tx, CASE) == case


@each_example
@given(payload=documents, moment=moments, text=texts)
def test_documents_round_trip(
    database: Database, payload: dict[str, object], moment: datetime, text: str
) -> None:
    item = Item("out_1", "notice", text, payload, moment, text, moment)
    receipt = Receipt("shop", text, text.encode(), 202, [payload, text], moment)
    with undone(database) as tx:
        outbox.add_many(tx, [item])
        webhook_receipts.add_many(tx, [receipt])
        assert outbox.get(tx, "out_1") == item
        assert webhook_receipts.find_many(tx, [("shop", text)]) == {("shop", text): receipt}


@each_example
@given(entries=st.lists(st.builds(Entry, moments, texts, texts, st.just("subject"), documents), max_size=4))
def test_any_chain_verifies_after_it_was_stored(database: Database, entries: list[Entry]) -> None:
    with undone(database) as tx:
        for entry in entries:
            audit.append_many(tx, [entry])
        record.flush(tx)
        assert audit.verify(tx) == AuditReport(count=len(entries), rows=0)
        assert audit.of_subject(tx, "subject", 9) == entries


def _case(stored: NewPrediction, state: dict[str, object]) -> Case:
    moved = {name: value for name, value in state.items() if name in Routing.__slots__}
    # Nobody objects before there is a decision.
    state = state if state["decisions"] else {**state, "contests": ()}
    return Case(
        case_id=CASE,
        submission=stored.submission,
        routing=replace(stored.routing, **moved),  # type: ignore[arg-type]
        policy_version=stored.policy_version,
        **{name: value for name, value in state.items() if name not in moved},  # type: ignore[arg-type]
    )
