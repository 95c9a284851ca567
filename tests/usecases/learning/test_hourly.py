"""Everything is measured in its order, nothing for nothing, and what fails keeps nothing else waiting."""

import subprocess
import sys

import pytest

from bot.usecases.learning import calibrate, hourly, novelty_profile
from bot.usecases.separate_acts import act_on_each
from bot.usecases.thresholds import in_force
from routing.measures.drift.novelty_profile import MIN_LABELED
from storage.engine.database import Database
from storage.errors import DatabaseUnavailable
from storage.measured import profiles
from tests.places import ROOT
from tests.usecases.traffic import DAY, HOUR, Traffic, shares, traffic

MEASURES = (
    "changed_labels",
    "changed_cells",
    "calibrators",
    "drift_alarms",
    "target_alarms",
    "certificates",
    "profiles",
    "consensus_rules",
    "skills",
)
NOTHING = dict.fromkeys(MEASURES, 0)


@pytest.fixture
def world(database: Database) -> Traffic:
    return traffic(database)


def test_nothing_is_measured_where_nothing_came_in(world: Traffic) -> None:
    assert hourly.measure_due(world.ctx) == NOTHING


def test_labels_lead_to_a_calibrator_a_threshold_and_a_profile(world: Traffic) -> None:
    world.day(400)
    assert hourly.measure_due(world.ctx) == {**NOTHING, "calibrators": 1, "profiles": 1}
    assert ("fraud", "gbm", "3") in world.ctx.standing.present.calibrators
    assert "fraud" in world.ctx.standing.present.novelty
    world.clock.moment += HOUR
    world.day(400)
    assert hourly.measure_due(world.ctx) == {**NOTHING, "certificates": 1, "profiles": 1}
    assert shares(world.day(100))[0] > 0.1


def test_a_second_tick_finds_nothing_new(world: Traffic) -> None:
    world.day(400)
    hourly.measure_due(world.ctx)
    hourly.measure_due(world.ctx)  # what the first calibrator was fitted to certifies a threshold
    assert hourly.measure_due(world.ctx) == NOTHING


def test_a_measure_that_fails_keeps_no_other_waiting(world: Traffic, monkeypatch: pytest.MonkeyPatch) -> None:
    world.day(400)
    monkeypatch.setattr(calibrate, "_fit", None)
    with pytest.raises(ExceptionGroup) as raised:
        hourly.measure_due(world.ctx)
    assert raised.group_contains(TypeError)
    with world.ctx.database.read() as tx:
        assert len(profiles.of_kind(tx, in_force.NOVELTY)) == 1


def test_what_fails_is_named_and_the_rest_is_done() -> None:
    done: list[int] = []

    def act(number: int) -> int:
        if number == 2:
            raise DatabaseUnavailable
        done.append(number)
        return number

    with pytest.raises(ExceptionGroup, match="1 of 3 failed") as raised:
        act_on_each(act, [1, 2, 3])
    assert done == [1, 3]
    assert raised.value.exceptions[0].__notes__ == ["It happened with 2."]
    assert act_on_each(act, [1, 3]) == [1, 3]


def test_a_profile_is_made_once_a_day_from_enough_labels(world: Traffic) -> None:
    world.day(novelty_profile.FEWEST - 1)
    assert novelty_profile.describe_due(world.ctx) == 0
    world.day(1)
    assert [novelty_profile.describe_due(world.ctx), novelty_profile.describe_due(world.ctx)] == [1, 0]
    world.clock.moment += DAY
    assert novelty_profile.describe_due(world.ctx) == 1


def test_cases_without_text_and_fields_have_no_profile(world: Traffic) -> None:
    world.day(novelty_profile.FEWEST, text=None)
    assert novelty_profile.describe_due(world.ctx) == 0
    with world.ctx.database.read() as tx:
        assert profiles.of_kind(tx, in_force.NOVELTY) == []


def test_the_fewest_labeled_are_those_of_the_measure() -> None:
    assert novelty_profile.FEWEST == MIN_LABELED


def test_numpy_is_imported_only_when_there_is_something_to_measure(sqlite_url: str) -> None:
    program = f"""
import sys
from storage.engine.database import Database
from bot.usecases.learning import hourly
from bot.usecases.thresholds.watch import Watch
from tests.usecases.traffic import traffic
world = traffic(Database({sqlite_url!r}))
world.day(20)
hourly.measure_due(world.ctx)
Watch(world.ctx).revoke_due()
print("numpy" in sys.modules)
"""
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert result.stdout.strip() == "False", result.stderr
