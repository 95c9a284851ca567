"""What chance drew is put in once, if the channel knows of it and nobody could tell it from others."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.outcome import RecordedAct
from bot.usecases.trials.notice import announce
from bot.usecases.trials.put_in import put_in_due
from routing.case.case import Case
from routing.label import Via
from routing.policy import load_policy
from routing.prediction import CaseInput, Image, Origin
from storage.cases import cases
from storage.engine.database import Database
from storage.trials import draws
from storage.trials.draws import TrialDraw
from tests.worlds.desk import World, make_world
from tests.worlds.people import ANN, BEN, CHANNEL_ID
from tests.worlds.policies import DESK

HOUR = timedelta(hours=1)
REST = timedelta(days=15)
PAIR = "quorum = 2\n"
TRIALS = "gold = 0.5\nplanted = 0.5\n"


def under(world: World, text: str) -> World:
    """The same world under another policy."""
    return replace(world, policy=load_policy(text, "policy.toml"))


@pytest.fixture
def world(database: Database) -> World:
    """A world whose channel knows that some of its cases are checks."""
    world = under(make_world(database), DESK.replace(PAIR, PAIR + TRIALS))
    assert announce(world.ctx) == 1
    know(world)
    return world


def know(world: World) -> None:
    with world.database.write() as tx:
        draws.mark_notified(tx, CHANNEL_ID, world.clock.moment)


def source(world: World, predicted: str = "sales", decided: str = "sales", **changes: object) -> Case:
    """A case that two people answered, who agreed."""
    case = world.open("team", predicted, **changes)  # type: ignore[arg-type]  # fields by name
    for expert in (ANN, BEN):
        outcome = answer(world.ctx, ExpertAnswer(world.act(case, expert), decided, Via.BUTTON))
        assert isinstance(outcome, RecordedAct)
    world.sent("callback")
    return case


def draw(world: World, origin: Origin = Origin.GOLD, **changes: object) -> TrialDraw:
    """Chance draws a trial beside a case that comes in now; it is due an hour later."""
    beside, now = world.open("team", "sales"), world.clock.moment
    drawn = TrialDraw(beside.case_id, origin, "team", "pair", 0.5, now, now + HOUR)
    drawn = replace(drawn, **changes)  # type: ignore[arg-type]  # fields by name
    with world.database.write() as tx:
        draws.add_many(tx, [drawn])
    world.clock.advance(HOUR)
    return drawn


def trials(world: World) -> Mapping[str, Case]:
    """The cases that were put in, by their settled answer."""
    with world.database.read() as tx:
        waiting = [cases.get(tx, each.case_id) for each in cases.queue(tx, None, 50)]
        answers = {case.case_id: draws.answer_of(tx, case.case_id) for case in waiting}
    return {key: case for case in waiting if (key := answers[case.case_id]) is not None}


def test_a_gold_case_is_its_source_once_more(world: World) -> None:
    first = source(world, occurred_at=world.clock.moment - HOUR, slices={"country": "DE"})
    world.clock.advance(REST)
    draw(world)

    assert put_in_due(world.ctx) == 1

    (gold,) = trials(world).values()
    submission = first.submission
    assert gold.submission == replace(
        submission,
        origin=Origin.GOLD,
        external_id=gold.submission.external_id,
        occurred_at=world.clock.moment - HOUR,
    )
    assert len(gold.submission.external_id) == 32
    assert (gold.tier, gold.quorum, gold.opened_at) == ("pair", 2, world.clock.moment)
    assert world.recorded(gold.case_id) == ["case.opened"]
    assert world.wanted_version(gold.case_id) == 1
    assert put_in_due(world.ctx) == 0


def test_a_planted_case_is_wrong_and_no_service_hears_of_its_answers(world: World) -> None:
    source(world)
    world.clock.advance(REST)
    draw(world, Origin.PLANTED)
    put_in_due(world.ctx)
    ((key, planted),) = trials(world).items()
    assert (key, planted.submission.prediction.label) == ("sales", "help")

    for expert, label in ((ANN, "help"), (BEN, "sales")):
        answer(world.ctx, ExpertAnswer(world.act(planted, expert), label, Via.BUTTON))

    assert world.sent("callback") == []
    notes = [item.payload for item in world.sent("notice") if item.payload["about"] == "reveal"]
    assert [(each["people"], each["place"]) for each in notes] == [
        ([ANN.user_id], "dm"),
        ([BEN.user_id], "dm"),
    ]
    assert "You answered help, too" in notes[0]["note"]
    assert "You saw it" in notes[1]["note"]
    assert all("what was decided before is sales" in each["note"] for each in notes)


def test_a_gold_case_is_revealed_to_nobody(world: World) -> None:
    source(world)
    world.clock.advance(REST)
    draw(world)
    put_in_due(world.ctx)
    (gold,) = trials(world).values()
    answer(world.ctx, ExpertAnswer(world.act(gold), "help", Via.BUTTON))
    assert world.sent("notice") == []


def test_a_source_comes_again_once(world: World) -> None:
    source(world)
    world.clock.advance(REST)
    for _ in range(2):
        draw(world)
    assert put_in_due(world.ctx) == 1


def test_what_was_decided_lately_does_not_come_yet(world: World) -> None:
    source(world)
    world.clock.advance(timedelta(days=13))
    draw(world)
    assert put_in_due(world.ctx) == 0


def test_what_came_before_the_channel_knew_brings_nothing(database: Database) -> None:
    world = under(make_world(database), DESK.replace(PAIR, PAIR + TRIALS))
    source(world)
    world.clock.advance(REST)
    draw(world)
    assert put_in_due(world.ctx) == 0
    assert announce(world.ctx) == 1
    draw(world)
    assert put_in_due(world.ctx) == 0
    drawn_at = world.clock.moment
    world.clock.advance(HOUR)
    know(world)
    draw(world, drawn_at=drawn_at)
    assert put_in_due(world.ctx) == 0


def test_what_was_switched_off_or_renamed_meanwhile_brings_nothing(world: World) -> None:
    source(world)
    world.clock.advance(REST)
    draw(world)
    draw(world, task="gone")
    draw(world, tier="gone")
    assert put_in_due(under(world, DESK).ctx) == 0
    assert put_in_due(world.ctx) == 0


def test_an_answer_that_the_task_no_longer_has_brings_nothing(world: World) -> None:
    source(world, "other", "other")
    world.clock.advance(REST)
    draw(world)
    without = DESK.replace(PAIR, PAIR + TRIALS).replace(
        '  {name = "other", description = "anything else", example = "hello"},\n', ""
    )
    assert put_in_due(under(world, without).ctx) == 0


def test_what_would_show_is_not_planted_but_may_be_gold(world: World) -> None:
    source(world, intent="to call them back")
    world.clock.advance(REST)
    draw(world, Origin.PLANTED)
    assert put_in_due(world.ctx) == 0
    draw(world, Origin.GOLD)
    assert put_in_due(world.ctx) == 1


def test_a_picture_comes_with_its_case(world: World) -> None:
    image = Image("A scan", image_id="img_1")
    source(world, input=CaseInput("card 4711", image=image))
    world.clock.advance(REST)
    draw(world)
    put_in_due(world.ctx)
    (gold,) = trials(world).values()
    assert gold.submission.input.image == image


def test_with_the_prediction_hidden_nothing_is_planted(world: World) -> None:
    hidden = under(world, DESK.replace(PAIR, f"{PAIR}{TRIALS}blind = 0.999999\n"))
    source(hidden)
    hidden.clock.advance(REST)
    draw(hidden, Origin.PLANTED)
    assert put_in_due(hidden.ctx) == 0
    draw(hidden, Origin.GOLD)
    assert put_in_due(hidden.ctx) == 1
    assert next(iter(trials(hidden).values())).routing.is_blind


@pytest.mark.parametrize(("audit", "count"), [("0.05", 1), ("0.0", 0)])
def test_what_would_go_through_is_put_in_only_where_such_cases_are_checked(
    database: Database, audit: str, count: int
) -> None:
    asks = f"accept_above = 0.5\naudit = {audit}\n"
    before = f'accept_above = "always_review"\ndue_in = "4h"\n{PAIR}'
    text = DESK.replace(before, f'{asks}due_in = "4h"\n{PAIR}{TRIALS}')
    world = under(make_world(database), text)
    announce(world.ctx)
    know(world)
    source(world)
    world.clock.advance(REST)
    draw(world)
    assert put_in_due(world.ctx) == count
    assert [case.routing.is_audit for case in trials(world).values()] == [True] * count


def test_each_channel_hears_once_of_checks_and_of_planted_ones(database: Database) -> None:
    world = under(make_world(database), DESK.replace(PAIR, f"{PAIR}gold = 0.1\n"))
    assert announce(world.ctx) == 1
    assert announce(world.ctx) == 0
    (gold,) = world.sent("news")
    assert "are checks" in gold.payload["sentence"]
    assert gold.payload["channel"] == "fraud"
    assert "wrong on purpose" not in str(gold.payload)

    both = under(world, DESK.replace(PAIR, PAIR + TRIALS))
    assert announce(both.ctx) == 1
    (planted,) = both.sent("news")
    assert "wrong on purpose" in str(planted.payload)
    assert announce(under(world, DESK).ctx) == 0
