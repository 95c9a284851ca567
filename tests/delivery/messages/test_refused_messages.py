"""Whatever Slack says no to: the message is retried, mended, held until a repair, or dead and seen."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow

from bot.delivery.sender.picture_conversion import MOST_PIXELS, PictureUnreadable, to_png
from bot.sandbox import SlackFault
from bot.slack.api.gateway import SlackPermanent, WebClientGateway
from bot.slack.api.refusals import CURABLE, refusal
from bot.slack.blocks.message import Message
from bot.usecases.outgoing import NOTICE, SHAPE
from bot.usecases.repairs import after_slack_repair
from routing.slack_channel import ChannelId
from storage.cases import images
from storage.delivery import holds, outbox, projections, slack_pace
from storage.delivery.outbox import ItemClaim
from storage.delivery.outbox_item import Item
from storage.delivery.projections import Shape
from storage.engine.database import Transaction
from tests.worlds.delivery import World, decide, open_case
from tests.worlds.people import DIGITS, DIGITS_ID, ONCOLOGY

NO_DOWNLOAD = "[ERROR] downloading image failed [json-pointer:/blocks/3/image_url]"
HOUR = timedelta(hours=1)


def settle(world: World, sender: Any = None, minutes: int = 30) -> None:
    """Let time pass, and everything be sent that may be."""
    for _ in range(minutes):
        world.drain(sender)
        world.clock.advance(timedelta(minutes=1))


def refuse(world: World, code: str, method: str = "chat.postMessage", count: int | None = None) -> int:
    return world.sandbox.faults.add(SlackFault("error", method=method, error=code, count=count))


def blocks_of(world: World, channel_id: str = DIGITS) -> list[dict[str, Any]]:
    (message,) = world.sandbox.state.conversations[channel_id].top_level()
    return message.blocks or []


HELD = ["not_in_channel", "channel_not_found", "is_archived", "restricted_action", "no_permission"]
HELD += ["restricted_action_read_only_channel", "restricted_action_thread_only_channel", "access_denied"]
EVERYWHERE = [
    "missing_scope",
    "account_inactive",
    "token_revoked",
    "team_access_not_granted",
    "accesslimited",
]


@pytest.mark.parametrize("code", [*HELD, *EVERYWHERE])
def test_what_a_repair_lets_through_comes_by_itself_after_it(world: World, code: str) -> None:
    case = open_case(world.ctx)
    fault = refuse(world, code)
    courier = world.courier()
    world.drain(world.sender(courier=courier))
    for _ in range(3):
        world.clock.advance(HOUR)
        world.drain(world.sender())
    assert world.projection(case.case_id).dead_reason is None
    assert code in (world.projection(case.case_id).last_error or "")
    world.sandbox.faults.clear(fault)
    world.clock.advance(HOUR)
    world.drain(world.sender())
    assert len(world.shown(DIGITS)) == 1
    with world.database.read() as tx:
        assert holds.all_of(tx) == ()


def test_a_refused_channel_costs_one_call_a_look_and_no_other_channel_anything(world: World) -> None:
    for number in range(20):
        open_case(world.ctx, f"order-{number}")
    open_case(world.ctx, "scan", task="tumor")
    world.sandbox.faults.add(SlackFault("error", channel_id=DIGITS, error="not_in_channel"))
    world.drain()
    assert len(world.shown(ONCOLOGY)) == 1
    first = world.sandbox.stats()["calls"]["chat.postMessage"]
    settle(world, minutes=8 * 60)
    looks = world.sandbox.stats()["calls"]["chat.postMessage"] - first
    assert 8 <= looks <= 20


def test_the_waits_double_up_to_an_hour(world: World) -> None:
    waits, now = [], world.clock.now()
    with world.database.write() as tx:
        slack_pace.open_many(tx, [DIGITS])
        for _ in range(10):
            until = holds.hold(tx, DIGITS, now, "(not_in_channel) Invite it.", timedelta(seconds=30), HOUR)
            waits.append((until - now).total_seconds())
            now = until
    assert waits == [30, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_an_update_that_is_held_holds_no_post(world: World) -> None:
    case = open_case(world.ctx)
    world.drain()
    decide(world.ctx, case)
    fault = refuse(world, "is_inactive", "chat.update")
    settle(world, minutes=5)
    open_case(world.ctx, "order-2")
    world.drain()
    assert len(world.shown(DIGITS)) == 2
    world.sandbox.faults.clear(fault)
    world.clock.advance(HOUR)
    world.drain()
    assert world.projection(case.case_id).shown_version == 2


@pytest.mark.parametrize("code", ["user_not_visible", "invalid_charset", "a_code_of_next_year"])
def test_what_a_person_has_to_mend_is_dead_with_its_reason(world: World, code: str) -> None:
    case = open_case(world.ctx)
    refuse(world, code)
    settle(world, minutes=3)
    assert f"({code})" in (world.projection(case.case_id).dead_reason or "")


@pytest.mark.parametrize("code", ["update_failed", "external_channel_migrating", "streaming_state_conflict"])
def test_what_passes_by_itself_is_tried_again(world: World, code: str) -> None:
    case = open_case(world.ctx)
    world.drain()
    decide(world.ctx, case)
    refuse(world, code, "chat.update", count=12)
    settle(world, minutes=90)
    assert world.projection(case.case_id).shown_version == 2


@pytest.mark.parametrize("code", ["invalid_blocks", "invalid_blocks_format", "invalid_arguments"])
def test_blocks_that_slack_refuses_come_as_text_which_says_it_all(world: World, code: str) -> None:
    case = open_case(world.ctx)
    refuse(world, code, count=2)
    settle(world, minutes=3)
    (text,) = world.shown(DIGITS)
    assert "Is this order fraud?" in text
    assert blocks_of(world) == []
    assert world.projection(case.case_id).dead_reason is None


@pytest.mark.parametrize("code", ["msg_too_long", "metadata_too_large", "invalid_metadata_format"])
def test_what_is_too_much_for_slack_comes_shorter(world: World, code: str) -> None:
    open_case(world.ctx)
    refuse(world, code, count=1)
    settle(world, minutes=3)
    assert len(world.shown(DIGITS)) == 1
    assert blocks_of(world) == []


def test_a_message_that_slack_takes_in_no_form_is_dead(world: World) -> None:
    case = open_case(world.ctx)
    refuse(world, "invalid_blocks")
    settle(world, minutes=5)
    assert "(invalid_blocks)" in (world.projection(case.case_id).dead_reason or "")


@pytest.mark.parametrize("code", ["message_not_found", "cant_update_message"])
def test_a_message_that_is_not_ours_to_change_is_posted_anew(world: World, code: str) -> None:
    case = open_case(world.ctx)
    world.drain()
    decide(world.ctx, case)
    refuse(world, code, "chat.update", count=1)
    settle(world, minutes=3)
    assert len(world.shown(DIGITS)) == 2
    assert world.projection(case.case_id).shown_version == 2


def test_what_may_not_be_edited_any_more_is_decided_in_its_thread(world: World) -> None:
    case = open_case(world.ctx)
    world.drain()
    ts = str(world.projection(case.case_id).ts)
    decide(world.ctx, case)
    refuse(world, "edit_window_closed", "chat.update")
    settle(world, minutes=3)
    (reply,) = world.replies(DIGITS, ts)
    assert "Decided: fraud" in reply
    assert world.projection(case.case_id).shown_version == 2


class Choosy(WebClientGateway):
    """A Slack that takes no picture, or not `at_first`."""

    at_first = 1_000_000
    details = (NO_DOWNLOAD,)

    def _look(self, message: Message, method: str) -> None:
        if self.at_first and any(block["type"] == "image" for block in message.blocks):
            self.at_first -= 1
            mend = refusal("invalid_blocks", method).mend
            raise SlackPermanent("invalid_blocks", mend, method, self.details)

    def post(self, channel_id: ChannelId, message: Message, thread_ts: str | None = None) -> str:
        self._look(message, "chat.postMessage")
        return super().post(channel_id, message, thread_ts)

    def update(self, channel_id: ChannelId, ts: str, message: Message) -> None:
        self._look(message, "chat.update")
        super().update(channel_id, ts, message)


def choosy(world: World, at_first: int = 1_000_000) -> Choosy:
    gateway = Choosy(world.gateway()._client)
    gateway.at_first = at_first
    return gateway


def sender_to(world: World, gateway: WebClientGateway) -> Any:
    return world.sender(courier=world.courier(gateway))


def with_picture(world: World, content: bytes = b"", media_type: str = "image/png") -> Any:
    with world.database.write() as tx:
        images.add_many(tx, [("img_1", media_type, content or picture("PNG"))])
    return open_case(world.ctx, image_id="img_1")


def picture(kind: str, size: tuple[int, int] = (8, 6), mode: str = "RGB") -> bytes:
    made = BytesIO()
    Pillow.new(mode, size, 200 if mode == "L" else (200, 30, 30, 255)[: len(mode)]).save(made, kind)
    return made.getvalue()


def kinds(blocks: list[dict[str, Any]]) -> list[str]:
    return [str(block["type"]) for block in blocks]


def test_a_picture_that_slack_does_not_take_keeps_no_case_from_the_experts(world: World) -> None:
    case = with_picture(world)
    settle(world, sender_to(world, choosy(world)), minutes=4)
    assert "image" not in kinds(blocks_of(world))
    assert "actions" in kinds(blocks_of(world))
    assert "Slack does not take the picture" in str(blocks_of(world))
    assert world.projection(case.case_id).form == "without_picture"


def test_a_picture_that_is_only_not_ready_yet_is_waited_for(world: World) -> None:
    case = with_picture(world)
    settle(world, sender_to(world, choosy(world, at_first=2)), minutes=4)
    assert "image" in kinds(blocks_of(world))
    assert world.projection(case.case_id).form is None


def test_a_decided_case_is_not_frozen_by_a_picture_that_expired(world: World) -> None:
    case = with_picture(world)
    world.drain()
    assert "image" in kinds(blocks_of(world))
    decide(world.ctx, case)
    settle(world, sender_to(world, choosy(world)), minutes=4)
    assert world.projection(case.case_id).shown_version == 2
    assert "image" not in kinds(blocks_of(world))


def test_a_picture_is_tried_again_once_later_and_then_no_more(world: World) -> None:
    case = with_picture(world)
    gateway = choosy(world)
    sender = sender_to(world, gateway)
    tries = []
    for _ in range(4):
        before = gateway.at_first
        settle(world, sender, minutes=15)
        tries.append(before - gateway.at_first)
        with world.database.write() as tx:
            projections.redraw(tx, case.case_id, world.clock.now())
    assert tries == [3, 1, 0, 0]
    assert world.projection(case.case_id).dead_reason is None


def test_a_picture_that_slack_takes_later_is_shown_again(world: World) -> None:
    case = with_picture(world)
    settle(world, sender_to(world, choosy(world, at_first=3)), minutes=15)
    assert "image" not in kinds(blocks_of(world))
    with world.database.write() as tx:
        projections.redraw(tx, case.case_id, world.clock.now())
    world.drain()
    assert "image" in kinds(blocks_of(world))
    assert world.projection(case.case_id).form is None


@pytest.mark.parametrize("code", ["file_uploads_disabled", "missing_scope", "storage_limit_reached"])
def test_a_workspace_without_uploads_gets_its_cases_without_pictures(world: World, code: str) -> None:
    with_picture(world)
    refuse(world, code, "files.getUploadURLExternal")
    settle(world, minutes=3)
    assert "actions" in kinds(blocks_of(world))


@pytest.mark.parametrize(
    ("kind", "mode", "media_type"),
    [("WEBP", "RGB", "image/webp"), ("BMP", "RGB", "image/bmp"), ("TIFF", "RGBA", "image/tiff")],
)
def test_a_format_that_slack_does_not_show_is_uploaded_as_png(
    world: World, kind: str, mode: str, media_type: str
) -> None:
    with_picture(world, picture(kind, mode=mode), media_type)
    world.drain()
    assert "image" in kinds(blocks_of(world))
    (file,) = world.sandbox.state.files.values()
    assert (file.content or b"").startswith(b"\x89PNG")
    assert file.name == "input.png"


def test_bytes_that_are_no_picture_are_said_to_be_none(world: World) -> None:
    with_picture(world, b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp")
    settle(world, minutes=2)
    assert "Slack does not take the picture" in str(blocks_of(world))
    assert world.sandbox.state.files == {}


def test_a_small_file_that_claims_to_be_huge_is_not_unpacked() -> None:
    side = int(MOST_PIXELS**0.5) + 1
    with pytest.raises(PictureUnreadable, match="million pixels"):
        to_png(picture("WEBP", (side, side), "RGB"))


def test_a_large_picture_is_made_smaller() -> None:
    with Pillow.open(BytesIO(to_png(picture("BMP", (4_000, 10))))) as turned:
        assert turned.size == (2_048, 5)


def bury(world: World, reason: str) -> None:
    with world.database.write() as tx:
        held = projections.claim(tx, "old", world.clock.now(), timedelta(seconds=1), timedelta(0))
        assert held is not None
        projections.bury(tx, held, reason)


@pytest.mark.parametrize(("code", "expected"), [("not_in_channel", 1), ("invalid_blocks", 1), ("no_text", 0)])
def test_what_an_earlier_version_gave_up_comes_back_when_the_bot_connects(
    world: World, code: str, expected: int
) -> None:
    open_case(world.ctx)
    bury(world, f"Slack refuses this call, and will again until something is changed. ({code}) Mend it.")
    assert after_slack_repair.all_repaired(world.ctx, CURABLE) == expected
    world.clock.advance(timedelta(seconds=2))
    world.drain()
    assert len(world.shown(DIGITS)) == expected


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_too_long", "invalid_arguments"])
def test_what_was_refused_in_every_form_is_not_tried_again_at_each_start(world: World, code: str) -> None:
    case = open_case(world.ctx)
    refuse(world, code)
    settle(world)
    assert f"({code})" in (world.projection(case.case_id).dead_reason or "")
    assert after_slack_repair.all_repaired(world.ctx, CURABLE) == 0
    assert after_slack_repair.channel_repaired(world.ctx, DIGITS_ID, CURABLE) == 0
    assert world.projection(case.case_id).dead_reason is not None


@pytest.mark.parametrize(("code", "expected"), [("not_in_channel", 1), ("update_failed", 0), ("no_text", 0)])
@pytest.mark.parametrize("shape", [Shape("text", 4), Shape(None, 1)])
def test_a_repair_brings_back_also_what_had_other_forms(
    world: World, shape: Shape, code: str, expected: int
) -> None:
    open_case(world.ctx)
    with world.database.write() as tx:
        held = projections.claim(tx, "p1", world.clock.now(), timedelta(seconds=1), timedelta(0))
        assert held is not None
        projections.recast(tx, held, shape, world.clock.now(), "(msg_too_long) It is shown shorter.")
    bury(world, f"Slack refuses this call. ({code}) Mend it.")
    assert after_slack_repair.all_repaired(world.ctx, CURABLE) == expected


@pytest.mark.parametrize(
    ("code", "tries", "payload", "expected"),
    [
        ("not_in_channel", 3, {SHAPE: {"form": "text", "refusals": 4}}, 1),
        ("invalid_blocks", 0, {}, 1),
        ("invalid_blocks", 0, {SHAPE: {"form": "bare", "refusals": 4}}, 0),
        ("thread_not_found", 7, {}, 0),
        ("no_text", 0, {}, 0),
    ],
)
def test_an_item_that_was_given_up_comes_back_for_a_repair_or_a_newer_version(
    world: World, code: str, tries: int, payload: dict[str, Any], expected: int
) -> None:
    now = world.clock.now()
    with world.database.write() as tx:
        outbox.add_many(tx, [Item("out_1", NOTICE, "key", payload, now)])
        for _ in range(tries):
            outbox.fail(tx, claimed_item(tx, now), now, "later")
        outbox.bury(tx, claimed_item(tx, now), f"Slack refuses this call. ({code}) Mend it.")
    assert after_slack_repair.all_repaired(world.ctx, CURABLE) == expected


def claimed_item(tx: Transaction, now: datetime) -> ItemClaim:
    (held,) = outbox.claim(tx, {NOTICE}, "p1", now, timedelta(seconds=1), 1)
    return held


def test_a_repaired_channel_brings_back_its_own_only(world: World) -> None:
    for number, task in enumerate(("fraud", "tumor")):
        open_case(world.ctx, f"case-{number}", task=task)
    for _ in range(2):
        bury(world, "Slack refuses this call. (is_archived) Unarchive it.")
    assert after_slack_repair.channel_repaired(world.ctx, DIGITS_ID, CURABLE) == 1
    world.clock.advance(timedelta(seconds=2))
    world.drain()
    assert (len(world.shown(DIGITS)), len(world.shown(ONCOLOGY))) == (1, 0)


def test_a_repair_that_is_told_ends_the_wait_at_once(world: World) -> None:
    open_case(world.ctx)
    fault = refuse(world, "not_in_channel")
    settle(world, minutes=120)
    world.sandbox.faults.clear(fault)
    world.drain()
    assert world.shown(DIGITS) == []
    after_slack_repair.channel_repaired(world.ctx, DIGITS_ID, CURABLE)
    world.drain()
    assert len(world.shown(DIGITS)) == 1
