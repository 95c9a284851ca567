"""What those see who run the bot: alive, ready, figures; never a secret or an input."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.http.app import build_api
from bot.http.batch_writer import Writer
from bot.http.case_answers import first_answer
from bot.http.health import PolicyState, SlackState, readiness, undelivered_for
from bot.http.metrics import Metrics
from bot.usecases.context import Context
from bot.usecases.intake.receive import receive
from routing.slack_channel import ChannelId
from storage.delivery import holds, projections, thread_readings
from storage.delivery.thread_readings import Rank, WantedThread
from storage.engine.database import Database
from tests.http import shop
from tests.http.shop import SECRETS, Caller, case
from tests.patience import PATIENCE
from tests.worlds.clocks import FRIDAY, ServedClock
from tests.worlds.serving import serving

POLICY = PolicyState(is_ok=True, version="9f2c4be1d07a", detail="active")
OK = SlackState(is_ok=True, detail="connected")


@pytest.fixture
def writer(ctx: Context) -> Iterator[Writer]:
    """A writer that takes postings."""
    writer = Writer(lambda postings: receive(ctx, postings, first_answer))
    writer.start()
    yield writer
    writer.close(30)


def test_a_running_api_is_alive_and_ready(caller: Caller) -> None:
    alive = caller.session.get(f"{caller.url}/healthz", timeout=PATIENCE)
    ready = caller.session.get(f"{caller.url}/readyz", timeout=PATIENCE)
    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert ready.json()["oldest_undelivered_for"] is None
    assert (ready.json()["dead_letters"], ready.json()["held_messages"]) == (0, 0)


def test_the_oldest_undelivered_message_is_told(caller: Caller, ctx: Context) -> None:
    caller.post(case())
    assert isinstance(ctx.clock, ServedClock)
    ctx.clock.sleep(timedelta(seconds=90))
    with ctx.database.read() as tx:
        assert undelivered_for(ctx, tx) == 90.0


def test_a_thread_that_waits_to_be_read_is_no_undelivered_message(caller: Caller, ctx: Context) -> None:
    now = ctx.clock.now()
    with ctx.database.write() as tx:
        thread = WantedThread(ChannelId("", "C1"), "1.1", "T1", Rank.CHANGED, 0, now)
        thread_readings.want_many(tx, [thread], now)
    ready = caller.session.get(f"{caller.url}/readyz", timeout=PATIENCE).json()
    assert (ready["oldest_undelivered_for"], ready["threads_to_read"]) == (None, 1)
    assert ready["channels_to_read"] == 0


def test_what_was_given_up_or_waits_for_a_repair_is_counted_but_cases_are_still_taken(
    caller: Caller, ctx: Context
) -> None:
    for name in ("a", "b", "c"):
        caller.post(case(name))
    now, second = FRIDAY + timedelta(minutes=1), timedelta(seconds=1)
    with ctx.database.write() as tx:
        held = projections.claim(tx, "tester", now, second, second)
        assert held is not None
        projections.bury(tx, held, "(user_not_found) Check the id.")
        holds.hold(tx, held.projection.channel_id, now, "(not_in_channel) Invite the bot.", second, second)
    ready = caller.session.get(f"{caller.url}/readyz", timeout=PATIENCE)
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert (ready.json()["dead_letters"], ready.json()["held_messages"]) == (1, 2)
    figures = caller.session.get(f"{caller.url}/metrics", timeout=PATIENCE).text
    assert "secondlook_dead_letters 1.0" in figures
    assert "secondlook_held_messages 2.0" in figures


def test_figures_are_given_without_a_database(tmp_path: Path) -> None:
    ctx = shop.served(Database(f"sqlite:///{tmp_path}/nowhere/x.sqlite3"))
    with serving(build_api(ctx, shop.services(ctx.policy))) as url:
        figures = Caller(url).session.get(f"{url}/metrics", timeout=PATIENCE)
    assert figures.status_code == 200
    assert "secondlook_dead_letters NaN" in figures.text


def test_trouble_with_slack_is_told_but_cases_are_still_taken(ctx: Context, writer: Writer) -> None:
    answer = readiness(
        ctx, writer, SlackState(is_ok=False, detail="invalid_auth: copy the bot token anew"), POLICY
    )
    assert (answer["status"], answer["slack"]["detail"][:12]) == ("degraded", "invalid_auth")


def test_a_draining_process_is_not_ready(ctx: Context, writer: Writer) -> None:
    assert readiness(ctx, writer, OK, POLICY)["status"] == "ready"
    writer.close(30)
    assert readiness(ctx, writer, OK, POLICY)["status"] == "unavailable"


def test_a_missing_database_is_told_with_503_and_without_its_address(tmp_path: Path) -> None:
    ctx = shop.served(Database(f"sqlite:///{tmp_path}/nowhere/x.sqlite3"))
    with serving(build_api(ctx, shop.services(ctx.policy))) as url:
        caller = Caller(url)
        ready = caller.session.get(f"{url}/readyz", timeout=PATIENCE)
        posted, read = caller.post(case()), caller.get("/v1/decisions")
    assert (ready.status_code, ready.json()["status"], ready.json()["database"]["is_ok"]) == (
        503,
        "unavailable",
        False,
    )
    assert "nowhere" not in ready.text + posted.text + read.text
    assert [(one.status_code, "retry-after" in one.headers) for one in (posted, read)] == [(503, True)] * 2


def test_figures_count_requests_by_route_and_predictions_by_disposition(caller: Caller) -> None:
    caller.batch([case("a"), case("b", 0.99), case("a"), {}])
    for path in ("/v1/cases/a", "/v1/cases/b", "/secret-path"):
        caller.get(path)
    text = caller.session.get(f"{caller.url}/metrics", timeout=PATIENCE).text
    assert 'secondlook_predictions_total{disposition="review",task="fraud"} 1.0' in text
    assert 'secondlook_predictions_total{disposition="auto_accepted",task="fraud"} 1.0' in text
    assert 'secondlook_http_requests_total{method="GET",route="/v1/cases/{case_id}",status="404"} 2.0' in text
    assert 'route="unmatched"' in text
    assert "secondlook_intake_flush_items_count 1.0" in text
    assert "secondlook_intake_queue 0.0" in text
    assert "secret-path" not in text
    assert all(secret not in text for secret in SECRETS.values())


def test_a_replay_is_not_counted_again(caller: Caller) -> None:
    for _ in range(3):
        caller.post(case(), webhook_id="msg_again")
    text = caller.session.get(f"{caller.url}/metrics", timeout=PATIENCE).text
    assert 'secondlook_predictions_total{disposition="review",task="fraud"} 1.0' in text


def test_what_no_rule_could_be_judged_on_is_counted_by_task_and_tier(caller: Caller) -> None:
    for number, amount in enumerate(("900.00", None, True, 5)):
        told = caller.post(case(f"p{number}", 0.99, input={"fields": {"amount": amount}})).json()
        assert (told["disposition"] == "review") == (amount != 5) == (told["unreadable"] is not None)
    text = caller.session.get(f"{caller.url}/metrics", timeout=PATIENCE).text
    assert 'secondlook_unreadable_predictions_total{task="fraud",tier="large"} 3.0' in text
    assert 'secondlook_predictions_total{disposition="auto_accepted",task="fraud"} 1.0' in text


def test_an_invented_method_makes_no_label(quick: Caller) -> None:
    quick.session.request("BREW", f"{quick.url}/v1/cases", timeout=PATIENCE)
    text = quick.session.get(f"{quick.url}/metrics", timeout=PATIENCE).text
    assert 'method="other"' in text
    assert "BREW" not in text


def test_the_bare_address_leads_to_the_page_of_the_api(quick: Caller) -> None:
    answer = quick.session.get(quick.url, timeout=PATIENCE)
    assert answer.url == f"{quick.url}/docs"
    assert "Second Look" in answer.text


def test_the_page_of_the_api_needs_nothing_from_elsewhere(quick: Caller) -> None:
    page = quick.session.get(f"{quick.url}/docs", timeout=PATIENCE).text
    fetched = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert fetched
    for address in fetched:
        assert address.startswith("/")
        assert quick.session.get(f"{quick.url}{address}", timeout=PATIENCE).status_code == 200


def test_others_may_count_in_the_same_registry() -> None:
    metrics = Metrics()
    metrics.watch("open_cases", "Cases that wait.", lambda: 7.0)
    assert Metrics(metrics.registry.__class__()).registry is not metrics.registry
    assert b"secondlook_open_cases 7.0" in metrics.exposition()
