"""Something to say about a policy: where, what is wrong, and the mend."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Finding:
    """`key` is the path in the file, such as `tasks.returns.tiers.critical.channel`."""

    key: str
    problem: str
    mend: str

    def line(self, source: str) -> str:
        """The finding as people read it."""
        return f"{source}: {self.key}: {self.problem}; {self.mend}"


class ExistingNames(NamedTuple):
    """Names that exist, with a suggestion for a name that does not; `now` has those of what was renamed."""

    names: tuple[str, ...]
    now: Mapping[str, str] = MappingProxyType({})

    def mend(self, wrong: str, what: str) -> str:
        """The name it has now, the closest of them, or all, or how to add the first."""
        if wrong in self.now:
            return f"it is called {self.now[wrong]!r} now"
        close = get_close_matches(wrong, self.names, n=1, cutoff=0.6)
        if close:
            return f"did you mean {close[0]!r}?"
        if not self.names:
            return f"there is no {what} yet, add one"
        shown = ", ".join(repr(name) for name in self.names[:10])
        return f"use one of {shown}" + (", …" if len(self.names) > 10 else "")
