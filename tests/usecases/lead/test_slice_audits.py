"""More of a slice is checked: with the chance on record, for a week, once, and until it is taken back."""

from datetime import timedelta

import pytest

from bot.usecases.lead import slice_audits
from bot.usecases.lead.access import LeadRefusal
from bot.usecases.lead.slice_audits import SliceRelease, SliceRequest
from bot.usecases.thresholds import in_force
from routing.digest.model_quality import Quality
from routing.evidence.error_patterns import PREDICTED, SliceFinding
from routing.prediction import CaseInput, Prediction, Submission
from routing.routing import Disposition, Routing
from storage import audit
from storage.cases import predictions
from storage.cases.predictions import NewPrediction
from storage.engine.database import Database
from tests.usecases.leads import MODEL, WEEK, keep, make_lead_world, press, worse_slice
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World
from tests.worlds.people import BEN


@pytest.fixture
def world(database: Database) -> World:
    """The small world with a team of leads."""
    return make_lead_world(database)


def accept(
    world: World, count: int, country: str = "DE", tier: str = "standard", label: str = "fine"
) -> None:
    at = world.clock.now() - timedelta(days=1)
    routed = Routing(Disposition.AUTO_ACCEPTED, tier, "fraud", 1, timedelta(hours=4), 0.05, False, ())
    items = [posted(f"{tier}-{country}-{label}-{n}", country, label) for n in range(count)]
    new = [NewPrediction(f"case_{each.external_id}", each, b"d" * 32, routed, "v1", at) for each in items]
    with world.database.write() as tx:
        predictions.add_many(tx, new)


def posted(name: str, country: str, label: str = "fine") -> Submission:
    sure, at = Prediction(label, 0.97, MODEL), FRIDAY - timedelta(days=1)
    return Submission("shop", name, "payout", CaseInput(text="pay"), sure, at, slices={"country": country})


def chance(world: World, submission: Submission, tier: str = "standard") -> float:
    ctx = world.ctx
    in_force.refresh(ctx)
    present = ctx.policy.tasks["payout"].named_tier(tier)
    assert present is not None
    return ctx.standing.present.audit_share(submission, present)


def actions(world: World) -> list[str]:
    with world.database.read() as tx:
        return [entry.action for entry in audit.of_subject(tx, "leads/country=DE", 20)]


def test_fifty_more_of_the_slice_are_checked_and_none_of_another(world: World) -> None:
    keep(world, worse_slice())
    accept(world, 200)
    accept(world, 400, "PT")
    asked = slice_audits.ask(world.ctx, press())
    assert asked == SliceRequest("country", "DE", 0.3, 50, FRIDAY + WEEK, True)
    assert chance(world, posted("new", "DE")) == pytest.approx(0.3)
    assert chance(world, posted("new", "PT")) == 0.05
    assert actions(world) == ["slice.checked"]


def test_it_ends_by_itself_after_a_week(world: World) -> None:
    keep(world, worse_slice())
    accept(world, 200)
    slice_audits.ask(world.ctx, press())
    world.clock.sleep(WEEK)
    assert chance(world, posted("new", "DE")) == 0.05


def test_asking_again_changes_nothing(world: World) -> None:
    keep(world, worse_slice())
    accept(world, 200)
    slice_audits.ask(world.ctx, press())
    world.clock.sleep(timedelta(hours=1))
    again = slice_audits.ask(world.ctx, press())
    assert again == SliceRequest("country", "DE", 0.3, 50, FRIDAY + WEEK, False)
    assert chance(world, posted("new", "DE")) == pytest.approx(0.3)
    assert actions(world) == ["slice.checked"]


def test_what_was_asked_for_is_taken_back_once_and_may_be_asked_for_anew(world: World) -> None:
    keep(world, worse_slice())
    accept(world, 200)
    slice_audits.ask(world.ctx, press())
    world.clock.sleep(timedelta(hours=1))
    assert slice_audits.end(world.ctx, press()) == SliceRelease("country", "DE", True)
    assert chance(world, posted("new", "DE")) == 0.05
    assert slice_audits.end(world.ctx, press()) == SliceRelease("country", "DE", False)
    anew = slice_audits.ask(world.ctx, press())
    assert isinstance(anew, SliceRequest)
    assert anew.is_new
    assert sorted(actions(world)) == ["slice.checked", "slice.checked", "slice.released"]


def test_the_checks_are_spread_over_the_tiers_that_accept_some_of_it(world: World) -> None:
    keep(world, worse_slice())
    accept(world, 150)
    accept(world, 50, tier="kept")
    asked = slice_audits.ask(world.ctx, press())
    assert isinstance(asked, SliceRequest)
    assert asked.more == 50
    for tier in ("standard", "kept"):
        present = world.ctx.policy.tasks["payout"].named_tier(tier)
        assert present is not None
        assert chance(world, posted("new", "DE"), tier) == pytest.approx(present.audit + 0.25)


def test_what_the_model_calls_by_a_name_may_be_the_slice(world: World) -> None:
    finding = SliceFinding(PREDICTED, "fine", 80, 70, 300, 0.2, 0.15, 0.09, 0.24, 0.03, 0.0001, 0.002, 12)
    keep(world, Quality(slices=(finding,)))
    accept(world, 200)
    slice_audits.ask(world.ctx, press())
    assert chance(world, posted("new", "PT")) == pytest.approx(0.3)
    assert chance(world, posted("new", "PT", "wrong")) == 0.05


def test_a_tier_that_left_the_policy_is_not_checked(world: World) -> None:
    keep(world, worse_slice())
    accept(world, 200, tier="gone")
    assert isinstance(slice_audits.ask(world.ctx, press()), LeadRefusal)


def test_who_does_not_belong_to_the_team_changes_nothing(world: World) -> None:
    keep(world, worse_slice())
    accept(world, 200)
    assert isinstance(slice_audits.ask(world.ctx, press(BEN)), LeadRefusal)
    assert isinstance(slice_audits.end(world.ctx, press(BEN)), LeadRefusal)
    assert chance(world, posted("new", "DE")) == 0.05
