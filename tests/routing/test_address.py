"""An address is taken when there can be such a host."""

import pytest

from routing.address import is_web_address

GOOD = [
    "https://shop.example/payments/1?a=b#c",
    "http://localhost:8080",
    "https://[::1]:8443/x",
    "https://10.0.0.1/",
    "http://2130706433/",
    "https://m\u00fcnchen.example/\u00fc",
    "https://a_b.internal./x",
    f"https://{'a' * 63}.example",
]
BAD = [
    "https://a..b/x",
    f"https://{'a' * 64}.example",
    "https://" + ".".join(["a" * 60] * 5),
    "https://.example",
    "https://-a.example",
    "https://256.1.1.1",
    "https://[::1",
    "https://shop.example:0",
    "https://shop.example:99999",
    "https://a b.example",
    "https://a%20b.example",
    "https://shop.example/a b",
    "ftp://shop.example",
    "https:///x",
    "shop.example",
    "",
]


@pytest.mark.parametrize("address", GOOD)
def test_a_whole_address_is_taken(address: str) -> None:
    assert is_web_address(address)


@pytest.mark.parametrize("address", BAD)
def test_what_no_browser_could_open_is_not(address: str) -> None:
    assert not is_web_address(address)
