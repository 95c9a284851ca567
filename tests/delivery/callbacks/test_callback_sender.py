"""Callbacks arrive signed, at least once, in order, and end where trying is no use."""

import base64
import json
from datetime import timedelta

import pytest
import responses
from standardwebhooks.webhooks import Webhook

from bot.clock import SystemClock
from bot.delivery.callbacks.callback_sender import CallbackSender
from bot.delivery.callbacks.callback_session import CallbackSession, Patience
from bot.settings import Secrets
from bot.usecases.context import Context
from bot.usecases.outgoing import CALLBACK, Callback
from storage.delivery import outbox
from storage.delivery.outbox import Item
from storage.engine.database import Database
from tests.delivery.receiver import Behavior, answers, endless_body, hangs, hangs_up, receiving
from tests.patience import PATIENCE
from tests.worlds.clocks import MONDAY, StillClock
from tests.worlds.delivery import delivering

NEW, OLD = (base64.b64encode(bytes([n]) * 24).decode() for n in (1, 2))
SECRETS = Secrets({"SHOP_SECRET": NEW, "SHOP_OLD_SECRET": OLD})
PATIENT = Patience(PATIENCE, PATIENCE, PATIENCE)
IMPATIENT = Patience(connect=PATIENCE, read=0.3, total=0.5)


@pytest.fixture
def ctx(database: Database, clock: StillClock) -> Context:
    return delivering(database, clock)


def sender(
    ctx: Context, *, allow_private: bool = True, secrets: Secrets = SECRETS, patience: Patience = PATIENT
) -> CallbackSender:
    def new_session(service: str) -> CallbackSession:
        return CallbackSession(allow_private=allow_private, patience=patience)

    return CallbackSender(ctx, secrets, new_session, "p1", jitter=lambda: 0.0)


def queue(ctx: Context, url: str, name: str = "dec_1", case_id: str = "case_1", service: str = "shop") -> str:
    callback = Callback(service, url, "case.decided", MONDAY, {"case_id": case_id, "label": "fraud – ü"})
    item = Item(f"out_{name}", CALLBACK, f"{name}|{url}", callback.to_payload(), ctx.clock.now(), case_id)
    with ctx.database.write() as tx:
        outbox.add_many(tx, [item])
    return item.item_id


def found(ctx: Context, item_id: str) -> Item:
    with ctx.database.read() as tx:
        item = outbox.get(tx, item_id)
    assert item is not None
    return item


@responses.activate
def test_a_callback_can_be_verified_with_each_live_secret(ctx: Context, clock: StillClock) -> None:
    clock.moment = SystemClock().now()  # the verifier compares with the real moment
    responses.post("http://shop.example/cb", status=204)
    item_id = queue(ctx, "http://shop.example/cb")
    assert sender(ctx).step()
    request = responses.calls[0].request
    assert isinstance(request.body, bytes)
    for secret in (NEW, OLD):
        body = Webhook(secret).verify(request.body, dict(request.headers))
        assert (body["type"], body["data"]["label"]) == ("case.decided", "fraud – ü")
    assert request.headers["webhook-id"] == item_id
    assert found(ctx, item_id).delivered_at is not None


def test_a_delivered_callback_is_not_sent_again(ctx: Context) -> None:
    with receiving() as receiver:
        queue(ctx, receiver.url)
        assert [sender(ctx).step(), sender(ctx).step()] == [True, False]
    assert len(receiver.received) == 1


def test_a_retry_carries_the_same_id(ctx: Context, clock: StillClock) -> None:
    with receiving(answers(500), answers(200)) as receiver:
        queue(ctx, receiver.url)
        for _ in range(2):
            sender(ctx).step()
            clock.advance(timedelta(seconds=5))
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert json.loads(first.body) == json.loads(second.body)


@pytest.mark.parametrize(
    ("behavior", "words"),
    [
        (answers(503), "503"),
        (answers(422, b"no such case"), "no such case"),
        (answers(301, Location="http://127.0.0.1:1/"), "final address"),
        (endless_body(500), "500"),
        (hangs, "No answer in time"),
        (hangs_up, "cannot be reached"),
    ],
)
def test_a_misbehaving_endpoint_is_tried_again_later(ctx: Context, behavior: Behavior, words: str) -> None:
    with receiving(behavior) as receiver:
        item_id = queue(ctx, receiver.url)
        sender(ctx, patience=IMPATIENT if behavior is hangs else PATIENT).step()
    item = found(ctx, item_id)
    assert words in (item.last_error or "")
    assert (item.dead_reason, item.failures) == (None, 1)
    assert item.next_try_at is not None
    assert item.next_try_at > MONDAY


