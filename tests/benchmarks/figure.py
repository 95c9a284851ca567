"""A measured figure beside what it has to be."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table; `is_met` compares the value with what was promised."""

    name: str
    value: float
    unit: str
    promise: str
    is_met: bool
    detail: str = ""

    def line(self) -> str:
        """The figure as it is printed."""
        mark = "ok  " if self.is_met else "MISS"
        return f"{mark} {self.name:<46} {self.value:>9.2f} {self.unit:<4} {self.promise:<12} {self.detail}"


Measure = Callable[[], Iterable[Figure]]


def at_most(name: str, value: float, limit: float, unit: str = "", detail: str = "") -> Figure:
    """A figure that must not exceed its limit."""
    return Figure(name, value, unit, f"<= {limit:g}", value <= limit, detail)


def at_least(name: str, value: float, limit: float, unit: str = "", detail: str = "") -> Figure:
    """A figure that must reach its limit."""
    return Figure(name, value, unit, f">= {limit:g}", value >= limit, detail)


def told(name: str, value: float, unit: str = "", detail: str = "") -> Figure:
    """A figure of which nothing is promised."""
    return Figure(name, value, unit, "", True, detail)
