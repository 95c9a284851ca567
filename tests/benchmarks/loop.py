"""`python -m tests.benchmarks.loop [NAME ...]`: prints every figure of the loop, or those named."""

import sys
from collections.abc import Iterable, Iterator, Mapping

from tests.benchmarks import clicks, intake, record, route_cost, sender, serve_start
from tests.benchmarks.figure import Figure, Measure

FIGURES: Mapping[str, Measure] = {
    "route": route_cost.measure,
    "serve": serve_start.measure,
    "sender": sender.measure,
    "clicks": clicks.measure,
    "intake": intake.measure,
    "record": record.measure,
}


def main() -> None:
    """Measure and print, one line a figure as soon as it is known; ends with 1 where there was none."""
    names = sys.argv[1:] or list(FIGURES)
    if unknown := [name for name in names if name not in FIGURES]:
        sys.exit(f"No such figure: {', '.join(unknown)}. There are: {', '.join(FIGURES)}.")
    sys.exit(_summary(list(_printed(names))))


def _printed(names: Iterable[str]) -> Iterator[Figure]:
    for name in names:
        for figure in FIGURES[name]():
            print(figure.line(), flush=True)
            yield figure


def _summary(figures: list[Figure]) -> int:
    """Tell how many were met; a busy machine may miss some, so only measuring nothing is a failure."""
    met = sum(figure.is_met for figure in figures)
    print(f"{met} of {len(figures)} figures are as promised.")
    return 0 if figures else 1


if __name__ == "__main__":
    main()
