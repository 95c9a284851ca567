"""One possible answer of a task, as the policy and people name it."""

from pydantic import Field

from routing.fields import Line, ShortName
from routing.section import Section

MOST_EARLIER_NAMES = 50


class LabelSpec(Section):
    """One possible answer of a task. `title` is what people see instead of `name`.

    `example` is shown to who chooses an answer. `was` are names that it had before, the first one first: who
    still uses them means this label.
    """

    name: ShortName
    description: Line
    example: Line | None = None
    title: ShortName | None = None
    was: tuple[ShortName, ...] = Field(default=(), max_length=MOST_EARLIER_NAMES)

    @property
    def shown(self) -> str:
        """What people read: the title, or the name."""
        return self.title or self.name

    @property
    def first_name(self) -> str:
        """The name that it had first."""
        return self.was[0] if self.was else self.name
