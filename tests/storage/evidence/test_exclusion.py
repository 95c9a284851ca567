"""No reader of evidence sees what was put in here: each is walked, and each sees the same of traffic."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

import storage.evidence
from routing.case.decision import Method
from routing.cell import EVERYTHING
from routing.label import Abstention, Mark, Obstacle
from routing.prediction import POSTED_ORIGINS, ModelRef, Origin
from routing.triage.follow_up import FollowUp
from storage.cases import bad_inputs, decisions, follow_ups, labels
from storage.cases.predictions import NewPrediction
from storage.engine.database import Database, Transaction
from storage.evidence.decisions_in_force import Window
from storage.evidence.tier_window import TierWindow
from tests.storage.examples import ANNA, BEN, NOW, label_of, prediction, routing, store
from tests.storage.history import SINCE, UNTIL, accepted, audited, decide

MODEL = ModelRef("forest", "1")
TIER = TierWindow("fraud", "low", MODEL, SINCE, UNTIL)
ARGUMENTS: dict[str, Any] = {
    "tasks": ("fraud",),
    "task": "fraud",
    "tier": "low",
    "model": MODEL,
    "since": SINCE,
    "until": UNTIL,
    "now": UNTIL,
    "moment": UNTIL,
    "limit": 100,
    "shown": 2,
    "most": 100,
    "threshold": 0.0,
    "key": "country",
    "values": ("DE",),
    "expert": ANNA,
    "midnights": (SINCE, UNTIL),
    "window": Window(("fraud",), SINCE, UNTIL),
    "received": TIER,
    "windows": (TIER,),
    "slice_of": ("country", ("DE",)),
    "cell": EVERYTHING,
}
"""What each parameter of a reader gets; a reader with another one needs an entry."""
NOT_OF_TRAFFIC = {
    "case_outlines.of_cases": "reads the cases that it is asked for by id",
    "digest_facts.counts": "counts the rows of a whole database for the demo, which puts nothing in",
    "digest_facts.received_by_origin": "counts each origin apart",
    "slice_conditions.is_in_slice": "a condition",
    "slice_conditions.is_in_cell": "a condition",
    "label_counts.last_unchecked": "a moment, which a few predictions more do not move",
    "logged_predictions.newest_since": "a moment, which a few predictions more do not move",
}
PUT_IN = tuple(origin for origin in Origin if origin not in POSTED_ORIGINS)
Reader = Callable[[Transaction], object]


def readers() -> Iterator[tuple[str, Reader]]:
    for module in pkgutil.iter_modules(storage.evidence.__path__):
        loaded = importlib.import_module(f"storage.evidence.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            named = f"{module.name}.{name}"
            first, *_ = [*inspect.signature(function).parameters, ""]
            is_reader = function.__module__ == loaded.__name__ and first == "tx" and name[0] != "_"
            if is_reader and named not in NOT_OF_TRAFFIC:
                yield named, reader(function)


def reader(function: Callable[..., object]) -> Reader:
    _, *parameters = inspect.signature(function).parameters.values()
    arguments = {each.name: ARGUMENTS[each.name] for each in parameters if each.default is each.empty}

    def read(tx: Transaction) -> object:
        value = function(tx, **arguments)
        return list(value) if inspect.isgenerator(value) else value

    return read


READERS = dict(readers())


def fates(origin: Origin, start: int) -> Iterator[NewPrediction]:
    """A prediction of each fate."""
    drawn = replace(routing(), second_opinion_chance=0.5, blind_chance=0.5, is_blind=True)
    unclear = replace(routing(), unreadable="input.amount was left out")
    late = replace(routing(), is_audit=True)
    for number, routed in enumerate((drawn, audited(), accepted(), unclear, late), start):
        yield prediction(number, routed=routed, origin=origin)


def fill(database: Database, origin: Origin, start: int) -> None:
    """Predictions of each fate, two of them answered by two people and adjudicated."""
    with database.write() as tx:
        store(tx, list(fates(origin, start)))
        for number in (start, start + 1):
            for expert in (ANNA, BEN):
                answer = label_of(f"case_{number}", label="ok", expert=expert, why="It is fine.")
                labels.add(tx, replace(answer, mark=Mark.GUIDELINE_GAP))
            decide(tx, number, "ok", method=Method.ADJUDICATED)
        late = [FollowUp(f"case_{number}", 1.0, is_drawn=True) for number in (start, start + 4)]
        follow_ups.add(tx, late, UNTIL, UNTIL)
        labels.add_abstention(tx, Abstention(f"case_{start + 3}", ANNA, NOW, "blurred", Obstacle.BAD_INPUT))


def seen(database: Database, read: Reader) -> str:
    with database.read() as tx:
        return repr(read(tx))


def test_the_walk_meets_every_module_of_the_evidence() -> None:
    modules = {module.name for module in pkgutil.iter_modules(storage.evidence.__path__)}
    walked = {name.partition(".")[0] for name in (*READERS, *NOT_OF_TRAFFIC)}
    assert modules - walked == {"check_columns", "decisions_in_force", "label_columns", "tier_window"}


@pytest.mark.parametrize("name", READERS)
def test_a_reader_of_evidence_sees_traffic_and_nothing_that_was_put_in(database: Database, name: str) -> None:
    fill(database, Origin.PRODUCTION, 1)
    before = seen(database, READERS[name])
    for place, origin in enumerate(PUT_IN, 1):
        fill(database, origin, 100 * place)
    assert seen(database, READERS[name]) == before
    fill(database, Origin.PRODUCTION, 1000)
    assert seen(database, READERS[name]) != before


def test_a_service_hears_of_what_it_posted_alone(database: Database) -> None:
    for place, origin in enumerate(Origin):
        fill(database, origin, 1 + 100 * place)
    with database.read() as tx:
        feed = {line.external_id for line in decisions.feed(tx, "shop", 0, 100)}
        bad = {line.external_id for line in bad_inputs.of_service(tx, "shop", None, 100)}
    posted = range(len(POSTED_ORIGINS))
    assert feed == {f"order-{100 * place + number}" for place in posted for number in (1, 2)}
    assert bad == {f"order-{100 * place + 4}" for place in posted}
