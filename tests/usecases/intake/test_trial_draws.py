"""Which predictions a trial comes beside is drawn by key, with the chance on record."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.http.case_answers import first_answer
from bot.usecases.intake.admission import PostedItem
from bot.usecases.intake.receive import Posting, receive
from bot.usecases.intake.trial_draws import drawn
from routing.policy import load_policy
from routing.prediction import CaseInput, ModelRef, Origin, Prediction, Submission
from routing.routing import Disposition, Routing
from storage.cases.predictions import NewPrediction
from storage.engine.database import Database
from storage.trials import draws
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import make_world
from tests.worlds.policies import DESK

HOUR = timedelta(hours=1)
REVIEW = Routing(Disposition.REVIEW, "pair", "fraud", 2, 4 * HOUR, 1.0, False, ("always",))
POLICY = load_policy(DESK.replace("quorum = 2\n", "quorum = 2\ngold = 0.25\nplanted = 0.1\n"), "policy.toml")


def submission(number: int, origin: Origin = Origin.PRODUCTION) -> Submission:
    prediction = Prediction("sales", 0.7, ModelRef("gbm", "3"))
    return Submission("shop", f"x{number}", "team", CaseInput("hello"), prediction, FRIDAY, origin)


def predictions(
    count: int, routing: Routing = REVIEW, origin: Origin = Origin.PRODUCTION
) -> Iterator[NewPrediction]:
    for number in range(count):
        yield NewPrediction(f"case_{number}", submission(number, origin), b"d", routing, "p", FRIDAY)


def test_as_many_are_drawn_as_the_tier_says_and_the_same_again(database: Database) -> None:
    ctx = replace(make_world(database), policy=POLICY).ctx
    trials = list(drawn(ctx, predictions(400)))
    by_origin = {origin: [each for each in trials if each.origin is origin] for origin in Origin}
    assert 80 <= len(by_origin[Origin.GOLD]) <= 120
    assert 25 <= len(by_origin[Origin.PLANTED]) <= 55
    assert {each.chance for each in by_origin[Origin.GOLD]} == {0.25}
    assert all(FRIDAY <= each.put_in_at < FRIDAY + HOUR for each in trials)
    assert list(drawn(ctx, predictions(400))) == trials


@pytest.mark.parametrize(
    ("routing", "origin"),
    [
        (replace(REVIEW, disposition=Disposition.AUTO_ACCEPTED), Origin.PRODUCTION),
        (REVIEW, Origin.SYNTHETIC),
    ],
)
def test_nothing_comes_beside_what_nobody_looks_at_or_is_no_traffic(
    database: Database, routing: Routing, origin: Origin
) -> None:
    ctx = replace(make_world(database), policy=POLICY).ctx
    assert list(drawn(ctx, predictions(100, routing, origin))) == []


def test_what_a_service_posts_is_drawn_once_however_often_it_comes(database: Database) -> None:
    ctx = replace(make_world(database), policy=POLICY).ctx
    items = tuple(PostedItem(submission(number), b"d") for number in range(50))
    for _ in range(2):
        receive(ctx, [Posting("shop", items, b"d", is_batch=True)], first_answer)
    with database.read() as tx:
        stored = draws.due(tx, FRIDAY + HOUR, 100)
    assert 5 <= len(stored) == len({(each.drawn_for, each.origin) for each in stored})
