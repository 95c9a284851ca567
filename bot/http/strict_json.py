"""Refuses JSON that parsers read differently: a key twice in an object, endless keys, NaN, deep nesting."""

import json
import re
from collections.abc import Iterator
from typing import Any

from bot.http.problems import Path, RequestFault, RequestRefused
from routing.letters import composed

JsonObject = dict[str, Any]
MOST_KEYS = 1_000
_SPACE = re.compile(r"[ \t\r\n]*")


class _Doubtful(ValueError):
    """What is wrong with a JSON text that a lenient parser would take."""


def read(text: str, prefix: Path) -> Any:
    """The value of a JSON text that every parser reads alike; raises RequestRefused (422) for another.

    Letters are composed, and half a character (a lone surrogate) is replaced by U+FFFD.
    """
    # Only what is no ASCII, or is escaped, may have letters to compose: most bodies have none.
    decoder = _DECODER if "\\u" in text or not text.isascii() else _ASCII_DECODER
    try:
        return decoder.decode(text)
    except RecursionError:
        raise malformed("nested too deeply", prefix) from None
    except ValueError as error:
        raise malformed(_reason(error), prefix) from None


def read_raw(text: str) -> Any:
    """The value of a text that `read` has taken, to the letter."""
    return _LENIENT.decode(text)


def array_items(text: str, most: int) -> Iterator[str]:
    """The text of each element of a JSON array; raises RequestRefused (422) for all else and over `most`.

    Elements are split without judging them: a key twice in an element is that element's own fault.
    """
    at = _after_space(text, 0)
    if text[at : at + 1] != "[":
        raise malformed("expected a JSON array", ("body",))
    at = _after_space(text, at + 1)
    count = 0
    is_more = text[at : at + 1] != "]"
    while is_more:
        count += 1
        if count > most:
            raise too_many(most)
        end = _element_end(text, at)
        yield text[at:end]
        at, is_more = _separator(text, end)
    if _after_space(text, at + 1) != len(text):
        raise malformed("unexpected text after the array", ("body",))


def lines(text: str, most: int) -> Iterator[str]:
    """The lines of NDJSON that are not empty; raises RequestRefused (422) for more than `most`."""
    for count, match in enumerate(re.finditer(r"[^\r\n]+", text), start=1):
        if count > most:
            raise too_many(most)
        yield match.group()


def malformed(reason: str, prefix: Path) -> RequestRefused:
    """A 422 for JSON that is not."""
    return RequestRefused(422, RequestFault(prefix, f"invalid JSON: {reason}", "json_invalid"))


def too_many(most: int) -> RequestRefused:
    """A 422 for a batch that is too long."""
    return RequestRefused(422, RequestFault(("body",), f"more than {most} items", "too_long"))


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _element_end(text: str, at: int) -> int:
    try:
        return _LENIENT.raw_decode(text, at)[1]
    except RecursionError:
        raise malformed("nested too deeply", ("body",)) from None
    except ValueError as error:
        raise malformed(_reason(error), ("body",)) from None


def _separator(text: str, end: int) -> tuple[int, bool]:
    """Where the next element (or the closing bracket) is, and whether there is a next element."""
    at = _after_space(text, end)
    if text[at : at + 1] == ",":
        return _after_space(text, at + 1), True
    if text[at : at + 1] == "]":
        return at, False
    raise malformed(f"expected ',' or ']' at character {at}", ("body",))


def _reason(error: ValueError) -> str:
    """What is wrong, without quoting the text."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos}"
    return str(error) if isinstance(error, _Doubtful) else "a number is too long"


def _composed_pairs(pairs: list[tuple[str, Any]]) -> JsonObject:
    return _pairs([(_whole(key), _whole(value) if isinstance(value, str) else value) for key, value in pairs])


def _pairs(pairs: list[tuple[str, Any]]) -> JsonObject:
    if len(pairs) > MOST_KEYS:
        raise _Doubtful(f"more than {MOST_KEYS} keys in one object")
    values = dict(pairs)
    # Parsers disagree which of two equal keys counts: what was signed could be read as something else.
    if len(values) != len(pairs):
        raise _Doubtful("a key occurs twice in one object")
    return values


def _whole(text: str) -> str:
    if text.isascii():
        return text
    # Through UTF-16, in which two halves of a character that were escaped apart become whole again.
    return composed(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _constant(name: str) -> None:
    raise _Doubtful(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_composed_pairs, parse_constant=_constant)
_ASCII_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant)
_LENIENT = json.JSONDecoder()
