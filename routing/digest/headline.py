"""The digest's first sentences as they are kept, each with what can be done about it at once."""

import json
from dataclasses import dataclass, field

from routing.stable_code import Code


class Deed(Code):
    """What the button beside a sentence does."""

    REVIEW_THRESHOLD = "review_threshold"
    OPEN_SLICE = "open_slice"
    OPEN_CASES = "open_cases"
    ASK_AUDITS = "ask_audits"


@dataclass(frozen=True, slots=True)
class Headline:
    """A sentence; `subject` names what it is about, for muting, and `arguments` what its deed needs."""

    subject: str
    words: str
    deed: Deed | None = None
    arguments: dict[str, str] = field(default_factory=dict)

    @property
    def subjects(self) -> tuple[str, ...]:
        """All that it speaks of: `arguments` may name more than its own."""
        return tuple(json.loads(self.arguments.get("subjects", "[]"))) or (self.subject,)
