"""What nobody answered in time is asked of another person, who can answer it also after its end."""

from datetime import timedelta

import pytest

from bot.usecases.deadlines.ask import ask_due
from bot.usecases.deadlines.expire import expire_due
from bot.usecases.deadlines.follow_up import ask_again_due, draw_due
from bot.usecases.outgoing import ASK, CALLBACK, NamedAsk
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.asked import show_ask
from bot.usecases.review.case_view import WindowCase, look
from bot.usecases.review.hand_over import abstain, decline, escalate_now
from bot.usecases.review.outcome import AlreadyDecided, RecordedAct
from bot.usecases.review.undo import undo
from routing.case.ask import AskPurpose, AskState
from routing.case.case import Case, CaseStatus
from routing.case.decision import Method
from routing.label import ExpertId, Via
from routing.policy import load_policy
from routing.prediction import CaseInput, ModelRef, Origin
from routing.slack_channel import ChannelId
from storage import experts
from storage.cases import asks, cases, follow_ups
from storage.engine.database import Database
from storage.evidence import silent_cases
from storage.measured import certificates
from storage.measured.certificates import Attempt, CertificateKey
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World, make_world
from tests.worlds.people import ANN, BEN, CAROL, CHANNEL
from tests.worlds.policies import DESK

HOUR = timedelta(hours=1)
DIRECT = ChannelId.parse("D0000000001")
LIMITED = DESK.replace(
    'accept_above = "always_review"\ndue_in = "4h"\nescalation',
    'accept_above = { error = 0.02, confidence = 0.95 }\naudit = 0.05\ndue_in = "4h"\nescalation',
)
AUDITED = {"is_audit": True}
CLOSES = 'on_expiry = "close"\nexpires_in = "4h"\n'
TAKES_IT = 'on_expiry = "accept_prediction"\nexpires_in = "4h"\n'


def ruled(rule: str, text: str = LIMITED) -> str:
    return text.replace("audit = 0.05\n", f"audit = 0.05\n{rule}")


def made(database: Database, text: str = LIMITED) -> World:
    world = make_world(database)
    world.policy = load_policy(text, "policy.toml")
    return world


def overdue(world: World, **routed: object) -> Case:
    case = world.open(routed=routed or AUDITED)
    world.clock.advance(4 * HOUR)
    return case


def asked(world: World, case: Case) -> list[tuple[ExpertId, AskState]]:
    with world.database.read() as tx:
        return [(ask.expert, ask.state) for ask in asks.of_case(tx, case.case_id)]


def ticked(world: World) -> int:
    draw_due(world.ctx)
    return ask_again_due(world.ctx)


def says(world: World, case: Case, expert: ExpertId, label: str = "fraud") -> object:
    return answer(world.ctx, ExpertAnswer(world.act(case, expert), label, Via.BUTTON))


def test_an_audit_is_asked_of_one_person_at_a_time_once_its_time_is_over(database: Database) -> None:
    world = made(database)
    case = world.open(routed=AUDITED)
    assert ticked(world) == 0
    world.clock.advance(4 * HOUR)

    assert ticked(world) == 1
    assert ticked(world) == 0

    with world.database.read() as tx:
        (ask,) = asks.of_case(tx, case.case_id)
    assert (ask.purpose, ask.state) == (AskPurpose.FOLLOW_UP, AskState.WAITING)
    assert ask.lease_until == world.clock.moment + 2 * HOUR
    (item,) = world.sent(ASK)
    assert NamedAsk.from_payload(item.payload) == NamedAsk(case.case_id, ask.expert)
    assert "case.asked" in world.recorded(case.case_id)


def test_whoever_lets_their_time_pass_is_followed_by_the_next_until_it_ends(database: Database) -> None:
    world = made(database)
    case = overdue(world)
    for _ in range(3):
        ticked(world)
        world.clock.advance(2 * HOUR)

    ticked(world)

    assert [state for _, state in asked(world, case)] == [AskState.LAPSED, AskState.WAITING]
    with world.database.read() as tx:
        assert follow_ups.turn(tx, case.case_id) is None


def test_its_answer_decides_and_nobody_else_is_asked(database: Database) -> None:
    world = made(database)
    case = overdue(world)
    ticked(world)
    ((person, _),) = asked(world, case)

    assert isinstance(says(world, case, person), RecordedAct)

    assert asked(world, case) == [(person, AskState.ANSWERED)]
    world.clock.advance(2 * HOUR)
    assert ticked(world) == 0
    with world.database.read() as tx:
        assert follow_ups.turn(tx, case.case_id) is None


