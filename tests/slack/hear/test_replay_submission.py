"""`/secondlook replay`: a window tries a change of one tier in memory, for people of a team's channel."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.errors import BotError
from bot.policy.tier_change import TierChange
from bot.slack.blocks.message import JsonObject
from bot.slack.hear import interactions
from bot.slack.limits import view_violations
from bot.slack.show.replay_windows import replay_view, result_view
from bot.usecases.lead.propose import PolicyTrial
from routing.evidence.estimate import Estimate, Interval, Reach, TrafficEstimate
from routing.evidence.plan import ChannelLoad, Cost, Outcome, Replay, Replayed, TierOutcome
from routing.label import ExpertId
from routing.policy import CertifiedThreshold, Policy
from storage.engine.database import Database
from storage.errors import DatabaseUnavailable
from tests.slack.workspace import Workspace, make_workspace
from tests.usecases.leads import make_lead_world
from tests.worlds.clocks import FRIDAY
from tests.worlds.people import ANN, BEN, STRANGER

DAY = timedelta(days=1)
SINCE: datetime = FRIDAY - 10 * DAY


def error(name: str, value: float, n: int = 120) -> TrafficEstimate:
    period = Estimate(value, value / 2, value * 2, n, Reach.PERIOD)
    return TrafficEstimate(name, 700, 120, n, 0, 0, period, None, None, Interval(0.0, 1.0))


def outcome(accepted: int, value: float, late: float | None = 3.0, channels: int = 1) -> Outcome:
    reviewed = 1_000 - accepted
    loads = [ChannelLoad(f"desk{number}", reviewed, reviewed / 60, 0.75, late) for number in range(channels)]
    tier = TierOutcome("payout", "standard", 1_000, accepted, 40, error("standard", value))
    kept = TierOutcome("payout", "kept", 0, 0, 0, None)
    cost = Cost(accepted * value, 1.0, 99.0)
    return Outcome(
        accepted, 40, reviewed, reviewed / 60, tuple(loads), (tier, kept), error("all", value), cost
    )


def replayed(
    has_older: bool = False, warnings: tuple[str, ...] = ("No overlap there",), **more: int
) -> Replayed:
    replay = Replay(1_000, 210, 10, outcome(500, 0.01), outcome(700, 0.03, None, **more), warnings)
    return Replayed(SINCE, FRIDAY, replay, {}, has_older)


class Recorder:
    """Stands for the replay: keeps what it was asked, and answers or fails as told."""

    def __init__(self) -> None:
        self.asked: list[tuple[Policy, str]] = []
        self.answer: Replayed | Exception = replayed()

    def __call__(self, policy: Policy, task: str) -> Replayed:
        self.asked.append((policy, task))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    monkeypatch.setattr(interactions, "ACK_TAKES_SECONDS", 0.0)
    monkeypatch.setattr(interactions, "ACK_TAKES_AT_MOST_SECONDS", 0.0)
    return Recorder()


@pytest.fixture
def leads(sqlite_url: str, recorder: Recorder) -> Iterator[Workspace]:
    """A Bolt app over a world in which Ann leads the tasks fraud and payout, Ben the task topic."""
    database = Database(sqlite_url)
    yield make_workspace(make_lead_world(database), recorder)
    database.dispose()


def opened(leads: Workspace, text: str = "replay", expert: ExpertId = ANN) -> JsonObject:
    leads.command(text, expert)
    view: JsonObject = leads.gateway.views[-1]
    return view


def submitted(leads: Workspace, filled: dict[str, str], expert: ExpertId = ANN) -> JsonObject:
    """What Slack is told about the window, filled in with these and otherwise as it opens."""
    given = {"tier": "payout/standard", **filled}
    answer = leads.submit(opened(leads), expert, **given)
    assert answer.status == 200
    found: JsonObject = json.loads(answer.body or "{}")
    return found


def refusals(answer: JsonObject) -> dict[str, str]:
    assert answer["response_action"] == "errors"
    found: dict[str, str] = answer["errors"]
    return found


def texts(view: JsonObject) -> str:
    return json.dumps(view["blocks"], ensure_ascii=False)


def offered(view: JsonObject) -> list[str]:
    chooser = next(block for block in view["blocks"] if block.get("block_id") == "tier")
    return [option["value"] for option in chooser["element"]["options"]]


def test_a_lead_is_offered_the_tiers_of_their_teams_tasks_with_what_they_say_now(leads: Workspace) -> None:
    view = opened(leads)
    assert offered(view) == ["fraud/high", "payout/kept", "payout/standard"]
    assert "from 0.95, 0.05 checked at random, due in 4 h" in texts(view)
    assert "at most 1 in 50 wrong, 0.05 checked at random, due in 4 h" in texts(view)
    assert leads.gateway.responses == []


def test_a_task_can_be_named_and_a_single_tier_is_chosen_already(leads: Workspace) -> None:
    assert offered(opened(leads, "replay payout")) == ["payout/kept", "payout/standard"]
    (only,) = [block for block in opened(leads, "replay", BEN)["blocks"] if block.get("block_id") == "tier"]
    assert only["element"]["initial_option"]["value"] == "topic/all"


def test_who_leads_nothing_or_another_task_is_refused_in_private(leads: Workspace) -> None:
    leads.command("replay", STRANGER)
    leads.command("replay topic")
    nobody, other = (told.text for told in leads.gateway.responses)
    assert "Only members of a team's channel may replay" in nobody
    assert other == "Your teams have no task “topic”; they have fraud, payout."
    assert leads.gateway.views == []


def test_a_window_that_slack_refuses_is_told(leads: Workspace) -> None:
    leads.gateway.refuses = "expired_trigger_id"
    leads.command("replay")
    assert "type the command again" in leads.gateway.responses[0].text


def test_the_change_is_tried_in_that_tier_alone_and_the_running_policy_stays(
    leads: Workspace, recorder: Recorder
) -> None:
    answer = submitted(leads, {"rule": "threshold", "threshold": "0.8", "audit": "0.1", "due_in": "90m"})
    assert answer["response_action"] == "update"
    assert view_violations(answer["view"]) == ()
    assert "Working…" in texts(answer["view"])
    ((policy, task),) = recorder.asked
    tier, before = policy.tasks["payout"].tier("standard"), leads.world.policy.tasks["payout"]
    assert task == "payout"
    assert (tier.accept_above, tier.audit, tier.due_in) == (0.8, 0.1, timedelta(minutes=90))
    assert before.tier("standard").accept_above == 0.95
    assert policy.tasks["payout"].tier("kept") == before.tier("kept")
    assert policy.tasks["fraud"] == leads.world.policy.tasks["fraud"]


@pytest.mark.parametrize(
    ("filled", "rule", "audit"),
    [
        ({"audit": "0.2"}, 0.95, 0.2),
        ({"rule": "always_review"}, "always_review", 0.0),
        (
            {"rule": "promise", "error": "0.03", "confidence": "0.9"},
            CertifiedThreshold(error=0.03, confidence=0.9),
            0.05,
        ),
    ],
)
def test_every_rule_can_be_tried_and_what_is_left_empty_stays(
    leads: Workspace, recorder: Recorder, filled: dict[str, str], rule: object, audit: float
) -> None:
    submitted(leads, filled)
    ((policy, _),) = recorder.asked
    tier = policy.tasks["payout"].tier("standard")
    assert (tier.accept_above, tier.audit, tier.due_in) == (rule, audit, timedelta(hours=4))


def test_the_result_takes_the_place_of_the_wait(leads: Workspace) -> None:
    submitted(leads, {"rule": "threshold", "threshold": "0.8", "audit": "0.1"})
    view, again = leads.gateway.updated_views
    assert again == view  # an ack that came late would have put up "Working…" over it
    said = texts(view)
    assert "1,000 came in from " in said
    for day in (10, 20):  # in the reader's own zone
        assert f'"timestamp": {int(datetime(2026, 11, day, 10, tzinfo=UTC).timestamp())}' in said
    assert "Went through by itself: 50.0 → 70.0 a day" in said
    assert "Expert hours: 0.8 → 0.5 a day" in said
    assert "210 would go through that were looked at, 10 be looked at that went through" in said
    assert "1.0% (between 0.5% and 2.0%, n=120) → 3.0% (between 1.5% and 6.0%, n=120)" in said
    assert "Cost of what went through wrong: 5.0 (between 1.0 and 99.0) → 21.0 (between 1.0 and 99.0)" in said
    assert "standard: 500 of 1,000, wrong 1.0%" in said
    assert "kept: nothing" in said
    assert "#desk0: 50.0 a day, 0.75 a working hour, 0.8 expert hours a day, late in all: 3 → 30.0" in said
    assert "late in all: unknown" in said
    assert "No overlap there." in said
    assert "accept_above = 0.8\\naudit = 0.1" in said
    assert 'under [[tasks.payout.tiers]] with name = \\"standard\\"' in said
    assert "Only the newest" not in said
    assert "Nothing was changed" in said


def test_what_was_left_out_to_be_quick_is_said(leads: Workspace, recorder: Recorder) -> None:
    recorder.answer = replayed(has_older=True)
    submitted(leads, {"audit": "0.1"})
    assert "Only the newest 1,000 predictions of the last 30 days" in texts(leads.gateway.updated_views[0])


def test_a_promise_says_that_it_takes_only_what_is_certified(leads: Workspace) -> None:
    submitted(leads, {"rule": "promise", "error": "0.03", "confidence": "0.9"})
    said = texts(leads.gateway.updated_views[0])
    assert "only what the answers have shown to keep it" in said
    assert "accept_above = { error = 0.03, confidence = 0.9 }" in said


@pytest.mark.parametrize(
    ("filled", "field", "words"),
    [
        ({}, "tier", "what the policy says already"),
        ({"rule": "threshold"}, "threshold", "Needed for what you chose"),
        ({"rule": "threshold", "threshold": "high"}, "threshold", "no number"),
        ({"rule": "threshold", "threshold": "0,9"}, "threshold", "no number"),
        ({"rule": "threshold", "threshold": "0.4"}, "threshold", "decides nothing; use more than 1/2"),
        ({"rule": "threshold", "threshold": "inf"}, "threshold", "finite"),
        ({"rule": "threshold", "threshold": "0.8", "error": "0.1"}, "error", "no use for it"),
        ({"rule": "promise", "error": "0.02"}, "confidence", "Needed for"),
        ({"rule": "promise", "error": "0.9", "confidence": "0.9"}, "error", "less than 0.5"),
        ({"rule": "promise", "error": "0.1", "confidence": "1"}, "confidence", "less than 1"),
        ({"rule": "promise", "error": "0.1", "confidence": "0.9", "audit": "0"}, "audit", "set `audit"),
        ({"rule": "always_review", "audit": "0.1"}, "audit", "nothing goes through by itself"),
        ({"threshold": "0.8"}, "threshold", "no use for it"),
        ({"audit": "x"}, "audit", "no number"),
        ({"audit": "2"}, "audit", "at most 1"),
        ({"due_in": "soon"}, "due_in", "is not a duration"),
        ({"tier": "topic/all", "audit": "0.1"}, "tier", "not one of yours"),
        ({"tier": "payout/none", "audit": "0.1"}, "tier", "not one of yours"),
        ({"tier": "", "audit": "0.1"}, "tier", "not one of yours"),
    ],
)
def test_what_is_wrong_is_said_under_its_field(
    leads: Workspace, recorder: Recorder, filled: dict[str, str], field: str, words: str
) -> None:
    found = refusals(submitted(leads, filled))
    assert set(found) == {field}
    assert words in found[field]
    assert recorder.asked == []


def test_several_wrong_fields_are_all_told(leads: Workspace) -> None:
    filled = {"rule": "threshold", "threshold": "7", "audit": "3", "due_in": "x"}
    assert set(refusals(submitted(leads, filled))) >= {"audit", "due_in"}


def test_a_forged_submission_of_a_stranger_is_refused(leads: Workspace, recorder: Recorder) -> None:
    found = refusals(submitted(leads, {"audit": "0.1"}, STRANGER))
    assert "Only members of a team's channel" in found["tier"]
    assert recorder.asked == []


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (BotError("Another one runs."), "Another one runs."),
        (DatabaseUnavailable("locked"), "could not be read just now"),
        (RuntimeError("a defect"), "This went wrong"),
    ],
)
def test_the_wait_ends_whatever_happens(
    leads: Workspace, recorder: Recorder, failure: Exception, words: str
) -> None:
    recorder.answer = failure
    submitted(leads, {"audit": "0.1"})
    view, again = leads.gateway.updated_views
    assert again == view  # an ack that came late would have put up "Working…" over it
    assert words in texts(view)


def test_the_largest_windows_keep_to_slacks_limits(leads: Workspace) -> None:
    (tier,) = leads.world.policy.tasks["topic"].tiers
    long = tier.model_copy(update={"name": "t" * 64})
    window = replay_view([("k" * 64, long)] * 101)
    assert view_violations(window) == ()
    assert "/secondlook replay TASK" in texts(window)
    change = TierChange("k" * 64, "t" * 64, {"error": 1e-9, "confidence": 0.999999999}, 1e-9, "120m")
    trial = PolicyTrial(change, leads.world.policy, ("accept_above = " + "x" * 80,) * 5)
    shown = result_view(trial, replayed(True, ("Why not " * 100,) * 30, channels=200))
    assert view_violations(shown) == ()
    assert "and 180 more channels" in texts(shown)
    assert "and 16 more." in texts(shown)


def test_an_outcome_of_which_nothing_is_known_says_so(leads: Workspace, recorder: Recorder) -> None:
    unknown = TrafficEstimate("all", 5, 0, 0, 0, 5, None, None, None, Interval(0.0, 1.0))
    tier = TierOutcome("payout", "standard", 5, 5, 0, None)
    parts: dict[str, Any] = {"channels": (), "tiers": (tier,), "error": unknown, "cost": None}
    same = Outcome(5, 0, 0, 0.0, **parts)
    loaded = Outcome(5, 0, 0, 0.0, **{**parts, "channels": (ChannelLoad("desk", 1, 0.1, None, None),)})
    recorder.answer = Replayed(FRIDAY - DAY / 2, FRIDAY, Replay(5, 0, 0, same, loaded, ()), {})
    submitted(leads, {"audit": "0.1"})
    said = texts(leads.gateway.updated_views[0])
    assert "Wrong among what went through, this period: nothing answered" in said
    assert "Cost of what went through wrong: unknown" in said
    assert "standard: 5 of 5, wrong unknown" in said
    assert "#desk: nothing → 1.0 a day, 0.1 expert hours a day, late in all: unknown" in said
    assert "What the data cannot say" not in said
