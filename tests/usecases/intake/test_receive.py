"""Taking many postings in one transaction: each answered once, duplicates in one go told apart."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.http.case_answers import HttpAnswer, first_answer
from bot.http.problems import RequestRefused
from bot.usecases.context import Context, PolicyHolder
from bot.usecases.intake import admission
from bot.usecases.intake.admission import Picture, PostedItem
from bot.usecases.intake.outcome import Admission, Conflict, Reception, Rejection, Repetition, RequestConflict
from bot.usecases.intake.receive import Posting, receive
from routing.prediction import CaseInput, Image, ModelRef, Prediction, Submission
from routing.routing import Disposition
from storage import audit
from storage.cases import cases, images, predictions
from storage.delivery import outbox, projections, webhook_receipts
from storage.delivery.webhook_receipts import Receipt
from storage.engine.database import Database
from storage.errors import DataRefused
from tests.http import shop
from tests.worlds.clocks import FRIDAY, ServedClock
from tests.worlds.policies import SHOP

REFUSED = Rejection(RequestRefused(422))


@pytest.fixture
def ctx(database: Database) -> Context:
    """The world of the use cases, once for each database."""
    return shop.served(database)


def item(name: str = "p", confidence: float = 0.6, **other: object) -> PostedItem:
    prediction = Prediction("fraud", confidence, ModelRef("payments", "3"))
    submission = Submission("shop", name, "fraud", CaseInput("text"), prediction, FRIDAY)
    changed = replace(submission, **other)  # type: ignore[arg-type]  # the test names fields of a submission
    return PostedItem(changed, f"{name}{confidence}".encode())


def post(
    *items: PostedItem | Rejection,
    webhook_id: str | None = None,
    digest: bytes = b"d",
    is_batch: bool = False,
) -> Posting:
    return Posting("shop", items, digest, webhook_id, is_batch)


def statuses(answers: Sequence[HttpAnswer]) -> list[int]:
    return [answer.status for answer in answers]


def test_many_postings_are_answered_in_their_order(ctx: Context) -> None:
    answers = shop.answers(ctx, [post(item("b")), post(item("a", 0.99)), post(item("c"))])
    assert statuses(answers) == [202, 202, 202]
    assert [answer.body["external_id"] for answer in answers] == ["b", "a", "c"]
    assert [answer.body["disposition"] for answer in answers] == ["review", "auto_accepted", "review"]


def test_the_use_case_returns_values_of_its_own(ctx: Context) -> None:
    batch = post(item(), item(), item(confidence=0.7), REFUSED, is_batch=True)
    reception, reused = receive(
        ctx, [replace(batch, webhook_id="m"), post(item("q"), webhook_id="m", digest=b"other")], first_answer
    )
    assert isinstance(reception, Reception)
    assert [type(outcome) for outcome in reception.items] == [Admission, Repetition, Conflict, Rejection]
    assert reused == RequestConflict()


def test_what_an_earlier_version_kept_is_answered_as_it_was_kept(ctx: Context) -> None:
    body = {"case_id": "case_1", "a_word_of_then": [1.0, None]}
    with ctx.database.write() as tx:
        webhook_receipts.add_many(tx, [Receipt("shop", "m", b"d", 202, body, FRIDAY)])
    assert shop.answers(ctx, [post(item(), webhook_id="m")]) == [HttpAnswer(202, body, is_replay=True)]


def test_duplicates_within_one_transaction_are_told_apart(ctx: Context) -> None:
    answers = shop.answers(ctx, [post(item()), post(item()), post(item(confidence=0.7)), post(item())])
    assert statuses(answers) == [202, 200, 409, 200]
    assert answers[1].body == answers[0].body
    with ctx.database.read() as tx:
        assert len(cases.queue(tx, None, 10)) == 1


def test_one_message_twice_within_one_transaction_is_a_replay(ctx: Context) -> None:
    answers = shop.answers(ctx, [post(item(), webhook_id="m"), post(item(), webhook_id="m")])
    assert statuses(answers) == [202, 202]
    assert [answer.is_replay for answer in answers] == [False, True]


def test_a_message_id_for_another_body_stores_nothing(ctx: Context) -> None:
    shop.answers(ctx, [post(item(), webhook_id="m")])
    answers = shop.answers(ctx, [post(item("q"), webhook_id="m", digest=b"other")])
    assert statuses(answers) == [409]
    with ctx.database.read() as tx:
        assert predictions.find_many(tx, [("shop", "q")]) == {}


def test_message_ids_are_each_service_s_own(ctx: Context) -> None:
    theirs = replace(post(item("x", service="bank"), webhook_id="m"), service="bank")
    assert statuses(shop.answers(ctx, [post(item(), webhook_id="m"), theirs])) == [202, 202]


def test_a_first_answer_is_kept_even_when_it_is_a_conflict(ctx: Context) -> None:
    shop.answers(ctx, [post(item())])
    first = shop.answers(ctx, [post(item(confidence=0.7), webhook_id="m")])
    again = shop.answers(ctx, [post(item(confidence=0.7), webhook_id="m")])
    assert (statuses(first), statuses(again), again[0].is_replay) == ([409], [409], True)
    with ctx.database.read() as tx:
        assert webhook_receipts.find_many(tx, [("shop", "m")])


def test_a_batch_keeps_the_place_of_what_was_refused_at_the_door(ctx: Context) -> None:
    batch = post(item("a"), REFUSED, item("a"), is_batch=True)
    (answer,) = shop.answers(ctx, [batch])
    assert answer.status == 200
    assert [one["status"] for one in answer.body["answers"]] == [202, 422, 200]


def test_a_batch_of_nothing_good_is_answered_and_stores_nothing(ctx: Context) -> None:
    (answer,) = shop.answers(ctx, [post(REFUSED, webhook_id="m", is_batch=True)])
    assert answer.body == {"answers": [{"status": 422, "detail": []}]}
    assert shop.answers(ctx, [post(is_batch=True)])[0].body == {"answers": []}


def test_an_answer_never_changes_though_time_and_policy_do(ctx: Context) -> None:
    (first,) = shop.answers(ctx, [post(item())])
    assert isinstance(ctx.clock, ServedClock)
    ctx.clock.sleep(timedelta(days=400))
    stricter = shop.served(ctx.database, SHOP.replace("accept_above = 0.9", "accept_above = 0.55"))
    (again,) = shop.answers(stricter, [post(item())])
    assert (again.status, again.body) == (200, first.body)


def test_the_riskier_tier_is_shown_first(ctx: Context) -> None:
    large = CaseInput(fields={"amount": 5_000.0})
    answers = shop.answers(ctx, [post(item("a")), post(item("b", input=large))])
    with ctx.database.read() as tx:
        shown = [projections.of_case(tx, answer.body["case_id"])[0].priority for answer in answers]
    assert shown == [1, 0]


def test_what_is_stored_is_on_record_once(ctx: Context) -> None:
    answers = shop.answers(ctx, [post(item("a")), post(item("b", 0.99)), post(item("a"))])
    shop.answers(ctx, [post(item("a"))])
    with ctx.database.read() as tx:
        report = audit.verify(tx)
        actions = [audit.of_subject(tx, answer.body["case_id"], 9)[0].action for answer in answers[:2]]
    assert (report.ok, report.count) == (True, 2)
    assert actions == ["case.opened", "prediction.auto_accepted"]


def picture() -> Picture:
    return Picture("image_1", "image/png", b"bytes")


@pytest.mark.parametrize(("confidence", "is_kept"), [(0.6, True), (0.99, False)])
def test_a_picture_is_kept_only_for_experts(ctx: Context, confidence: float, is_kept: bool) -> None:
    shown = CaseInput(image=Image("a map", image_id="image_1"))
    posted = replace(item(confidence=confidence, input=shown), picture=picture())
    (answer,) = shop.answers(ctx, [post(posted)])
    with ctx.database.read() as tx:
        stored = predictions.get(tx, answer.body["case_id"])
        kept = images.get(tx, "image_1")
    assert stored is not None
    assert stored.submission.input.image == Image("a map", image_id="image_1" if is_kept else None)
    assert (kept is not None) == is_kept


def test_a_repeat_s_picture_is_not_stored_again(ctx: Context) -> None:
    shown = CaseInput(image=Image("a map", image_id="image_1"))
    posted = replace(item(input=shown), picture=picture())
    again = replace(posted, picture=replace(picture(), image_id="image_2"))
    assert statuses(shop.answers(ctx, [post(posted), post(again)])) == [202, 200]
    with ctx.database.read() as tx:
        assert images.get(tx, "image_2") is None


def test_a_row_that_cannot_be_stored_leaves_nothing_of_its_transaction(ctx: Context) -> None:
    with pytest.raises(DataRefused):
        shop.answers(ctx, [post(item("a")), post(item("b", input=CaseInput("\ud800")))])
    with ctx.database.read() as tx:
        assert predictions.find_many(tx, [("shop", "a")]) == {}
        assert outbox.oldest_undelivered_at(tx) is None
        assert audit.verify(tx).count == 0


def test_a_thousand_known_ones_are_answered_at_once(ctx: Context) -> None:
    batch = post(*(item(f"p{number}") for number in range(1_000)), is_batch=True)
    first, again = shop.answers(ctx, [batch])[0], shop.answers(ctx, [batch])[0]
    assert {one["status"] for one in first.body["answers"]} == {202}
    assert [one | {"status": 202} for one in again.body["answers"]] == first.body["answers"]


def test_what_triage_made_of_each_is_known_by_its_key(ctx: Context) -> None:
    known, new = item("known"), item("new", 0.99)
    shop.answers(ctx, [post(known)])
    with ctx.database.write() as tx:
        triaged = admission.store(ctx, tx, [known, new, item("new", 0.95)], FRIDAY)
    assert set(triaged.stored) == {("shop", "known"), ("shop", "new")}
    assert triaged.stored["shop", "new"].routing.disposition is Disposition.AUTO_ACCEPTED
    outcomes = [triaged.outcome(one) for one in (known, new, item("new", 0.99), item("new", 0.95))]
    assert [type(outcome) for outcome in outcomes] == [Repetition, Admission, Repetition, Conflict]


def test_each_posting_goes_by_the_policy_that_it_was_checked_by(ctx: Context) -> None:
    before = ctx.active.present
    without = before.policy.model_copy(update={"tasks": {"loan": before.policy.tasks["loan"]}})
    ctx.active.present = PolicyHolder.of(without).present
    old = [replace(post(item(name)), active=before) for name in ("a", "b")]
    new = replace(post(item("c", task="loan")), active=ctx.active.present)

    answers = shop.answers(ctx, [*old, new])

    assert statuses(answers) == [202, 202, 202]
    with ctx.database.read() as tx:
        kept = predictions.find_many(tx, [("shop", name) for name in "abc"])
    versions = [kept["shop", name].policy_version for name in "abc"]
    assert versions == [before.policy.version, before.policy.version, without.version]
