"""The gateway against a local Slack: what works, and how each failure is told apart."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import pytest

from bot.demo.person import SimulatedPerson
from bot.sandbox import Sandbox, SlackFault
from bot.slack.api import web_gateway
from bot.slack.api.failures import MembersUnfinished
from bot.slack.api.gateway import (
    OverLimits,
    SlackGateway,
    SlackPermanent,
    SlackRetryable,
    SlackUnknownOutcome,
)
from bot.slack.api.history_page import page_of
from bot.slack.api.web_calls import call, slack_client
from bot.slack.api.web_gateway import WebClientGateway
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.blocks.screens import block_id
from bot.usecases.review.screen import Screen
from routing.slack_channel import ChannelId
from tests.delivery.receiver import answers, receiving
from tests.patience import PATIENCE
from tests.slack.local_slack import config, gateway_of
from tests.worlds.people import ANN, BEN, CAROL, CHANNEL, CHANNEL_ID, TEAM

HELLO = Message("Hello", ({"type": "divider"},), {"case_id": "case_1"})
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63"
    "fcffff3f0300050001ff5d0b2ae80000000049454e44ae426082"
)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A local Slack."""
    with Sandbox(config()) as running:
        yield running


@pytest.fixture
def gateway(sandbox: Sandbox) -> SlackGateway:
    """The gateway to it."""
    return gateway_of(sandbox, timeout=PATIENCE)


def test_a_message_is_posted_updated_found_and_linked_to(gateway: SlackGateway) -> None:
    ts = gateway.post(CHANNEL_ID, HELLO.attempted("try_1"))
    reply = gateway.post(CHANNEL_ID, HELLO.attempted("try_2"), ts)
    gateway.update(CHANNEL_ID, ts, Message("Bye"))

    assert gateway.find_by_attempt(CHANNEL_ID, "try_1", LONG_AGO) == ts
    assert gateway.find_by_attempt(CHANNEL_ID, "try_2", LONG_AGO) is None
    assert gateway.find_by_attempt(CHANNEL_ID, "try_2", LONG_AGO, ts) == reply
    assert ts.replace(".", "") in gateway.permalink(CHANNEL_ID, ts).replace(".", "")
    assert gateway.permalink(CHANNEL_ID, ts) == gateway.permalink(CHANNEL_ID, ts)


class EmptiedMemory(dict[tuple[ChannelId, str], str]):
    """A memory that another thread empties as soon as anything is in it."""

    def __setitem__(self, key: tuple[ChannelId, str], value: str) -> None:
        super().__setitem__(key, value)
        self.clear()


