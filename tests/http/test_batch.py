"""POST /v1/cases/batch: one answer per item, in order, whatever the others are."""

import json

import pytest

from bot.usecases.context import Context
from storage.cases import cases
from tests.http.shop import Caller, case

BAD = {"external_id": "bad"}


def statuses(answer: dict[str, list[dict[str, int]]]) -> list[int]:
    return [item["status"] for item in answer["answers"]]


def test_good_items_are_stored_though_others_are_bad(caller: Caller, ctx: Context) -> None:
    items = [case("a"), BAD, case("a"), case("a", 0.7), case("b", 0.95), 7, case("c", task="loan")]
    response = caller.batch(items)
    assert response.status_code == 200
    assert statuses(response.json()) == [202, 422, 200, 409, 202, 422, 403]
    assert response.json()["answers"][0]["external_id"] == "a"
    with ctx.database.read() as tx:
        assert [one.submission.external_id for one in cases.queue(tx, None, 10)] == ["a"]


def test_an_item_is_answered_as_it_would_have_been_alone(caller: Caller) -> None:
    alone = caller.post(case("x", kind="odd")).json()
    together = caller.batch([case("y"), case("x", kind="odd")]).json()["answers"][1]
    assert together == {"status": 422, **alone}


def test_lines_are_taken_like_an_array(quick: Caller) -> None:
    lines = "\n\n".join(json.dumps(item) for item in (case("a"), BAD, case("b"))) + "\r\n{\n"
    response = quick.batch(lines, media_type="application/x-ndjson")
    assert statuses(response.json()) == [202, 422, 202, 422]


def test_a_replayed_batch_gets_its_first_answer(caller: Caller) -> None:
    items = [case("a"), BAD]
    first = caller.batch(items, webhook_id="msg_batch")
    again = caller.batch(items, webhook_id="msg_batch")
    assert again.json() == first.json()
    assert again.headers["webhook-replayed"] == "true"


def test_a_thousand_items_are_stored(caller: Caller, ctx: Context) -> None:
    response = caller.batch([case(f"p{number}") for number in range(1_000)])
    assert statuses(response.json()) == [202] * 1_000
    with ctx.database.read() as tx:
        assert len(cases.queue(tx, None, 2_000)) == 1_000


@pytest.mark.parametrize(
    "form", ["application/json", "application/x-ndjson", "application/ndjson", "application/jsonl"]
)
def test_more_than_a_thousand_are_refused_whole(quick: Caller, form: str) -> None:
    items = ["1"] * 1_001
    body = f"[{','.join(items)}]" if form == "application/json" else "\n".join(items)
    response = quick.batch(body, media_type=form)
    assert (response.status_code, response.json()["detail"][0]["type"]) == (422, "too_long")


@pytest.mark.parametrize(
    "body", ["", "{}", "[", "[1", "[1,]", "[1 2]", "[] []", "7", "[" * 100_000, f"[{'1' * 5000}]"]
)
def test_what_is_no_array_is_refused_whole(quick: Caller, body: str) -> None:
    response = quick.batch(body)
    assert (response.status_code, response.json()["detail"][0]["type"]) == (422, "json_invalid")


def test_an_empty_batch_has_no_answers(quick: Caller) -> None:
    assert quick.batch(" [ ] ").json() == {"answers": []}
    assert quick.batch("\n", media_type="application/x-ndjson").json() == {"answers": []}


def test_one_item_may_be_a_mebibyte_and_the_next_is_taken(quick: Caller) -> None:
    large = case("large", input={"text": "x" * (1024 * 1024)})
    assert statuses(quick.batch([large, case("small")]).json()) == [413, 202]


def test_a_batch_over_its_limit_is_refused(quick: Caller) -> None:
    body = "[" + " " * (8 * 1024 * 1024) + "]"
    assert quick.batch(body).status_code == 413
