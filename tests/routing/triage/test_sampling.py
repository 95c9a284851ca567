"""Draws: the same for ever, even, and unlike for anybody without the key."""

import hmac
from hashlib import sha256

import pytest

from routing.triage.sampling import draw


def test_a_draw_is_the_first_53_bits_of_the_keyed_hash() -> None:
    message = b"\x00\x00\x00\x05audit\x00\x00\x00\x02\xc3\xa9"
    digest = hmac.new(b"key", message, sha256).hexdigest()
    assert draw(b"key", "audit", "é") == int(digest[:16], 16) // 2**11 / 2**53


def test_draws_are_even_and_below_one() -> None:
    draws = [draw(b"key", str(n)) for n in range(10_000)]
    assert all(0 <= one < 1 for one in draws)
    tenths = [sum(1 for one in draws if int(one * 10) == tenth) for tenth in range(10)]
    assert all(850 < count < 1150 for count in tenths)  # 1000 ± 5 standard deviations


@pytest.mark.parametrize("other", [(b"other", "ab", "c"), (b"key", "a", "bc"), (b"key", "ab", "c", "")])
def test_another_key_or_other_parts_are_another_draw(other: tuple[bytes, *tuple[str, ...]]) -> None:
    key, *parts = other
    assert draw(key, *parts) != draw(b"key", "ab", "c")


def test_text_that_is_not_unicode_can_be_drawn() -> None:
    assert draw(b"key", "\ud800") != draw(b"key", "\ud801")