def test_an_endpoint_that_is_gone_is_dead_at_once_until_revived(ctx: Context) -> None:
    with receiving(answers(410), answers(200)) as receiver:
        item_id = queue(ctx, receiver.url)
        sender(ctx).step()
        assert "gone" in (found(ctx, item_id).dead_reason or "")
        with ctx.database.write() as tx:
            assert outbox.revive(tx, [item_id], ctx.clock.now()) == 1
        sender(ctx).step()
    assert found(ctx, item_id).delivered_at is not None


def test_a_private_address_is_dead_at_once_and_never_called(ctx: Context) -> None:
    with receiving() as receiver:
        item_id = queue(ctx, receiver.url)
        sender(ctx, allow_private=False).step()
    assert "allow_private_callbacks" in (found(ctx, item_id).dead_reason or "")
    assert receiver.received == []


@pytest.mark.parametrize(("service", "secret"), [("shop", "x"), ("nobody", "")])
def test_a_callback_that_cannot_be_signed_is_dead_and_never_called(
    ctx: Context, service: str, secret: str
) -> None:
    with receiving() as receiver:
        item_id = queue(ctx, receiver.url, service=service)
        sender(ctx, secrets=Secrets({"SHOP_SECRET": secret, "SHOP_OLD_SECRET": secret})).step()
    assert found(ctx, item_id).dead_reason
    assert receiver.received == []


def test_a_callback_whose_secret_only_another_process_has_is_left_to_it(ctx: Context) -> None:
    with receiving() as receiver:
        item_id = queue(ctx, receiver.url)
        sender(ctx, secrets=Secrets({})).step()
        assert (found(ctx, item_id).dead_reason, receiver.received) == (None, [])
        ctx.clock.sleep(timedelta(seconds=10))
        sender(ctx).step()
    assert len(receiver.received) == 1


def test_an_address_that_is_none_is_dead_at_once(ctx: Context) -> None:
    item_id = queue(ctx, "ftp://shop.example/")
    sender(ctx).step()
    assert "Correct callback_url" in (found(ctx, item_id).dead_reason or "")


def test_an_endpoint_down_for_three_days_ends_in_a_dead_letter_that_can_be_revived(
    ctx: Context, clock: StillClock
) -> None:
    postman = sender(ctx)
    with receiving(answers(500)) as receiver:
        item_id = queue(ctx, receiver.url)
        days = []
        while found(ctx, item_id).dead_reason is None:
            postman.step()
            days.append((clock.now() - MONDAY) / timedelta(days=1))
            clock.advance(timedelta(minutes=15))
        assert 3 <= days[-1] < 3.1
        receiver.script = [answers(200)]
        with ctx.database.write() as tx:
            outbox.revive(tx, None, clock.now())
        clock.advance(timedelta(minutes=1))
        postman.step()
    assert found(ctx, item_id).delivered_at is not None


def test_callbacks_of_one_case_keep_their_order_and_others_pass(ctx: Context, clock: StillClock) -> None:
    postman = sender(ctx)
    with receiving(answers(500), answers(200)) as flapping, receiving() as steady:
        queue(ctx, flapping.url, "dec_1", "case_1")
        queue(ctx, steady.url, "dec_2", "case_1")
        queue(ctx, steady.url, "dec_3", "case_2")
        while postman.step():
            pass
        assert [json.loads(one.body)["data"]["case_id"] for one in steady.received] == ["case_2"]
        clock.advance(timedelta(seconds=5))
        while postman.step():
            pass
    assert len(flapping.received) == 2
    assert [json.loads(one.body)["data"]["case_id"] for one in steady.received] == ["case_2", "case_1"]


def test_an_endpoint_that_hangs_does_not_hold_up_another(ctx: Context) -> None:
    postman = sender(ctx, patience=IMPATIENT)
    with receiving(hangs) as stuck, receiving() as steady:
        for number in range(5):
            queue(ctx, stuck.url, f"dec_{number}", f"case_{number}")
        queue(ctx, steady.url, "dec_9", "case_9")
        while postman.step():
            pass
    assert (len(stuck.received), len(steady.received)) == (1, 1)
