"""`python -m tests.benchmarks.consensus [--crowd NAME FILE.csv] [--model NAME FILE.npz] [--replications N]`.

How often consensus is right with 1, 2, 3 and 5 answers a case, beside other methods on the same answers; how
far the stated certainty holds; how right the stop rule is with 65 % of the answers. 200 cases (half, where
there are fewer than 400) are adjudicated at random, all figures are of the others. Ends with 1 where a bound
does not hold. `uv sync --group benchmarks` installs the others; `--slow` adds those that take minutes.
"""

import argparse
import math
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from routing.case.consensus import Leader, leader, posterior
from routing.evidence.expert_confusions import MOST_LABELS, ConsensusRule
from routing.measures.calibration.calibration_error import ece
from routing.measures.opinions.consensus_choice import choose_rule
from routing.measures.opinions.dawid_skene import posteriors
from routing.measures.opinions.opinions import Floats, Opinions, Places
from tests.benchmarks.crowd_methods import method_of, names_of
from tests.benchmarks.crowds import NAMES, Crowd, crowd, crowd_in, simulated
from tests.benchmarks.figure import Figure, at_least, at_most, told
from tests.benchmarks.parallel import spread
from tests.benchmarks.real_sets import SEED, DataAbsent, real_sets

ANSWERS = (1, 2, 3, 5)
ADJUDICATED = 200
REPLICATIONS = 10
MOST_BEHIND = 2.0
MOST_ECE = 0.05
MOST_ANSWERS = 65.0
ALWAYS, MOST = 3, 7
WORTH = 0.64 * ALWAYS
"""So many answers a case may take on average: what a certainty is chosen by, which needs no truth."""
OURS = "Second Look"


@dataclass(frozen=True, slots=True)
class Trial:
    """A crowd with so many answers a case: the share right of each method, and how sure ours was."""

    right: Mapping[str, float]
    certainty: tuple[float, ...]
    is_right: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Stopped:
    """With the stop rule: share right and answers a case, and the share right where always three answer."""

    right: float
    answers: float
    always: float


def measure(crowds: Sequence[Crowd], replications: int, *, with_slow: bool = False) -> Iterator[Figure]:
    """All figures of all crowds."""
    keys = [(group, count) for group in crowds for count in ANSWERS if _has(group, count)]
    names = names_of(with_slow=with_slow)
    jobs = [(*key, names, number) for key in keys for number in range(replications)]
    trials = spread(_trial, jobs, "Answers")
    cells: dict[bool, list[dict[str, float]]] = {False: [], True: []}
    for group, count in keys:
        of_cell = list(islice(trials, replications))
        means = _means(of_cell)
        cells[group.model is not None].append(means)
        yield from _cell(f"{group.name}, {count} answers", means, of_cell)
    for has_model, of_kind in cells.items():
        if of_kind:
            yield from _overall(f"mean {'with a model' if has_model else 'without a model'}", of_kind)
    yield from _stopping(crowds, replications)


def _has(crowd: Crowd, count: int) -> bool:
    """Whether half of the cases have so many answers."""
    return bool(np.median(crowd.opinions.counts().sum(axis=1)) >= count)


def _means(trials: Sequence[Trial]) -> dict[str, float]:
    names = trials[0].right
    return {name: 100 * float(np.mean([trial.right[name] for trial in trials])) for name in names}


def _cell(what: str, means: Mapping[str, float], trials: Sequence[Trial]) -> Iterator[Figure]:
    others = {name: value for name, value in means.items() if name != OURS}
    detail = ", ".join(f"{name} {value:.2f}" for name, value in others.items())
    best = max(value for value in others.values() if not math.isnan(value))
    yield at_least(f"{what}: right", means[OURS], best - MOST_BEHIND, "%", detail)
    if trials[0].certainty:
        errors = [ece(trial.certainty, trial.is_right) for trial in trials]
        worst = f"at most {max(errors):.3f} in a replication"
        yield at_most(f"{what}: ECE of the certainty", float(np.mean(errors)), MOST_ECE, "", worst)


def _overall(what: str, cells: Sequence[Mapping[str, float]]) -> Iterator[Figure]:
    """Ours beside the best of those that have every cell, and beside each other where it has one."""
    means = {name: float(np.mean([cell[name] for cell in cells])) for name in cells[0]}
    whole = {name: value for name, value in means.items() if name != OURS and not math.isnan(value)}
    best = max(whole, key=lambda name: whole[name])
    detail = ", ".join(f"{name} {value:.2f}" for name, value in whole.items())
    yield at_least(f"{what}: right, best {best}", means[OURS], whole[best], "%", detail)
    for name in means.keys() - whole.keys() - {OURS}:
        both = [cell for cell in cells if not math.isnan(cell[name])]
        if both:
            ours, theirs = (float(np.mean([cell[key] for cell in both])) for key in (OURS, name))
            yield at_least(f"{what}, {len(both)} cells of {name}: right", ours, theirs, "%")


