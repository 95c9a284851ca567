"""Bodies that say the same are one case, however they are written and whichever version took them."""

import json
from typing import Any

import pytest

from bot.http.body_digests import earlier_digest
from bot.http.case_parser import Parser
from bot.usecases.context import Context
from bot.usecases.intake import admission
from bot.usecases.intake.admission import PostedItem
from routing.prediction import CaseInput, ModelRef, Prediction, Submission
from storage.cases import cases, predictions
from tests.http.shop import Caller, case
from tests.worlds.clocks import FRIDAY

FULL: dict[str, Any] = {
    "external_id": "e\u0301",
    "task": "fraud",
    "input": {
        "text": None,
        "fields": {"a": 1, "b": 1.0, "c": None},
        "image": {"alt_text": "x", "url": "https://x.example/1.png"},
    },
    "prediction": {"label": "fraud", "probabilities": {"fraud": 1, "legitimate": 0}},
    "model": {"name": "m", "version": "3"},
    "scores": {"a": 7},
    "evidence": [{"title": "t", "text": None}],
    "slices": {},
    "occurred_at": "20261120",
    "due_in": "60m",
    "origin": "synthetic",
}
LEAST: dict[str, Any] = {
    "external_id": "a",
    "task": "fraud",
    "input": {"link": None, "fields": {}},
    "prediction": {"label": "fraud", "confidence": 1},
    "model": {"name": "m", "version": "3"},
    "occurred_at": "2026-11-20T10:30:00.5+01:00",
    "kind": "production",
    "evidence": [],
}
RELEASED = {
    "ba68c7fac2680a2608a2931de815e6f74655e0fd4b5d34ed93eb80f40bc1f58a": FULL,
    "ee09263c39358606681a626a1cbae7b92332e196358d256b59ae4db502e42b0a": LEAST,
}
"""Bodies by the digests that version 0.1 kept of them."""
SAME = [
    (case(input={"fields": {"amount": 499}}), '"amount": 499', '"amount": 499.0'),
    (case(input={"fields": {"amount": 499}}), '"amount": 499', '"amount": 4.99e2'),
    (case(input={"fields": {"zero": 0}}), '"zero": 0', '"zero": -0.0'),
    (case(prediction={"label": "fraud", "confidence": 1}), '"confidence": 1', '"confidence": 1.0'),
    (case(scores={"rank": 7}), '"rank": 7', '"rank": 7.0'),
    (case(due_in="1h"), '"1h"', '"60m"'),
    (case(due_in="1h"), '"1h"', '"PT1H"'),
    (case(due_in="36h"), '"36h"', '"1d 12h"'),
    (case(occurred_at="2026-11-20T09:30:00Z"), '"2026-11-20T09:30:00Z"', '"2026-11-20T10:30+01:00"'),
    (case(occurred_at="2026-11-20T09:30:00Z"), '"2026-11-20T09:30:00Z"', "1795167000"),
    (case(occurred_at="2026-11-20T09:30:00Z"), '"2026-11-20T09:30:00Z"', "1795167000.0"),
    (case("caf\u00e9"), '"caf\\u00e9"', '"cafe\\u0301"'),
    (case(input={"text": "caf\u00e9"}), '"caf\\u00e9"', '"cafe\\u0301"'),
    (case(input={"fields": {"caf\u00e9": 1}}), '"caf\\u00e9"', '"cafe\\u0301"'),
    (
        case(prediction={"label": "fraud", "probabilities": {"fraud": 0.6, "legitimate": 0.4}}),
        '{"fraud": 0.6, "legitimate": 0.4}',
        '[{"label": "legitimate", "score": 0.4}, {"label": "fraud", "score": 0.6}]',
    ),
]


@pytest.mark.parametrize(("body", "written", "otherwise"), SAME, ids=[other for *_, other in SAME])
def test_the_same_said_in_another_way_is_the_same_body(
    quick: Caller, body: dict[str, Any], written: str, otherwise: str
) -> None:
    text = json.dumps(body)
    assert written in text
    first, again = quick.post(text), quick.post(text.replace(written, otherwise))
    assert (first.status_code, again.status_code, again.json()) == (202, 200, first.json())


