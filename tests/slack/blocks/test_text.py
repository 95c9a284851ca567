"""Texts from cases: nothing hidden, nothing interpreted, nothing endless."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.slack.blocks.text import (
    clean,
    cut,
    escape,
    host_of,
    label_text,
    length,
    mention,
    moment,
    shown,
    unmarked,
    web_address,
)


@pytest.mark.parametrize(
    ("dirty", "cleaned"),
    [
        ("a\u202eb\u2066c\u200bd\ufeffe", "abcde"),
        ("a\x00\x1b[31mb\x7f", "a[31mb"),
        ("e" + "\u0301" * 50, "e" + "\u0301" * 3),
        ("one\r\ntwo\u2028three\u0085four", "one\ntwo\nthree\nfour"),
        ("a\n\n\n \n\n\nb", "a\n\nb"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("a\u200db", "ab"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("tag\U000e0068\U000e0069", "tag"),
        ("\ud800x\ufffe\ufdd0", "x"),
        ("a\tb", "a    b"),
    ],
)
def test_what_is_hidden_or_endless_is_removed(dirty: str, cleaned: str) -> None:
    assert clean(dirty) == cleaned


def test_escaping_leaves_nothing_for_slack_to_interpret_and_cuts_no_entity() -> None:
    assert escape("<!channel> & co", 100) == "&lt;!channel&gt; &amp; co"
    assert escape("&&&", 11) == "&amp;…"
    assert len(escape("<" * 1_000, 50)) <= 50


def test_cutting_counts_as_slack_may_and_leaves_no_half_emoji() -> None:
    assert length("a😀") == 3
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdefg", 6) == "abcde…"
    assert cut("ab👩\u200d👧c", 6) == "ab👩…"
    assert length(cut("😀" * 100, 75)) <= 75


def test_a_text_is_shown_with_few_lines_and_words_that_wrap() -> None:
    assert shown("x" * 500, 1_000) == "x" * 119 + "…"
    assert shown("\n".join("abc"), 100, lines=2) == "a\nb\n…"
    assert shown("漢" * 300, 400) == "漢" * 300


def test_a_label_is_one_line_and_never_empty() -> None:
    assert label_text(" a\n b ", 10) == "a b"
    assert label_text("\u200b", 10) == "—"


@pytest.mark.parametrize(
    "url",
    [
        None,
        "javascript:alert(1)",
        "https://bank.example@evil.example/",
        "http://[::1",
        "https://e.com/ x",
        "https://e.com/\u202e",
        "https:///path",
        "https://e.com/" + "x" * 3_000,
    ],
)
def test_only_plain_web_addresses_are_linked(url: str | None) -> None:
    assert web_address(url) is None


def test_a_link_shows_the_host_it_leads_to() -> None:
    assert web_address("https://example.com/a?b=c") == "https://example.com/a?b=c"
    assert host_of("https://example.com:8443/login") == "example.com"
    assert host_of("https://аpple.com/") == "xn--pple-43d.com"
    assert host_of("https://" + "ü" * 200 + ".com/").endswith("\\xfc.com")
    assert host_of("https://bank.example." + "x." * 60 + "evil.example/").endswith("x.evil.example")


def test_moments_are_shown_in_the_readers_zone_with_utc_as_fallback() -> None:
    at = datetime(2026, 11, 21, 15, 30, tzinfo=timezone(timedelta(hours=1)))

    assert moment(at) == "<!date^1795271400^{date_short_pretty} at {time}|2026-11-21 14:30 UTC>"
    assert datetime.fromtimestamp(1795271400, UTC) == at


def test_only_user_ids_become_mentions() -> None:
    assert mention("U0ANN") == "<@U0ANN>"
    assert mention("U1> <!channel") == "somebody"


def test_our_markup_becomes_plain_text_where_slack_interprets_none() -> None:
    at = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    marked = f"Decided {moment(at)}: {escape('a <b> & &lt;', 100)}"
    assert unmarked(marked) == "Decided: a <b> & &lt;"
