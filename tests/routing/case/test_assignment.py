"""Who is asked next: whoever was asked least today and has had nothing to do with the case."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.case.assignment import AskableExpert, NextExpert, NobodyLeft, next_expert
from routing.case.case import Case, abstain, reassign, record_label, withdraw
from routing.label import Abstention
from tests.routing.making import KEY, case, expert, label
from tests.worlds.clocks import MONDAY

AMA, BEN, EVE = (expert(user) for user in ("U0AMA", "U0BEN", "U0EVE"))
ALL = (AskableExpert(AMA), AskableExpert(BEN), AskableExpert(EVE))


def ask(
    about: Case,
    candidates: tuple[AskableExpert, ...] = ALL,
    kept: tuple[str, ...] = (),
    asked: tuple[str, ...] = (),
    key: bytes = KEY,
) -> NextExpert | NobodyLeft:
    return next_expert(about, candidates, kept, asked, 3, MONDAY, key)


def chosen(answer: NextExpert | NobodyLeft) -> str:
    assert isinstance(answer, NextExpert)
    return answer.expert.user_id


def asked(times: int, at: datetime = MONDAY) -> tuple[datetime, ...]:
    return tuple(at - timedelta(minutes=number) for number in range(times))


def test_whoever_was_asked_least_today_is_asked() -> None:
    answer = ask(
        case(), (AskableExpert(AMA, asked(2)), AskableExpert(BEN, asked(1)), AskableExpert(EVE, asked(2)))
    )

    assert answer == NextExpert(BEN, "asked 1 times today, the least of 3; the only one")


def test_among_equals_the_draw_decides_whatever_their_order() -> None:
    cases = [replace(case(), case_id=f"case_{number}") for number in range(60)]

    users = [chosen(ask(each)) for each in cases]

    assert [chosen(ask(each, ALL[::-1])) for each in cases] == users
    assert [chosen(ask(each, key=b"another")) for each in cases] != users
    assert all(users.count(person.user_id) > 10 for person in (AMA, BEN, EVE))
    answer = ask(cases[0])
    assert isinstance(answer, NextExpert)
    assert answer.reason == "asked 0 times today, the least of 3; by draw among 3"


@pytest.mark.parametrize("how", ["answered", "took it back", "could not tell", "has it", "asked", "settles"])
def test_whoever_has_to_do_with_the_case_is_not_asked(how: str) -> None:
    answered = record_label(case(), label(AMA.user_id))
    about = {
        "answered": answered,
        "took it back": withdraw(answered, AMA, MONDAY),
        "could not tell": abstain(case(), Abstention("case_1", AMA, MONDAY)),
        "has it": reassign(case(), AMA),
    }.get(how, case())
    named = (AMA.user_id,)

    answer = ask(
        about,
        (AskableExpert(AMA), AskableExpert(BEN, asked(2))),
        kept=named if how == "settles" else (),
        asked=named if how == "asked" else (),
    )

    assert chosen(answer) == BEN.user_id


def test_nobody_is_asked_more_often_than_allowed_on_a_day() -> None:
    full = (AskableExpert(AMA, asked(3)), AskableExpert(BEN, asked(4)))

    assert ask(case(), full) == NobodyLeft("all 2 who are left were asked 3 times today", True)
    assert ask(case(), ()) == NobodyLeft(
        "nobody is left who may answer and has had nothing to do with it", False
    )


def test_a_day_is_that_of_the_person() -> None:
    late = datetime(2026, 11, 15, 23, 30, tzinfo=UTC)
    in_berlin = AskableExpert(AMA, (late,), ZoneInfo("Europe/Berlin"))
    in_london = AskableExpert(AMA, (late,), ZoneInfo("Europe/London"))

    assert (in_berlin.asked_today(MONDAY), in_london.asked_today(MONDAY)) == (1, 0)
