"""pydantic's errors in plain words, each with its key as people see it in the file and a mend."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from routing.finding import ExistingNames, Finding
from routing.policy.model import Channel, Policy, Service, Task, Team
from routing.policy.people_asked import EscalationStep, Experts
from routing.policy.threshold import CertifiedThreshold
from routing.policy.tier import Tier
from routing.policy.working_hours import WorkingHours, WorkingSpan
from routing.public_holidays import PublicHolidays
from routing.questions.option import LabelSpec
from routing.questions.rating import Rating

SECTIONS: Mapping[str, type[BaseModel]] = {
    "services": Service,
    "channels": Channel,
    "tasks": Task,
    "labels": LabelSpec,
    "rating": Rating,
    "tiers": Tier,
    "hours": WorkingHours,
    "spans": WorkingSpan,
    "holidays": PublicHolidays,
    "experts": Experts,
    "escalation": EscalationStep,
    "promise": CertifiedThreshold,
    "teams": Team,
}
HOMES: Mapping[str, str] = {
    "services": "a service: [services.…]",
    "channels": "a channel: [channels.…]",
    "tasks": "a task: [tasks.…]",
    "labels": "a label of the task",
    "rating": "the task's `rating`",
    "tiers": "a tier: [[tasks.….tiers]]",
    "hours": "the task's [tasks.….hours]",
    "spans": "a span of the task's hours",
    "holidays": "`holidays` of the task's hours",
    "experts": "`experts` of a tier",
    "escalation": "a step of the tier's `escalation`",
    "promise": "the limit in a tier's `accept_above`",
    "teams": "a team: [teams.…]",
}
TYPES = {
    "string_type": ("is not text", 'write it in quotes: "…"'),
    "int_type": ("is not a whole number", "write a number without quotes"),
    "int_from_float": ("is not a whole number", "write a number without a fraction"),
    "float_type": ("is not a number", "write a number without quotes"),
    "finite_number": ("is not a finite number", "write a number such as 0.05"),
    "bool_type": ("is neither true nor false", "write true or false without quotes"),
    "tuple_type": ("is not a list", 'write it in brackets: ["…"]'),
    "dict_type": ("is not a table", "write it as a [section] of its own"),
    "model_type": ("is not a table", "write it as a [section] of its own"),
}


def _name_at(raw: Any, place: str | int) -> tuple[str, Any]:
    """How a place in the file is named, and what stands there; list items go by their `name`, if any."""
    if isinstance(place, int) and isinstance(raw, Sequence) and place < len(raw):
        item = raw[place]
        name = item.get("name") if isinstance(item, Mapping) else None
        return (f".{name}" if isinstance(name, str) else f"[{place}]"), item
    return f".{place}", raw.get(place) if isinstance(raw, Mapping) else None


def key_of(path: Sequence[str | int], raw: Any) -> str:
    """The dotted key of a path in the raw file: `tasks.returns.tiers.critical.audit`."""
    key, here = "", raw
    for place in path:
        if place in {"threshold", "words", "promise", "[key]"}:
            continue
        name, here = _name_at(here, place)
        key += name
    return key.lstrip(".") or "policy"


def _section(path: Sequence[str | int]) -> type[BaseModel]:
    named = [SECTIONS[place] for place in path[:-1] if isinstance(place, str) and place in SECTIONS]
    return named[-1] if named else Policy


def _limit(error: ErrorDetails) -> tuple[str, str] | None:
    limits = {
        name.removesuffix("_length"): value
        for name, value in error.get("ctx", {}).items()
        if name.split("_")[0] in {"min", "max", "ge", "le", "gt", "lt"}
    }
    if not limits:
        return None
    words = {"min": "at least", "ge": "at least", "max": "at most", "le": "at most", "gt": "more than"}
    wanted = " and ".join(f"{words.get(name, 'less than')} {value}" for name, value in limits.items())
    return "is outside of its limits", f"give {wanted}"


def _home(key: str) -> str:
    """Where a key belongs that another section has; empty where none, or several, have it."""
    if key in Policy.model_fields:
        return f"it belongs at the top of the file, above the first [section]: `{key} = …`"
    homes = [HOMES[name] for name, section in SECTIONS.items() if key in section.model_fields]
    return f"it belongs to {homes[0]}" if len(homes) == 1 else ""


def _similar(key: str, section: type[BaseModel]) -> str:
    return ExistingNames(tuple(name for name in section.model_fields if name != key)).mend(key, "key")


def _words(error: ErrorDetails) -> tuple[str, str]:
    kind = error["type"]
    if kind == "extra_forbidden":
        wrong = str(error["loc"][-1])
        return "this key is not known", _home(wrong) or _similar(wrong, _section(error["loc"]))
    if kind == "missing":
        return "is missing", f"add `{error['loc'][-1]} = …`"
    if kind == "value_error":
        problem, _, mend = error["msg"].removeprefix("Value error, ").rpartition("; ")
        return problem, mend
    if kind in {"literal_error", "enum"}:
        return f"{error['input']!r} is not possible here", f"use {error.get('ctx', {}).get('expected')}"
    if kind in TYPES:
        return TYPES[kind]
    return _limit(error) or (error["msg"], "see the example policy")


def findings(error: ValidationError, raw: Any, prefix: tuple[str | int, ...] = ()) -> tuple[Finding, ...]:
    """Everything pydantic refused, in plain words."""
    rows = (row for row in error.errors(include_url=False) if not _is_follow_up(row))
    return tuple(Finding(key_of((*prefix, *row["loc"]), raw), *_words(row)) for row in rows)


def _is_follow_up(error: ErrorDetails) -> bool:
    """Whether a list is called too short only because pydantic does not count items that are wrong."""
    return error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]
