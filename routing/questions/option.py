"""One possible answer of a task, as the policy and people name it."""

from routing.fields import Line, ShortName
from routing.section import Section


class LabelSpec(Section):
    """One possible answer of a task. `title` is what people see instead of `name`."""

    name: ShortName
    description: Line
    example: Line
    title: ShortName | None = None

    @property
    def shown(self) -> str:
        """What people read: the title, or the name."""
        return self.title or self.name
