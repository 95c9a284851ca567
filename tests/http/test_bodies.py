"""Bodies that try to break in: too large, too slow, cut off, compressed, and JSON that parsers read apart."""

import json
import socket

import pytest
import requests

from tests.http.shop import Caller, case, raw, sign
from tests.patience import PATIENCE, eventually

MIB = 1024 * 1024


def padded(size: int) -> str:
    """A case of exactly `size` bytes."""
    text = json.dumps(case())
    return text[:-1] + " " * (size - len(text)) + "}"


def head(*headers: str) -> bytes:
    lines = ("POST /v1/cases HTTP/1.1", "host: x", "content-type: application/json", *headers, "", "")
    return "\r\n".join(lines).encode()


def signed(body: bytes = b"") -> list[str]:
    return [f"{name}: {value}" for name, value in sign(body).items()]


def faults(response: requests.Response) -> list[tuple[str, str]]:
    return [(".".join(map(str, one["loc"])), one["type"]) for one in response.json()["detail"]]


def test_a_mebibyte_is_taken_and_a_byte_more_is_not(quick: Caller) -> None:
    assert quick.post(padded(MIB)).status_code == 202
    assert quick.post(padded(MIB + 1)).status_code == 413


def test_chunks_without_end_are_cut_off_at_the_limit(quick: Caller) -> None:
    host, _, port = quick.url.removeprefix("http://").partition(":")
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(head("transfer-encoding: chunked", *signed()))
        for _ in range(17):
            connection.sendall(chunk)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 413")


def test_an_announced_excess_is_refused_before_it_is_sent(quick: Caller) -> None:
    assert raw(quick.url, head(f"content-length: {MIB + 1}", *signed())).startswith(b"HTTP/1.1 413")
    assert raw(quick.url, head("content-length: " + "9" * 19, *signed())).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("length", ["-1", "x", "1e3"])
def test_a_content_length_that_is_none_is_refused(quick: Caller, length: str) -> None:
    assert raw(quick.url, head(f"content-length: {length}", *signed()) + b"{}").startswith(b"HTTP/1.1 400")


def test_more_than_the_announced_length_is_never_read_as_the_case(quick: Caller) -> None:
    assert raw(quick.url, head("content-length: 2", *signed(b"{}")) + b"{}{}").startswith(b"HTTP/1.1 422")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, identity"])
def test_a_compressed_body_is_refused_unread(quick: Caller, encoding: str) -> None:
    headers = {**sign(b"x"), "content-type": "application/json", "content-encoding": encoding}
    assert (
        requests.post(f"{quick.url}/v1/cases", data=b"x", headers=headers, timeout=PATIENCE).status_code
        == 415
    )


@pytest.mark.parametrize(
    "media_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "application/json; charset=utf-16",
    ],
)
def test_another_type_of_body_is_refused(quick: Caller, media_type: str) -> None:
    assert quick.post(case(), media_type=media_type).status_code == 415


@pytest.mark.parametrize("media_type", ["Application/JSON", 'application/json; charset="UTF-8"'])
def test_json_may_be_named_in_other_words(quick: Caller, media_type: str) -> None:
    assert quick.post(case(), media_type=media_type).status_code == 202


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null x",
        "{",
        '{"a":1,}',
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"input":' + "[" * 150 + "]" * 150 + "}",
        "{" + ",".join(f'"k{number}":0' for number in range(70_000)) + "}",
        '{"input":{"fields":{"a":NaN}}}',
        '{"input":{"fields":{"a":Infinity}}}',
        '{"input":{"fields":{"a":-Infinity}}}',
        '{"a":' + "9" * 5_000 + "}",
        '{"a":"\\ud800"}',
        '{"a":"\x01"}',
        '{"task":"fraud","task":"loan"}',
        '{"input":{"fields":{"a":1,"\\u0061":2}}}',
    ],
    ids=lambda body: body[:24].encode("unicode_escape").decode(),
)
def test_doubtful_json_is_malformed(quick: Caller, body: str) -> None:
    response = quick.post(body)
    assert response.status_code == 422
    assert len(response.content) < 10_000


@pytest.mark.parametrize("body", ["null", "[]", "7", '"x"', "true"])
def test_json_that_is_no_object_is_malformed(quick: Caller, body: str) -> None:
    assert faults(quick.post(body)) == [("body", "model_type")]


def test_a_hundred_faults_are_counted_not_listed(quick: Caller) -> None:
    response = quick.post({f"k{number}": 0 for number in range(900)})
    assert len(response.json()["detail"]) == 51
    assert response.json()["detail"][-1]["type"] == "too_many_faults"


def test_a_key_made_up_by_the_caller_is_cut_in_the_answer(quick: Caller) -> None:
    response = quick.post(case() | {"k" * 10_000: 1})
    assert response.json()["detail"][0]["loc"] == ["body", "k" * 100]


def test_a_body_that_ends_early_is_no_case_and_hurts_nobody(quick: Caller) -> None:
    host, _, port = quick.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(head("content-length: 100", *signed()) + b"{")
    figures = f"{quick.url}/metrics"
    eventually(lambda: 'status="400"' in quick.session.get(figures, timeout=PATIENCE).text)
    assert quick.post(case()).status_code == 202


def test_an_unknown_method_or_path_is_told_in_the_same_shape(quick: Caller) -> None:
    for method, path, status in (
        ("PUT", "/v1/cases", 405),
        ("GET", "/nowhere", 404),
        ("BREW", "/v1/cases", 405),
    ):
        response = requests.request(method, quick.url + path, timeout=PATIENCE)
        assert (response.status_code, set(response.json())) == (status, {"detail"})


def test_a_byte_order_mark_before_the_body_is_passed_over(quick: Caller) -> None:
    mark = b"\xef\xbb\xbf"
    assert quick.post(mark + json.dumps(case()).encode()).status_code == 202
    lines = "\n".join(json.dumps(case(f"payment-{number}")) for number in range(2, 4)).encode()
    answers = quick.batch(mark + lines, media_type="application/x-ndjson").json()["answers"]
    array = quick.batch(mark + json.dumps([case("payment-4")]).encode()).json()["answers"]
    assert [each["status"] for each in (*answers, *array)] == [202, 202, 202]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/docs", "/openapi.json"])
def test_head_is_answered_as_get_without_the_body(quick: Caller, path: str) -> None:
    url = quick.url + path
    head, got = (requests.request(method, url, timeout=PATIENCE) for method in ("HEAD", "GET"))
    assert (head.status_code, head.content) == (got.status_code, b"") == (200, b"")
    assert head.headers["content-type"] == got.headers["content-type"]


def test_head_where_nothing_can_be_read_is_refused_as_get_is(quick: Caller) -> None:
    assert requests.head(f"{quick.url}/v1/decisions", timeout=PATIENCE).status_code == 401
