"""Every way a call can fail is told in words a person can act on."""

import pytest
import requests
from requests import exceptions
from requests_hardened.ip_filter import InvalidIPAddress

from bot.delivery.callbacks.callback_failure_reasons import CallbackFailed, check, failure_of
from bot.delivery.callbacks.callback_session import Reply


@pytest.mark.parametrize(
    ("error", "words", "is_permanent"),
    [
        (exceptions.ConnectTimeout(), "No connection in time", False),
        (exceptions.ReadTimeout(), "No answer in time", False),
        (exceptions.SSLError(), "certificate", False),
        (exceptions.ConnectionError(), "cannot be reached", False),
        (exceptions.ContentDecodingError(), "ContentDecodingError", False),
        (exceptions.InvalidURL(), "Correct callback_url", True),
        (exceptions.MissingSchema(), "Correct callback_url", True),
        (InvalidIPAddress("10.0.0.1"), "allow_private_callbacks", True),
    ],
)
def test_a_failed_call_says_why_and_whether_a_retry_helps(
    error: requests.RequestException, words: str, is_permanent: bool
) -> None:
    failure = failure_of(error)
    assert words in str(failure)
    assert failure.is_permanent is is_permanent
    assert failure.is_endpoint_down is not is_permanent


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_every_two_hundred_is_delivered(status: int) -> None:
    check(Reply(status, ""))


@pytest.mark.parametrize(
    ("status", "is_down"), [(301, False), (404, False), (429, False), (500, True), (503, True)]
)
def test_only_the_servers_own_errors_rest_the_endpoint(status: int, is_down: bool) -> None:
    with pytest.raises(CallbackFailed) as caught:
        check(Reply(status, ""))
    assert (caught.value.is_endpoint_down, caught.value.is_permanent) == (is_down, False)


def test_what_the_endpoint_said_is_kept_but_not_logged() -> None:
    with pytest.raises(CallbackFailed) as caught:
        check(Reply(422, "the order of Ann Example"))
    assert "Ann Example" in str(caught.value)
    assert "Ann Example" not in caught.value.loggable
