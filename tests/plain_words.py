"""What no sentence may have that a person reads, and every text in a message or window."""

import re
from collections.abc import Iterable, Iterator

REPORTED = re.compile(
    r"auto[-_ ]?accepted|\baccepted\b|calibrat|certificat|certified|\bpromise|revoked|interval|override|"
    r"overridden|abst(?:ain|ention)|quorum|(?<!as )adjudicat|\btiers?\b|\bECE\b|brier|log[- ]loss|"
    r"\bkish\b|\bholm\b|"
    r"\bnaive\b|\bweighted\b|\bwatched\b|inclusion|disposition|\bthreshold\b|p-value",
    re.IGNORECASE,
)
"""Words that are kept for the report, its CSV and the code; “as adjudicated” is what a truth is called."""
OUR_ID = re.compile(r"\b(?:case|label|dec|out|image|certificate|cal)_[0-9a-z]+|\b[0-9a-f]{12}\b|[0-9a-f]{32}")
UTC = re.compile(r"\bUTC\b|\d{4}-\d{2}-\d{2}")
EXPRESSION = re.compile(r"&&|\|\||[!=<>]=|input\.|prediction\.|slices\.|has\(|\b0\.\d")
SLOPPY = re.compile(r"\.\.(?!\.)|[!?]\.|[.!?:],|,\.|\.;| ,|\(\)|\s{3,}|None\b|\b0 cases\b")
HIDDEN = re.compile(
    r"<!date\^[^<>]*>|<@[UW][A-Z0-9_]+>|<https?:[^<>]*>|/secondlook \w+|`[^`]*`|\[\[[\w.]+\]\]"
)
"""What nobody reads as it stands: Slack shows a time of the reader's own, a name, a title; keys of a file."""
LEADS_TOO = (REPORTED, OUR_ID, UTC, SLOPPY)
"""Leads set thresholds, which are numbers; experts read none."""


def assert_plain(sentences: Iterable[str], patterns: Iterable[re.Pattern[str]] = LEADS_TOO) -> None:
    """None of the sentences has what these patterns find."""
    patterns = tuple(patterns)
    wrong = [
        (pattern.pattern[:20], match[0], sentence)
        for sentence in sorted(sentences)
        for pattern in patterns
        if (match := pattern.search(HIDDEN.sub("§", sentence)))
    ]
    assert wrong == [], wrong


def texts_of(part: object, key: str = "") -> Iterator[str]:
    """Every text that a person reads in a part of a message or window; not the lines to copy into a file."""
    if isinstance(part, str) and key in {"text", "alt_text"}:
        yield part
    elif isinstance(part, list | tuple):
        for item in part:
            yield from texts_of(item)
    elif isinstance(part, dict) and part.get("type") != "rich_text_preformatted":
        for name, value in part.items():
            yield from texts_of(value, name)
