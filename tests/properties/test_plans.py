"""Plans keep what they promise for whatever traffic: bounds, widths, minutes, and counts that add up."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.evidence.plan import Placement, Rerouting, WatchedStratum
from routing.measures.planning.allocation import allocate
from routing.measures.planning.replay import replay
from tests.routing.replaying import accepted, rerouted, reviewed

MODEST = settings(max_examples=60, deadline=None)

watched = st.builds(
    WatchedStratum,
    name=st.text(min_size=1, max_size=3),
    received=st.integers(1, 100_000),
    error=st.floats(0, 1),
    minutes=st.floats(0.1, 60),
)
placements = st.sampled_from(
    [accepted(), accepted(is_audit=True), accepted("large"), reviewed(), reviewed("large", "leads")]
)


@st.composite
def rows(draw: st.DrawFn) -> Rerouting:
    """A prediction of any fate under both policies; only what was reviewed is labeled."""
    before: Placement = draw(placements)
    row = rerouted(before, draw(placements), slices={"country": draw(st.sampled_from("ab"))})
    if not before.is_reviewed or draw(st.booleans()):
        return row
    seconds = draw(st.floats(0, 100_000))
    return replace(row, is_labeled=True, is_error=draw(st.booleans()), seconds=seconds)


@MODEST
@given(st.lists(watched, min_size=1, max_size=6), st.floats(0.0005, 0.3), st.floats(0.001, 1.0))
def test_shares_stay_within_their_bounds_and_reach_the_width(
    strata: list[WatchedStratum], half_width: float, floor: float
) -> None:
    found = allocate(strata, half_width, floor)
    assert all(floor - 1e-9 <= one.share <= 1 for one in found.shares)
    assert found.half_width <= half_width * (1 + 1e-6)


@MODEST
@given(st.lists(watched, min_size=1, max_size=6), st.floats(0.001, 0.2))
def test_a_narrower_width_never_costs_less(strata: list[WatchedStratum], half_width: float) -> None:
    wide, narrow = allocate(strata, half_width), allocate(strata, half_width / 2)
    rounding = sum(one.received * one.minutes for one in strata) / 10_000
    assert narrow.minutes >= wide.minutes - rounding


@st.composite
def loosened(draw: st.DrawFn) -> Rerouting:
    """A prediction of a tier whose threshold is lowered: what it accepts it goes on to accept."""
    row = draw(rows())
    audit = draw(st.booleans())
    if draw(st.booleans()):
        return replace(row, present=accepted(is_audit=audit), after=accepted(is_audit=audit))
    return replace(
        row, present=reviewed(), after=draw(st.sampled_from([accepted(is_audit=audit), reviewed()]))
    )


@MODEST
@given(st.lists(loosened(), max_size=60))
def test_a_looser_threshold_never_costs_less(logged: list[Rerouting]) -> None:
    found = replay(logged, {}, {"returns": 8.0})
    before, after = found.before.cost, found.after.cost
    if before is not None and after is not None:
        assert after.value >= before.value - 1e-9
        assert after.high >= before.high - 1e-9
    assert found.newly_reviewed == 0


@MODEST
@given(st.lists(rows(), max_size=60))
def test_everything_is_either_accepted_or_reviewed(logged: list[Rerouting]) -> None:
    found = replay(logged, {}, {"returns": 8.0})
    for side in (found.before, found.after):
        assert side.auto_accepted + side.reviewed == len(logged) == found.received
        assert sum(load.cases for load in side.channels) == side.reviewed
        assert sum(tier.received for tier in side.tiers) == len(logged)
        assert all(load.late is None or 0 <= load.late <= load.cases + 1e-9 for load in side.channels)


@MODEST
@given(st.lists(rows(), min_size=1, max_size=60))
def test_neither_order_nor_names_of_slices_change_a_replay(logged: list[Rerouting]) -> None:
    renamed = [replace(row, slices={"land": row.slices["country"]}) for row in reversed(logged)]
    one, other = replay(logged, {}, {"returns": 8.0}), replay(renamed, {}, {"returns": 8.0})
    assert (one.before, one.after) == (other.before, other.after)
    assert len(one.warnings) == len(other.warnings)


@MODEST
@given(st.lists(rows(), max_size=60))
def test_what_changes_nothing_would_have_done_the_same(logged: list[Rerouting]) -> None:
    found = replay([replace(row, after=row.before) for row in logged], {}, {"returns": 8.0})
    assert found.before == found.after
    assert (found.newly_accepted, found.newly_reviewed) == (0, 0)