def test_a_link_is_given_though_another_thread_empties_the_memory_of_links_meanwhile(
    gateway: SlackGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    ts = gateway.post(CHANNEL_ID, HELLO)
    monkeypatch.setattr(gateway, "_permalinks", EmptiedMemory())

    assert ts.replace(".", "") in gateway.permalink(CHANNEL_ID, ts).replace(".", "")


def test_people_and_members_are_read(gateway: SlackGateway) -> None:
    info = gateway.user_info(ANN.user_id)

    assert (info.user_id, info.team_id, info.timezone) == (ANN.user_id, TEAM, "Europe/Berlin")
    assert (info.is_active, info.is_bot, info.is_guest) == (True, False, False)
    people = {ANN.user_id, BEN.user_id, CAROL.user_id}
    assert people <= gateway.members(CHANNEL_ID)


def test_a_person_is_reached_privately_in_a_channel_and_by_direct_message(
    gateway: SlackGateway, sandbox: Sandbox
) -> None:
    gateway.ephemeral(CHANNEL_ID, ANN.user_id, HELLO)
    gateway.post(gateway.dm(ANN.user_id), HELLO)

    assert [one.text for one in sandbox.state.ephemerals_of(ANN.user_id)] == ["Hello"]


def test_a_file_is_shared_in_a_thread_and_found_there_by_its_name(
    gateway: SlackGateway, sandbox: Sandbox
) -> None:
    ts = gateway.post(CHANNEL_ID, HELLO)
    other = gateway.post(CHANNEL_ID, HELLO)

    file_id = gateway.share_file(CHANNEL_ID, ts, b"a,b\n", "numbers.csv", "All numbers")

    assert sandbox.state.files[file_id].content == b"a,b\n"
    (reply,) = sandbox.state.conversations[CHANNEL].thread(ts)
    assert reply.file_ids == [file_id]
    assert gateway.has_file(CHANNEL_ID, ts, "numbers.csv")
    assert not gateway.has_file(CHANNEL_ID, ts, "others.csv")
    assert not gateway.has_file(CHANNEL_ID, other, "numbers.csv")


def test_a_picture_is_uploaded_for_blocks(gateway: SlackGateway) -> None:
    file_id = gateway.upload_image(PIXEL, "scan.png", "a scan")

    picture = {"type": "image", "slack_file": {"id": file_id}, "alt_text": "a scan"}
    assert gateway.post(CHANNEL_ID, Message("A scan", (picture,)))


def test_a_permanent_failure_says_how_to_mend_it(gateway: SlackGateway) -> None:
    with pytest.raises(SlackPermanent, match="channel_not_found") as failure:
        gateway.post(ChannelId("", "C0000000099"), HELLO)

    assert "policy" in failure.value.mend


def test_an_unknown_code_points_to_slacks_documentation(gateway: SlackGateway, sandbox: Sandbox) -> None:
    sandbox.faults.add(SlackFault("error", error="brand_new_code"))

    with pytest.raises(SlackPermanent) as failure:
        gateway.post(CHANNEL_ID, HELLO)

    assert failure.value.mend == "Slack's documentation of chat.postMessage explains this code."


def test_a_missing_scope_is_named(gateway: SlackGateway, sandbox: Sandbox) -> None:
    sandbox.faults.add(SlackFault("missing_scope", scope="chat:write"))

    with pytest.raises(SlackPermanent, match="chat:write"):
        gateway.post(CHANNEL_ID, HELLO)


def test_too_many_calls_are_to_be_retried_when_slack_says(gateway: SlackGateway, sandbox: Sandbox) -> None:
    sandbox.faults.add(SlackFault("rate_limited", retry_after=7))

    with pytest.raises(SlackRetryable) as failure:
        gateway.post(CHANNEL_ID, HELLO)

    assert failure.value.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize("kind", ["server_error", "down", "accept_then_drop"])
def test_where_slack_may_have_done_it_the_outcome_is_unknown(
    gateway: SlackGateway, sandbox: Sandbox, kind: str
) -> None:
    sandbox.faults.add(SlackFault(kind))  # type: ignore[arg-type]  # one of the kinds

    with pytest.raises(SlackUnknownOutcome):
        gateway.post(CHANNEL_ID, HELLO)


def test_a_time_out_is_an_unknown_outcome(sandbox: Sandbox) -> None:
    sandbox.faults.add(SlackFault("time_out", seconds=PATIENCE))

    with pytest.raises(SlackUnknownOutcome):
        gateway_of(sandbox, timeout=1).post(CHANNEL_ID, HELLO)


def test_an_accepted_post_whose_answer_was_lost_is_found_again(
    gateway: SlackGateway, sandbox: Sandbox
) -> None:
    sandbox.faults.add(SlackFault("accept_then_drop", method="chat.postMessage", count=1))

    with pytest.raises(SlackUnknownOutcome):
        gateway.post(CHANNEL_ID, HELLO.attempted("try_9"))

    assert gateway.find_by_attempt(CHANNEL_ID, "try_9", LONG_AGO) is not None


def test_where_nothing_can_have_arrived_the_call_may_be_repeated() -> None:
    nobody = WebClientGateway(slack_client("xoxb-1", "http://127.0.0.1:9/api/"))

    with pytest.raises(SlackRetryable):
        nobody.post(CHANNEL_ID, HELLO)


def test_what_breaks_a_limit_is_not_sent(gateway: SlackGateway, sandbox: Sandbox) -> None:
    with pytest.raises(OverLimits, match="/text"):
        gateway.post(CHANNEL_ID, Message("x" * 4_001))
    with pytest.raises(OverLimits, match="missing required field: title"):
        gateway.open_view("t", {"type": "modal", "blocks": []})

    assert gateway.find_by_attempt(CHANNEL_ID, "", LONG_AGO) is None


def test_a_response_url_that_expired_is_permanent(gateway: SlackGateway, sandbox: Sandbox) -> None:
    with pytest.raises(SlackPermanent):
        gateway.respond(f"{sandbox.url}/response/none", HELLO)


def test_a_response_url_that_does_not_answer_may_be_tried_again(gateway: SlackGateway) -> None:
    with pytest.raises(SlackRetryable):
        gateway.respond("http://127.0.0.1:9/x", HELLO)


def test_a_response_url_that_is_used_too_fast_says_how_long_to_wait() -> None:
    gateway = WebClientGateway(slack_client("xoxb-1"))
    too_fast = answers(429, b"", **{"Retry-After": "3"})
    with receiving(too_fast) as slack, pytest.raises(SlackRetryable) as failure:
        gateway.respond(slack.url, HELLO)

    assert failure.value.retry_after == timedelta(seconds=3)


def test_members_are_read_to_the_last_page(gateway: SlackGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = gateway.members(ChannelId("", CHANNEL))
    monkeypatch.setattr(web_gateway, "MEMBER_PAGE", 1)
    assert gateway.members(ChannelId("", CHANNEL)) == whole
    assert len(whole) > 2
    monkeypatch.setattr(web_gateway, "MEMBER_PAGES", 2)
    with pytest.raises(MembersUnfinished) as failure:
        gateway.members(ChannelId("", CHANNEL))
    assert len(failure.value.user_ids) == 2
    assert failure.value.user_ids < whole


def test_a_refusal_in_the_middle_tells_whom_slack_gave_before(
    gateway: SlackGateway, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_gateway, "MEMBER_PAGE", 1)
    pages = iter((call, refused))
    monkeypatch.setattr(web_gateway, "call", lambda *args, **named: next(pages)(*args, **named))
    with pytest.raises(MembersUnfinished, match="ratelimited") as failure:
        gateway.members(ChannelId("", CHANNEL))
    assert len(failure.value.user_ids) == 1


def refused(*_arguments: object, **_named: object) -> NoReturn:
    raise SlackRetryable("ratelimited")


def test_a_history_is_read_page_by_page(gateway: SlackGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_gateway, "PAGE", 2)
    posted = [gateway.post(CHANNEL_ID, HELLO) for _ in range(3)]

    first = gateway.history(CHANNEL_ID, None, "0")
    second = gateway.history(CHANNEL_ID, first.messages[-1].ts, "0")

    assert [one.ts for page in (first, second) for one in page.messages] == posted[::-1]
    assert [first.is_last, second.is_last] == [False, True]
    assert gateway.history(CHANNEL_ID, posted[0], "0").messages == ()


def test_a_history_says_what_a_message_shows_and_whether_somebody_has_replied(
    gateway: SlackGateway, sandbox: Sandbox
) -> None:
    ts = gateway.post(CHANNEL_ID, Message("A case", metadata={"case_id": "case_1", "version": "3"}))
    gateway.post(CHANNEL_ID, Message("A reminder"), ts)
    (before,) = gateway.history(CHANNEL_ID, None, "0").messages
    SimulatedPerson(sandbox.url, ANN.user_id).reply(CHANNEL, {"ts": ts}, "fraud")
    (after,) = gateway.history(CHANNEL_ID, None, "0").messages

    assert (before.user_id, before.case_id, before.version) == ("U0SECONDLOOK", "case_1", 3)
    assert [before.is_answered, after.is_answered] == [False, True]
    assert after.latest_reply > before.latest_reply > ts


@pytest.mark.parametrize(
    ("message", "is_answered"),
    [
        ({"reply_count": 1}, True),
        ({"reply_count": 2, "reply_users": ["U0BOT"], "reply_users_count": 2}, True),
        ({"reply_count": 2, "reply_users": ["U0BOT"], "reply_users_count": 1}, False),
        ({"reply_count": 0, "latest_reply": "2.0"}, False),
        ({}, False),
    ],
)
def test_somebody_may_have_replied_unless_slack_names_only_the_author(
    message: JsonObject, is_answered: bool
) -> None:
    (read,) = page_of({"messages": [{"ts": "1.0", "user": "U0BOT", **message}]}).messages
    assert read.is_answered is is_answered


@pytest.mark.parametrize("version", ["", "x", "-1", "²", "9" * 10, None, 1.5])
def test_what_names_a_case_without_a_version_does_not_show_it(version: object) -> None:
    metadata = {"event_type": "secondlook_message", "event_payload": {"case_id": "c", "version": version}}
    (read,) = page_of({"messages": [{"ts": "1.0", "metadata": metadata}]}).messages
    assert (read.case_id, read.version) == ("", 0)


def test_without_metadata_a_message_is_known_by_the_names_of_its_blocks() -> None:
    blocks = [{"type": "header"}, {"type": "actions", "block_id": block_id("answer", Screen("case_1", 4))}]
    (read,) = page_of({"messages": [{"ts": "1.0", "blocks": blocks}]}).messages
    assert (read.case_id, read.version) == ("case_1", 4)


def test_the_metadata_of_other_apps_name_no_case() -> None:
    metadata = {"event_type": "task_created", "event_payload": {"case_id": "case_1"}}
    (read,) = page_of({"messages": [{"ts": "1.0", "metadata": metadata}]}).messages
    assert read.case_id == ""


def test_a_window_is_given_up_before_its_click_would_hang(sandbox: Sandbox) -> None:
    sandbox.faults.add(SlackFault("slow", method="views.open", seconds=PATIENCE))
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Why?"}, "blocks": []}
    client = slack_client(sandbox.config.bot_token, sandbox.api_url, 2 * PATIENCE)

    with pytest.raises(SlackUnknownOutcome):
        WebClientGateway(client).open_view("no such trigger", view)


def test_a_reaction_is_put_once_and_once_more_changes_nothing(
    sandbox: Sandbox, gateway: SlackGateway
) -> None:
    ts = gateway.post(CHANNEL_ID, HELLO)

    for _ in range(2):
        gateway.react(CHANNEL_ID, ts, "white_check_mark")

    message = sandbox.state.conversations[CHANNEL].messages[ts]
    assert message.reactions == {"white_check_mark": [sandbox.config.bot.user_id]}


def test_a_reaction_that_the_app_may_not_give_is_refused(sandbox: Sandbox, gateway: SlackGateway) -> None:
    ts = gateway.post(CHANNEL_ID, HELLO)
    sandbox.faults.add(SlackFault("missing_scope", scope="reactions:write"))

    with pytest.raises(SlackPermanent, match="missing_scope"):
        gateway.react(CHANNEL_ID, ts, "white_check_mark")


def test_nothing_is_sent_to_a_channel_of_another_workspace(gateway: SlackGateway, sandbox: Sandbox) -> None:
    elsewhere = ChannelId("T9", CHANNEL)
    with pytest.raises(SlackPermanent, match="another workspace") as refused:
        gateway.post(elsewhere, HELLO)
    with pytest.raises(SlackPermanent, match="another workspace"):
        gateway.permalink(elsewhere, "1.1")
    assert refused.value.code == "other_workspace"
    assert sandbox.state.conversations[CHANNEL].top_level() == []
