"""A policy as a document: kept whole, and read again whatever the checks of a later day say of it."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from routing.errors import UnreadablePolicy
from routing.policy import Policy, document_of, policy_of_document
from routing.rationale_rule import RationaleRule
from tests.routing.making import HOURS, policy, tier_text

RICH = policy(
    head='undo_for = "5m"\nguest_teams = ["T0GUEST"]',
    hours=HOURS,
    tiers="\n".join(
        [
            tier_text(
                "high",
                when="'\"fraud\" == prediction.label'",
                accept_above='{ error = 0.02, confidence = 0.95, slices = ["country=PT"] }',
                audit="0.1",
                audit_slices='{ "country=PT" = 0.3 }',
                due_in='"3d"',
                experts='{ user_group = "S0DESK" }',
                adjudicators='["U0SUE"]',
                escalation='[{ after = "1h", to = "people", people = ["U0PAT"], repeat = "1h", times = 2 }]',
                on_expiry='"safe_label"',
                safe_label='"unclear"',
                expires_in='"2w"',
            ),
            tier_text("rest", accept_above='"always_review"'),
        ]
    ),
    teams='[teams.leads]\nchannel = "leads"\ntasks = ["returns"]\ntarget_error = 0.02\n',
)


def kept(written: Policy) -> Any:
    """The document as a database gives it back."""
    return json.loads(json.dumps(document_of(written)))


@pytest.mark.parametrize("written", [RICH, policy()])
def test_a_kept_policy_is_the_same_policy(written: Policy) -> None:
    read = policy_of_document(kept(written))
    assert read == written
    assert read.version == written.version
    assert [tier.risk for tier in read.task("returns").tiers] == list(range(len(read.task("returns").tiers)))


def test_a_duration_in_working_days_means_the_same_when_it_is_read_again() -> None:
    read = policy_of_document(kept(RICH)).task("returns").tiers[0]
    assert read.due_in == timedelta(hours=27)  # three working days of nine hours


def test_what_a_later_check_would_refuse_is_read() -> None:
    document = kept(RICH)
    task = document["tasks"]["returns"]
    task["labels"] = [{"name": "", "description": "", "example": "x" * 9_999, "title": None}]
    task["tiers"][0]["experts"] = {"channel_members": False, "user_group": None, "people": []}
    task["tiers"][0]["when"] = "no such expression ("
    task["tiers"][0]["channel"] = "nowhere"
    task["tiers"][0]["colour"] = "a key that is not known any more"
    read = policy_of_document(document).task("returns")
    assert read.label_names == ("",)
    assert not read.tiers[0].experts.people
    assert read.rationale is RationaleRule.NEVER


def test_what_was_not_yet_said_has_its_default() -> None:
    document = kept(RICH)
    del document["tasks"]["returns"]["reason_codes"]
    assert policy_of_document(document).task("returns").reason_codes == ()


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"tasks": {}},
        {**kept(RICH), "tasks": {"returns": {}}},
        {**kept(RICH), "tasks": {"returns": {**kept(RICH)["tasks"]["returns"], "question": 7}}},
        {**kept(RICH), "tasks": {"returns": {**kept(RICH)["tasks"]["returns"], "rationale": "sometimes"}}},
        {**kept(RICH), "undo_for": "soon"},
        {**kept(RICH), "undo_for": None},
        {**kept(RICH), "channels": {"desk": "C1"}},
    ],
)
def test_what_is_no_policy_is_said_to_be_unreadable(document: object) -> None:
    with pytest.raises(UnreadablePolicy):
        policy_of_document(document)


def test_spans_days_off_and_holidays_are_kept() -> None:
    hours = (
        "[tasks.returns.hours]\n"
        'spans = [{ start = "09:00", end = "12:00" }, { start = "22:00", end = "02:00" }]\n'
        'days_off = [2026-12-24]\nholidays = { country = "DE", region = "BY" }\n'
    )
    written = policy(hours=hours)
    read = policy_of_document(kept(written))
    assert read == written
    assert read.version == written.version
    read_hours = read.task("returns").hours
    assert read_hours is not None
    assert [read_hours.is_working_day(date(2026, 12, day)) for day in (23, 24, 25)] == [True, False, False]
