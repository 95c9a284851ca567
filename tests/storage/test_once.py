"""What may be asked twice and happens once: events, steps, answers to webhooks, pictures."""

from storage.cases import escalation_steps, images
from storage.cases.images import StoredImage
from storage.delivery import claimed_events, webhook_receipts
from storage.delivery.webhook_receipts import Receipt
from storage.engine.database import Database
from tests.storage.examples import HOUR, NOW, prediction, store


def receipt(webhook_id: str, status: int = 202) -> Receipt:
    return Receipt("shop", webhook_id, b"d" * 32, status, {"case_id": "case_1", "reasons": ["b", "a"]}, NOW)


def test_an_event_is_claimed_once(database: Database) -> None:
    with database.write() as tx:
        assert claimed_events.claim(tx, "event:Ev1", NOW)
        assert not claimed_events.claim(tx, "event:Ev1", NOW + HOUR)
        assert claimed_events.claim(tx, "event:Ev2", NOW)


def test_a_released_or_forgotten_event_can_be_claimed_again(database: Database) -> None:
    with database.write() as tx:
        for key in ("a", "b", "c"):
            claimed_events.claim(tx, key, NOW)
        claimed_events.release(tx, "a")
        assert claimed_events.claim(tx, "a", NOW + HOUR)
        assert claimed_events.forget_before(tx, NOW + HOUR) == 2
        assert claimed_events.claim(tx, "b", NOW)
        assert not claimed_events.claim(tx, "a", NOW)


def test_a_step_of_a_case_is_taken_once(database: Database) -> None:
    with database.write() as tx:
        store(tx, [prediction(1), prediction(2)])
        assert escalation_steps.take(tx, "case_1", 1, "thread", NOW)
        assert not escalation_steps.take(tx, "case_1", 1, "people", NOW)
        assert escalation_steps.take(tx, "case_1", 2, "people", NOW)
        assert escalation_steps.take(tx, "case_2", 1, "thread", NOW)


def test_the_first_answer_to_a_webhook_stays(database: Database) -> None:
    with database.write() as tx:
        webhook_receipts.add_many(tx, [receipt("msg_1"), receipt("msg_2")])
        webhook_receipts.add_many(tx, [receipt("msg_1", 500)])
        webhook_receipts.add_many(tx, [])
        assert webhook_receipts.find_many(tx, [("shop", "msg_1")]) == {("shop", "msg_1"): receipt("msg_1")}
        assert webhook_receipts.find_many(tx, [("bank", "msg_1")]) == {}


def test_answers_are_found_among_many_and_forgotten_by_age(database: Database) -> None:
    keys = [("shop", f"msg_{number}") for number in range(700)]
    with database.write() as tx:
        webhook_receipts.add_many(tx, [receipt(webhook_id) for _, webhook_id in keys])
        assert set(webhook_receipts.find_many(tx, [*keys, ("shop", "unheard")])) == set(keys)
        assert webhook_receipts.forget_before(tx, NOW) == 0
        assert webhook_receipts.forget_before(tx, NOW + HOUR) == 700


def test_a_picture_is_kept_until_slack_has_it(database: Database) -> None:
    with database.write() as tx:
        images.add_many(tx, [("img_1", "image/png", b"\x89PNG\0")])
        images.add_many(tx, [("img_1", "image/gif", b"other")])
        images.add_many(tx, [])
        assert images.get(tx, "img_1") == StoredImage("img_1", "image/png", b"\x89PNG\0")
        assert not images.drop_content(tx, "img_1")
        assert images.set_slack_file(tx, "img_1", "F1")
        assert images.get(tx, "img_1") == StoredImage("img_1", "image/png", b"\x89PNG\0", "F1")
        assert [images.drop_content(tx, "img_1") for _ in range(2)] == [True, False]
        assert images.get(tx, "img_1") == StoredImage("img_1", "image/png", b"", "F1")
        assert not images.set_slack_file(tx, "img_2", "F2")
        assert images.get(tx, "img_2") is None
