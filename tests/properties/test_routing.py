"""What holds for every prediction, answer, moment and reply."""

from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from routing.case.adjudication import settle
from routing.case.hours import add_working, is_working, next_working
from routing.case.next_step import next_step
from routing.case.settlement import SettledAnswer, Settlement
from routing.label import Label
from routing.policy import DAYS, WorkingHours, format_duration, load_policy, parse_duration
from routing.prediction import CaseInput
from routing.routing import Disposition
from routing.thread_reply.interpretation import LabelReply, interpret
from routing.triage.prediction_check import check_prediction, statement_of
from routing.triage.router import Router, compile_router
from routing.triage.sampling import draw
from tests.answers import CHOICE
from tests.routing.making import (
    KEY,
    case,
    label,
    policy,
    policy_text,
    prediction,
    submission,
    task,
    tier,
    tier_text,
)
from tests.worlds.clocks import MONDAY

NAMES = ("fraud", "honest", "unclear")
PEOPLE = ("U0AMA", "U0BEN", "U0EVA", "U0SUE", "U0TOM")
TASK = task()
TIERS = {
    "plain": tier(),
    "seniors": tier(adjudicators='["U0SUE", "U0TOM"]'),
    "steps": tier(
        escalation="""[
            { after = "1h", to = "thread", repeat = "2h", times = 4 },
            { after = "5h", to = "thread" },
        ]"""
    ),
}
ROUTERS: dict[float, Router] = {}
shares = st.floats(0, 1)
FIRST, LAST = (datetime(year, 1, 1, tzinfo=UTC) for year in (2024, 2033))
moments = st.timedeltas(timedelta(0), LAST - FIRST).map(lambda span: FIRST + span)
durations = st.integers(0, 20 * 86_400).map(lambda seconds: timedelta(seconds=seconds))
zones = st.sampled_from(("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"))


def router(audit: float) -> Router:
    if audit not in ROUTERS:
        ROUTERS[audit] = compile_router(policy(tiers=tier_text(audit=str(audit))))
    return ROUTERS[audit]


@st.composite
def working_hours(draw_: st.DrawFn) -> WorkingHours:
    start = draw_(st.integers(0, 22 * 4))
    end = draw_(st.integers(start + 4, 24 * 4))
    clock = [f"{quarter // 4:02}:{quarter % 4 * 15:02}" for quarter in (start, end)]
    days = draw_(st.sets(st.sampled_from(DAYS), min_size=1))
    return WorkingHours(timezone=draw_(zones), days=tuple(sorted(days)), start=clock[0], end=clock[1])


@given(st.tuples(shares, shares).map(sorted), st.sampled_from((0.0, 0.05, 0.5, 1.0)), st.text(max_size=20))
def test_more_confidence_never_turns_acceptance_into_review(
    confidences: list[float], audit: float, external_id: str
) -> None:
    low, high = (
        router(audit).route(submission(external_id=external_id, prediction=prediction(confidence=one)), KEY)
        for one in confidences
    )
    if low.disposition is Disposition.AUTO_ACCEPTED:
        assert high.disposition is Disposition.AUTO_ACCEPTED
    assert high.inclusion_probability <= low.inclusion_probability


@given(shares, st.sampled_from((0.0, 0.05, 0.5, 1.0)), st.text(max_size=20))
def test_the_probability_on_record_is_that_of_the_draw(
    confidence: float, audit: float, external_id: str
) -> None:
    sent = submission(external_id=external_id, prediction=prediction(confidence=confidence))
    routing = router(audit).route(sent, KEY)
    would_be_accepted = confidence >= 0.9
    drawn = draw(KEY, "audit", "returns", "shop", external_id) < audit
    assert routing.inclusion_probability == (audit if would_be_accepted else 1.0)
    assert routing.is_audit == (would_be_accepted and drawn)
    assert (routing.disposition is Disposition.REVIEW) == (drawn or not would_be_accepted)
    assert all(reason.strip() for reason in routing.reasons)


scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=10)


READING = compile_router(
    policy(
        tiers=tier_text("first", when="\"input.fields.amount > 5 && input.text.matches('(a+)+$')\"")
        + tier_text()
    )
)


@given(
    st.text(max_size=50) | st.just("\ud800"),
    st.dictionaries(st.text(max_size=10) | st.just("amount"), scalars),
)
def test_whatever_the_input_a_tier_is_found(
    text: str, fields: dict[str, str | int | float | bool | None]
) -> None:
    routing = READING.route(submission(input=CaseInput(text, fields)), KEY)
    assert routing.tier in {"first", "standard"}
    assert routing.unreadable is None or routing.tier == "first"
    assert routing.tier == "standard" or "amount" in fields or routing.unreadable


@given(
    st.dictionaries(st.sampled_from((*NAMES, "other")), st.floats() | shares),
    st.floats(),
    st.text(max_size=9),
)
def test_whatever_is_submitted_is_checked_without_failing(
    probabilities: dict[str, float], confidence: float, name: str
) -> None:
    problems = check_prediction(TASK, statement_of(prediction(name, confidence, **probabilities)))
    assert problems == () or all(path.startswith("prediction.") and message for path, message in problems)


