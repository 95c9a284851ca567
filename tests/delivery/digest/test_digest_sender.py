"""The digest appears once where it belongs, with its picture, and its details and file in the thread."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.delivery.digest.digest_sender import DigestSender
from bot.sandbox import SlackFault
from bot.sandbox.messages import SlackMessage
from bot.slack.api.gateway import SlackPermanent, WebClientGateway
from bot.slack.blocks.message import Message as SentMessage
from bot.usecases.digest import weekly
from bot.usecases.lead import digest_on_demand
from bot.usecases.lead.digest_on_demand import OnItsWay
from routing.digest.digest import Digest
from routing.slack_channel import ChannelId
from storage import experts
from storage.delivery import holds
from storage.leads import digests as kept
from tests.worlds.delivery import World, decide, open_case
from tests.worlds.people import LEADS, MAYA

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


def a_week(world: World, decided: int, open_: int = 3) -> None:
    """Cases of the week, of which every fifth was decided against the model; then Monday comes."""
    made = [open_case(world.ctx, f"order-{number}") for number in range(decided + open_)]
    world.clock.advance(timedelta(hours=1))
    for number, case in enumerate(made[:decided]):
        decide(world.ctx, case, label="fine" if number % 5 == 0 else "fraud")
    world.clock.moment = MONDAY


def deliver(world: World, minutes: int = 5) -> None:
    weekly.queue_due(world.ctx)
    send(world, minutes)


def send(world: World, minutes: int = 5, sender: DigestSender | None = None) -> None:
    sender = sender or DigestSender(world.courier(), "p1")
    for _ in range(minutes * 4):
        sender.step()
        world.clock.advance(timedelta(seconds=15))


def posted(world: World, channel_id: str = LEADS) -> tuple[SlackMessage, list[SlackMessage]]:
    conversation = world.sandbox.state.conversations[channel_id]
    (message,) = conversation.top_level()
    return message, conversation.thread(message.ts)


def kinds(message: SlackMessage) -> set[str]:
    return {block["type"] for block in message.blocks or []}


def files(world: World, ending: str) -> list[Any]:
    return [one for one in world.sandbox.state.files.values() if one.name.endswith(ending)]


def test_a_week_with_labels_has_numbers_a_picture_details_and_a_file(world: World) -> None:
    a_week(world, decided=25)
    deliver(world)
    message, (errors, models, said, attached) = posted(world)
    assert {"table", "image"} <= kinds(message)
    assert "28 predictions came in" in message.text
    assert "Wrong among all that came in: 20.0%" in message.text
    assert "20.0% (" in errors.text
    assert "80% (between 61% and 91%, n=25)" in said.text
    assert "the future: 20.0%" in said.text
    assert "experts agreed with" in models.text
    assert "5 × the model said fraud, experts fine" in said.text
    (picture,) = files(world, ".png")
    assert (picture.content or b"").startswith(b"\x89PNG")
    (numbers,) = files(world, ".csv")
    assert attached.file_ids == [numbers.id]
    rows = list(csv.DictReader(io.StringIO(numbers.content.decode())))
    assert {"section", "name", "measure", "value", "low", "high", "n", "reach", "before"} == set(rows[0])
    assert any(row["measure"] == "received" and row["value"] == "28" for row in rows)


def test_too_few_labels_are_called_too_few(world: World) -> None:
    a_week(world, decided=4)
    deliver(world)
    message, _ = posted(world)
    assert "It is too early to say how much of what came in is wrong: 4 were looked at" in message.text
    assert "%" not in message.text
    (picture,) = [block for block in message.blocks or [] if block["type"] == "image"]
    assert "as right as it is sure" not in picture["alt_text"]


def test_a_lost_answer_makes_no_second_digest_and_no_second_picture(world: World) -> None:
    a_week(world, decided=25)
    world.sandbox.faults.add(SlackFault("accept_then_drop", method="chat.postMessage", count=2))
    deliver(world, minutes=10)
    _, details = posted(world)
    assert len(details) == 4
    assert len(files(world, ".png")) == 1


def test_a_refused_post_takes_the_picture_that_was_uploaded_before(world: World) -> None:
    a_week(world, decided=25)
    world.sandbox.faults.add(
        SlackFault("error", method="chat.postMessage", count=2, error="service_unavailable")
    )
    deliver(world, minutes=10)
    posted(world)
    assert len(files(world, ".png")) == 1


def test_a_file_whose_answer_is_lost_is_looked_for_before_it_is_shared_again(world: World) -> None:
    a_week(world, decided=25)
    weekly.queue_due(world.ctx)
    sender = DigestSender(world.courier(), "p1")
    while not files(world, ".png"):
        sender.step()
        world.clock.advance(timedelta(seconds=15))
    world.sandbox.faults.add(SlackFault("accept_then_drop", method="files.completeUploadExternal", count=1))
    send(world, minutes=10)
    _, details = posted(world)
    assert len(details) == 4
    assert len(files(world, ".csv")) == 1


def test_a_digest_is_kept_as_it_was_shown(world: World) -> None:
    a_week(world, decided=25)
    deliver(world)
    with world.database.read() as tx:
        (stored,) = kept.history(tx, "leads", 10)
    assert stored.key == "digest:leads:2026-11-23"
    assert stored.document["received"]["now"] == 28


def test_a_person_who_asks_gets_the_last_seven_days_as_a_direct_message(world: World) -> None:
    a_week(world, decided=25)
    with world.database.write() as tx:
        experts.set_members(tx, f"channel:{LEADS}", [MAYA], world.clock.now())
    for _ in range(2):
        assert digest_on_demand.ask(world.ctx, MAYA, None) == OnItsWay("leads")
    send(world)
    assert world.sandbox.state.conversations[LEADS].top_level() == []
    message, thread = posted(world, world.gateway().dm(MAYA.user_id).id)
    assert message.text.startswith("The last seven days: leads")
    assert len(thread) == 4
    with world.database.read() as tx:
        assert kept.history(tx, "leads", 10) == []
        assert kept.get(tx, f"private:leads:{MAYA.user_id}:2026-11-23T08:00") is not None


def test_a_team_that_left_the_policy_gets_none(world: World) -> None:
    a_week(world, decided=4)
    weekly.queue_due(world.ctx)
    world.ctx.policy.teams.clear()
    deliver(world)
    assert world.sandbox.state.conversations[LEADS].top_level() == []


def test_a_digest_waits_for_slack_and_for_its_channel(world: World) -> None:
    a_week(world, decided=4)
    fault = world.sandbox.faults.add(SlackFault("down"))
    deliver(world)
    world.sandbox.faults.clear(fault)
    leads, membership = world.sandbox.state.conversations[LEADS], world.sandbox.workspace.membership
    membership.leave(leads, world.sandbox.config.bot.user_id)
    deliver(world)
    with world.database.read() as tx:
        (held,) = holds.items(tx, 10)
    assert "not_in_channel" in (held.last_error or "")
    membership.join(leads, world.sandbox.config.bot.user_id)
    world.clock.advance(timedelta(hours=1))
    deliver(world)
    assert len(world.shown(LEADS)) == 1


class NotReady(WebClientGateway):
    """A Slack that works on an uploaded picture for a moment, or `at_first` so many times."""

    at_first = 2

    def post(self, channel_id: ChannelId, message: SentMessage, thread_ts: str | None = None) -> str:
        if self.at_first and any("slack_file" in block for block in message.blocks):
            self.at_first -= 1
            details = ("[ERROR] invalid slack file [json-pointer:/blocks/1/slack_file]",)
            raise SlackPermanent("invalid_blocks", "It is mended.", "chat.postMessage", details)
        return super().post(channel_id, message, thread_ts)


@pytest.mark.parametrize(("at_first", "has_picture"), [(2, True), (100, False)])
def test_a_picture_that_is_not_ready_is_uploaded_once_and_waited_for_a_moment(
    world: World, at_first: int, *, has_picture: bool
) -> None:
    a_week(world, decided=4)
    weekly.queue_due(world.ctx)
    gateway = NotReady(world.gateway()._client)
    gateway.at_first = at_first
    send(world, sender=DigestSender(world.courier(gateway), "p1"))
    message, replies = posted(world)
    assert any(block["type"] == "image" for block in message.blocks or []) is has_picture
    assert len([one for one in world.sandbox.state.files.values() if one.name.endswith(".png")]) == 1
    assert len(replies) > 1


def test_a_picture_is_drawn_once_however_often_its_upload_fails(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []

    def draw(title: str, _: Digest) -> bytes:
        drawn.append(title)
        return b"\x89PNG"

    monkeypatch.setattr("bot.pictures.digest_picture.draw_digest", draw)
    a_week(world, decided=4)
    weekly.queue_due(world.ctx)
    sender = DigestSender(world.courier(), "p1")
    fault = world.sandbox.faults.add(SlackFault("down"))
    send(world, sender=sender)
    assert world.sandbox.stats()["calls"]["files.getUploadURLExternal"] > 1
    world.sandbox.faults.clear(fault)
    send(world, sender=sender)
    assert len(drawn) == 1
    (picture,) = files(world, ".png")
    assert picture.content == b"\x89PNG"


def test_a_picture_has_the_date_of_the_team_where_monday_has_come_before_it_has_in_utc(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    monkeypatch.setattr("bot.pictures.digest_picture.draw_digest", lambda title, _: drawn.append(title))
    teams = world.ctx.policy.teams
    teams["leads"] = teams["leads"].model_copy(update={"timezone": "Pacific/Auckland"})
    a_week(world, decided=4)
    world.clock.moment -= timedelta(hours=11)
    deliver(world)
    with world.database.write() as tx:
        experts.set_members(tx, f"channel:{LEADS}", [MAYA], world.clock.now())
    digest_on_demand.ask(world.ctx, MAYA, None)
    send(world)
    assert drawn == ["leads, 23 Nov 2026"] * 2


def test_the_oldest_cases_are_linked_where_they_have_a_message(world: World) -> None:
    open_case(world.ctx, "seen")
    world.drain()
    a_week(world, decided=4)
    deliver(world)
    _, (_, _, details, _) = posted(world)
    assert str(details.blocks).count("'link'") == 1


def test_a_digest_waits_while_slack_refuses_the_token(world: World) -> None:
    a_week(world, decided=4)
    weekly.queue_due(world.ctx)
    courier = world.courier()
    courier.health.refused(SlackPermanent("token_revoked", "Install the app again."))
    assert not DigestSender(courier, "p1").step()
