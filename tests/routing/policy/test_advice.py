"""What `policy check` says of times, people and rules that can be, and cannot do what they say."""

import pytest

from routing.policy import check, load_policy
from tests.routing.making import policy_text, tier_text

TEAM = '[teams.leads]\nchannel = "leads"\ntasks = ["returns"]\n'
KEY = "tasks.returns.tiers.first"
REVIEWED = {"accept_above": '"always_review"'}
REST = tier_text("rest", **REVIEWED)


def advice(tiers: str) -> list[str]:
    policy = load_policy(policy_text(tiers=tiers, teams=TEAM), "policy.toml")
    return [f"{finding.key}: {finding.problem}; {finding.mend}" for finding in check(policy)]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"escalation": '[{ after = "5h", to = "thread" }]'},
            f"{KEY}.escalation[0].after: nobody hears of a case before it is late: it is due after 4h; "
            "make it sooner than `due_in`",
        ),
        (
            {"on_expiry": '"close"', "expires_in": '"3h"'},
            f"{KEY}.expires_in: a case expires before it is due; make it later than `due_in`",
        ),
        (
            {
                "on_expiry": '"close"',
                "expires_in": '"5h"',
                "escalation": '[{ after = "1h", to = "thread", repeat = "1h", times = 5 }]',
            },
            f"{KEY}.escalation[0].times: the last of its repetitions come after the case has expired; "
            "take fewer, or a shorter `repeat`",
        ),
        (
            {"due_in": '"5m"'},
            f"{KEY}.due_in: an answer can be taken back for 10m, so none is final in time; "
            "make `undo_for` shorter than it",
        ),
        (
            {"experts": '{ people = ["U0ANN", "U0BEN"] }', "quorum": "2", "adjudicators": '["U0BEN"]'},
            f"{KEY}.adjudicators: who settles a disagreement has always given one of the answers; "
            "name somebody who is not among the experts",
        ),
        (
            {"accept_above": "0.9", "audit": "0.1", "audit_slices": '{ "country=PT" = 0.05 }'},
            f"{KEY}.audit_slices: as much of country=PT is checked as of all else: the higher share counts; "
            "give it more than `audit`, or remove it",
        ),
    ],
)
def test_what_contradicts_itself_is_told(changes: dict[str, str], line: str) -> None:
    assert advice(tier_text("first", **{**REVIEWED, **changes})) == [line]


def test_what_is_well_said_is_left_alone() -> None:
    good = {
        "escalation": '[{ after = "4h", to = "thread" }, { after = "1d", to = "thread" }]',
        "on_expiry": '"close"',
        "expires_in": '"2d"',
        "experts": '{ people = ["U0ANN", "U0BEN"] }',
        "quorum": "2",
        "adjudicators": '["U0CAROL"]',
    }
    assert advice(tier_text("first", **{**REVIEWED, **good})) == []


@pytest.mark.parametrize(
    "when",
    [
        "1 == 2",
        "prediction.confidence > 1.0",
        "prediction.confidence < 0.0",
        "prediction.confidence < 0.2 && prediction.confidence > 0.3",
        "prediction.label == 'fraud' && prediction.label == 'honest'",
        "service.name != 'shop'",
        "!(origin in ['production', 'synthetic', 'red_team'])",
    ],
)
def test_a_rule_that_never_holds_is_told(when: str) -> None:
    first = tier_text("first", when=f'"{when}"', **REVIEWED)
    assert advice(first + REST) == [
        f"{KEY}.when: no prediction ever reaches this tier; correct its rule, or those of the tiers before it"
    ]


@pytest.mark.parametrize(
    "when",
    [
        "1 == 1",
        "prediction.confidence >= 0.0",
        "prediction.label in ['fraud', 'honest', 'unclear']",
        "prediction.label != 'fraud' || prediction.confidence <= 1.0",
        "service.name == 'shop'",
    ],
)
def test_a_rule_that_always_holds_is_told_where_it_leaves_nothing(when: str) -> None:
    first = tier_text("first", when=f'"{when}"', **REVIEWED)
    assert advice(first + REST) == [
        "tasks.returns.tiers.rest.when: no prediction ever reaches this tier; the tiers before it take all: "
        'remove it, and let first take the rest: `when = "true"`'
    ]


@pytest.mark.parametrize(
    "when",
    [
        "prediction.confidence > 0.999",
        "prediction.label == 'unclear'",
        "prediction.confidence < 0.0001",
        "has(input.fields.amount) && input.fields.amount > 5.0",
        "origin == 'red_team'",
    ],
)
def test_a_rule_that_may_hold_or_not_is_left_alone(when: str) -> None:
    assert advice(tier_text("first", when=f'"{when}"', **REVIEWED) + REST) == []


def test_rules_that_share_everything_out_between_them_leave_nothing_to_the_last() -> None:
    sure = tier_text("sure", when='"prediction.confidence >= 0.77"', **REVIEWED)
    unsure = tier_text("unsure", when='"prediction.confidence < 0.77"', **REVIEWED)
    (line,) = advice(sure + unsure + REST)
    assert line.startswith("tasks.returns.tiers.rest.when: no prediction ever reaches this tier")
    assert "let unsure take the rest" in line
