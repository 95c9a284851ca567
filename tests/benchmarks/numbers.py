"""`python -m tests.benchmarks.numbers [SECTION ...] [--replications N]`: do the numbers hold on real data?

Prints what was measured beside its bound, a line each; ends with 1 where a bound does not hold.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping

from tests.benchmarks import calibration_gain, drift_years, estimate_coverage, false_alarms, promise_coverage
from tests.benchmarks.figure import Figure

REPLICATIONS = 500

SECTIONS: Mapping[str, Callable[[int], Iterable[Figure]]] = {
    "estimates": estimate_coverage.measure,
    "calibration": calibration_gain.measure,
    "guarantee": promise_coverage.measure,
    "monitor": false_alarms.measure,
    "drift": drift_years.measure,
}


def main() -> None:
    """Measure the sections named, or all of them."""
    parser = argparse.ArgumentParser(description="Do the numbers hold on real data?")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    given = parser.parse_args()
    if unknown := [name for name in given.sections if name not in SECTIONS]:
        parser.error(f"no such section: {', '.join(unknown)}. There are: {', '.join(SECTIONS)}.")
    sys.exit(_summary(list(_printed(given.sections or list(SECTIONS), given.replications))))


def _printed(sections: Iterable[str], replications: int) -> Iterator[Figure]:
    for name in sections:
        print(f"{name}, {replications} replications", flush=True)
        for figure in SECTIONS[name](replications):
            print(figure.line(), flush=True)
            yield figure


def _summary(figures: list[Figure]) -> int:
    """Tell how many bounds hold. Measuring nothing is a failure too."""
    held = sum(figure.is_met for figure in figures)
    print(f"{held} of {len(figures)} bounds hold.")
    return 0 if figures and held == len(figures) else 1


if __name__ == "__main__":
    main()
