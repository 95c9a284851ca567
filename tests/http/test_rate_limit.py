"""A service over its rate is held back, alone."""

import pytest

from bot.http.app import build_api
from bot.http.problems import RequestRefused
from bot.http.rate_limit import Rates
from storage.engine.database import Database
from tests.http import shop
from tests.http.shop import SECRETS, Caller, case
from tests.worlds.clocks import MonotonicClock
from tests.worlds.policies import SHOP
from tests.worlds.serving import serving


def wait_of(rates: Rates, count: int = 1, service: str = "shop") -> int:
    """The seconds that a service is told to wait; 0 when it may go on."""
    try:
        rates.take(service, count)
    except RequestRefused as refused:
        return int(refused.headers["retry-after"]) if refused.status == 429 else -1
    return 0


@pytest.fixture
def seconds() -> MonotonicClock:
    """A clock at some moment."""
    return MonotonicClock()


@pytest.fixture
def rates(seconds: MonotonicClock) -> Rates:
    """A shop with 60 cases a minute, beside a bank with as many."""
    return Rates({"shop": 60, "bank": 60}.__getitem__, seconds)


def test_a_minute_s_worth_may_come_at_once_and_then_the_steady_rate(
    rates: Rates, seconds: MonotonicClock
) -> None:
    assert [wait_of(rates) for _ in range(61)] == [0] * 60 + [1]
    seconds.now += 1
    assert [wait_of(rates), wait_of(rates)] == [0, 1]


def test_another_service_goes_on(rates: Rates) -> None:
    wait_of(rates, 60)
    assert wait_of(rates, 1) == 1
    assert wait_of(rates, 60, "bank") == 0


def test_a_refusal_spends_nothing(rates: Rates, seconds: MonotonicClock) -> None:
    wait_of(rates, 60)
    assert [wait_of(rates, 30) for _ in range(5)] == [30] * 5
    seconds.now += 30
    assert wait_of(rates, 30) == 0


def test_a_batch_larger_than_a_minute_s_worth_passes_on_credit(rates: Rates, seconds: MonotonicClock) -> None:
    assert wait_of(rates, 120) == 0
    assert wait_of(rates) == 61
    seconds.now += 61
    assert wait_of(rates) == 0


def test_an_idle_hour_saves_up_no_more_than_a_minute_s_worth(rates: Rates, seconds: MonotonicClock) -> None:
    wait_of(rates, 60)
    seconds.now += 3_600
    assert [wait_of(rates, 60), wait_of(rates)] == [0, 1]


def test_a_flood_by_one_service_is_answered_429_and_the_other_is_served(sqlite_url: str) -> None:
    slow = SHOP.replace("rate_per_minute = 100000", "rate_per_minute = 3", 1)
    database = Database(sqlite_url)
    ctx = shop.served(database, slow)
    with serving(build_api(ctx, shop.services(ctx.policy))) as url:
        ours, theirs = Caller(url), Caller(url, SECRETS["BANK_SECRET"])
        flood = [ours.post(case(f"p{number}")) for number in range(5)]
        assert [response.status_code for response in flood] == [202, 202, 202, 429, 429]
        assert 0 < int(flood[-1].headers["retry-after"]) <= 20
        assert theirs.post(case()).status_code == 202
        assert ours.get("/v1/decisions").status_code == 429
    database.dispose()


def test_another_policy_s_rate_counts_at_once_and_what_was_spent_stays_spent(seconds: MonotonicClock) -> None:
    per_minute = {"shop": 60}
    rates = Rates(per_minute.__getitem__, seconds)
    wait_of(rates, 60)
    per_minute["shop"] = 120
    assert wait_of(rates, 1) == 1
    seconds.now += 1
    assert [wait_of(rates), wait_of(rates), wait_of(rates)] == [0, 0, 1]
