"""People object to decisions; others decide anew, and who leads overrides at once."""

from datetime import timedelta

import pytest

from bot.usecases.deadlines.expire import expire_due
from bot.usecases.decision_document import contest_document
from bot.usecases.expert_names import reading_names
from bot.usecases.review.access import Act
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.case_view import WindowCase, look
from bot.usecases.review.contest import Objection, contest, look_to_contest
from bot.usecases.review.outcome import (
    AlreadyDecided,
    Dismissal,
    NotAllowed,
    Outcome,
    RecordedAct,
    RepeatedAct,
)
from bot.usecases.review.screen import Screen
from bot.usecases.review.undo import undo
from bot.usecases.review.worklist import mine, queue
from bot.usecases.service_reads import standing
from routing.case.case import Case, CaseStatus
from routing.case.decision import Method
from routing.label import ExpertId, Via
from routing.policy import load_policy
from storage import audit, experts
from storage.cases import decisions
from storage.engine.database import Database
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World
from tests.worlds.people import ANN, BEN, CAROL, CHANNEL, STRANGER, TEAM
from tests.worlds.policies import DESK

LEAD = ExpertId(TEAM, "U0LEAD")
DORA = ExpertId(TEAM, "U0DORA")
TEAMS = """
[teams.leads]
channel = "seniors"
tasks = ["fraud"]
[teams.desk]
channel = "fraud"
tasks = ["fraud", "team"]
"""
CONTESTABLE = f'contest_for = "2d"\n{DESK}{TEAMS}'
DAY = timedelta(days=1)


@pytest.fixture
def world(database: Database) -> World:
    with database.write() as tx:
        experts.set_members(tx, f"channel:{CHANNEL}", [ANN, BEN, CAROL, DORA], FRIDAY)
        experts.set_members(tx, "channel:C0000000002", [LEAD], FRIDAY)
    return World(database, load_policy(CONTESTABLE, "policy.toml"))


def say(world: World, case: Case, label: str, by: ExpertId = ANN) -> Outcome:
    return answer(world.ctx, ExpertAnswer(world.act(case, by), label, Via.BUTTON, "I am sure."))


def decided(world: World, label: str = "fraud") -> Case:
    case = world.open()
    assert isinstance(say(world, case, label), RecordedAct)
    return case


def decided_by_two(world: World) -> Case:
    """A case of a tier in which Carol settles disagreements."""
    case = world.open(task="team", label="sales")
    say(world, case, "sales", ANN)
    say(world, case, "sales", BEN)
    return case


def object_(world: World, case: Case, by: ExpertId = BEN, label: str | None = None, key: str = "") -> Outcome:
    return contest(world.ctx, Objection(world.act(case, by, key=key), "It was paid twice.", label))


def refused(outcome: Outcome) -> str:
    assert isinstance(outcome, Dismissal)
    return outcome.reason


def events(world: World) -> list[str]:
    return [item.payload["event"] for item in world.sent("callback")]


def test_an_objection_asks_one_more_answer_and_the_decision_stands_until_then(world: World) -> None:
    case = decided(world)

    outcome = object_(world, case)

    assert isinstance(outcome, RecordedAct)
    assert outcome.note == (
        "Your objection is recorded. One more person is asked to answer. The decision stands until then."
    )
    stored = world.case(case.case_id)
    assert (stored.status, stored.quorum, stored.decision) == (CaseStatus.OPEN, 2, None)
    assert stored.contested_decision is not None
    assert stored.contested_decision.label == "fraud"
    assert events(world) == ["case.decided", "case.contested"]
    (notice,) = world.sent("notice")
    assert notice.payload["note"].startswith("<@U0BEN> objects to the decision. One more person")
    assert "paid twice" not in str(notice.payload)
    assert world.recorded(case.case_id) == ["label.recorded", "case.contested"]
    with world.database.read() as tx:
        assert audit.verify(tx).ok
        assert [line.event for line in decisions.feed(tx, "shop", 0, 9)] == ["decided", "contested"]


@pytest.mark.parametrize(("label", "event"), [("fraud", "case.upheld"), ("legit", "case.corrected")])
def test_the_service_hears_what_came_of_it(world: World, label: str, event: str) -> None:
    case = decided(world)
    object_(world, case, label="legit")

    say(world, case, label, CAROL)

    stored = world.case(case.case_id)
    assert stored.decision is not None
    assert (stored.decision.label, stored.decision.sequence) == (label, 2)
    assert [each.is_sealed for each in stored.labels] == [True, False, False]
    assert stored.decision.loss == (0.0 if label == "fraud" else 1.0)
    sent = [item.payload for item in world.sent("callback")]
    assert [payload["event"] for payload in sent] == ["case.decided", "case.contested", event]
    assert "contests" not in sent[0]["data"]
    (objection,) = sent[2]["data"]["contests"]
    assert (objection["reason"], objection["outcome"]) == ("It was paid twice.", event[len("case.") :])
    assert objection["expert"] == {"team_id": TEAM, "user_id": BEN.user_id}
    assert sent[1]["data"]["contests"][0]["outcome"] is None
    assert sent[1]["data"]["decision"]["sequence"] == 1


