"""The doctor tells whether decisions will reach their services."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bot.doctor.callbacks import check_callback, check_callbacks
from bot.doctor.finding import CheckStatus
from tests.doctor.policies import policy


class OnlyPosts(BaseHTTPRequestHandler):
    """An endpoint like most: it answers 405 to HEAD."""

    def do_HEAD(self) -> None:
        self.send_response(405)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), OnlyPosts)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/decisions"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_endpoint_that_answers_anything_is_fine(endpoint: str) -> None:
    finding = check_callback("callback shop", endpoint, allow_private=True)
    assert finding.status is CheckStatus.OK
    assert "405" in finding.what


def test_a_private_address_is_refused_unless_the_policy_allows_it(endpoint: str) -> None:
    finding = check_callback("callback shop", endpoint, allow_private=False)
    assert finding.status is CheckStatus.FAIL
    assert "allow_private_callbacks" in finding.mend


@pytest.mark.parametrize("host", ["nowhere.invalid", "two..dots.example", f"{'x' * 64}.example"])
def test_a_name_that_does_not_resolve_is_named(host: str) -> None:
    finding = check_callback("callback shop", f"https://{host}/x", allow_private=False)
    assert finding.status is CheckStatus.FAIL
    assert f"{host} does not resolve" in finding.what


def test_an_endpoint_that_is_down_is_worth_a_look_and_no_secret_is_shown() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://user:hush@127.0.0.1:{closed.getsockname()[1]}/x?key=hush"
        finding = check_callback("callback shop", url, allow_private=True)
    assert finding.status is CheckStatus.WARN
    assert "hush" not in repr(finding)


def test_a_service_without_a_callback_is_not_asked() -> None:
    assert check_callbacks(policy()) == ()


def test_each_service_is_named(endpoint: str) -> None:
    called = policy("\n[services.shop]", "\nallow_private_callbacks = true\n[services.shop]")
    shop = called.services["shop"].model_copy(update={"callback_url": endpoint})
    (finding,) = check_callbacks(called.model_copy(update={"services": {"shop": shop}}))
    assert (finding.name, finding.status) == ("callback shop", CheckStatus.OK)