@pytest.mark.parametrize(
    "other",
    [
        case(input={"fields": {"amount": "499"}}),
        case(input={"fields": {"amount": 499.5}}),
        case(input={"fields": {"amount": True}}),
        case(input={"fields": {"amount": None}}),
        case(input={"fields": {}}),
    ],
    ids=lambda body: str(body["input"]["fields"]),
)
def test_another_value_is_another_body(quick: Caller, other: dict[str, Any]) -> None:
    quick.post(case(input={"fields": {"amount": 1}}))
    assert quick.post(other).status_code == 409


@pytest.mark.parametrize(("digest", "body"), RELEASED.items(), ids=["full", "least"])
def test_the_digest_of_an_earlier_version_stays_as_it_was(digest: str, body: dict[str, Any]) -> None:
    assert (earlier_digest(body) or b"").hex() == digest


@pytest.mark.parametrize(("digest", "body"), RELEASED.items(), ids=["full", "least"])
def test_what_an_earlier_version_took_is_the_same_when_it_comes_again(
    caller: Caller, ctx: Context, digest: str, body: dict[str, Any]
) -> None:
    """The first has letters and a time that are written as they are not taken any more."""
    posted = Prediction("fraud", 1.0, ModelRef("m", "3"))
    stored = Submission("shop", body["external_id"], "fraud", CaseInput(), posted, FRIDAY)
    with ctx.database.write() as tx:
        admission.store(ctx, tx, [PostedItem(stored, bytes.fromhex(digest))], FRIDAY)
    again, batched = caller.post(body), caller.batch([body]).json()["answers"]
    other = caller.post({**body, "model": {"name": "m", "version": "4"}})
    assert (again.status_code, again.json()["external_id"]) == (200, body["external_id"])
    assert batched == [{**again.json(), "status": 200}]
    assert other.status_code in (409, 422)
    with ctx.database.read() as tx:
        assert len(predictions.find_many(tx, [("shop", body["external_id"]), ("shop", "\u00e9")])) == 1


def test_a_label_is_known_by_its_letters_not_by_its_bytes(ctx: Context) -> None:
    parser = Parser(ctx)
    both = [case(name, slices={"land": name}) for name in ("e\u0301", "\u00e9")]
    composed = [parser.parse(json.dumps(body), "shop", ctx.policy).submission for body in both]
    assert composed[0] == composed[1]
    assert composed[0].external_id == "\u00e9"


def test_an_address_keeps_its_bytes(ctx: Context) -> None:
    link = "https://shop.example/cafe\u0301.png"
    posted = Parser(ctx).parse(json.dumps(case(input={"link": link})), "shop", ctx.policy)
    assert posted.submission.input.link == link


def test_probabilities_that_were_rounded_are_taken_and_evened_out(ctx: Context) -> None:
    body = case(prediction={"label": "fraud", "probabilities": {"fraud": 0.33, "legitimate": 0.66}})
    posted = Parser(ctx).parse(json.dumps(body), "shop", ctx.policy).submission.prediction
    assert posted.probabilities == pytest.approx({"fraud": 0.335, "legitimate": 0.665})
    assert posted.confidence == pytest.approx(0.335)


def test_half_an_emoji_is_replaced(caller: Caller, ctx: Context) -> None:
    body = json.dumps(case(input={"text": "cut \ud83d", "fields": {"note": "\ude00 cut"}}))
    answer = caller.post(body)
    assert answer.status_code == 202
    with ctx.database.read() as tx:
        shown = cases.get(tx, answer.json()["case_id"]).submission.input
    assert (shown.text, shown.fields["note"]) == ("cut \ufffd", "\ufffd cut")


def test_a_list_of_labels_and_scores_is_a_prediction(quick: Caller, ctx: Context) -> None:
    listed = [{"label": "legitimate", "score": 0.4}, {"label": "fraud", "score": 0.6}]
    posted = Parser(ctx).parse(json.dumps(case(prediction=listed)), "shop", ctx.policy)
    assert (posted.submission.prediction.label, posted.submission.prediction.confidence) == ("fraud", 0.6)
    assert quick.post(case(prediction=listed)).status_code == 202
