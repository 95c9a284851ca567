"""Lives a simulated year through the application: predictions come in, experts answer, weeks end."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.usecases.review.access import Act
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.outcome import RecordedAct
from bot.usecases.review.screen import Screen
from routing.label import ExpertId, Via
from storage.delivery import outbox
from tests.scenarios.passing import UNHURRIED, as_time_passes
from tests.scenarios.people import AIKO, JONAS, MAYA, Case
from tests.scenarios.world import World
from tests.scenarios.year import WEEKS, Foretold, Year, delivery
from tests.worlds.clocks import MONDAY

JsonObject = dict[str, Any]
EXPERTS = (MAYA, JONAS, AIKO)
WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)
DELIVERED = (DAY, 3 * DAY)
"""After the beginning of the week, Monday at ten; the digest comes at nine, an hour before its end."""
ANSWERED_IN = 3 * HOUR
SECOND = timedelta(seconds=1)
SLACKS_PACE = replace(UNHURRIED, post_every=SECOND)
"""One message a second in a channel: of the cases' few are shown in the moments that a year's steps take."""
CLICKS = 3
"""So many answers of the first delivery are clicks in Slack; the others come in as clicks do, without one."""


@dataclass(frozen=True, slots=True)
class Lived:
    """A prediction, what the application answered, and when."""

    foretold: Foretold
    answer: JsonObject
    received_at: datetime

    @property
    def is_asked(self) -> bool:
        """Whether experts saw it."""
        return bool(self.answer["disposition"] == "review")

    @property
    def is_accepted(self) -> bool:
        """Whether it passed, or would have if it had not been drawn for an audit."""
        return bool(self.answer["inclusion_probability"] < 1)

    @property
    def is_sure_enough(self) -> bool:
        """Whether its confidence reaches the threshold that was in force then; False where none was."""
        threshold, calibrated = self.answer["threshold"], self.answer["calibrated_confidence"]
        confidence = self.foretold.confidence if calibrated is None else calibrated
        return threshold is not None and confidence >= threshold

    @property
    def is_audit(self) -> bool:
        """Whether it was drawn from what would have been accepted."""
        return self.is_asked and self.is_accepted

    @property
    def reasons(self) -> str:
        """Why, as the service was told."""
        return "; ".join(self.answer["reasons"])


@dataclass(frozen=True, slots=True)
class Chronicle:
    """Everything that came in, in order."""

    lived: list[Lived] = field(default_factory=list)

    def of_weeks(self, first: int, end: int = WEEKS) -> list[Lived]:
        """What came in from week `first` to before week `end`."""
        return [prediction for prediction in self.lived if first <= prediction.foretold.week < end]

    def of_version(self, name: str) -> list[Lived]:
        """What that version of the model predicted."""
        return [prediction for prediction in self.lived if prediction.foretold.version == name]


def live(world: World, year: Year) -> Chronicle:
    """Let the year pass; ends on the Monday after its last week."""
    chronicle = Chronicle()
    for week in range(WEEKS):
        begins_at = begin_of(week)
        for number, after in enumerate(DELIVERED):
            world.clock.move_to(begins_at + after)
            clicks = CLICKS if not chronicle.lived else 0
            chronicle.lived.extend(_come_in(world, delivery(year, week, number), clicks))
        _end_week(world, begins_at + WEEK - HOUR)
    return chronicle


def begin_of(week: int) -> datetime:
    """The Monday at ten on which that week begins."""
    return MONDAY + week * WEEK


def _come_in(world: World, foretold: list[Foretold], clicks: int) -> list[Lived]:
    """Post them, let experts answer what they are asked, and let the watch look at it."""
    received_at = world.clock.now()
    batch = "\n".join(json.dumps(prediction.body()) for prediction in foretold)
    posted = world.shop.post_batch(batch).json()["answers"]
    lived = [Lived(*pair, received_at) for pair in zip(foretold, posted, strict=True)]
    world.clock.advance(ANSWERED_IN)
    asked = [prediction for prediction in lived if prediction.is_asked]
    clicked = [prediction for prediction in asked if not prediction.foretold.is_wrong][:clicks]
    for prediction in asked:
        if prediction in clicked:
            _click(world, prediction)
        else:
            _answer(world, prediction)
    world.app.ticks.watch()
    return lived


def _click(world: World, lived: Lived) -> None:
    maya, case = world.person(MAYA), Case(lived.answer["case_id"], lived.foretold.external_id)
    as_time_passes(world, lambda: maya.messages_of(case), SECOND)
    maya.press(case, f"Confirm: {lived.foretold.truth.title()}")


def _answer(world: World, lived: Lived) -> None:
    ctx, case_id = world.app.ctx, lived.answer["case_id"]
    expert = ExpertId(ctx.team_id, EXPERTS[int(lived.foretold.external_id[-2:]) % len(EXPERTS)])
    act = Act(Screen(case_id), expert, f"answer:{case_id}")
    result = answer(ctx, ExpertAnswer(act, lived.foretold.truth, Via.BUTTON))
    assert isinstance(result, RecordedAct), result


def _end_week(world: World, moment: datetime) -> None:
    """Do what is done from time to time, and an hour later let the digest arrive."""
    world.move_to(moment - HOUR)
    world.clock.move_to(moment)
    world.app.ticks.queue_digests()
    as_time_passes(world, lambda: has_arrived(world), SECOND)


def has_arrived(world: World) -> bool:
    """Whether no digest, news or notice is on its way any more."""
    with world.app.ctx.database.read() as tx:
        return outbox.oldest_undelivered_at(tx) is None
