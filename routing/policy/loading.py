"""Reads a policy's text; refuses it with every error at once."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from routing.errors import InvalidPolicy
from routing.finding import Finding
from routing.letters import composed_document
from routing.policy.checks import (
    Names,
    cross_findings,
    label_findings,
    reason_code_findings,
    service_findings,
    team_findings,
    tier_findings,
    tiers_findings,
)
from routing.policy.error_words import findings
from routing.policy.model import Policy, Service, Team
from routing.policy.readable import Part, Readable, readable
from routing.policy.tier import Tier
from routing.policy.working_days import in_working_time
from routing.questions.option import LabelSpec
from routing.questions.rating import Rating

Raw = Mapping[str, Any]


def load_policy(text: str, source: str) -> Policy:
    """The policy in a TOML text; `source` is the file's name for errors.

    Raises InvalidPolicy that lists every error as `file: key: what is wrong; mend`. Parts that are right in
    themselves are still checked against each other when another part is wrong.
    """
    return policy_of(_parsed(text, source), source)


def policy_of(raw: Raw, source: str) -> Policy:
    """The policy in parsed TOML, by the very same check. Raises InvalidPolicy."""
    # Before the check: names that differ in the form of their
    # letters alone would be two labels that look alike.
    raw = _composed(raw, source)
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


def _composed(raw: Raw, source: str) -> Raw:
    try:
        document: Raw = composed_document(raw)
    except ValueError as error:
        raise _refusal((Finding("policy", str(error), "keep one of them"),), source) from None
    return document


def _refusal(faults: tuple[Finding, ...], source: str) -> InvalidPolicy:
    once = tuple(dict.fromkeys(faults))
    return InvalidPolicy("\n" + "\n".join(finding.line(source) for finding in once), once)


def _section(raw: Raw, name: str) -> Raw:
    section = raw.get(name)
    return section if isinstance(section, Mapping) else {}


def _items(raw: Any, name: str) -> list[Any]:
    items = raw.get(name) if isinstance(raw, Mapping) else None
    return items if isinstance(items, list) else []


def _partial(raw: Raw) -> Iterator[Finding]:
    """The cross checks of whatever is right in itself, in a policy that is not right as a whole."""
    allowed = raw.get("allow_private_callbacks") is True
    services, channels, tasks = (tuple(_section(raw, name)) for name in ("services", "channels", "tasks"))
    names = Names(services, channels, tasks, allowed)
    yield from _each(raw, "services", Service, lambda key, service: service_findings(key, service, names))
    yield from _each(raw, "teams", Team, lambda key, team: team_findings(key, team, names))
    for name, task in _section(raw, "tasks").items():
        yield from _parts_of_task(f"tasks.{name}", task, names)


def _each(
    raw: Raw, name: str, model: type[Part], find: Callable[[str, Part], Iterator[Finding]]
) -> Iterator[Finding]:
    for key, part in _section(raw, name).items():
        read = readable(model, part)
        if read is not None:
            yield from read.trusted(f"{name}.{key}", find(f"{name}.{key}", read.section))


def _parts_of_task(key: str, raw: Any, names: Names) -> Iterator[Finding]:
    labels = [readable(LabelSpec, item) for item in _items(raw, "labels")]
    named = [label.section for label in labels if label is not None and "name" not in label.wrong]
    are_typed = not (isinstance(raw, Mapping) and raw.get("thread_replies") is False)
    yield from label_findings(key, named, are_typed=are_typed)
    yield from reason_code_findings(
        key, (code for code in _items(raw, "reason_codes") if isinstance(code, str))
    )
    answers = _answers(raw) if len(named) == len(labels) else None
    renamed = {old: label.name for label in named for old in label.was}
    counted, is_comparable = in_working_time(raw)
    tiers = [readable(Tier, part) for part in _items(counted, "tiers")]
    if not is_comparable:  # "2d" may be two days or two working days: no time says more than another
        tiers = [tier and replace(tier, wrong=tier.wrong | {"escalation"}) for tier in tiers]
    for place, tier in enumerate(tiers):
        if tier is not None:
            here = f"{key}.tiers.{tier.section.name}" if tier.section.name else f"{key}.tiers[{place}]"
            yield from _parts_of_tier(here, tier, answers, names, renamed)
    whole = [tier.section for tier in tiers if tier is not None and "when" not in tier.wrong]
    if whole and len(whole) == len(tiers):
        yield from tiers_findings(key, whole)


def _parts_of_tier(
    key: str,
    tier: Readable[Tier],
    answers: tuple[str, ...] | None,
    names: Names,
    renamed: Mapping[str, str],
) -> Iterator[Finding]:
    unsure = {"when", "safe_label", "accept_above", "quorum"} if answers is None else set()
    trusting = replace(tier, wrong=tier.wrong | unsure)
    yield from trusting.trusted(key, tier_findings(key, tier.section, answers or (), names, renamed))


def _answers(raw: Any) -> tuple[str, ...] | None:
    """The names of what a task's labels or its rating let people answer; None where that is not plain."""
    labels = tuple(str(label["name"]) for label in _items(raw, "labels"))
    if labels:
        return labels
    try:
        rating = Rating.model_validate(raw["rating"])
    except (KeyError, TypeError, ValidationError):
        return None
    return tuple(option.name for option in rating.options)
