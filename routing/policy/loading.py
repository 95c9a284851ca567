"""Reads a policy's text; refuses it with every error at once."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from routing.errors import InvalidPolicy
from routing.finding import Finding
from routing.policy.checks import (
    Names,
    cross_findings,
    label_findings,
    service_findings,
    task_findings,
    team_findings,
    tier_findings,
)
from routing.policy.error_words import findings
from routing.policy.model import Policy, Service, Task, Team
from routing.policy.tier import Tier
from routing.questions.option import LabelSpec
from routing.questions.question_list import Inquiry

Section = TypeVar("Section", bound=BaseModel)
Raw = Mapping[str, Any]


def load_policy(text: str, source: str) -> Policy:
    """The policy in a TOML text; `source` is the file's name for errors.

    Raises InvalidPolicy that lists every error as `file: key: what is wrong; mend`. Parts that are right in
    themselves are still checked against each other when another part is wrong.
    """
    return policy_of(_parsed(text, source), source)


def policy_of(raw: Raw, source: str) -> Policy:
    """The policy in parsed TOML, by the very same check. Raises InvalidPolicy."""
    try:
        policy = Policy.model_validate(raw)
    except ValidationError as error:
        faults = (*findings(error, raw), *_partial(raw))
        # `from None`: pydantic's own text is for programmers, and repeats what stands in the policy.
        raise _refusal(faults, source) from None
    faults = tuple(cross_findings(policy))
    if faults:
        raise _refusal(faults, source)
    return policy


def _parsed(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at (?:line (\d+), column \d+|end of document)\)", str(error))
        line = f"line {place[1]}" if place and place[1] else "end of the file"
        problem = str(error).partition(" (at")[0]
        raise _refusal((Finding(line, problem, "mend the TOML there (see toml.io)"),), source) from None


def _refusal(faults: tuple[Finding, ...], source: str) -> InvalidPolicy:
    once = tuple(dict.fromkeys(faults))
    return InvalidPolicy("\n" + "\n".join(finding.line(source) for finding in once), once)


def _section(raw: Raw, name: str) -> Raw:
    section = raw.get(name)
    return section if isinstance(section, Mapping) else {}


def _items(raw: Any, name: str) -> list[Any]:
    items = raw.get(name) if isinstance(raw, Mapping) else None
    return items if isinstance(items, list) else []


def _valid(model: type[Section], raw: Any) -> Section | None:
    try:
        return model.model_validate(raw)
    except ValidationError:
        return None


def _partial(raw: Raw) -> Iterator[Finding]:
    """The cross checks of whatever is right in itself, in a policy that is not right as a whole."""
    allowed = raw.get("allow_private_callbacks") is True
    names = Names(
        tuple(_section(raw, "services")),
        tuple(_section(raw, "channels")),
        tuple(_section(raw, "tasks")),
        allowed,
    )
    yield from _each(raw, "services", Service, lambda key, service: service_findings(key, service, names))
    yield from _each(raw, "teams", Team, lambda key, team: team_findings(key, team, names))
    yield from _each(raw, "tasks", Task, task_findings)
    for name, task in _section(raw, "tasks").items():
        yield from _parts_of_task(f"tasks.{name}", task, names)


def _each(
    raw: Raw, name: str, model: type[Section], find: Callable[[str, Section], Iterator[Finding]]
) -> Iterator[Finding]:
    for key, part in _section(raw, name).items():
        section = _valid(model, part)
        if section is not None:
            yield from find(f"{name}.{key}", section)


def _parts_of_task(key: str, raw: Any, names: Names) -> Iterator[Finding]:
    labels = [label for item in _items(raw, "labels") if (label := _valid(LabelSpec, item)) is not None]
    are_typed = not (isinstance(raw, Mapping) and raw.get("thread_replies") is False)
    yield from label_findings(key, labels, are_typed=are_typed)
    parts = raw if isinstance(raw, Mapping) else {}
    asked = _valid(Inquiry, {name: parts[name] for name in Inquiry.model_fields if name in parts})
    if asked is None:
        return
    answers = tuple(option.name for option in asked.asks.options)
    for part in _items(raw, "tiers"):
        tier = _valid(Tier, part)
        if tier is not None:
            yield from tier_findings(f"{key}.tiers.{tier.name}", tier, answers, names)
