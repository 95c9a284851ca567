"""422: every wrong field of a case is named by its path."""

import base64
import json
import re
from typing import Any, get_args

import pytest

from bot.http.case_parser import Parser
from bot.http.posted_case import PostedOrigin
from bot.usecases.context import Context
from routing.prediction import POSTED_ORIGINS
from storage.cases import cases, images
from storage.engine.database import Database
from tests.http import shop
from tests.http.shop import Caller, case
from tests.worlds.policies import SHOP

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def prediction(**parts: Any) -> dict[str, Any]:
    return case(prediction={"label": "fraud", **parts})


def fields(value: object) -> dict[str, Any]:
    return case(input={"fields": {"a": value}})


def image(**parts: Any) -> dict[str, Any]:
    return case(input={"image": {"alt_text": "x", **parts}})


def picture(content: bytes, media_type: str = "image/png") -> dict[str, Any]:
    return image(data=base64.b64encode(content).decode(), media_type=media_type)


def test_a_service_may_say_every_origin_that_is_not_reserved() -> None:
    assert get_args(PostedOrigin) == tuple(map(str, POSTED_ORIGINS))


WRONG: list[tuple[dict[str, Any], str]] = [
    (case(task="unknown"), "task"),
    (case(task=""), "task"),
    (case(external_id=""), "external_id"),
    (case(external_id="x" * 201), "external_id"),
    (case(external_id="a\nb"), "external_id"),
    (case(external_id=7), "external_id"),
    (case(external_id="a\x00"), "external_id"),
    (case(extra=1), "extra"),
    (case(origin="real"), "origin"),
    (case(origin="gold"), "origin"),
    (case(kind="real"), "kind"),
    (case(origin="production", kind="synthetic"), "kind"),
    (case(model={"name": "m"}), "model.version"),
    (case(model={"name": "m", "version": "1\x00"}), "model.version"),
    (case(occurred_at="2026-11-20T10:00:00"), "occurred_at"),
    (case(occurred_at="2026-11-20T10:05:01Z"), "occurred_at"),
    (case(occurred_at="0001-01-01T00:00:00+14:00"), "occurred_at"),
    (case(occurred_at="9999-12-31T23:59:59-14:00"), "occurred_at"),
    (case(occurred_at="1763000000"), "occurred_at"),
    (case(occurred_at="20261120"), "occurred_at"),
    (case(occurred_at="2026"), "occurred_at"),
    (case(occurred_at="2026-11-20"), "occurred_at"),
    (case(occurred_at="1999-12-31T23:59:59Z"), "occurred_at"),
    (case(occurred_at=0), "occurred_at"),
    (case(occurred_at=1_763_000_000_000), "occurred_at"),
    (case(occurred_at=10**400), "occurred_at"),
    (case(occurred_at=True), "occurred_at"),
    (case(occurred_at="yesterday"), "occurred_at"),
    (case(due_in="soon"), "due_in"),
    (case(due_in="59s"), "due_in"),
    (case(due_in="367d"), "due_in"),
    (case(due_in="999999w"), "due_in"),
    (case(due_in="1١m"), "due_in"),
    (case(callback_url="http://shop.example/"), "callback_url"),
    (case(callback_url="ftp://shop.example/"), "callback_url"),
    (case(callback_url="https://user:word@shop.example/"), "callback_url"),
    (case(callback_url="https:///path"), "callback_url"),
    (case(callback_url="https://shop..example/"), "callback_url"),
    (case(callback_url=f"https://{'a' * 64}.example/"), "callback_url"),
    (case(callback_url="https://256.1.1.1/"), "callback_url"),
    (case(callback_url="https://[::1/"), "callback_url"),
    (case(callback_url="https://shop.example:99999/"), "callback_url"),
    (case(callback_url="https://shop.example/a b"), "callback_url"),
    (case(evidence=[{"text": "x"}]), "evidence.0.title"),
    (case(evidence=[{"title": "x", "link": "javascript:alert(1)"}]), "evidence.0.link"),
    (case(evidence=[{"title": "x"}] * 21), "evidence"),
    (case(slices={"a": 1}), "slices.a"),
    (case(scores={"a": "0.5"}), "scores.a"),
    (case(scores={"a": True}), "scores.a"),
    (case(scores={"a": None}), "scores.a"),
    (case(scores={"a": 10**400}), "scores.a"),
    (case(scores={"": 1}), "scores..[key]"),
    (case(scores={"x" * 101: 1}), f"scores.{'x' * 100}.[key]"),
    (case(scores={str(n): 1 for n in range(51)}), "scores"),
    (case(slices={str(n): "x" for n in range(21)}), "slices"),
    (case(input={"text": "a\x00b"}), "input.text"),
    (case(input={"text": "x" * 100_001}), "input.text"),
    (case(input={"link": "http://evil|bank"}), "input.link"),
    (case(input={"fields": {str(n): 1 for n in range(51)}}), "input.fields"),
    (fields([1]), "input.fields.a"),
    (fields({"b": 1}), "input.fields.a"),
    (fields("a\x00b"), "input.fields.a"),
    (fields("x" * 5_001), "input.fields.a"),
    (fields(2**53 + 1), "input.fields.a"),
    (fields(10**400), "input.fields.a"),
    (case(input={"fields": {"a\x00": 1}}), "input.fields.a\x00.[key]"),
    (prediction(confidence=1.1), "prediction.confidence"),
    (prediction(confidence="0.5"), "prediction.confidence"),
    (prediction(confidence=True), "prediction.confidence"),
    (prediction(probabilities={}), "prediction.probabilities"),
    (prediction(probabilities={"legitimate": 1}), "prediction.probabilities"),
    (prediction(probabilities=[{"label": "fraud", "score": 0.6}]), "prediction.probabilities"),
    (prediction(probabilities=[{"label": "fraud", "score": "0.6"}]), "prediction.probabilities"),
    (prediction(probabilities=[{"label": "fraud", "score": 0.5}] * 2), "prediction.probabilities"),
    (prediction(score=0.6), "prediction.score"),
    (prediction(probabilities={"fraud": 0.6, "legitimate": 0.6}), "prediction.probabilities"),
    (prediction(probabilities={"fraud": 1.2, "legitimate": -0.2}), "prediction.probabilities.fraud"),
    (prediction(probabilities={"fraud": 0.6, "odd.one": 0.4}), "prediction.probabilities.odd.one"),
    (prediction(probabilities={"fraud": 0.6, "legitimate": 0.4}, confidence=0.7), "prediction.confidence"),
    (prediction(probabilities={f"l{n}": 0.0001 for n in range(10_000)}), ""),
    (case(prediction={"label": "scam", "confidence": 0.5}), "prediction.label"),
    (image(), "input.image"),
    (image(url="http://shop.example/1.png"), "input.image.url"),
    (image(url="https://shop.example/1.png", data="", media_type="image/png"), "input.image.data"),
    (image(url="https://shop.example/1.png", media_type="image/png"), "input.image"),
    (image(data=base64.b64encode(PNG).decode()), "input.image"),
    (image(data="***", media_type="image/png"), "input.image.data"),
    (image(data="x" * 349_529, media_type="image/png"), "input.image.data"),
    (picture(PNG, "image/svg+xml"), "input.image.media_type"),
    (picture(PNG, "image/jpeg"), "input.image.data"),
    (picture(b"RIFF0000WAVE", "image/webp"), "input.image.data"),
    (picture(PNG + bytes(256 * 1024)), "input.image.data"),
    (picture(PNG[:8] + bytes(256 * 1024 - 7)), "input.image.data"),
    (case(input={"image": {"url": "https://shop.example/1.png"}}), "input.image.alt_text"),
]