def test_whoever_settles_disagreements_is_asked_where_there_is_somebody(world: World) -> None:
    case = decided_by_two(world)

    outcome = object_(world, case, DORA)

    assert isinstance(outcome, RecordedAct)
    assert "Who settles disagreements is asked" in outcome.note
    assert world.case(case.case_id).status is CaseStatus.DISPUTED
    (notice,) = world.sent("notice")
    assert (notice.payload["about"], notice.payload["people"]) == ("dispute", [CAROL.user_id])
    late = say(world, case, "help", DORA)
    assert isinstance(late, NotAllowed)
    assert late.reason.startswith("Somebody objects to the decision, so only a senior expert")
    say(world, case, "sales", CAROL)
    decision = world.case(case.case_id).decision
    assert decision is not None
    assert (decision.method, decision.decided_by) == (Method.ADJUDICATED, (CAROL,))
    assert events(world) == ["case.decided", "case.contested", "case.upheld"]


def test_a_contested_case_waits_in_the_queue_and_for_everybody_but_the_objector(world: World) -> None:
    case = decided(world)
    object_(world, case)
    assert [row.case.case_id for row in queue(world.ctx, BEN, 10).cases] == [case.case_id]
    waiting = {by: bool(mine(world.ctx, by, 10).cases) for by in (ANN, BEN, CAROL)}
    assert waiting == {ANN: False, BEN: False, CAROL: True}


def test_its_due_time_begins_anew_and_no_time_out_decides_it(world: World) -> None:
    case = decided(world)
    world.clock.sleep(DAY)
    object_(world, case)
    stored = world.case(case.case_id)
    assert (stored.due_at, stored.expires_at) == (world.clock.now() + timedelta(hours=4), None)
    assert stored.next_step_at == world.clock.now() + timedelta(hours=1)


def test_each_person_objects_once_and_the_same_submission_counts_once(world: World) -> None:
    case = decided(world)
    object_(world, case, key="window-1")
    assert isinstance(object_(world, case, key="window-1"), RepeatedAct)
    assert "objected to this case before" in refused(object_(world, case))
    assert "Somebody has objected already" in refused(object_(world, case, DORA))
    say(world, case, "fraud", CAROL)
    assert "objected to this case before" in refused(object_(world, case))
    assert len(world.case(case.case_id).contests) == 1
    assert isinstance(object_(world, case, DORA), RecordedAct)
    assert events(world)[-2:] == ["case.upheld", "case.contested"]


def test_an_objection_has_to_come_in_time_and_be_one(world: World) -> None:
    case = world.open()
    assert "Nothing is decided here" in refused(object_(world, case))
    say(world, case, "fraud")
    assert "This is your own answer" in refused(object_(world, case, ANN))
    assert "That is what was decided" in refused(object_(world, case, label="fraud"))
    assert "no such answer" in refused(object_(world, case, label="nonsense"))
    empty = contest(world.ctx, Objection(world.act(case, BEN), "  "))
    assert "say in a sentence what is wrong" in refused(empty)
    world.clock.sleep(2 * DAY)
    before = world.wanted_version(case.case_id)
    assert "too late to object" in refused(object_(world, case))
    assert world.wanted_version(case.case_id) == before + 1
    assert world.case(case.case_id).contests == ()


def test_without_the_policys_word_nobody_objects(database: Database) -> None:
    world = World(database, load_policy(DESK, "policy.toml"))
    with database.write() as tx:
        experts.set_members(tx, f"channel:{CHANNEL}", [ANN, BEN], FRIDAY)
    case = decided(world)
    assert "too late to object" in refused(object_(world, case))


def test_only_who_may_answer_objects(world: World) -> None:
    case = decided(world)
    assert isinstance(object_(world, case, STRANGER), NotAllowed)
    assert isinstance(look_to_contest(world.ctx, world.act(case, STRANGER)), NotAllowed)
    assert world.recorded(case.case_id)[-1] == "act.refused"


def test_the_window_says_whose_word_is_the_last(world: World) -> None:
    case, pair = decided(world), decided_by_two(world)
    looks = {
        by: look_to_contest(world.ctx, world.act(of, by))
        for by, of in ((BEN, case), (CAROL, pair), (LEAD, case), (DORA, pair))
    }
    decisive = {by: seen.is_decisive for by, seen in looks.items() if isinstance(seen, WindowCase)}
    assert decisive == {BEN: False, CAROL: True, LEAD: True, DORA: False}
    assert isinstance(look_to_contest(world.ctx, world.act(case, ANN)), Dismissal)