def test_anybody_else_may_answer_while_somebody_is_asked(database: Database) -> None:
    world = made(database)
    case = overdue(world)
    ticked(world)
    ((person, _),) = asked(world, case)

    assert isinstance(says(world, case, ({ANN, BEN, CAROL} - {person}).pop()), RecordedAct)


@pytest.mark.parametrize("how", ["declined", "could not tell"])
@pytest.mark.parametrize("rule", ["", CLOSES, TAKES_IT])
def test_who_hands_it_on_is_followed_by_the_next_at_once(database: Database, how: str, rule: str) -> None:
    world = made(database, ruled(rule))
    case = overdue(world)
    expire_due(world.ctx)
    ticked(world)
    ((person, _),) = asked(world, case)

    act = world.act(case, person)
    outcome = decline(world.ctx, act) if how == "declined" else abstain(world.ctx, act, "no photo")

    assert isinstance(outcome, RecordedAct)
    assert ticked(world) == 1
    assert [state for _, state in asked(world, case)] == [AskState.DECLINED, AskState.WAITING]


@pytest.mark.parametrize(("rule", "status"), [(CLOSES, CaseStatus.EXPIRED), (TAKES_IT, CaseStatus.DECIDED)])
def test_what_its_end_closed_is_decided_by_who_is_asked_again(
    database: Database, rule: str, status: CaseStatus
) -> None:
    world = made(database, ruled(rule))
    case = overdue(world)
    assert expire_due(world.ctx) == 1
    assert world.case(case.case_id).status is status
    assert ticked(world) == 1
    ((person, _),) = asked(world, case)
    world.sent(CALLBACK)

    other = ({ANN, BEN, CAROL} - {person}).pop()
    assert isinstance(says(world, case, other, "legit"), AlreadyDecided)
    assert isinstance(decline(world.ctx, world.act(case, other)), AlreadyDecided)
    assert isinstance(escalate_now(world.ctx, world.act(case, person), None), AlreadyDecided)
    assert isinstance(look(world.ctx, world.act(case, other)), AlreadyDecided)
    seen = look(world.ctx, world.act(case, person))
    assert isinstance(seen, WindowCase)
    assert seen.case.submission.prediction.label == ""
    assert isinstance(says(world, case, person, "legit"), RecordedAct)

    decision = world.case(case.case_id).decision
    assert decision is not None
    assert (decision.label, decision.method, decision.loss) == ("legit", Method.SINGLE, 1.0)
    (item,) = world.sent(CALLBACK)
    assert item.payload["data"]["decision"]["label"] == "legit"
    assert isinstance(says(world, case, other, "fraud"), AlreadyDecided)


def test_what_is_closed_waits_again_as_long_as_before_where_one_answer_does_not_do(
    database: Database,
) -> None:
    world = made(database, ruled(CLOSES))
    case = overdue(world, **AUDITED, quorum=2)
    expire_due(world.ctx)
    ticked(world)
    ((person, _),) = asked(world, case)

    says(world, case, person)

    waiting = world.case(case.case_id)
    assert (waiting.status, waiting.expires_at) == (CaseStatus.OPEN, world.clock.moment + 4 * HOUR)
    assert isinstance(undo(world.ctx, world.act(case, person)), RecordedAct)


def test_a_claim_of_who_is_asked_again_gets_a_second_opinion(database: Database) -> None:
    world = made(database, ruled("second_opinions = 0.0\n"))
    case = overdue(world, **AUDITED, second_opinion_chance=0.0)
    ticked(world)
    ((person, _),) = asked(world, case)

    says(world, case, person, "legit")

    assert ask_due(world.ctx) == 1
    world.clock.advance(HOUR)
    assert ticked(world) == 0
    world.clock.advance(HOUR)
    assert ticked(world) == 0
    assert len({expert for expert, _ in asked(world, case)}) == len(asked(world, case))


def test_the_message_shows_nothing_once_it_is_decided(database: Database) -> None:
    world = made(database, ruled(CLOSES))
    case = overdue(world)
    expire_due(world.ctx)
    ticked(world)
    with world.database.write() as tx:
        (ask,) = asks.of_case(tx, case.case_id)
        assert show_ask(tx, ask, DIRECT, 0)
    says(world, case, ask.expert)
    with world.database.write() as tx:
        assert not show_ask(tx, ask, DIRECT, 0)


