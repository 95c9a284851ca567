"""Texts and fields of cases, and what experts said about them."""

from dataclasses import replace
from datetime import timedelta

from routing.label import ExpertId, Label, Rationale
from routing.prediction import Origin
from storage.cases import labels
from storage.engine.database import Database
from storage.evidence import case_inputs
from storage.evidence.case_inputs import ExpertRationale, InputDecision, SeenInput
from tests.storage.examples import ANNA, BEN, HOUR, NOW, label_of, prediction, store
from tests.storage.history import SINCE, UNTIL, audited, decide, said, undo

MOMENT = timedelta(microseconds=1)


def reason(
    number: int, text: str | None, *, expert: ExpertId = ANNA, nth: int = 1, label: str = "ok"
) -> Label:
    given = label_of(f"case_{number}", expert=expert, number=nth, label=label)
    return replace(given, rationale=None if text is None else Rationale(text, "address"))


def test_a_sample_shows_what_the_model_saw_and_said(database: Database) -> None:
    stored = said(1, "A new address")
    with database.write() as tx:
        store(tx, [stored])
        (only,) = case_inputs.sample(tx, "fraud", SINCE, UNTIL, 9)
    assert only == SeenInput(
        "case_1", stored.submission.prediction, stored.submission.input, {"country": "DE"}, NOW
    )


def test_a_sample_is_of_the_period_the_task_and_production(database: Database) -> None:
    with database.write() as tx:
        store(
            tx,
            [
                prediction(1, received_at=SINCE),
                prediction(2, received_at=UNTIL),
                prediction(3, received_at=SINCE - MOMENT),
                prediction(4, task="spam"),
                prediction(5, origin=Origin.SYNTHETIC),
            ],
        )
        assert [one.case_id for one in case_inputs.sample(tx, "fraud", SINCE, UNTIL, 9)] == ["case_1"]


def test_a_sample_does_not_prefer_early_or_late_ones(database: Database) -> None:
    with database.write() as tx:
        arrived = [prediction(number, received_at=NOW - number * HOUR) for number in (3, 9, 1, 5)]
        store(tx, arrived)
        assert [one.case_id for one in case_inputs.sample(tx, "fraud", SINCE, UNTIL, 2)] == [
            "case_1",
            "case_3",
        ]


def test_the_latest_decided_inputs_come_oldest_first(database: Database) -> None:
    with database.write() as tx:
        texts = [said(number, f"text {number}") for number in (1, 2, 3, 4, 5)]
        store(tx, [replace(texts[0], routing=audited(0.25)), *texts[1:]])
        for number in (1, 2, 3, 4):
            decide(tx, number, "ok", after=(5 - number) * HOUR)
        undo(tx, 2)
        found = case_inputs.decided(tx, ["fraud"], SINCE, UNTIL, 2)
    assert [(one.case_id, one.input.text) for one in found] == [("case_3", "text 3"), ("case_1", "text 1")]
    shown = said(1, "text 1").submission.input
    assert found[1] == InputDecision("case_1", "fraud", shown, "fraud", "ok", 1.0, NOW + 4 * HOUR, 0.25)


def test_rationales_come_with_what_was_predicted_and_decided(database: Database) -> None:
    with database.write() as tx:
        store(tx, [replace(said(1, "A new address"), routing=audited(0.25)), said(2, "An old one")])
        labels.add(tx, reason(1, "the address is the customer's own"))
        labels.add(tx, reason(1, "never seen", expert=BEN, label="fraud"))
        labels.add(tx, reason(2, None))
        for number in (1, 2):
            decide(tx, number, "ok")
        found = case_inputs.rationales(tx, ["fraud"], SINCE, UNTIL)
    first = ExpertRationale(
        case_id="case_1",
        task="fraud",
        rationale="the address is the customer's own",
        reason_code="address",
        label="ok",
        predicted="fraud",
        decided="ok",
        input_text="A new address",
    )
    assert found == (first, replace(first, rationale="never seen", label="fraud"))


def test_only_the_answer_that_stands_speaks(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(number) for number in (1, 2, 3)])
        labels.add(tx, reason(1, "first thought", label="fraud"))
        labels.add(tx, reason(1, "second thought", nth=2))
        labels.add(tx, reason(2, "kept"))
        labels.add(tx, reason(2, "withdrawn", nth=2))
        labels.withdraw(tx, "label_case_2_U1_2", NOW)
        labels.add(tx, reason(3, "undecided"))
        for number in (1, 2):
            decide(tx, number, "ok")
        found = case_inputs.rationales(tx, ["fraud"], SINCE, UNTIL)
    assert [one.rationale for one in found] == ["second thought", "kept"]


def test_a_case_without_text_has_none(database: Database) -> None:
    stored = prediction(1)
    wordless = replace(stored.submission, input=replace(stored.submission.input, text=None))
    with database.write() as tx:
        store(tx, [replace(stored, submission=wordless)])
        labels.add(tx, reason(1, "the scan is blank"))
        decide(tx, 1, "ok")
        (only,) = case_inputs.rationales(tx, ["fraud"], SINCE, UNTIL)
    assert only.input_text is None