def test_nobody_objects_to_what_is_not_there(world: World) -> None:
    act = Act(Screen("case_99"), BEN, "act:1")
    assert isinstance(look_to_contest(world.ctx, act), Dismissal)
    assert isinstance(contest(world.ctx, Objection(act, "No.")), Dismissal)


@pytest.mark.parametrize(("by", "task", "label"), [(LEAD, "fraud", "legit"), (CAROL, "team", "help")])
def test_a_lead_or_senior_who_says_what_is_right_overrides_at_once(
    world: World, by: ExpertId, task: str, label: str
) -> None:
    case = decided(world) if task == "fraud" else decided_by_two(world)

    object_(world, case, by, label)

    stored = world.case(case.case_id)
    assert stored.decision is not None
    assert (stored.decision.label, stored.decision.method) == (label, Method.OVERRIDDEN)
    assert (stored.decision.decided_by, stored.decision.loss) == ((by,), 1.0)
    assert stored.contests[0].is_override
    assert events(world) == ["case.decided", "case.corrected"]
    assert world.sent("notice") == []
    with world.database.read() as tx:
        assert audit.verify(tx).ok


def test_a_lead_who_only_objects_asks_others_like_everybody(world: World) -> None:
    case = decided(world)
    object_(world, case, LEAD)
    assert world.case(case.case_id).status is CaseStatus.OPEN


def test_undo_takes_an_override_back_and_brings_the_decision_before(world: World) -> None:
    case = decided(world)
    object_(world, case, LEAD, "legit")
    undo(world.ctx, world.act(case, LEAD))
    decision = world.case(case.case_id).decision
    assert decision is not None
    assert (decision.label, decision.method, decision.sequence) == ("fraud", Method.SINGLE, 3)


def test_a_service_reads_the_standing_decision_and_the_objections(world: World) -> None:
    case = decided(world)
    object_(world, case)
    seen = standing(world.ctx, "shop", case.case_id)
    assert seen is not None
    assert seen.case is not None
    assert (seen.status, seen.decision) == ("open", seen.case.contested_decision)
    say(world, case, "legit", CAROL)
    say(world, case, "legit", DORA)
    after = world.case(case.case_id)
    document = contest_document(after, after.contests[0], reading_names(world.ctx, "shop"))
    assert (document["sequence"], document["outcome"], document["expert"]) == (1, "corrected", None)


EXPIRING = CONTESTABLE.replace(
    'escalation = [{after = "1h", to = "people", people = ["U0CAROL"]}]',
    'on_expiry = "accept_prediction"\nexpires_in = "1h"',
)


@pytest.fixture
def expired(world: World) -> Case:
    """A case that a time-out decided for the model's answer."""
    world.policy = load_policy(EXPIRING, "policy.toml")
    case = world.open()
    world.clock.sleep(timedelta(hours=1))
    expire_due(world.ctx)
    return case


def test_what_a_time_out_decided_can_be_answered_after_all(world: World, expired: Case) -> None:
    assert isinstance(look(world.ctx, world.act(expired)), WindowCase)
    assert "too late to object" in refused(object_(world, expired))
    assert isinstance(say(world, expired, "legit"), RecordedAct)
    decision = world.case(expired.case_id).decision
    assert decision is not None
    assert (decision.label, decision.method, decision.sequence) == ("legit", Method.SINGLE, 2)
    assert (decision.decided_by, decision.loss) == ((ANN,), 1.0)
    assert events(world) == ["case.decided", "case.corrected"]
    assert isinstance(object_(world, expired), RecordedAct)


def test_a_late_answer_below_the_quorum_leaves_what_the_time_out_decided(world: World) -> None:
    world.policy = load_policy(
        CONTESTABLE.replace("quorum = 2", 'quorum = 2\non_expiry = "accept_prediction"\nexpires_in = "1h"'),
        "policy.toml",
    )
    case = world.open(task="team", label="sales")
    world.clock.sleep(timedelta(hours=1))
    expire_due(world.ctx)
    say(world, case, "help", ANN)
    decision = world.case(case.case_id).decision
    assert decision is not None
    assert decision.is_by_time_out
    say(world, case, "help", BEN)
    assert events(world) == ["case.decided", "case.amended", "case.corrected"]


def test_late_answers_are_taken_as_long_as_objections_are(world: World, expired: Case) -> None:
    world.clock.sleep(2 * DAY)
    assert isinstance(say(world, expired, "legit"), AlreadyDecided)
    assert isinstance(look(world.ctx, world.act(expired)), AlreadyDecided)
