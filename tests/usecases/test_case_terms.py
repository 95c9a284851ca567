"""Cases of an earlier policy: what holds for them, who may answer, and what is said of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.slack.show.private_answers import words
from bot.usecases import members
from bot.usecases.active_policy import Proposal, propose
from bot.usecases.deadlines import escalate, expire, redraw
from bot.usecases.outgoing import NOTICE
from bot.usecases.repairs.stranded_cases import StrandedCases, stranded
from bot.usecases.review import worklist
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.outcome import AlreadyDecided, MeaningQuestion, NotAllowed, Outcome, RecordedAct
from bot.usecases.review.thread_reply import ThreadReply, thread_reply
from routing.case.case import Case, CaseStatus
from routing.label import ExpertId, Via
from routing.policy import load_policy
from storage import experts, policies, tables
from storage.engine.database import Transaction
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World
from tests.worlds.people import ANN, BEN, CAROL, CHANNEL, CHANNEL_ID, STRANGER, TEAM
from tests.worlds.policies import DESK

LABEL = '  {name = "legit", description = "an honest payment", example = "groceries", title = "Legit"},\n'
RENAMED = '  {name = "honest", description = "an honest payment", example = "groceries", title = "Honest"},\n'
HIGH = 'name = "high"\nchannel = "fraud"\n'
SENIORS = f'{HIGH}experts = {{ people = ["U0CAROL"] }}\n'
TOP = 'name = "top"\nchannel = "seniors"\n'
EXPIRING = '[[tasks.fraud.tiers]]\n{}on_expiry = "safe_label"\nexpires_in = "1d"\nsafe_label = "{}"\n'
TIER = f"[[tasks.fraud.tiers]]\n{HIGH}"


def under(world: World, *changes: tuple[str, str], is_kept: bool = True) -> World:
    """The world under the policy with these texts replaced; `is_kept`: by a version that keeps policies."""
    text = DESK
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    changed = replace(world, policy=load_policy(text, "policy.toml"))
    if is_kept:
        propose(changed.ctx, Proposal("test", changed.policy, is_change=True))
    return changed


@pytest.fixture
def kept(world: World) -> World:
    """The world, which has kept its policy."""
    return under(world)


def press(world: World, case: Case, label: str, expert: ExpertId = ANN, why: str = "") -> Outcome:
    return answer(world.ctx, ExpertAnswer(world.act(case, expert), label, Via.BUTTON, why or None))


def test_a_label_that_was_renamed_is_still_an_answer_and_the_new_name_is_none(kept: World) -> None:
    case = kept.open()
    later = under(kept, (LABEL, RENAMED))
    assert not isinstance(press(later, case, "honest", why="they called"), RecordedAct)
    assert isinstance(press(later, case, "legit", why="they called"), RecordedAct)
    assert later.case(case.case_id).decision is not None


def test_a_new_case_has_the_new_answers_only(kept: World) -> None:
    later = under(kept, (LABEL, RENAMED))
    case = later.open()
    assert not isinstance(press(later, case, "legit", why="they called"), RecordedAct)
    assert isinstance(press(later, case, "honest", why="they called"), RecordedAct)


def test_of_a_policy_before_policies_were_kept_what_the_case_carries_is_an_answer(world: World) -> None:
    case = world.open(label="legit")
    later = under(world, (LABEL, RENAMED))
    assert isinstance(press(later, case, "legit"), RecordedAct)


def test_of_a_kept_policy_that_cannot_be_read_the_same_holds(kept: World) -> None:
    case = kept.open(label="legit")
    with kept.database.write() as tx:
        tx.execute(tables.policies.update().values(document={"tasks": "gone"}))
    later = under(kept, (LABEL, RENAMED))
    assert isinstance(press(later, case, "legit"), RecordedAct)


def test_private_answers_name_a_label_by_its_title_at_the_opening(kept: World) -> None:
    case = kept.open(label="legit")
    later = under(kept, (LABEL, RENAMED))
    ctx = later.ctx
    assert isinstance(answer(ctx, ExpertAnswer(later.act(case), "legit", Via.BUTTON)), RecordedAct)
    second = answer(ctx, ExpertAnswer(later.act(case, BEN), "fraud", Via.BUTTON))
    assert isinstance(second, AlreadyDecided)
    message = words(ctx, second)
    assert message is not None
    assert "Legit" in message.text


def test_a_question_back_in_the_thread_offers_the_answers_of_the_opening(kept: World) -> None:
    case = kept.open()
    kept.post(case, "1.1")
    ctx = under(kept, (LABEL, RENAMED)).ctx
    asked = thread_reply(ctx, ThreadReply(ANN, CHANNEL_ID, "1.1", "is it legit or fraud?", "1.2"))
    assert isinstance(asked, MeaningQuestion)
    message = words(ctx, asked)
    assert message is not None
    assert ("legit" in message.text, "honest" in message.text) == (True, False)


def test_people_are_those_of_now_while_the_tier_is_there(kept: World) -> None:
    case = kept.open()
    later = under(kept, (HIGH, SENIORS))
    assert isinstance(press(later, case, "fraud", ANN), NotAllowed)
    assert isinstance(press(later, case, "fraud", CAROL), RecordedAct)


def test_people_are_those_of_last_when_the_tier_is_gone(kept: World) -> None:
    case = kept.open()
    under(kept, (HIGH, SENIORS))
    under(kept)  # the first policy came back, and is the last that had the tier
    later = under(kept, (HIGH, TOP))
    assert isinstance(press(later, case, "fraud", STRANGER), NotAllowed)
    assert isinstance(press(later, case, "fraud", ANN), RecordedAct)


def test_a_tier_that_no_kept_policy_had_is_the_riskiest(world: World) -> None:
    case = world.open()
    later = under(world, (HIGH, TOP))
    assert isinstance(press(later, case, "fraud", ANN), RecordedAct)  # as one who sees its message
    assert isinstance(press(later, world.open(), "fraud", STRANGER), NotAllowed)


def test_a_kept_policy_that_cannot_be_read_is_passed_over_for_the_one_before(kept: World) -> None:
    case = kept.open()
    later = under(kept, (HIGH, SENIORS))
    unreadable = tables.policies.update().where(tables.policies.c.version == later.policy.version)
    with kept.database.write() as tx:
        tx.execute(unreadable.values(document={"tasks": "gone"}))
    assert isinstance(press(under(kept, (HIGH, TOP)), case, "fraud", ANN), RecordedAct)


def test_the_last_people_of_a_task_that_is_gone_answer_are_listed_and_are_called(kept: World) -> None:
    case = kept.open()
    later = under(kept, ("tasks.fraud", "tasks.scam"), ('"fraud", "team"', '"scam", "team"'))
    assert [one.case.case_id for one in worklist.mine(later.ctx, ANN, 5).cases] == [case.case_id]
    later.clock.sleep(timedelta(hours=2))
    assert escalate.escalate_due(later.ctx).steps == 1
    assert later.sent(NOTICE)[0].payload["people"] == ["U0CAROL"]
    assert isinstance(press(later, case, "fraud", ANN), RecordedAct)


def test_a_message_of_a_task_that_is_gone_is_redrawn_when_it_is_overdue(kept: World) -> None:
    case = kept.open()
    later = under(kept, ("tasks.fraud", "tasks.scam"), ('"fraud", "team"', '"scam", "team"'))
    later.clock.sleep(timedelta(hours=5))
    assert redraw.redraw_due(later.ctx)["overdue"] == 1
    assert later.wanted_version(case.case_id) == 2


def expiring(world: World, safe_label: str, *changes: tuple[str, str]) -> World:
    return under(world, (TIER, EXPIRING.format(HIGH, safe_label)), *changes)


def test_a_time_out_decides_for_the_safe_label_of_the_opening(world: World) -> None:
    case = expiring(world, "legit").open()
    later = expiring(world, "honest", (LABEL, RENAMED))
    later.clock.sleep(timedelta(days=1))
    assert expire.expire_due(later.ctx) == 1
    decision = later.case(case.case_id).decision
    assert decision is not None
    assert decision.label == "legit"


def test_a_time_out_of_a_tier_that_is_gone_is_as_it_was_last(world: World) -> None:
    case = expiring(world, "legit").open()
    later = under(world, (HIGH, TOP))
    later.clock.sleep(timedelta(days=1))
    assert expire.expire_due(later.ctx) == 1
    assert later.case(case.case_id).status is CaseStatus.DECIDED


def test_members_are_fetched_for_open_cases_whose_tier_and_channel_are_gone(kept: World) -> None:
    case = kept.open()
    moved = ('[channels.fraud]\nid = "C0000000001"\n', ""), ('channel = "fraud"', 'channel = "seniors"')
    later = under(kept, *moved, ('name = "high"', 'name = "top"'), ('"U0CAROL"', '"U0NEW"'))
    assert members.sources(later.ctx) == ("channel:C0000000002", f"channel:{CHANNEL}")
    assert members.named(later.ctx) == {"U0NEW", "U0CAROL"}

    assert isinstance(press(later, case, "fraud"), RecordedAct)

    assert members.sources(later.ctx) == ("channel:C0000000002",)
    assert members.named(later.ctx) == {"U0NEW"}


def test_nothing_is_said_of_cases_whose_policy_still_has_all_of_them(kept: World) -> None:
    kept.open()
    under_other_people = under(kept, (HIGH, SENIORS))
    assert stranded(kept.ctx) == stranded(under_other_people.ctx) == ()


def test_what_has_left_is_said_with_a_count_and_the_case_that_is_due_first(kept: World) -> None:
    first = kept.open()
    kept.clock.sleep(timedelta(minutes=1))
    kept.open()
    kept.open("team", "help")
    later = under(kept, (LABEL, RENAMED), ('name = "pair"', 'name = "two"'))
    fraud, team = stranded(later.ctx)
    assert fraud == StrandedCases(
        "fraud", "high", 2, ("the label “legit”",), first.case_id, first.submission.external_id, True
    )
    assert (team.task, team.tier, team.count, team.left) == ("team", "pair", 1, ("the tier “pair”",))


def test_that_nobody_may_answer_is_said_once_the_members_are_known(world: World) -> None:
    case = world.open("topic", "a")
    with world.database.write() as tx:
        tx.execute(tables.cases.update().values(tier="gone", channel="gone"))
    empty = under(world, ('id = "C0000000001"', 'id = "C0EMPTY"'), is_kept=False)
    (unknown,) = stranded(empty.ctx)
    assert (unknown.left, unknown.may_answer) == (("the tier “gone”", "the channel “gone”"), None)
    with world.database.write() as tx:
        experts.set_members(tx, "channel:C0EMPTY", [], FRIDAY)
    assert stranded(empty.ctx)[0].may_answer is False
    with world.database.write() as tx:
        experts.add_member(tx, "channel:C0EMPTY", ExpertId(TEAM, "U0ANN"))
    assert stranded(empty.ctx)[0].may_answer is True
    assert case.case_id == unknown.example


def test_of_a_task_that_no_kept_policy_had_nobody_may_answer(world: World) -> None:
    world.open()
    later = under(world, ("tasks.fraud", "tasks.scam"), ('"fraud", "team"', '"scam", "team"'))
    (one,) = stranded(later.ctx)
    assert (one.left, one.may_answer) == (("the task “fraud”",), False)
    assert worklist.mine(later.ctx, ANN, 5).cases == ()


def test_a_kept_policy_is_read_from_the_database_once(kept: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = kept.open("team", "help")
    ctx = under(kept, ('name = "other"', 'name = "else"')).ctx
    read: list[str] = []
    document = policies.document

    def reading(tx: Transaction, version: str) -> object:
        read.append(version)
        return document(tx, version)

    monkeypatch.setattr(policies, "document", reading)
    for expert in (ANN, BEN):
        assert isinstance(answer(ctx, ExpertAnswer(kept.act(case, expert), "other", Via.BUTTON)), RecordedAct)
    assert read == [case.policy_version]
