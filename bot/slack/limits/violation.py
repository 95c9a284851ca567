"""A broken limit, and the small checks that look for them in JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Violation:
    """A limit that a payload breaks: where (JSON pointer from the payload's root) and what."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.path}]"


Violations = Iterator[Violation]
Check = Callable[[Any, str], Violations]


@dataclass(frozen=True)
class ObjectShape:
    """What an object may hold: a check for each property, and which of them must be there."""

    properties: Mapping[str, Check]
    required: tuple[str, ...] = ()

    def __call__(self, value: Any, path: str) -> Violations:
        if not isinstance(value, dict):
            yield Violation(path, "must be an object")
            return
        for name in self.required:
            if name not in value:
                yield Violation(path, f"missing required field: {name}")
        for name, item in value.items():
            if name not in self.properties:
                yield Violation(path, f"invalid additional property: {name}")
            else:
                yield from self.properties[name](item, f"{path}/{name}")


def anything(_value: Any, _path: str) -> Violations:
    """Check nothing: Slack accepts more here than this validator knows."""
    return iter(())


def boolean(value: Any, path: str) -> Violations:
    """Check for true or false."""
    if not isinstance(value, bool):
        yield Violation(path, "must be a boolean")


def string(longest: int, shortest: int = 0) -> Check:
    """Check for a string of `shortest` to `longest` characters."""

    def check(value: Any, path: str) -> Violations:
        if not isinstance(value, str):
            yield Violation(path, "must be a string")
        elif len(value) > longest:
            yield Violation(path, f"must be less than {longest + 1} characters")
        elif len(value) < shortest:
            yield Violation(path, f"must be more than {shortest - 1} characters")

    return check


def integer(least: int, most: int) -> Check:
    """Check for a whole number from `least` to `most`."""

    def check(value: Any, path: str) -> Violations:
        if not isinstance(value, int) or isinstance(value, bool):  # to Python, true is an integer
            yield Violation(path, "must be an integer")
        elif not least <= value <= most:
            yield Violation(path, f"must be between {least} and {most}")

    return check


def word_of(*allowed: str) -> Check:
    """Check for any of the `allowed` words."""

    def check(value: Any, path: str) -> Violations:
        if value not in allowed:
            yield Violation(path, f"must be one of: {', '.join(allowed)}")

    return check


def list_of(check_item: Check, most: int, least: int = 1) -> Check:
    """Check for a list of `least` to `most` items, each of which passes `check_item`."""

    def check(value: Any, path: str) -> Violations:
        if not isinstance(value, list):
            yield Violation(path, "must be an array")
            return
        if len(value) > most:
            yield Violation(path, f"no more than {most} items allowed")
        if len(value) < least:
            yield Violation(path, f"no less than {least} items allowed")
        for number, item in enumerate(value):
            yield from check_item(item, f"{path}/{number}")

    return check


def by_type(shapes: Mapping[str, Check]) -> Check:
    """Check an object by the shape its `type` names; any other type is unsupported."""

    def check(value: Any, path: str) -> Violations:
        kind = value.get("type") if isinstance(value, dict) else None
        shape = shapes.get(kind) if isinstance(kind, str) else None
        if shape is None:
            yield Violation(f"{path}/type", f"unsupported type: {kind}")
        else:
            yield from shape(value, path)

    return check


def all_of(*checks: Check) -> Check:
    """Check with each of `checks`, in order."""

    def check(value: Any, path: str) -> Violations:
        for part in checks:
            yield from part(value, path)

    return check
