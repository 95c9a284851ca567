"""A replay counts what another policy would have done, and says what the log cannot tell."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from routing.evidence.estimate import Stratum
from routing.evidence.plan import Price, Replay, Rerouting, TierKey
from routing.measures.estimation.error_estimate import estimate
from routing.measures.planning.lateness import Delays
from routing.measures.planning.replay import replay
from tests.routing.replaying import HOUR, accepted, labeled, rerouted, reviewed, unwatched

NOTHING: Mapping[TierKey, Price] = {}


def replayed(
    rows: Sequence[Rerouting], prices: Mapping[TierKey, Price] = NOTHING, hours: float = 40.0
) -> Replay:
    return replay(rows, prices, {"returns": hours})


LOWERED = [
    *[rerouted(accepted(), accepted()) for _ in range(180)],
    *[labeled(accepted(is_audit=True), accepted(is_audit=True), wrong=n == 0) for n in range(20)],
    *[labeled(reviewed(), accepted(), wrong=n < 6) for n in range(60)],
    *[labeled(reviewed(), reviewed(), wrong=n < 15) for n in range(40)],
]
"""A threshold lowered: 60 of 100 reviewed ones would be accepted."""


def test_volumes_before_and_after_are_counted() -> None:
    found = replayed(LOWERED)
    before, after = found.before, found.after
    assert (found.received, found.newly_accepted, found.newly_reviewed) == (300, 60, 0)
    assert (before.auto_accepted, before.audited, before.reviewed) == (180, 20, 120)
    assert (after.auto_accepted, after.audited, after.reviewed) == (240, 20, 60)
    assert before.auto_accepted + before.reviewed == after.auto_accepted + after.reviewed == 300


def test_the_error_of_what_would_be_accepted_weighs_each_label_by_its_chance_of_review() -> None:
    found = replayed(LOWERED)
    expected = estimate(
        "accepted",
        [
            Stratum(0.1, received=200, asked=20, labeled=20, errors=1, is_accepted=True),
            Stratum(1.0, received=60, asked=60, labeled=60, errors=6, is_accepted=False),
        ],
    )
    assert found.after.error == expected
    assert expected.period is not None
    assert expected.period.value == pytest.approx((200 / 20 + 6) / 260)
    assert found.before.error.period is not None
    assert found.before.error.period.value == pytest.approx(0.05)


def test_a_policy_that_changes_nothing_changes_no_number() -> None:
    same = [
        *[rerouted(accepted(), accepted()) for _ in range(50)],
        *[labeled(accepted(is_audit=True), accepted(is_audit=True)) for _ in range(10)],
        *[labeled(reviewed(), reviewed(), wrong=True) for _ in range(20)],
    ]
    found = replayed(same)
    assert found.before == found.after
    assert found.warnings == ()


def looser(unanswered: int) -> list[Rerouting]:
    """A tier that accepts 100 reviewed ones, some without an answer; then also 900 that are all right."""
    return [
        *[labeled(reviewed(), accepted(), wrong=n < 5, present=accepted()) for n in range(100 - unanswered)],
        *[rerouted(reviewed(), accepted(), present=accepted()) for _ in range(unanswered)],
        *[labeled(reviewed(), accepted(), present=reviewed()) for _ in range(900)],
    ]


def test_what_is_held_against_is_what_the_policy_in_force_would_do_and_not_what_was_done() -> None:
    found = replayed([labeled(reviewed(), accepted(), present=accepted()) for _ in range(30)])
    assert (found.newly_accepted, found.newly_reviewed) == (0, 0)
    assert found.before == found.after
    assert found.before.auto_accepted == 30


def test_a_looser_threshold_costs_no_less_where_answers_are_missing_in_what_was_accepted() -> None:
    costs = [replayed(looser(unanswered)) for unanswered in (0, 90)]
    for found in costs:
        assert found.before.cost is not None
        assert found.after.cost is not None
        assert found.after.cost.value >= found.before.cost.value
    (all_answered, few_answered) = costs
    assert all_answered.after.cost is not None
    assert few_answered.after.cost is not None
    assert all_answered.after.cost.value == pytest.approx(5)
    assert few_answered.after.cost.value == pytest.approx(50), "half of those ten who were answered for"
    assert few_answered.after.error.period is not None
    assert few_answered.after.error.period.value == pytest.approx(50 / 1_000)


def test_the_cost_is_unknown_where_nothing_of_what_is_added_is_labeled() -> None:
    watched = [
        *[rerouted(accepted(), accepted()) for _ in range(180)],
        *[labeled(accepted(is_audit=True), accepted(is_audit=True), wrong=n == 0) for n in range(20)],
    ]
    added = [rerouted(reviewed(), accepted()) for _ in range(60)]
    found = replayed([*watched, *added])
    assert found.before.cost is not None
    assert found.after.cost is None
    assert "none of the 60 that would go through besides those that do now is answered" in "\n".join(
        found.warnings
    )
    few = replayed([*watched, *added[:5]]).after.cost
    assert few is not None
    assert few.value == pytest.approx(185 * 0.05), "so few are taken to be like the others"
    assert few.high > found.before.cost.high


def test_order_changes_nothing() -> None:
    assert replayed(LOWERED) == replayed(LOWERED[::-1])


def test_a_policy_that_reviews_everything_accepts_no_error() -> None:
    found = replayed([labeled(accepted(is_audit=True), reviewed(), wrong=True) for _ in range(20)])
    assert (found.newly_reviewed, found.after.auto_accepted, found.after.error.period) == (20, 0, None)
    assert found.after.cost is not None
    assert (found.after.cost.value, found.after.cost.high) == (0.0, 0.0)
    (tier,) = found.after.tiers
    assert (tier.received, tier.accepted, tier.error) == (20, 0, None)


def test_work_counts_labels_wanted_and_minutes_each() -> None:
    twice = [
        labeled(reviewed("large", "leads"), reviewed("large", "leads")),
        labeled(reviewed(), reviewed()),
    ]
    desk, leads = replayed(twice, {("returns", "large"): Price(minutes=30.0)}, hours=4.0).after.channels
    assert (desk.channel, desk.cases) == ("desk", 1)
    assert desk.expert_hours == pytest.approx(1 / 60)
    assert (leads.channel, leads.cases, leads.expert_hours) == ("leads", 1, 0.5)
    assert leads.per_working_hour == 0.25
    assert replayed(twice).after.expert_hours == pytest.approx(2 / 60)


def test_without_working_time_no_pace_is_given() -> None:
    (load,) = replayed([labeled(reviewed(), reviewed())], hours=0.0).after.channels
    assert load.per_working_hour is None


def test_errors_cost_what_their_tier_says_and_audits_find_their_own() -> None:
    rows = [
        *[rerouted(accepted("large"), accepted("large")) for _ in range(90)],
        *[
            labeled(accepted("large", is_audit=True), accepted("large", is_audit=True), wrong=n == 0)
            for n in range(10)
        ],
    ]
    cost = replayed(rows, {("returns", "large"): Price(error=50.0)}).after.cost
    assert cost is not None
    assert cost.value == pytest.approx(90 * 0.1 * 50)
    assert cost.low < cost.value < cost.high <= 90 * 50


def test_the_cost_is_unknown_where_an_error_that_costs_is() -> None:
    rows = [unwatched(rerouted(accepted(), accepted())), *LOWERED]
    blind = [unwatched(rerouted(accepted("blind"), accepted("blind")))]
    assert replayed(rows).after.cost is not None
    assert replayed(blind + LOWERED).after.cost is None
    free = replayed(blind + LOWERED, {("returns", "blind"): Price(error=0.0)}).after.cost
    assert free is not None
    alone = replayed(LOWERED).after.cost
    assert alone is not None
    assert free.value == pytest.approx(alone.value)


def test_cases_known_to_be_late_are_counted_by_the_new_deadline() -> None:
    quick = reviewed(due_in=timedelta(minutes=30))
    rows = [
        *[labeled(reviewed(), quick, seconds=60.0 * minutes) for minutes in range(10, 70, 10)],
        rerouted(reviewed(), quick, waited=2400.0),
    ]
    found = replayed(rows)
    (before,), (after,) = found.before.channels, found.after.channels
    assert after.late == 4.0
    assert before.late is None, "one is open and not due, and six decisions are too few to expect from"


def test_cases_never_asked_about_are_late_as_often_as_others_of_the_channel() -> None:
    times = [labeled(reviewed(), reviewed(), seconds=3600.0 * hours) for hours in range(1, 11)]
    new = [rerouted(accepted(), reviewed(due_in=7 * HOUR)) for _ in range(20)]
    (load,) = replayed(times + new).after.channels
    assert load.late == pytest.approx(6 + 20 * 0.3)


def test_open_cases_are_late_as_often_as_those_that_waited_as_long() -> None:
    times = [labeled(reviewed(), reviewed(due_in=7 * HOUR), seconds=3600.0 * n) for n in range(1, 11)]
    waiting = rerouted(reviewed(), reviewed(due_in=7 * HOUR), waited=5.5 * 3600)
    (load,) = replayed([*times, waiting]).after.channels
    assert load.late == pytest.approx(3 + 3 / 5)


def test_delays_that_censor_nothing_are_the_shares_that_took_longer() -> None:
    known = Delays([float(n) for n in range(1, 101)])
    assert known.late([50.0, 90.0], [0.0, 0.0]) == pytest.approx(0.5 + 0.1)
    assert known.late([60.0], [100.0]) == 1.0, "nobody ever waited so long"
    assert known.late([10.0], [50.0]) == 1.0, "it is late already"
    with pytest.raises(ValueError, match="9 decisions are too few"):
        Delays([1.0] * 9).late([1.0], [0.0])
    with pytest.raises(ValueError, match="0 decisions are too few"):
        Delays([], [5.0]).late([1.0], [0.0])


def test_cases_that_still_wait_count_as_long_as_they_waited() -> None:
    known = Delays([float(n) for n in range(1, 11)], [5.5] * 10)
    by_hand = 15 / 20 * 4 / 5 * 3 / 4  # Kaplan & Meier: 20 to 16 at risk at 1 to 5, then 5 and 4
    assert known.late([7.0], [0.0]) == pytest.approx(by_hand)


def test_a_case_that_wants_two_labels_takes_twice_the_time() -> None:
    pair = replace(reviewed(), quorum=2)
    (load,) = replayed([labeled(pair, pair) for _ in range(30)]).after.channels
    assert load.expert_hours == pytest.approx(1.0)


def warned(rows: Sequence[Rerouting]) -> str:
    return "\n".join(replayed(rows).warnings)


def test_it_warns_of_what_had_no_chance_of_review() -> None:
    rows = [*LOWERED, *[unwatched(rerouted(accepted(), accepted())) for _ in range(5)]]
    assert "returns (ordinary): 5 of the 265 that would go through had no chance to be looked at" in warned(
        rows
    )
    assert "no chance of review" not in warned(LOWERED)
    assert replayed(rows).after.error.unwatched == 5


def test_it_warns_of_strata_without_a_label() -> None:
    rows = [*LOWERED, rerouted(accepted(is_audit=True), accepted(), inclusion_probability=0.25)]
    assert "none of the 1 that would go through, and were looked at with a chance of 25 %, is" in warned(rows)


def test_it_warns_of_slices_without_a_label_where_they_are_large() -> None:
    french = [rerouted(accepted(), accepted(), slices={"language": "fr"}) for _ in range(30)]
    assert "none of the 30 of language=fr that would go through is answered" in warned([*LOWERED, *french])
    assert "language" not in warned([*LOWERED, *french[1:]])
    told = labeled(accepted(is_audit=True), accepted(), slices={"language": "fr"})
    assert "language" not in warned([*LOWERED, *french, told])


def test_it_warns_of_many_without_an_answer() -> None:
    open_ones = [rerouted(reviewed(), accepted(), waited=60.0) for _ in range(20)]
    assert "20 of the 100 that would go through and that were looked at have no answer" in warned(
        [*LOWERED, *open_ones]
    )


def test_it_warns_of_tiers_and_channels_that_nobody_has_seen() -> None:
    moved = [labeled(reviewed(), reviewed("new", "unseen")) for _ in range(3)]
    moved.append(rerouted(accepted(), reviewed("new", "unseen")))
    found = warned([*LOWERED, *moved])
    assert "returns (new) is new: 4 predictions would belong to it" in found
    assert "#unseen: too few decisions are logged there to expect how many of its 4 cases" in found


def test_it_warns_of_a_channel_that_gets_busier() -> None:
    more = [labeled(accepted(is_audit=True), reviewed()) for _ in range(5)]
    more += [rerouted(accepted(), reviewed()) for _ in range(200)]
    assert "#desk would get 265 cases instead of 125" in warned([*LOWERED, *more])
    assert "instead of" not in warned(LOWERED)