@pytest.mark.parametrize(("body", "path"), WRONG, ids=[f"{path}-{n}" for n, (_, path) in enumerate(WRONG)])
def test_a_wrong_field_is_named(quick: Caller, body: dict[str, Any], path: str) -> None:
    response = quick.post(body)
    named = [".".join(map(str, fault["loc"][1:])) for fault in response.json()["detail"]]
    assert response.status_code == 422
    assert path in named
    assert not re.search(
        r"pattern|[Ii]nput|should|\\x|Extra", str([fault["msg"] for fault in response.json()["detail"]])
    )


def test_every_wrong_field_is_named_at_once(quick: Caller) -> None:
    body = case(
        prediction={"label": "scam", "probabilities": {"scam": 0.6, "x": 0.6}},
        occurred_at="2030-01-01T00:00Z",
    )
    named = {tuple(fault["loc"][1:]) for fault in quick.post(body).json()["detail"]}
    assert named == {
        ("occurred_at",),
        ("prediction", "label"),
        ("prediction", "probabilities"),
        ("prediction", "probabilities", "scam"),
        ("prediction", "probabilities", "x"),
    }


def faults(caller: Caller, body: object) -> list[tuple[str, str]]:
    """The places that are named, with what is said of each."""
    return [
        (".".join(map(str, fault["loc"][1:])), fault["msg"]) for fault in caller.post(body).json()["detail"]
    ]