@st.composite
def answers(draw_: st.DrawFn) -> tuple[Label, ...]:
    given_ = draw_(st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(NAMES)), max_size=8))
    rounds: dict[str, int] = {}
    labels = []
    for place, (user, name) in enumerate(given_):
        rounds[user] = rounds.get(user, 0) + 1
        labels.append(label(name, by=user, round_=rounds[user], after=place))
    return tuple(labels)


@given(answers(), st.randoms(), st.integers(1, 3), st.sampled_from(("plain", "seniors")))
def test_the_order_of_answers_never_changes_the_settlement(
    labels: tuple[Label, ...], random: object, quorum: int, name: str
) -> None:
    shuffled = list(labels)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis's own Random
    first = settle(case(labels=labels, quorum=quorum), CHOICE, TIERS[name], MONDAY)
    assert settle(case(labels=tuple(shuffled), quorum=quorum), CHOICE, TIERS[name], MONDAY) == first
    assert isinstance(first, get_args(Settlement))


@given(answers(), st.integers(1, 3), st.sampled_from(("plain", "seniors")))
def test_an_expert_counts_once_and_only_the_latest_answer(
    labels: tuple[Label, ...], quorum: int, name: str
) -> None:
    latest = {one.expert: one for one in labels}
    once = settle(case(labels=tuple(latest.values()), quorum=quorum), CHOICE, TIERS[name], MONDAY)
    assert settle(case(labels=labels, quorum=quorum), CHOICE, TIERS[name], MONDAY) == once
    if isinstance(once, SettledAnswer):
        assert {latest[expert].label for expert in once.decided_by} == {once.label}
        assert len(set(once.decided_by)) == len(once.decided_by)


@given(working_hours(), moments)
def test_the_next_working_moment_is_working_and_none_lies_before(
    hours: WorkingHours, moment: datetime
) -> None:
    then = next_working(hours, moment)
    assert then >= moment
    assert is_working(hours, then)
    if then > moment:
        assert not is_working(hours, moment + (then - moment) / 2)
        assert not is_working(hours, then - timedelta(microseconds=1))


@given(working_hours(), moments, durations, durations)
def test_working_time_adds_up_and_never_runs_backward(
    hours: WorkingHours, moment: datetime, first: timedelta, second: timedelta
) -> None:
    once = add_working(hours, moment, first + second)
    assert once == add_working(hours, add_working(hours, moment, first), second)
    assert once - moment >= first + second
    assert once.tzinfo is UTC


@given(working_hours(), moments)
def test_working_moments_lie_between_opening_and_closing_on_the_wall(
    hours: WorkingHours, moment: datetime
) -> None:
    local = moment.astimezone(ZoneInfo(hours.timezone))
    clock = f"{local:%H:%M}"
    assume(local.hour > 3 and local.hour < 23)
    inside = DAYS[local.weekday()] in hours.days and hours.start <= clock < hours.end
    assert is_working(hours, moment) == inside


@given(working_hours() | st.none(), moments, durations, st.integers(0, 5), durations | st.none())
def test_a_step_is_never_due_in_quiet_hours_or_before_its_time(
    hours: WorkingHours | None, opened_at: datetime, later: timedelta, taken: int, snoozed: timedelta | None
) -> None:
    now = opened_at + later
    until = None if snoozed is None else opened_at + snoozed
    step = next_step(
        case(opened_at=opened_at, steps_taken=taken, snoozed_until=until), TIERS["steps"], hours, now
    )
    assert (step is None) == (taken >= 5)
    if step is not None:
        assert is_working(hours, step.at)
        assert step.index >= taken
        assert step.at >= add_working(hours, opened_at, timedelta(hours=1))
        assert until is None or step.to != "thread" or step.at >= until
        assert step.at >= now or not hours or is_working(hours, now)


@given(
    st.sampled_from(("not", "never", "no", "isn't", "hardly", "anything but")),
    st.sampled_from(NAMES),
    st.text(max_size=9),
)
def test_a_denied_label_is_never_read_as_that_label(denial: str, name: str, rest: str) -> None:
    assert not isinstance(interpret(f"{denial} {name}{rest}", TASK), LabelReply)


@given(
    st.sampled_from(NAMES),
    st.sampled_from((": ", " - ", " — ", "\n")),
    st.from_regex(r"[a-z]{4,9} [a-z ]{1,30}[a-z]", fullmatch=True),
)
def test_a_label_and_its_rationale_are_read_back(name: str, separator: str, why: str) -> None:
    assume(why.strip() not in {"no idea", "not sure"})
    assert interpret(f"{name}{separator}{why}", TASK) == LabelReply(name, " ".join(why.split()))


@given(st.integers(1, 31_622_400))
def test_durations_are_read_back(seconds: int) -> None:
    span = timedelta(seconds=seconds)
    assert parse_duration(format_duration(span)) == span


@given(st.permutations(["channels", "services", "task", "head", "teams"]))
def test_the_version_does_not_depend_on_the_order_of_sections(order: list[str]) -> None:
    parts = {
        "channels": '[channels.desk]\nid = "C0000000001"\n',
        "services": '[services.shop]\ntasks = ["returns"]\nsecret_env = ["SHOP_SECRET"]\n',
        "task": policy_text(channels="", services=""),
        "head": "",
        "teams": '[teams.desk]\nchannel = "desk"\ntasks = ["returns"]\n',
    }
    text = "\n".join(parts[name] for name in order)
    assert load_policy(text, "x").version == load_policy("\n".join(parts.values()), "x").version