def _stopping(crowds: Sequence[Crowd], replications: int) -> Iterator[Figure]:
    enough = [group for group in crowds if _has(group, ALWAYS)]
    jobs = [(group, number) for group in enough for number in range(replications)]
    results: dict[bool, list[Stopped]] = {False: [], True: []}
    stopping = spread(_stopped, jobs, "Stopping")
    for group in enough:
        of_crowd = list(islice(stopping, replications))
        results[group.model is not None] += of_crowd
        yield from _saved(group.name, of_crowd)
    for has_model, of_kind in results.items():
        if of_kind:
            yield from _saved(f"mean {'with a model' if has_model else 'without a model'}", of_kind)
    yield _speed(enough[0])


def _saved(name: str, results: Sequence[Stopped]) -> Iterator[Figure]:
    share = 100 * float(np.mean([result.answers for result in results])) / ALWAYS
    right, always = (
        100 * float(np.mean([getattr(result, key) for result in results])) for key in ("right", "always")
    )
    error = 100 * float(np.std([result.right - result.always for result in results])) / len(results) ** 0.5
    yield at_most(f"{name}: answers by the stop rule / always {ALWAYS}", share, MOST_ANSWERS, "%")
    yield at_least(f"{name}: right by the stop rule", right, always - 2 * error, "%", f"always {always:.2f}")


def _speed(crowd: Crowd) -> Figure:
    """One case with three answers, as a click weighs it."""
    opinions = _drawn(crowd.opinions, ALWAYS, np.random.default_rng(SEED))
    rule = choose_rule(opinions, SEED)
    rows = [(opinions.experts[expert], opinions.labels[0]) for expert in opinions.expert[:ALWAYS]]
    start = time.perf_counter()
    for _ in range(1_000):
        leader(posterior(rows, rule.confusions), rule)
    return told("a click's consensus", 1_000 * (time.perf_counter() - start), "µs")


def _trial(crowd: Crowd, count: int, names: Sequence[str], number: int) -> Trial:
    rng = np.random.default_rng((SEED, count, number))
    opinions = _drawn(crowd.opinions, count, rng)
    settled, kept = _split(crowd, rng)
    truth = {opinions.cases[place]: crowd.truth[place] for place in settled}
    rule = choose_rule(opinions, number, crowd.model, truth)
    table = posteriors(rule.confusions, opinions, crowd.model)[kept]
    right = {OURS: _right(table, crowd.right[kept])}
    for name in names:
        try:
            right[name] = _right(method_of(name)(opinions, crowd.model)[kept], crowd.right[kept])
        except Exception as reason:  # noqa: BLE001 - what others raise is a figure of theirs
            right[name] = math.nan
            if not number:
                print(f"     {crowd.name}, {count} answers: {name} raises {type(reason).__name__}")
    if rule.certainty is None:
        return Trial(right, (), ())
    stated = tuple(rule.certainty.calibrator.calibrate(min(1.0, value)) for value in table.max(axis=1))
    return Trial(right, stated, tuple(map(bool, table.argmax(axis=1) == crowd.right[kept])))


def _drawn(opinions: Opinions, count: int, rng: np.random.Generator) -> Opinions:
    """At most `count` answers of each case, at random."""
    order = rng.permutation(len(opinions))
    order = order[np.argsort(opinions.case[order], kind="stable")]
    case = opinions.case[order]
    rank = np.arange(len(case)) - np.searchsorted(case, case)
    return _at(opinions, order[rank < count])


def _at(opinions: Opinions, places: Places) -> Opinions:
    parts = opinions.case[places], opinions.expert[places], opinions.label[places]
    return Opinions(opinions.cases, opinions.experts, opinions.labels, *parts)


