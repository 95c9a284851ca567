"""Weeks of payments: two versions of a model, something new that comes in, thresholds won and lost."""

import json
from datetime import timedelta

from bot.usecases.review.access import Act
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.outcome import RecordedAct
from bot.usecases.review.screen import Screen
from routing.label import ExpertId, Via
from tests.released.bank import BATCH, Post, posted
from tests.scenarios.calm import arrive
from tests.scenarios.people import AIKO, JONAS, MAYA, SAM
from tests.scenarios.world import World
from tests.scenarios.year import Foretold, Version, Year, delivery

EXPERTS = (MAYA, JONAS, AIKO, SAM)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DELIVERED_AFTER = (DAY, 3 * DAY)
WEEKS = 13
YEAR = Year(
    versions=(
        Version("1.0", 0, share_sure=0.75, exaggeration=1.3),
        Version("2.0", 6, share_sure=0.8, exaggeration=1.2, knows_wallets=True),
    ),
    wallets_from=4,
    seed=11,
)
"""Of payments by wallet, which come from week 4 on, the first version knows nothing."""


def pass_week(world: World, week: int) -> list[Post]:
    """Let a week that begins on Monday at ten pass; ends an hour before the next one, after the digest."""
    begins_at = world.clock.now()
    posts = []
    for number, after in enumerate(DELIVERED_AFTER):
        world.move_to(begins_at + after)
        posts.append(_come_in(world, delivery(YEAR, week, number), f"msg_week_{week}_{number}"))
        arrive(world)
    world.move_to(begins_at + 7 * DAY - 2 * HOUR)
    arrive(world)
    world.move_to(begins_at + 7 * DAY - HOUR)
    arrive(world)
    return posts


def _come_in(world: World, foretold: list[Foretold], webhook_id: str) -> Post:
    """Post them at once, and let experts answer what they are asked three hours later."""
    text = "\n".join(json.dumps(prediction.body()) for prediction in foretold)
    kept = posted(world.app.url, BATCH, text, webhook_id)
    arrive(world)
    world.advance(3 * HOUR)
    for prediction, outcome in zip(foretold, kept.answer["answers"], strict=True):
        if outcome["disposition"] == "review":
            _answer(world, prediction, outcome["case_id"])
    world.tick()
    return kept


def _answer(world: World, foretold: Foretold, case_id: str) -> None:
    """What a click does, without the click: there are a thousand of them."""
    ctx = world.app.ctx
    expert = ExpertId(ctx.team_id, EXPERTS[int(foretold.external_id[-2:]) % len(EXPERTS)])
    act = Act(Screen(case_id), expert, f"answer:{case_id}")
    result = answer(ctx, ExpertAnswer(act, foretold.truth, Via.BUTTON))
    assert isinstance(result, RecordedAct), result
