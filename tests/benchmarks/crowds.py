"""Crowds with a known truth: who said what of which case, and what was right."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from routing.measures.opinions.opinions import Floats, Opinions, opinions_of
from tests.benchmarks.real_sets import DataAbsent, RealSet
from tests.places import DATA

NAMES = ("sentiment_sp", "weather_cf_amt", "barzan")
EXPERTS, SKILLS = 30, (0.6, 0.95)
MOST_CASES, ANSWERS_EACH = 1_500, 7


@dataclass(frozen=True, slots=True)
class Crowd:
    """`truth` is the label of each of `opinions.cases`, in their order; `model` a row for each of these."""

    name: str
    opinions: Opinions
    truth: tuple[str, ...]
    model: Floats | None = None

    @property
    def right(self) -> npt.NDArray[np.intp]:
        """The place of each case's true label."""
        place = {label: index for index, label in enumerate(self.opinions.labels)}
        return np.array([place[label] for label in self.truth], dtype=np.intp)


def crowd(name: str) -> Crowd:
    """A crowd beside the checkout. Raises DataAbsent where it is not to be had."""
    folder = DATA / f"crowd_{name}"
    if not folder.exists():
        raise DataAbsent(f"../shared/data/{folder.name} is not here")
    answers = [(row["item"], row["annotator"], row["label"]) for row in _rows(folder / "answers.csv")]
    truth = {row["item"]: row["label"] for row in _rows(folder / "truth.csv")}
    return crowd_of(name, answers, truth)


def crowd_of(
    name: str, answers: Iterable[tuple[str, str, str]], truth: Mapping[str, str], more: Iterable[str] = ()
) -> Crowd:
    """Of several answers of an expert to a case the last one counts, as in the product."""
    latest = {(case, expert): label for case, expert, label in answers if case in truth}
    labels = _in_order({*latest.values(), *truth.values(), *more})
    opinions = opinions_of([(*key, label) for key, label in latest.items()], labels)
    return Crowd(name, opinions, tuple(truth[case] for case in opinions.cases))


def simulated(one: RealSet, seed: int) -> Crowd:
    """A real model's cases, answered by experts made up, each right as often on any label."""
    rng = np.random.default_rng(seed)
    cases = rng.permutation(len(one))[:MOST_CASES]
    skills, columns = rng.uniform(*SKILLS, EXPERTS), one.probabilities.shape[1]
    answers = []
    for case in cases:
        for expert in rng.permutation(EXPERTS)[:ANSWERS_EACH]:
            off = 0 if rng.random() < skills[expert] else rng.integers(1, columns)
            answers.append((f"{case:05}", f"E{expert:02}", str((one.truth[case] + off) % columns)))
    labels = [str(column) for column in range(columns)]
    truth = {f"{case:05}": str(one.truth[case]) for case in cases}
    plain = crowd_of(f"{one.name}, experts made up", answers, truth, labels)
    return replace(plain, model=one.probabilities[[int(case) for case in plain.opinions.cases]])


def crowd_in(name: str, path: Path, model: Path | None = None) -> Crowd:
    """From a file with columns item, expert, label and truth, and what a model says of it.

    The model's file holds `probabilities`, a row for each item and a column for each label; the items in
    the order of `items`, else in that of their first line, the labels in that of `labels`, else sorted (0 to
    K − 1 where they are such numbers).
    """
    rows = _rows(path)
    truth = {row["item"]: row["truth"] for row in rows}
    answers = [(row["item"], row["expert"], row["label"]) for row in rows]
    if model is None:
        return crowd_of(name, answers, truth)
    with np.load(model) as arrays:
        stored = {key: arrays[key] for key in arrays.files}
    table = np.asarray(stored["probabilities"], dtype=np.float64)
    labels = [str(label) for label in stored.get("labels", _columns(rows, table.shape[1]))]
    items = [str(item) for item in stored.get("items", list(truth))]
    plain = crowd_of(name, answers, truth, labels)
    place = {item: index for index, item in enumerate(items)}
    columns = [labels.index(label) for label in plain.opinions.labels]
    order = [place[case] for case in plain.opinions.cases]
    return replace(plain, model=table[order][:, columns])


def _columns(rows: list[dict[str, str]], count: int) -> list[str]:
    names = {row[key] for row in rows for key in ("label", "truth")}
    numbers = [str(number) for number in range(count)]
    return numbers if names <= set(numbers) else _in_order(names)


def _in_order(names: set[str]) -> list[str]:
    return sorted(names, key=lambda name: (int(name), name) if name.isdigit() else (0, name))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
