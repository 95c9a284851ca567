"""Disagreements that whoever settled them marked, for the lead to look at the guideline."""

from dataclasses import dataclass

from routing.label import Mark

BEGINS = 120
"""So many characters of an input are kept with a digest."""


@dataclass(frozen=True, slots=True)
class MarkedCase:
    """A case whose disagreement was marked; `begins` is how its input begins."""

    case_id: str
    task: str
    mark: Mark
    decided: str
    begins: str


@dataclass(frozen=True, slots=True)
class MarkedCases:
    """How many were marked, as a gap of the guideline or as both defensible, and the newest of them."""

    gaps: int = 0
    both: int = 0
    newest: tuple[MarkedCase, ...] = ()
