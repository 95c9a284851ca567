"""POST /v1/cases: what is answered, and that an id gets one answer for ever."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from bot.http.app import build_api
from bot.usecases.context import Context
from routing.case.case import CaseStatus
from routing.prediction import Origin
from routing.triage.in_force import Standing
from storage import audit
from storage.cases import cases, predictions
from storage.delivery import projections
from storage.engine.database import Database
from tests.http import shop
from tests.http.shop import Caller, case
from tests.routing.standings import halving
from tests.worlds.clocks import FRIDAY
from tests.worlds.policies import SHOP
from tests.worlds.serving import serving


def test_an_unsure_prediction_becomes_a_case(caller: Caller, ctx: Context) -> None:
    response = caller.post(case())
    answer = response.json()
    assert response.status_code == 202
    assert (answer["disposition"], answer["tier"], answer["inclusion_probability"]) == (
        "review",
        "ordinary",
        1.0,
    )
    assert answer["due_at"] == "2026-11-20T14:00:00Z"
    assert answer["links"] == {"self": f"/v1/cases/{answer['case_id']}"}
    assert any("0.60" in reason for reason in answer["reasons"])
    with ctx.database.read() as tx:
        stored = cases.get(tx, answer["case_id"])
    assert (stored.status, stored.due_at) == (CaseStatus.OPEN, FRIDAY + timedelta(hours=4))


def test_a_reviewed_case_is_wanted_in_its_channel_and_on_record(caller: Caller, ctx: Context) -> None:
    case_id = caller.post(case()).json()["case_id"]
    with ctx.database.read() as tx:
        shown = projections.of_case(tx, case_id)
        entries = audit.of_subject(tx, case_id, 10)
        assert audit.verify(tx).ok
    assert [(str(one.channel_id), one.priority, one.wanted_version) for one in shown] == [("C0FRAUD", 1, 1)]
    assert [(entry.action, entry.actor) for entry in entries] == [("case.opened", "service:shop")]


def test_a_sure_prediction_is_accepted_and_shown_nobody(caller: Caller, ctx: Context) -> None:
    answer = caller.post(case(confidence=0.97)).json()
    assert (answer["disposition"], answer["due_at"]) == ("auto_accepted", None)
    with ctx.database.read() as tx:
        assert projections.of_case(tx, answer["case_id"]) == []
        assert predictions.get(tx, answer["case_id"]) is not None


def test_the_same_body_is_answered_the_same_for_ever(caller: Caller) -> None:
    first = caller.post(case())
    reordered = json.dumps(dict(reversed(case().items())), indent=3)
    again = caller.post(reordered)
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json() == first.json()


def test_what_equals_a_default_is_the_same_body(caller: Caller) -> None:
    caller.post(case())
    assert caller.post(case(origin="production", evidence=[], slices={}, due_in=None)).status_code == 200


def test_the_old_name_of_the_origin_says_the_same(caller: Caller, ctx: Context) -> None:
    first = caller.post(case(kind="synthetic"))
    assert first.status_code == 202
    for body in (case(origin="synthetic"), case(origin="synthetic", kind="synthetic")):
        assert caller.post(body).status_code == 200
    assert caller.post(case(origin="red_team")).status_code == 409
    read = caller.get(first.json()["links"]["self"]).json()
    assert (read["origin"], read["kind"]) == ("synthetic", "synthetic")
    with ctx.database.read() as tx:
        stored = predictions.get(tx, first.json()["case_id"])
    assert stored is not None
    assert stored.submission.origin is Origin.SYNTHETIC


def test_another_body_under_the_same_id_is_a_conflict_and_changes_nothing(caller: Caller) -> None:
    first = caller.post(case()).json()
    other = caller.post(case(confidence=0.7))
    assert other.status_code == 409
    assert other.json()["detail"][0]["loc"] == ["body", "external_id"]
    assert caller.post(case()).json() == first


def test_two_services_may_use_the_same_id(caller: Caller, bank: Caller) -> None:
    ours, theirs = caller.post(case()), bank.post(case())
    assert (ours.status_code, theirs.status_code) == (202, 202)
    assert ours.json()["case_id"] != theirs.json()["case_id"]


def test_a_replayed_message_gets_its_first_answer(caller: Caller) -> None:
    first = caller.post(case(), webhook_id="msg_replayed")
    again = caller.post(case(), webhook_id="msg_replayed")
    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["webhook-replayed"] == "true"
    assert "webhook-replayed" not in first.headers


def test_a_message_id_used_for_another_body_is_a_conflict_that_stores_nothing(
    caller: Caller, ctx: Context
) -> None:
    caller.post(case(), webhook_id="msg_reused")
    other = caller.post(case("payment-2"), webhook_id="msg_reused")
    assert (other.status_code, other.json()["detail"][0]["loc"]) == (409, ["header", "webhook-id"])
    with ctx.database.read() as tx:
        assert predictions.find_many(tx, [("shop", "payment-2")]) == {}


def test_sixty_four_at_once_store_one_case(caller: Caller, ctx: Context) -> None:
    def post(number: int) -> int:
        body = case() if number % 4 else case(confidence=0.7)
        return Caller(caller.url).post(body).status_code

    with ThreadPoolExecutor(64) as threads:
        statuses = list(threads.map(post, range(64)))
    assert statuses.count(202) == 1
    assert sorted(set(statuses)) == [200, 202, 409]
    assert statuses.count(409) in {16, 48}  # the body that came first wins
    with ctx.database.read() as tx:
        assert len(cases.queue(tx, None, 10)) == 1


def test_a_sooner_due_time_is_granted(caller: Caller) -> None:
    assert caller.post(case(due_in="30m")).json()["due_at"] == "2026-11-20T10:30:00Z"


def test_a_case_without_its_time_happened_when_it_was_received(caller: Caller, ctx: Context) -> None:
    case_id = caller.post(case()).json()["case_id"]
    with ctx.database.read() as tx:
        assert cases.get(tx, case_id).submission.occurred_at == FRIDAY


def test_everything_posted_reaches_the_case(caller: Caller, ctx: Context) -> None:
    body = case(
        input={
            "text": "Zwei Zahlungen 🙂",
            "fields": {"z": 1, "a": True, "m": None, "f": 0.5, "e": 1e300, "s": "<!channel>"},
            "link": "https://shop.example/1",
            "image": {"url": "https://shop.example/1.png", "alt_text": "A map"},
        },
        evidence=[{"title": "Recipient", "text": "New.", "link": "https://shop.example/r"}],
        slices={"country": "PT"},
        occurred_at="2026-11-20T10:59:00+01:00",
        callback_url="https://shop.example/decisions",
        origin="red_team",
        recommended_action="Block the card.",
        intent="To pay out today.",
        group="run-17",
    )
    case_id = caller.post(body).json()["case_id"]
    with ctx.database.read() as tx:
        stored = cases.get(tx, case_id).submission
    assert list(stored.input.fields.items()) == list(body["input"]["fields"].items())
    assert stored.input.image is not None
    assert stored.input.image.url == "https://shop.example/1.png"
    assert (stored.evidence[0].title, stored.slices["country"], stored.origin.value) == (
        "Recipient",
        "PT",
        "red_team",
    )
    assert stored.occurred_at == FRIDAY - timedelta(minutes=1)
    assert stored.callback_url == "https://shop.example/decisions"
    assert (stored.recommended_action, stored.intent, stored.group) == (
        "Block the card.",
        "To pay out today.",
        "run-17",
    )


def test_a_prediction_without_a_confidence_is_reviewed_and_says_so(caller: Caller, ctx: Context) -> None:
    answer = caller.post(case(prediction={"label": "fraud"}))
    assert answer.status_code == 202
    told, read = answer.json(), caller.get(answer.json()["links"]["self"]).json()
    for one in (told, read):
        assert (one["disposition"], one["confidence"]) == ("review", None)
        assert one["reasons"] == ["the model gave no confidence (tier ordinary)"]
    with ctx.database.read() as tx:
        stored = cases.get(tx, told["case_id"])
    assert stored.submission.prediction.confidence is None


def test_scores_are_kept_as_they_were_posted(caller: Caller, ctx: Context) -> None:
    scores = {"toxicity": 0.83, "rank": 7, "log odds": -1e300}
    told = caller.post(case(scores=scores)).json()
    with ctx.database.read() as tx:
        stored = cases.get(tx, told["case_id"]).submission.prediction.scores
    assert list(stored.items()) == list(scores.items())
    assert caller.post(case(scores={**scores, "rank": 8})).status_code == 409


def test_an_answer_tells_what_the_confidence_was_held_against(caller: Caller, ctx: Context) -> None:
    key = ("fraud", "payments", "3")
    ctx.standing.present = Standing(calibrators={key: halving()})
    told = caller.post(case(confidence=0.96)).json()
    read = caller.get(told["links"]["self"]).json()
    for answer in (told, read):
        assert answer["disposition"] == "review"
        assert answer["reasons"][-1] == (
            "confidence 0.48 (0.96 before calibration) is below 0.90 (tier ordinary)"
        )
        assert (answer["confidence"], answer["calibrated_confidence"]) == (0.96, 0.48)
        assert (answer["calibrator_version"], answer["threshold"]) == ("half", 0.9)
        assert answer["certificate_id"] is None


def test_an_answer_says_the_same_after_what_stands_has_changed(caller: Caller, ctx: Context) -> None:
    first = caller.post(case(confidence=0.96))
    ctx.standing.present = Standing(calibrators={("fraud", "payments", "3"): halving()})
    again = caller.post(case(confidence=0.96))
    assert again.json() == first.json()
    assert first.json()["calibrated_confidence"] is None


def test_an_answer_says_what_its_rule_could_not_be_judged_on_and_so_does_the_record(
    caller: Caller, ctx: Context
) -> None:
    told = caller.post(case(confidence=0.99, input={"fields": {"amount": "1,600.00"}})).json()
    read = caller.get(told["links"]["self"]).json()
    with ctx.database.read() as tx:
        stored = predictions.get(tx, told["case_id"])
    assert stored is not None
    for answer in (told, read):
        assert (answer["disposition"], answer["tier"]) == ("review", "large")
        assert answer["unreadable"] == stored.routing.unreadable == "amount is text, a number is needed"
        assert answer["inclusion_probability"] == 1.0


def test_a_rule_that_divides_by_zero_is_no_trouble_of_the_service(database: Database) -> None:
    rule = '"input.fields.amount / input.fields.parts > 100"'
    ctx = shop.served(
        database, SHOP.replace('"has(input.fields.amount) && input.fields.amount > 1000.0"', rule)
    )
    with serving(build_api(ctx, shop.services(ctx.policy))) as url:
        answer = Caller(url).post(case(confidence=0.99, input={"fields": {"amount": 5, "parts": 0}}))
    assert (answer.status_code, answer.json()["unreadable"]) == (202, "it divides by zero")


def test_a_case_that_was_taken_is_answered_the_same_after_the_policy_has_changed(
    ctx: Context, caller: Caller
) -> None:
    alone = caller.post(case(), webhook_id="msg_alone")
    (batched,) = caller.batch([case("payment-2")]).json()["answers"]
    text = SHOP.replace('name = "fraud"', 'name = "stolen"')
    changed = shop.served(ctx.database, text)
    with serving(build_api(changed, shop.services(changed.policy))) as url:
        after = Caller(url)
        again = after.post(case())
        replay = after.post(case(), webhook_id="msg_alone")
        (in_batch,) = after.batch([case("payment-2")]).json()["answers"]
        other, new = after.post(case(confidence=0.7)), after.post(case("payment-3"))
    assert (again.status_code, again.json()) == (200, alone.json())
    assert (replay.status_code, replay.json()) == (202, alone.json())
    assert replay.headers["webhook-replayed"] == "true"
    assert in_batch == {**batched, "status": 200}
    assert (other.status_code, new.status_code) == (422, 422)


def test_a_case_of_a_task_that_the_service_lost_is_answered_as_it_was(ctx: Context, caller: Caller) -> None:
    first = caller.post(case(), webhook_id="msg_lost")
    changed = shop.served(
        ctx.database, SHOP.replace('[services.shop]\ntasks = ["fraud"]', '[services.shop]\ntasks = ["loan"]')
    )
    with serving(build_api(changed, shop.services(changed.policy))) as url:
        after = Caller(url)
        again, new = after.post(case()), after.post(case("payment-2"), webhook_id="msg_lost")
        elsewhere = after.post(case("payment-2"), webhook_id="msg_new")
        repeated = after.post(case("payment-2"), webhook_id="msg_new")
    assert (again.status_code, again.json()) == (200, first.json())
    assert [each.status_code for each in (new, elsewhere, repeated)] == [403, 403, 403]


@pytest.mark.parametrize(
    ("other", "parts"),
    [
        (
            case(task="loan", prediction={"label": "yes", "confidence": 0.6}),
            "task, prediction, prediction.probabilities",
        ),
        (case(model={"name": "payments", "version": "4"}), "model.version"),
        (case(input={"text": "Another."}), "input.text, input.fields"),
        (case(slices={"country": "PT"}, due_in="2h"), "slices, due_in"),
        (case(occurred_at="2026-11-20T09:00:00Z"), "occurred_at or the picture"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_conflict_says_which_part_differs_and_what_to_do(
    bank: Caller, other: dict[str, Any], parts: str
) -> None:
    bank.post(case())
    alone, batched = bank.post(other), bank.batch([other]).json()["answers"]
    (fault,) = alone.json()["detail"]
    assert (alone.status_code, fault["loc"]) == (409, ["body", "external_id"])
    assert fault["msg"].startswith(f"this id was posted with another body: not the same is {parts}; send a ")
    assert batched == [{"status": 409, **alone.json()}]
