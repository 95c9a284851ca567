"""Sections of a policy in which some keys are wrong, as far as the others can be read and checked."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from routing.finding import Finding
from routing.policy.document import section_of_document
from routing.policy.model import Service, Team
from routing.policy.tier import Tier
from routing.questions.option import LabelSpec
from routing.section import Section

Part = TypeVar("Part", bound=Section)
STAND_INS: Mapping[type[Section], Mapping[str, Any]] = {
    Service: {"tasks": [], "secret_env": ["SECRET"]},
    Team: {"channel": "", "tasks": []},
    Tier: {"name": "", "channel": "", "accept_above": 1.0, "due_in": "1d"},
    LabelSpec: {"description": ""},
}
"""For keys that are wrong or missing: values of which no check complains but by that very key."""
RESTS_ON = {"quorum": frozenset({"experts", "adjudicators", "escalation"})}
"""Checks of a key that read others, too."""


@dataclass(frozen=True, slots=True)
class Readable(Generic[Part]):
    """A section, with the names of its keys that are wrong, for which others stand in."""

    section: Part
    wrong: frozenset[str] = frozenset()

    def trusted(self, key: str, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Those findings about the section at `key` that rest on nothing that is wrong."""
        for finding in findings:
            name = re.split(r"[.\[]", finding.key.removeprefix(f"{key}."), maxsplit=1)[0]
            if self.wrong.isdisjoint({name, *RESTS_ON.get(name, ())}):
                yield finding


def readable(model: type[Part], raw: Any) -> Readable[Part] | None:
    """What can be read of a raw section; None where nothing can."""
    try:
        return Readable(model.model_validate(raw))
    except ValidationError as error:
        wrong = frozenset(str(row["loc"][0]) for row in error.errors() if row["loc"])
    if not isinstance(raw, Mapping):
        return None
    right = {name: value for name, value in raw.items() if name not in wrong}
    stand_ins = {name: value for name, value in STAND_INS[model].items() if name in wrong}
    try:
        return Readable(section_of_document(model, {**stand_ins, **right}), wrong)
    except (TypeError, ValueError, KeyError, AttributeError):
        return None