def _split(crowd: Crowd, rng: np.random.Generator) -> tuple[Places, Places]:
    order = rng.permutation(len(crowd.truth))
    size = min(ADJUDICATED, len(order) // 2)
    return order[:size], order[size:]


def _right(table: Floats, truth: Places) -> float:
    """Of labels that are tied each is taken as often."""
    is_first = table >= table.max(axis=1, keepdims=True) - 1e-9
    return float((is_first[np.arange(len(truth)), truth] / is_first.sum(axis=1)).mean())


def _stopped(crowd: Crowd, number: int) -> Stopped:
    """Fitted to three answers of half of the cases; the other half arrives answer by answer."""
    rng = np.random.default_rng((SEED, number))
    order = rng.permutation(len(crowd.truth))
    past, coming = order[: len(order) // 2], order[len(order) // 2 :]
    drawn = _drawn(crowd.opinions, MOST, rng)
    first = _drawn(drawn, ALWAYS, rng)
    history = _at(first, np.flatnonzero(np.isin(first.case, past)))
    truth = {crowd.opinions.cases[place]: crowd.truth[place] for place in past[:ADJUDICATED]}
    rule = choose_rule(history, number, crowd.model, truth)
    bar = _bar(_paths(crowd, drawn, past, rule))
    paths = _paths(crowd, drawn, coming, rule)
    stops = [(_stop(path, bar), path, label) for path, label in paths]
    return Stopped(
        float(np.mean([_is_right(path[place], label) for place, path, label in stops])),
        float(np.mean([place + 1 for place, _, _ in stops])),
        float(np.mean([_is_right(path[min(ALWAYS, len(path)) - 1], label) for _, path, label in stops])),
    )


Course = list[Leader | None]


def _paths(crowd: Crowd, drawn: Opinions, cases: Places, rule: ConsensusRule) -> list[tuple[Course, str]]:
    """Who leads after each answer, as a click sees it, and the truth."""
    rows: dict[int, list[tuple[str, str]]] = {int(case): [] for case in cases}
    for case, expert, label in zip(drawn.case, drawn.expert, drawn.label, strict=True):
        if int(case) in rows:
            rows[int(case)].append((drawn.experts[expert], drawn.labels[label]))
    paths = []
    for case, answers in rows.items():
        voice = None
        if crowd.model is not None:
            voice = dict(zip(drawn.labels, map(float, crowd.model[case]), strict=True))
        path = [
            leader(posterior(answers[: count + 1], rule.confusions, voice), rule)
            for count in range(len(answers))
        ]
        paths.append((path, crowd.truth[case]))
    return paths


def _bar(paths: Sequence[tuple[Course, str]]) -> float:
    """The highest certainty that takes no more answers a case than they are worth; else the lowest."""
    bars = sorted({leading.certainty for path, _ in paths for leading in path if leading is not None})

    def is_too_much(bar: float) -> bool:
        return float(np.mean([_stop(path, bar) + 1 for path, _ in paths])) > WORTH

    # A higher certainty never takes fewer answers.
    return bars[max(0, bisect_left(bars, True, key=is_too_much) - 1)]


def _stop(path: Course, bar: float) -> int:
    """The place of the answer after which the case is decided."""
    places = [place for place, leading in enumerate(path) if leading and leading.certainty >= bar]
    return places[0] if places else len(path) - 1


def _is_right(leading: Leader | None, label: str) -> float:
    return 0.5 if leading is None else float(leading.label == label)


def main() -> None:
    """Measure the crowds beside the checkout and those that are named."""
    parser = argparse.ArgumentParser(description="How good is consensus?")
    parser.add_argument("--crowd", nargs=2, action="append", default=[], metavar=("NAME", "FILE.csv"))
    parser.add_argument("--model", nargs=2, action="append", default=[], metavar=("NAME", "FILE.npz"))
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--slow", action="store_true", help="also methods that take minutes a crowd")
    arguments = parser.parse_args()
    models = {name: Path(path) for name, path in arguments.model}
    if unknown := models.keys() - {name for name, _ in arguments.crowd}:
        parser.error(f"a model of no crowd that is named: {', '.join(sorted(unknown))}")
    crowds = [*_beside(), *(crowd_in(name, Path(path), models.get(name)) for name, path in arguments.crowd)]
    figures = []
    for figure in measure(crowds, arguments.replications, with_slow=arguments.slow):
        print(figure.line(), flush=True)
        figures.append(figure)
    held = sum(figure.is_met for figure in figures)
    print(f"{held} of {len(figures)} bounds hold.")
    sys.exit(0 if figures and held == len(figures) else 1)


def _beside() -> Iterator[Crowd]:
    for name in NAMES:
        try:
            yield crowd(name)
        except DataAbsent as reason:
            print(f"     {name} left out: {reason}")
    # No crowd beside the checkout has a model, without which CROWDLAB says nothing.
    yield from (simulated(one, SEED) for one in real_sets() if one.probabilities.shape[1] <= MOST_LABELS)


if __name__ == "__main__":
    main()
