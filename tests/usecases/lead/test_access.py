"""A team's members act on what its digest says, and nobody else; each act counts once and is on record."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.usecases.digest.digest_document import to_document
from bot.usecases.lead import digest_on_demand, look_closer, more_audits, mute
from bot.usecases.lead.access import LeadRefusal
from bot.usecases.lead.digest_on_demand import OnItsWay
from bot.usecases.lead.look_closer import CaseList, DigestThreshold
from bot.usecases.lead.more_audits import AuditRequest, raised
from bot.usecases.lead.mute import Mute
from bot.usecases.outgoing import DIGEST
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.thresholds import in_force as standing
from routing.case.case import CaseStatus
from routing.digest.model_quality import Quality
from routing.evidence.error_patterns import PREDICTED, SliceFinding
from routing.label import ExpertId, Via
from routing.prediction import CaseInput, Prediction, Submission
from routing.routing import Disposition, Routing
from storage import audit, experts
from storage.cases import predictions
from storage.cases.predictions import NewPrediction
from storage.engine.database import Database
from storage.leads import digests, mutes
from storage.leads.audit_shares import in_force
from storage.leads.digests import StoredDigest
from tests.usecases.leads import (
    KEY,
    MODEL,
    TEAM_CHANNEL,
    WEEK,
    alarmed,
    keep,
    lacking,
    make_lead_world,
    press,
    threshold,
    worse_slice,
)
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World
from tests.worlds.people import ANN, BEN, CAROL, STRANGER

FOUR_WEEKS = timedelta(weeks=4)
GUEST = ExpertId("T9", ANN.user_id)


@pytest.fixture
def world(database: Database) -> World:
    return make_lead_world(database)


def accept(world: World, count: int, tier: str = "standard", days_ago: int = 1) -> None:
    """Store predictions that were accepted without review."""
    at = world.clock.now() - timedelta(days=days_ago)
    routed = Routing(Disposition.AUTO_ACCEPTED, tier, "fraud", 1, timedelta(hours=4), 0.05, False, ())
    sure = Prediction("fine", 0.97, MODEL)
    new = [
        NewPrediction(
            f"case_{tier}_{days_ago}_{n}",
            Submission("shop", f"{tier}-{days_ago}-{n}", "payout", CaseInput(text="pay"), sure, at),
            b"d" * 32,
            routed,
            "v1",
            at,
        )
        for n in range(count)
    ]
    with world.database.write() as tx:
        predictions.add_many(tx, new)


def actions(world: World, subject: str) -> list[str]:
    with world.database.read() as tx:
        return [entry.action for entry in audit.of_subject(tx, subject, 20)]


def test_fifty_more_audits_are_asked_for_a_week(world: World) -> None:
    keep(world, lacking())
    accept(world, 200)
    accept(world, 99, days_ago=8)
    accept(world, 99, tier="kept")
    asked = more_audits.ask(world.ctx, press())
    assert asked == AuditRequest("payout", "standard", 0.05, 0.3, 200, FRIDAY + WEEK, True)
    assert asked.more == 50
    assert actions(world, "payout/standard") == ["audits.asked"]


def test_what_was_asked_for_is_in_force_at_the_next_tick_and_ends_after_a_week(world: World) -> None:
    keep(world, lacking())
    accept(world, 200)
    ctx = world.ctx
    more_audits.ask(ctx, press())
    standing.refresh(ctx)
    assert ctx.standing.present.audits == {("payout", "standard"): 0.3}
    world.clock.sleep(WEEK)
    standing.refresh(ctx)
    assert ctx.standing.present.audits == {}


def test_asking_again_does_not_add_up(world: World) -> None:
    keep(world, lacking())
    accept(world, 200)
    first = more_audits.ask(world.ctx, press())
    world.clock.sleep(timedelta(hours=1))
    again = more_audits.ask(world.ctx, press())
    assert isinstance(first, AuditRequest)
    assert again == replace(first, is_new=False)
    with world.database.read() as tx:
        assert len(in_force(tx, world.clock.now())) == 1
    assert actions(world, "payout/standard") == ["audits.asked"]


def test_more_than_everything_cannot_be_audited() -> None:
    assert raised(0.05, 20) == 1.0
    assert raised(0.05, 1_000) == pytest.approx(0.1)


def test_nothing_accepted_leaves_nothing_to_audit(world: World) -> None:
    keep(world, lacking())
    refused = more_audits.ask(world.ctx, press())
    assert isinstance(refused, LeadRefusal)
    assert "nothing to draw audits from" in refused.reason


def test_a_tier_that_left_the_policy_is_not_audited(world: World) -> None:
    keep(world, lacking("gone"))
    refused = more_audits.ask(world.ctx, press())
    assert isinstance(refused, LeadRefusal)
    assert "no longer has the tier “gone”" in refused.reason


def test_a_muted_subject_is_muted_for_the_team_and_four_weeks(world: World) -> None:
    week = keep(world, worse_slice())
    outcome = mute.mute(world.ctx, press())
    subject = week.headlines[0].subject
    assert outcome == Mute("leads", subject, FRIDAY + FOUR_WEEKS)
    with world.database.read() as tx:
        assert mutes.muted(tx, "leads", FRIDAY + FOUR_WEEKS - timedelta(minutes=1)) == {subject}
        assert mutes.muted(tx, "leads", FRIDAY + FOUR_WEEKS) == frozenset()
        assert mutes.muted(tx, "others", FRIDAY) == frozenset()
    assert actions(world, "leads") == ["digest.muted"]


@pytest.mark.parametrize("person", [BEN, STRANGER, GUEST], ids=["another channel's", "unknown", "foreign"])
def test_only_members_of_the_teams_channel_may_act(world: World, person: ExpertId) -> None:
    keep(world, lacking())
    accept(world, 200)
    for act in (mute.mute, more_audits.ask, look_closer.threshold, look_closer.cases):
        refused = act(world.ctx, press(person))
        assert isinstance(refused, LeadRefusal)
        assert "Only members of the team's channel" in refused.reason
    assert actions(world, KEY) == ["act.refused", "act.refused"]  # those that would have changed something
    assert actions(world, "payout/standard") == actions(world, "leads") == []


def test_a_guest_of_a_known_workspace_may_act_as_a_member(world: World) -> None:
    world.policy = world.policy.model_copy(update={"guest_teams": ("T9",)})
    with world.database.write() as tx:
        experts.set_members(tx, f"channel:{TEAM_CHANNEL}", [GUEST], FRIDAY)
    keep(world, worse_slice())
    assert isinstance(mute.mute(world.ctx, press(GUEST)), Mute)


def test_a_digest_that_is_not_kept_or_not_readable_refuses(world: World) -> None:
    assert isinstance(mute.mute(world.ctx, press()), LeadRefusal)
    with world.database.write() as tx:
        digests.keep(tx, StoredDigest(KEY, "leads", FRIDAY, FRIDAY, FRIDAY, {"from": "another version"}))
    assert isinstance(mute.mute(world.ctx, press()), LeadRefusal)


def test_a_team_that_left_the_policy_refuses(world: World) -> None:
    keep(world, worse_slice(), team="gone")
    refused = mute.mute(world.ctx, press())
    assert isinstance(refused, LeadRefusal)
    assert "no longer has the team “gone”" in refused.reason


@pytest.mark.parametrize("number", [0, 2, 9])
def test_a_sentence_that_the_digest_does_not_have_refuses(world: World, number: int) -> None:
    keep(world, worse_slice())
    assert isinstance(mute.mute(world.ctx, press(number=number)), LeadRefusal)


def test_a_button_does_no_other_sentences_deed(world: World) -> None:
    keep(world, worse_slice())
    assert isinstance(more_audits.ask(world.ctx, press()), LeadRefusal)
    assert isinstance(look_closer.threshold(world.ctx, press()), LeadRefusal)
    keep(world, lacking(), key="digest:leads:1")
    assert isinstance(look_closer.cases(world.ctx, press(key="digest:leads:1")), LeadRefusal)


def test_a_threshold_is_shown_as_the_digest_found_it(world: World) -> None:
    rows = (threshold("kept", gain=0.01), threshold())
    keep(world, Quality(thresholds=rows))
    assert look_closer.threshold(world.ctx, press()) == DigestThreshold(rows[1], is_promised=False)
    keep(world, Quality(thresholds=rows[:1]), key="digest:leads:2")
    keep(world, Quality(thresholds=(threshold("kept"),)), key="digest:leads:1")
    assert look_closer.threshold(world.ctx, press(key="digest:leads:1")) == DigestThreshold(
        threshold("kept"), is_promised=True
    )


def test_a_threshold_that_is_gone_from_the_digest_is_not_shown(world: World) -> None:
    week = keep(world, Quality(thresholds=(threshold(),)))
    other = replace(week, quality=Quality())
    with world.database.write() as tx:
        stored = StoredDigest("digest:leads:1", "leads", FRIDAY, FRIDAY, FRIDAY, to_document(other))
        digests.keep(tx, stored)
    assert isinstance(look_closer.threshold(world.ctx, press(key="digest:leads:1")), LeadRefusal)


def test_the_buttons_of_a_digest_that_a_newer_version_made_go_on(world: World) -> None:
    week = keep(world, Quality(thresholds=(threshold(),)), key="digest:leads:1")
    document = json.loads(json.dumps(to_document(week)))
    document["quality"]["thresholds"][0]["state"] = "set_by_tomorrow"
    newer = StoredDigest("digest:leads:2", "leads", FRIDAY, FRIDAY, FRIDAY, {**document, "version": 99})
    with world.database.write() as tx:
        digests.keep(tx, newer)

    weighed = look_closer.threshold(world.ctx, press(key="digest:leads:2"))
    muted = mute.mute(world.ctx, press(key="digest:leads:2"))

    assert isinstance(weighed, DigestThreshold)
    assert weighed.row.state == "set_by_tomorrow"
    assert not isinstance(muted, LeadRefusal)


def decide(world: World, label: str, slices: dict[str, str], ts: str = "") -> str:
    case = world.open(slices=slices)
    if ts:
        world.post(case, ts)
    answer(world.ctx, ExpertAnswer(world.act(case, CAROL), label, Via.BUTTON, rationale="because"))
    assert world.case(case.case_id).status is CaseStatus.DECIDED
    world.clock.sleep(timedelta(minutes=1))
    return case.case_id


def listed(world: World, key: str = KEY) -> CaseList:
    found = look_closer.cases(world.ctx, press(key=key))
    assert isinstance(found, CaseList)
    return found


def test_a_slices_wrong_cases_are_listed_newest_first_with_their_messages(world: World) -> None:
    older = decide(world, "legit", {"country": "DE"}, ts="7.1")
    newer = decide(world, "legit", {"country": "DE", "desk": "a"})
    decide(world, "fraud", {"country": "DE"})
    decide(world, "legit", {"country": "FR"})
    decide(world, "legit", {})
    keep(world, worse_slice())
    found = listed(world)
    assert [one.outline.case_id for one in found.cases] == [newer, older]
    assert [one.ts for one in found.cases] == ["", "7.1"]
    assert (found.cases[0].outline.predicted, found.cases[0].outline.decided) == ("fraud", "legit")
    assert found.is_slice
    assert not found.has_more


def test_only_the_last_four_weeks_and_ten_cases_are_listed(world: World) -> None:
    decide(world, "legit", {"country": "DE"})
    world.clock.sleep(FOUR_WEEKS)
    kept = [decide(world, "legit", {"country": "DE"}) for _ in range(11)]
    keep(world, worse_slice())
    found = listed(world)
    assert [one.outline.case_id for one in found.cases] == kept[:0:-1]
    assert found.has_more


def test_the_slice_of_a_predicted_label_is_found_too(world: World) -> None:
    wrong = decide(world, "legit", {})
    finding = SliceFinding(PREDICTED, "fraud", 8, 7.0, 3.0, 0.2, 0.15, 0.09, 0.24, 0.03, 0.1, 0.2, 1)
    keep(world, Quality(slices=(finding,)))
    assert [one.outline.case_id for one in listed(world).cases] == [wrong]


def test_an_alarms_examples_are_listed_as_far_as_they_are_known(world: World) -> None:
    decided = decide(world, "legit", {}, ts="7.1")
    waiting = world.open().case_id
    keep(world, alarmed(waiting, "case_erased", decided))
    found = listed(world)
    assert [(one.outline.case_id, one.outline.decided) for one in found.cases] == [
        (waiting, None),
        (decided, "legit"),
    ]
    assert not found.is_slice


def test_a_digest_on_demand_is_queued_once_a_minute_for_the_one_who_asks(world: World) -> None:
    assert digest_on_demand.ask(world.ctx, ANN, None) == OnItsWay("leads")
    assert digest_on_demand.ask(world.ctx, ANN, "leads") == OnItsWay("leads")
    world.clock.sleep(timedelta(minutes=1))
    digest_on_demand.ask(world.ctx, ANN, None)
    sent = world.sent(DIGEST)
    assert [one.payload["person"] for one in sent] == [ANN.user_id] * 2
    assert sent[0].payload["until_at"] == FRIDAY.isoformat()
    assert actions(world, "leads") == ["digest.asked"] * 2


def test_who_is_in_several_teams_names_one_and_who_is_in_none_gets_none(world: World) -> None:
    with world.database.write() as tx:
        experts.add_member(tx, f"channel:{TEAM_CHANNEL}", BEN)
    which = digest_on_demand.ask(world.ctx, BEN, None)
    assert which == LeadRefusal("Name the team: leads, others.")
    assert digest_on_demand.ask(world.ctx, BEN, "others") == OnItsWay("others")
    assert digest_on_demand.ask(world.ctx, ANN, "others") == LeadRefusal("Name the team: leads.")
    refused = digest_on_demand.ask(world.ctx, STRANGER, "leads")
    assert isinstance(refused, LeadRefusal)
    assert "not known as a member" in refused.reason
    assert digest_on_demand.ask(world.ctx, ExpertId("T9", ANN.user_id), None) == refused