def test_what_the_policy_refuses_is_named_though_other_fields_have_the_wrong_form(quick: Caller) -> None:
    body = case(
        external_id="a\nb",
        prediction={"label": "scam", "confidence": 2, "probabilities": {"fraud": "much", "odd": 0.1}},
        occurred_at="2030-01-01T00:00Z",
        callback_url="http://shop.example/",
        input={"image": {"data": "x"}},
    )
    assert [place for place, _ in faults(quick, body)] == [
        "external_id",
        "input.image.alt_text",
        "prediction.probabilities.fraud",
        "prediction.confidence",
        "input.image",
        "occurred_at",
        "callback_url",
        "prediction.label",
        "prediction.probabilities.odd",
    ]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (case(task="unknown", prediction={"label": "scam", "confidence": 0.5}), "task"),
        (
            case(prediction={"label": "scam", "probabilities": {"fraud": 0.5, "legitimate": 0.5}}),
            "prediction.label",
        ),
        (
            prediction(probabilities={"fraud": 1.2, "legitimate": 0.4}, confidence=0.3),
            "prediction.probabilities.fraud",
        ),
        (prediction(rating=7.5), "prediction.rating"),
        (image(url=7), "input.image.url"),
        (case(prediction={"label": 7}), "prediction.label"),
        (case(prediction="fraud"), "prediction"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fault_brings_no_other_with_it(quick: Caller, body: dict[str, Any], place: str) -> None:
    assert [named for named, _ in faults(quick, body) if named != "prediction" or place == named] == [place]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            case(external_id="a\nb"),
            'it holds a line break or a control character; write it in one line, such as "payment-48213"',
        ),
        (case(external_id=7), 'it is not text; write it in quotes, such as "payment-48213"'),
        (
            case(due_in="soon"),
            'it is no duration from one minute to 366 days; write it as "30m", "4h" or "1d12h"',
        ),
        (
            case(callback_url="shop.example"),
            'it is no web address; write it in full, without blanks, such as "https://shop.example/decisions"',
        ),
        (case(evidence=[{"text": "x"}]), 'it is missing; add it, such as "Recipient"'),
        (
            case(input={"text": "a\x00"}),
            "it holds the character NUL, which cannot be kept; leave it out",
        ),
        (case(scor={}), "no field has this name; did you mean 'scores'?"),
        (
            prediction(score=0.6),
            '"score" may mean anything; a probability is called "confidence", such as "confidence": 0.71',
        ),
        (case(scores={"a": "0.5"}), "it is not a number; write it without quotes, such as 0.83"),
        (
            fields([1]),
            "it has to be a text, a number (integers up to 2^53), true, false or null, such as 499.0",
        ),
    ],
)
def test_a_refusal_is_a_sentence_with_an_example(quick: Caller, body: dict[str, Any], words: str) -> None:
    assert [said for _, said in faults(quick, body)] == [words]


def test_an_overflowing_number_is_refused(quick: Caller) -> None:
    body = '{"external_id": "x", "task": "fraud", "input": {"fields": {"a": 1e400}}}'
    named = [fault["loc"] for fault in quick.post(body).json()["detail"]]
    assert ["body", "input", "fields", "a"] in named


def test_a_task_of_another_service_is_forbidden(quick: Caller) -> None:
    response = quick.post(case(task="loan"))
    assert (response.status_code, response.json()["detail"][0]["loc"]) == (403, ["body", "task"])


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0" + bytes(9), "image/jpeg"),
        (b"GIF89a" + bytes(9), "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"BM" + bytes(9), "image/bmp"),
        (b"II*\x00" + bytes(9), "image/tiff"),
        (PNG[:8] + bytes(256 * 1024 - 8), "image/png"),
    ],
    ids=["png", "jpeg", "gif", "webp", "bmp", "tiff", "largest"],
)
def test_a_picture_is_kept_for_the_experts(
    caller: Caller, ctx: Context, content: bytes, media_type: str
) -> None:
    case_id = caller.post(picture(content, media_type)).json()["case_id"]
    with ctx.database.read() as tx:
        shown = cases.get(tx, case_id).submission.input.image
        assert shown is not None
        stored = images.get(tx, shown.image_id or "")
    assert stored is not None
    assert (stored.content, stored.media_type, shown.alt_text) == (content, media_type, "x")


@pytest.mark.parametrize("media_type", ["image/svg+xml", "image/avif", "application/pdf", ""])
def test_a_format_that_nobody_can_be_shown_is_refused_with_those_that_can(
    quick: Caller, media_type: str
) -> None:
    (fault,) = quick.post(picture(PNG, media_type)).json()["detail"]
    assert "Slack shows PNG, JPEG and GIF; WebP, BMP and TIFF are turned into PNG" in fault["msg"]
    assert '"image/png"' in fault["msg"]


def test_a_picture_nobody_will_look_at_is_not_kept(caller: Caller) -> None:
    body = {**picture(PNG), "prediction": {"label": "fraud", "confidence": 0.99}}
    first, again = caller.post(body), caller.post(body)
    assert (first.status_code, again.status_code) == (202, 200)


def test_a_plain_callback_is_taken_where_the_policy_allows_private_ones(sqlite_url: str) -> None:
    ctx = shop.served(Database(sqlite_url), "allow_private_callbacks = true\n" + SHOP)
    body = json.dumps(case(callback_url="http://127.0.0.1:9/decisions"))
    assert (
        Parser(ctx).parse(body, "shop", ctx.policy).submission.callback_url == "http://127.0.0.1:9/decisions"
    )
    ctx.database.dispose()