def in_force(world: World) -> None:
    attempt = Attempt(
        key=CertificateKey("fraud", "high", ModelRef("gbm", "3")),
        attempt=1,
        labels_digest="x",
        calibrator_version=None,
        answer={},
        attempted_at=FRIDAY,
        certificate_id="cert_1",
        threshold=0.9,
    )
    with world.database.write() as tx:
        assert certificates.add(tx, attempt)


def test_until_a_limit_is_in_force_all_that_it_will_be_tested_on_is_asked_again(database: Database) -> None:
    world = made(database)
    review, audit = world.open(), world.open(routed=AUDITED)
    world.clock.advance(4 * HOUR)
    assert draw_due(world.ctx) == 2

    in_force(world)
    world.open()
    world.open(routed=AUDITED)
    world.clock.advance(4 * HOUR)

    assert draw_due(world.ctx) == 1
    assert world.case(review.case_id).is_asked_again
    assert world.case(audit.case_id).is_asked_again


@pytest.mark.parametrize(
    ("text", "routed", "origin"),
    [
        (DESK, AUDITED, Origin.PRODUCTION),
        (ruled("ask_again = false\n"), AUDITED, Origin.PRODUCTION),
        (LIMITED, AUDITED, Origin.SYNTHETIC),
        (
            ruled("ask_again = true\n").replace("{ error = 0.02, confidence = 0.95 }", "0.9"),
            {},
            Origin.PRODUCTION,
        ),
        (LIMITED, {**AUDITED, "tier": "gone"}, Origin.PRODUCTION),
    ],
)
def test_where_no_number_needs_it_nobody_is_asked_again(
    database: Database, text: str, routed: dict[str, object], origin: Origin
) -> None:
    world = made(database, text)
    world.open(routed=routed, origin=origin)
    world.clock.advance(4 * HOUR)
    assert ticked(world) == 0


def test_what_was_decided_or_contested_or_is_long_past_is_not_asked_again(database: Database) -> None:
    world = made(database)
    case = world.open(routed=AUDITED)
    says(world, case, ANN)
    world.open(routed=AUDITED)
    world.clock.advance(timedelta(days=29))
    assert draw_due(world.ctx) == 0


def test_beyond_fifty_a_part_is_asked_and_the_rest_is_noted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("routing.triage.follow_up.ALL_BELOW", 2)
    world = made(database)
    for number in range(6):
        world.open(routed=AUDITED, input=CaseInput(text=f"card {number}"))
    world.clock.advance(4 * HOUR)

    assert draw_due(world.ctx) == 6

    with world.database.read() as tx:
        drawn = [
            cases.get(tx, case_id).is_asked_again for case_id in follow_ups.due(tx, world.clock.moment, 9)
        ]
        kind = silent_cases.SilentKind("fraud", "high", True)
        assert silent_cases.followed(tx, ["fraud"], FRIDAY) == {kind: 6}
    assert 0 < len(drawn) < 6
    assert all(drawn)


def test_beyond_what_a_day_allows_it_waits(database: Database) -> None:
    world = made(database, f"extra_asks = 1\n{LIMITED}")
    with world.database.write() as tx:
        experts.set_members(tx, f"channel:{CHANNEL}", [ANN], FRIDAY)
    first, second = world.open(routed=AUDITED), world.open(routed=AUDITED)
    world.clock.advance(4 * HOUR)

    assert ticked(world) == 1

    with world.database.read() as tx:
        turns = [follow_ups.turn(tx, case.case_id) for case in (first, second)]
    assert {turn and turn.ask_at - world.clock.moment for turn in turns} == {HOUR, 2 * HOUR}


def test_a_task_that_no_policy_has_is_looked_at_again_later(database: Database) -> None:
    world = made(database)
    case = overdue(world)
    draw_due(world.ctx)
    world.policy = load_policy(
        DESK.replace("tasks.fraud", "tasks.fraud2").replace('"fraud", "t', '"fraud2", "t'), "p"
    )
    assert ask_again_due(world.ctx) == 0
    with world.database.read() as tx:
        turn = follow_ups.turn(tx, case.case_id)
    assert turn is not None
    assert turn.ask_at == world.clock.moment + HOUR


def test_another_tick_may_be_faster(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    world = made(database)
    case = overdue(world)
    ticked(world)
    looks = iter([[case.case_id], []])

    def stale(*_: object) -> list[str]:
        return next(looks)

    monkeypatch.setattr(follow_ups, "due", stale)
    assert ask_again_due(world.ctx) == 0
    assert len(asked(world, case)) == 1
