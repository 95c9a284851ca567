"""What labels are worth: `python -m tests.benchmarks.trust [SECTION ...] [--set NAME FILE.npz] [--only SET]`.

Prints what was measured beside its bound, a line each; ends with 1 where a bound does not hold. A file holds
the arrays `probabilities` (n × K) and `truth` (n, columns). `--only` takes those sets whose names hold its
words; sections are given below.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from tests.benchmarks import (
    trust_experts,
    trust_groups,
    trust_order,
    trust_refits,
    trust_silence,
    trust_slices,
    trust_team,
)
from tests.benchmarks.figure import Figure
from tests.benchmarks.real_sets import RealSet, real_sets

REPLICATIONS = 200
Measure = Callable[[Sequence[RealSet], int], Iterator[Figure]]
SECTIONS: Mapping[str, Measure] = {
    "estimates": trust_experts.estimates,
    "promises": trust_experts.promises,
    "silence": trust_silence.measure,
    "order": trust_order.measure,
    "groups": trust_groups.measure,
    "slices": trust_slices.measure,
    "refits": trust_refits.measure,
    "team": trust_team.measure,
}


def main() -> None:
    """Measure the sections named, or all of them."""
    parser = argparse.ArgumentParser(description="What is a label worth?")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--set", nargs=2, action="append", default=[], metavar=("NAME", "FILE.npz"))
    parser.add_argument("--only", default="", metavar="WORDS", help="sets whose names hold these words")
    options = parser.parse_args()
    if unknown := [name for name in options.sections if name not in SECTIONS]:
        parser.error(f"no such section: {', '.join(unknown)}. There are: {', '.join(SECTIONS)}.")
    named = [_read(name, file) for name, file in options.set if options.only in name]
    sets = [*real_sets(options.only), *named]
    figures = list(_printed(options.sections or list(SECTIONS), sets, options.replications))
    held = sum(figure.is_met for figure in figures)
    print(f"{held} of {len(figures)} bounds hold.")
    sys.exit(0 if figures and held == len(figures) else 1)


def _read(name: str, file: str) -> RealSet:
    with np.load(file) as arrays:
        return RealSet(name, (), arrays["probabilities"].astype(np.float64), arrays["truth"].astype(np.intp))


def _printed(names: Sequence[str], sets: Sequence[RealSet], replications: int) -> Iterator[Figure]:
    for name in names:
        print(f"{name}, {replications} replications", flush=True)
        for figure in SECTIONS[name](sets, replications):
            print(figure.line(), flush=True)
            yield figure


if __name__ == "__main__":
    main()
