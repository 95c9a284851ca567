"""What is called novel is rare in all that comes in, not only in what was chosen for labeling."""

from dataclasses import replace

import pytest

from bot.usecases.learning import novelty_profile
from bot.usecases.thresholds import in_force
from routing.prediction import CaseInput
from routing.routing import Routing
from storage.cases.predictions import NewPrediction
from storage.engine.database import Database
from tests.storage.examples import NOW, prediction, routing, store
from tests.storage.history import audited, decide
from tests.usecases.traffic import DAY, traffic

PLAIN = "my parcel has not come"
ODD = [CaseInput(" ".join(f"{letter}{word}" for word in ("eins", "zwei", "drei"))) for letter in "abcd"]


def about(number: int, seen: CaseInput, routed: Routing) -> NewPrediction:
    stored = prediction(number, routed=routed)
    return replace(stored, submission=replace(stored.submission, input=seen))


@pytest.mark.parametrize(("chance", "is_novel"), [(0.5, False), (1.0, True)])
def test_an_audit_counts_for_all_that_it_was_drawn_from(
    database: Database, chance: float, is_novel: bool
) -> None:
    """3 of 500 labels are odd; where each stands for two, 6 of 700 predictions are: too many for 1 %."""
    world = traffic(database)
    world.clock.moment = NOW + DAY
    reviewed = [about(number, CaseInput(PLAIN), routing()) for number in range(300)]
    seen = [CaseInput(PLAIN)] * 197 + ODD[:3]
    audits = [about(300 + place, one, audited(chance)) for place, one in enumerate(seen)]
    with database.write() as tx:
        store(tx, [*reviewed, *audits])
        for number in range(500):
            decide(tx, number, "ok")
    assert novelty_profile.describe_due(world.ctx) == 1
    in_force.refresh(world.ctx)
    judged = world.ctx.standing.present.novelty["fraud"].judge(ODD[3])
    assert (judged is not None) == is_novel
