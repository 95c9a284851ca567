"""Crowds with a known truth: who said what of which case, and what was right."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from routing.measures.opinions.opinions import Opinions, opinions_of
from tests.benchmarks.real_sets import DataAbsent
from tests.places import DATA

NAMES = ("sentiment_sp", "weather_cf_amt", "barzan")


@dataclass(frozen=True, slots=True)
class Crowd:
    """`truth` is the label of each case, in the order of `opinions.cases`."""

    name: str
    opinions: Opinions
    truth: tuple[str, ...]


def crowd(name: str) -> Crowd:
    """A crowd beside the checkout. Raises DataAbsent where it is not to be had."""
    folder = DATA / f"crowd_{name}"
    if not folder.exists():
        raise DataAbsent(f"../shared/data/{folder.name} is not here")
    answers = [(row["item"], row["annotator"], row["label"]) for row in _rows(folder / "answers.csv")]
    truth = {row["item"]: row["label"] for row in _rows(folder / "truth.csv")}
    return crowd_of(name, answers, truth)


def crowd_of(name: str, answers: Iterable[tuple[str, str, str]], truth: Mapping[str, str]) -> Crowd:
    """Of several answers of an expert to a case the last one counts, as in the product."""
    latest = {(case, expert): label for case, expert, label in answers if case in truth}
    labels = sorted({*latest.values(), *truth.values()})
    opinions = opinions_of([(*key, label) for key, label in latest.items()], labels)
    return Crowd(name, opinions, tuple(truth[case] for case in opinions.cases))


def crowd_in(name: str, path: Path) -> Crowd:
    """From a file with columns item, expert, label and truth."""
    rows = _rows(path)
    truth = {row["item"]: row["truth"] for row in rows}
    return crowd_of(name, [(row["item"], row["expert"], row["label"]) for row in rows], truth)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
