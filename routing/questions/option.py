"""One possible answer of a task, as the policy and people name it."""

import hashlib

from pydantic import Field

from routing.fields import LabelName, Line, ShortName
from routing.section import Section

MOST_EARLIER_NAMES = 50
LONGEST_TOKEN = 75
"""A control carries a name of so many characters as it is, and ids and words beside it."""


def token_of(name: str) -> str:
    """What a control carries for a label of that name: the name, or a digest of a long one."""
    if len(name) <= LONGEST_TOKEN:
        return name
    # Buttons of every released version carry it: another digest would make all of them strangers.
    return f"label:{hashlib.sha256(name.encode()).hexdigest()[:32]}"


class LabelSpec(Section):
    """One possible answer of a task. `title` is what people see instead of `name`.

    `example` is shown to who chooses an answer. `was` are names that it had before, the first one first: who
    still uses them means this label. `harmful`: to be called so, or not to be, does harm to whom a case is
    about, so the digest looks at its mistakes slice by slice.
    """

    name: LabelName
    description: Line
    example: Line | None = None
    title: ShortName | None = None
    was: tuple[LabelName, ...] = Field(default=(), max_length=MOST_EARLIER_NAMES)
    harmful: bool = Field(default=False, strict=True)

    @property
    def shown(self) -> str:
        """What people read: the title, or the name."""
        return self.title or self.name

    @property
    def first_name(self) -> str:
        """The name that it had first."""
        return self.was[0] if self.was else self.name

    @property
    def token(self) -> str:
        """What a control carries for it."""
        return token_of(self.name)
