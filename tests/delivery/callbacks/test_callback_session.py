"""Callbacks go out within bounds, and never where the policy did not mean."""

import socket

import pytest
import requests
from requests_hardened.ip_filter import InvalidIPAddress

from bot.delivery.callbacks.callback_session import BODY_LIMIT, CallbackSession, Patience, PublicAdapter
from tests.delivery.receiver import (
    answers,
    drips_headers,
    endless_body,
    hangs,
    hangs_up,
    receiving,
)
from tests.patience import PATIENCE

PATIENT = Patience(PATIENCE, PATIENCE, PATIENCE)
IMPATIENT = Patience(connect=PATIENCE, read=0.3, total=0.5)
INNER_ADDRESSES = (
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://[::1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://0.0.0.0:{port}/",
    "http://0:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://017700000001:{port}/",
    "http://127.1:{port}/",
    "http://user:secret@127.0.0.1:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://100.64.0.1/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://[64:ff9b::7f00:1]/",
    "https://127.0.0.1:{port}/",
)
CARRIERS = (
    "::10.0.0.1",
    "::7f00:1",
    "::8.8.8.8",
    "fec0::1",
    "feff::1",
    "::ffff:0:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::10.0.0.1",
    "64:ff9b:1:7f00:0:100::",
    "2002:a00:1::1",
    "2002:7f00:1::",
    "::ffff:192.168.0.1",
    "::",
)
PUBLIC = (
    ("http://8.8.8.8/", "8.8.8.8"),
    ("https://[2606:4700::1111]:8443/x", "[2606:4700::1111]"),
    ("http://[::ffff:8.8.8.8]/", "8.8.8.8"),
)


def session(*, allow_private: bool = True, patience: Patience = PATIENT) -> CallbackSession:
    return CallbackSession(allow_private=allow_private, patience=patience)


@pytest.mark.parametrize("address", INNER_ADDRESSES)
def test_no_spelling_of_an_inner_address_is_reached(address: str) -> None:
    with receiving() as receiver:
        url = address.format(port=receiver.url.rsplit(":", 1)[1].split("/")[0])
        with pytest.raises(requests.RequestException):
            session(allow_private=False).deliver(url, b"{}", {})
    assert receiver.received == []


def test_a_name_that_resolves_to_an_inner_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver:
        port = int(receiver.url.rsplit(":", 1)[1].split("/")[0])
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        with pytest.raises(requests.RequestException):
            session(allow_private=False).deliver(f"http://rebound.example:{port}/", b"{}", {})
    assert receiver.received == []


@pytest.mark.parametrize("address", CARRIERS)
def test_no_ipv6_form_of_an_inner_address_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    found = [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, 80, 0, 0))]
    for host in (f"[{address}]", "rebound.example"):
        with pytest.raises(InvalidIPAddress):
            session(allow_private=False).deliver(f"http://{host}/", b"{}", {})
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


@pytest.mark.parametrize(("url", "host"), PUBLIC)
def test_a_public_address_is_connected_to(url: str, host: str) -> None:
    prepared = requests.Request("POST", url).prepare()
    adapter = session(allow_private=False).get_adapter(url)
    assert isinstance(adapter, PublicAdapter)
    connect_to, _ = adapter.build_connection_pool_key_attributes(prepared, True, None)
    assert connect_to["host"] == host


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver, receiving() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        session().deliver(receiver.url, b"{}", {})
    assert (len(receiver.received), len(proxy.received)) == (1, 0)


def test_the_body_and_the_headers_arrive_as_given() -> None:
    with receiving() as receiver:
        reply = session().deliver(receiver.url, b'{"a":1}', {"webhook-id": "item_1"})
    (request,) = receiver.received
    assert (reply.status, request.body, request.headers["webhook-id"]) == (200, b'{"a":1}', "item_1")


def test_a_redirect_is_not_followed() -> None:
    with receiving() as target, receiving(answers(301, Location=target.url)) as receiver:
        reply = session().deliver(receiver.url, b"{}", {})
    assert (reply.status, target.received) == (301, [])


@pytest.mark.parametrize("status", [200, 301, 500])
def test_an_endless_body_is_read_no_further_than_its_beginning(status: int) -> None:
    with receiving(endless_body(status, Location="http://127.0.0.1:1/")) as receiver:
        reply = session().deliver(receiver.url, b"{}", {})
    assert (reply.status, len(reply.excerpt)) == (status, BODY_LIMIT)


@pytest.mark.parametrize("behavior", [hangs, hangs_up, drips_headers])
def test_an_answer_that_does_not_come_is_an_error(behavior) -> None:  # type: ignore[no-untyped-def]
    with receiving(behavior) as receiver, pytest.raises(requests.RequestException):
        session(patience=IMPATIENT).deliver(receiver.url, b"{}", {})
    assert len(receiver.received) == 1


@pytest.mark.parametrize("allow_private", [False, True])
@pytest.mark.parametrize("host", ["shop..example", f"{64 * 'a'}.example"])
def test_a_host_that_no_name_server_can_be_asked_for_is_a_wrong_address(
    host: str, allow_private: bool
) -> None:
    with pytest.raises(requests.exceptions.InvalidURL):
        session(allow_private=allow_private).deliver(f"http://{host}/", b"{}", {})
