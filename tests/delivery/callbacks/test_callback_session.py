"""Callbacks go out within bounds, and never where the policy did not mean."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import trustme
from requests_hardened.ip_filter import InvalidIPAddress

from bot.delivery.callbacks.callback_failure_reasons import failure_of
from bot.delivery.callbacks.callback_session import (
    BODY_LIMIT,
    AuthorityUnreadable,
    CallbackSession,
    Patience,
    PublicAdapter,
)
from tests.delivery.receiver import (
    Receiver,
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


def through(receiver: Receiver, *, allow_private: bool) -> CallbackSession:
    """A session with the receiver as its proxy."""
    proxy = receiver.url.removesuffix("/callback")
    return CallbackSession(allow_private=allow_private, patience=PATIENT, proxy=proxy)


def test_through_a_proxy_the_proxy_is_called_and_no_name_looked_up() -> None:
    with receiving(answers(200, b"taken")) as receiver:
        behind = through(receiver, allow_private=True)
        assert behind.deliver("http://shop.invalid/hook", b"{}", {}).status == 200
    (request,) = receiver.received
    assert request.headers["host"] == "shop.invalid"


def test_a_proxy_with_a_private_address_is_refused_like_an_endpoint() -> None:
    with receiving(answers(200)) as receiver:
        behind = through(receiver, allow_private=False)
        with pytest.raises(InvalidIPAddress):
            behind.deliver("http://shop.invalid/hook", b"{}", {})
    assert receiver.received == []


def test_a_proxy_whose_name_is_unknown_is_said_to_be_out_of_reach() -> None:
    behind = CallbackSession(allow_private=False, patience=PATIENT, proxy="http://proxy.invalid:3128")
    with pytest.raises(requests.RequestException) as refused:
        behind.deliver("http://shop.invalid/hook", b"{}", {})
    assert str(failure_of(refused.value)).endswith("The proxy cannot be reached, or refuses.")


def test_a_proxy_that_lets_nothing_through_is_said_to_refuse() -> None:
    with receiving(answers(200)) as receiver:
        behind = through(receiver, allow_private=True)
        with pytest.raises(requests.RequestException) as refused:
            behind.deliver("https://shop.invalid/hook", b"{}", {})
    assert str(failure_of(refused.value)).endswith("The proxy cannot be reached, or refuses.")


@contextmanager
def over_tls(authority: trustme.CA) -> Iterator[str]:
    """An endpoint whose certificate the authority has signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with receiving(answers(200, b"taken"), tls=context) as receiver:
        yield receiver.url.replace("127.0.0.1", "localhost")


def test_an_endpoint_is_checked_by_the_authority_that_the_policy_names(tmp_path: Path) -> None:
    authority, other = trustme.CA(), trustme.CA()
    names = [tmp_path / "ours.pem", tmp_path / "theirs.pem"]
    authority.cert_pem.write_to_path(str(names[0]))
    other.cert_pem.write_to_path(str(names[1]))
    with over_tls(authority) as url:
        ours = CallbackSession(allow_private=True, patience=PATIENT, ca_file=str(names[0]))
        assert ours.deliver(url, b"{}", {}).status == 200
        for ca_file in (None, str(names[1])):
            theirs = CallbackSession(allow_private=True, patience=PATIENT, ca_file=ca_file)
            with pytest.raises(requests.exceptions.SSLError):
                theirs.deliver(url, b"{}", {})


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_of_authorities_that_cannot_be_read_is_told(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(AuthorityUnreadable) as refused:
        CallbackSession(allow_private=True, ca_file=str(path)).deliver("https://localhost:1/", b"{}", {})
    failure = failure_of(refused.value)
    assert "ca_file cannot be read here" in str(failure)
    assert not failure.is_permanent
