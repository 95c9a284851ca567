"""The other methods of the Web API as the real WebClient meets them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import Sandbox, SandboxConfig
from bot.sandbox.config import BOT_SCOPES, SlackChannel
from tests.patience import PATIENCE
from tests.sandbox.conftest import Page

HOME: dict[str, Any] = {"type": "home", "blocks": [{"type": "divider"}]}


def code_of(client: WebClient, method: str, **arguments: Any) -> Any:
    """The error code that the method answers."""
    with pytest.raises(SlackApiError) as error:
        client.api_call(method, json=arguments)
    return error.value.response["error"]


@pytest.mark.parametrize(
    ("token", "code"), [(None, "not_authed"), ("xoxb-wrong", "invalid_auth")], ids=["none", "wrong"]
)
def test_a_token_is_demanded(sandbox: Sandbox, token: str | None, code: str) -> None:
    assert code_of(WebClient(token=token, base_url=sandbox.api_url, timeout=PATIENCE), "auth.test") == code


def test_auth_test_says_who_the_bot_is_and_what_it_may(client: WebClient) -> None:
    answer = client.auth_test()

    assert (answer["user_id"], answer["bot_id"]) == ("U0SECONDLOOK", "B0SECONDLOOK")
    assert set(answer.headers["x-oauth-scopes"].split(",")) == BOT_SCOPES


def test_an_app_token_is_no_bot_token(sandbox: Sandbox) -> None:
    app = WebClient(token=sandbox.config.app_token, base_url=sandbox.api_url, timeout=PATIENCE)

    assert app.auth_test()["ok"]
    assert code_of(app, "chat.postMessage", channel="C0GENERAL", text="t") == "not_allowed_token_type"


def test_a_method_that_is_not_played_says_so(client: WebClient) -> None:
    assert code_of(client, "chat.scheduleMessage", channel="C0GENERAL") == "unknown_method"


def test_scopes_are_what_the_configuration_grants(config: SandboxConfig) -> None:
    with Sandbox(replace(config, bot_scopes=frozenset({"channels:read"}))) as sandbox:
        client = WebClient(token=config.bot_token, base_url=sandbox.api_url, timeout=PATIENCE)

        assert client.conversations_list()["channels"]
        assert code_of(client, "conversations.list", types="im") == "missing_scope"
        assert code_of(client, "users.info", user="U0MAYA") == "missing_scope"


def test_team_and_bot_are_known(client: WebClient) -> None:
    assert client.team_info()["team"]["name"] == "Acme Bank"
    assert client.bots_info(bot="B0SECONDLOOK")["bot"]["user_id"] == "U0SECONDLOOK"
    assert code_of(client, "bots.info", bot="B0OTHER") == "bot_not_found"


def test_lists_come_in_pages(client: WebClient) -> None:
    names, cursor = [], None
    while cursor != "":
        page = client.conversations_list(limit=3, cursor=cursor)
        names += [channel["name"] for channel in page["channels"]]
        cursor = page["response_metadata"]["next_cursor"]

    assert names == ["general", "digits-experts", "oncology-experts", "second-look-leads"]
    assert code_of(client, "conversations.list", cursor="nonsense") == "invalid_cursor"
    assert code_of(client, "conversations.list", limit="many") == "invalid_arguments"
    assert code_of(client, "conversations.list", types="secret") == "invalid_types"


def test_a_list_can_leave_out_archived_channels(client: WebClient, sandbox: Sandbox) -> None:
    general = sandbox.state.conversations["C0GENERAL"]
    sandbox.workspace.membership.archive(general, "U0SAM", is_archived=True)

    shown = client.conversations_list(exclude_archived=True)["channels"]

    assert "general" not in [channel["name"] for channel in shown]
    assert client.conversations_info(channel="C0GENERAL")["channel"]["is_archived"]


def test_a_private_channel_is_hidden_from_those_outside(config: SandboxConfig) -> None:
    secret = SlackChannel("C0SECRET", "secret", ("U0SAM",), is_private=True, has_bot=False)
    with Sandbox(replace(config, channels=(*config.channels, secret))) as sandbox:
        client = WebClient(token=config.bot_token, base_url=sandbox.api_url, timeout=PATIENCE)

        assert code_of(client, "conversations.info", channel="C0SECRET") == "channel_not_found"
        sandbox.workspace.membership.join(sandbox.state.conversations["C0SECRET"], "U0SECONDLOOK")
        assert client.conversations_info(channel="C0SECRET")["channel"]["is_private"]
        types = "public_channel,private_channel"
        assert len(client.conversations_list(types=types)["channels"]) == 5
        assert Page(sandbox, "U0MAYA").get("messages", channel="C0SECRET")["error"] == "channel_not_found"
        assert code_of(client, "conversations.join", channel="C0SECRET") == (
            "method_not_supported_for_channel_type"
        )


def test_the_bot_joins_a_public_channel(client: WebClient, sandbox: Sandbox) -> None:
    digits = sandbox.state.conversations["C0DIGITS"]
    sandbox.workspace.membership.leave(digits, "U0SECONDLOOK")
    assert code_of(client, "conversations.history", channel="C0DIGITS") == "not_in_channel"

    client.conversations_join(channel="C0DIGITS")

    assert client.conversations_history(channel="C0DIGITS")["messages"] == []
    assert client.conversations_join(channel="C0DIGITS")["warning"] == "already_in_channel"
    assert "U0SECONDLOOK" in client.conversations_members(channel="C0DIGITS")["members"]


def test_history_is_newest_first_in_pages_and_between_moments(client: WebClient) -> None:
    stamps = [client.chat_postMessage(channel=f"U0{who}", text="t") for who in ("MAYA", "JONAS")]
    first = client.chat_postMessage(channel="C0DIGITS", text="1")["ts"]
    second = client.chat_postMessage(channel="C0DIGITS", text="2")["ts"]
    assert len(stamps) == 2

    def texts(**arguments: Any) -> list[str]:
        page = client.conversations_history(channel="C0DIGITS", **arguments)
        return [message["text"] for message in page["messages"]]

    assert texts() == ["2", "1"]
    assert texts(oldest=first) == ["2"]
    assert texts(latest=second) == ["1"]
    assert texts(oldest=first, latest=second, inclusive=True) == ["2", "1"]
    page = client.conversations_history(channel="C0DIGITS", limit=1)
    assert page["has_more"]
    assert texts(limit=1, cursor=page["response_metadata"]["next_cursor"]) == ["1"]
    assert code_of(client, "conversations.replies", channel="C0DIGITS", ts="1.0") == "thread_not_found"


def test_people_have_zones_titles_and_addresses(client: WebClient, sandbox: Sandbox) -> None:
    aiko = client.users_info(user="U0AIKO")["user"]

    assert (aiko["tz"], aiko["tz_offset"], aiko["is_bot"]) == ("Asia/Tokyo", 9 * 3600, False)
    assert aiko["profile"]["title"] == "Pathologist"
    assert client.users_lookupByEmail(email=aiko["profile"]["email"])["user"]["id"] == "U0AIKO"
    assert len(client.users_list(limit=200)["members"]) == 8
    assert code_of(client, "users.info", user="U0NOBODY") == "user_not_found"
    sandbox.workspace.membership.deactivate("U0AIKO")
    assert client.users_info(user="U0AIKO")["user"]["deleted"]
    assert code_of(client, "users.lookupByEmail", email="aiko@acme-bank.example") == "users_not_found"


def test_user_groups_leave_out_the_deactivated(client: WebClient, sandbox: Sandbox) -> None:
    listed = client.usergroups_list(include_users=True)["usergroups"]
    assert [group["handle"] for group in listed] == ["digit-readers", "oncology"]
    assert listed[0]["users"] == ["U0MAYA", "U0JONAS", "U0AIKO"]

    sandbox.workspace.membership.deactivate("U0JONAS")

    assert client.usergroups_users_list(usergroup="S0DIGITS")["users"] == ["U0MAYA", "U0AIKO"]
    assert code_of(client, "usergroups.users.list", usergroup="S0NONE") == "no_such_subteam"


def test_do_not_disturb_is_known(client: WebClient, sandbox: Sandbox) -> None:
    sandbox.state.change_person("U0MAYA", is_snoozing=True)

    assert client.dnd_info(user="U0MAYA")["snooze_enabled"]
    users = client.dnd_teamInfo(users="U0MAYA,U0JONAS,U0NOBODY")["users"]
    assert {user_id: each["dnd_enabled"] for user_id, each in users.items()} == {
        "U0MAYA": True,
        "U0JONAS": False,
    }
    assert code_of(client, "dnd.teamInfo", users=",".join(["U0MAYA"] * 51)) == "too_many_users"
    assert code_of(client, "dnd.info", user="U0NOBODY") == "user_not_found"


@pytest.mark.parametrize(
    ("users", "code"), [("U0NOBODY", "user_not_found"), ("U0MAYA,U0SAM", "not_enough_users")]
)
def test_direct_messages_are_opened_with_one_person(client: WebClient, users: str, code: str) -> None:
    assert code_of(client, "conversations.open", users=users) == code


def test_a_direct_conversation_is_described_and_its_person_may_be_gone(
    client: WebClient, sandbox: Sandbox
) -> None:
    opened = client.conversations_open(users="U0MAYA", return_im=True)["channel"]
    assert (opened["is_im"], opened["user"]) == (True, "U0MAYA")
    assert client.conversations_open(channel="D0MAYA")["channel"]["id"] == "D0MAYA"
    sandbox.workspace.membership.deactivate("U0MAYA")
    assert code_of(client, "conversations.open", users="U0MAYA") == "user_disabled"


def test_reactions_are_added_once_and_taken_back(client: WebClient, maya: Page) -> None:
    ts = client.chat_postMessage(channel="C0DIGITS", text="t")["ts"]
    maya.post("reaction", channel="C0DIGITS", ts=ts, name=":eyes:")
    client.reactions_add(channel="C0DIGITS", timestamp=ts, name="eyes")

    (reaction,) = client.reactions_get(channel="C0DIGITS", timestamp=ts)["message"]["reactions"]
    assert reaction == {"name": "eyes", "users": ["U0MAYA", "U0SECONDLOOK"], "count": 2}
    assert (
        code_of(client, "reactions.add", channel="C0DIGITS", timestamp=ts, name="eyes") == "already_reacted"
    )
    client.reactions_remove(channel="C0DIGITS", timestamp=ts, name="eyes")
    assert code_of(client, "reactions.remove", channel="C0DIGITS", timestamp=ts, name="eyes") == "no_reaction"
    maya.post("reaction", channel="C0DIGITS", ts=ts, name="eyes", remove=True)
    assert maya.get("messages", channel="C0DIGITS")["messages"][0]["reactions"] == []


def test_a_file_is_uploaded_and_shown_in_a_message(client: WebClient, sandbox: Sandbox, maya: Page) -> None:
    address = client.files_getUploadURLExternal(filename="scan.png", length=4, alt_txt="A scan")
    image = {"type": "image", "slack_file": {"id": address["file_id"]}, "alt_text": "A scan"}
    refused = code_of(client, "chat.postMessage", channel="C0DIGITS", text="t", blocks=[image])
    assert refused == "invalid_blocks"
    files = [{"id": address["file_id"], "title": "Scan"}]
    assert code_of(client, "files.completeUploadExternal", files=files) == "file_not_found"
    assert requests.post(address["upload_url"], data=b"12345", timeout=PATIENCE).status_code == 400
    form = {"filename": ("scan.png", b"\x89PNG")}
    assert requests.post(address["upload_url"], files=form, timeout=PATIENCE).text == "OK - 4"
    client.files_completeUploadExternal(files=files)

    client.chat_postMessage(channel="C0DIGITS", text="t", blocks=[image])

    (message,) = maya.get("messages", channel="C0DIGITS")["messages"]
    shown = requests.get(sandbox.url + message["blocks"][0]["image_url"], timeout=PATIENCE)
    assert (shown.content, shown.headers["content-type"]) == (b"\x89PNG", "image/png")
    assert client.files_info(file=address["file_id"])["file"]["title"] == "Scan"
    assert sandbox.stats()["uploads"] == 1


def test_a_shared_file_is_a_message_with_a_file(client: WebClient, maya: Page) -> None:
    client.files_upload_v2(
        filename="digest.png", content=b"png", channel="C0DIGITS", initial_comment="This week"
    )

    (message,) = maya.get("messages", channel="C0DIGITS")["messages"]
    assert message["text"] == "This week"
    assert message["files"][0]["name"] == "digest.png"
    assert client.conversations_history(channel="C0DIGITS")["messages"][0]["files"][0]["size"] == 3


@pytest.mark.parametrize(
    ("channel", "code"),
    [("C0NOWHERE", "channel_not_found"), ("C0DIGITS", "not_in_channel"), ("C0LEADS", "is_archived")],
)
def test_a_file_is_not_shared_where_the_bot_may_not_write(
    client: WebClient, sandbox: Sandbox, channel: str, code: str
) -> None:
    state, membership = sandbox.state, sandbox.workspace.membership
    membership.leave(state.conversations["C0DIGITS"], "U0SECONDLOOK")
    membership.archive(state.conversations["C0LEADS"], "U0SAM", is_archived=True)
    address = client.files_getUploadURLExternal(filename="a.png", length=1)
    requests.put(address["upload_url"], data=b"x", timeout=PATIENCE)

    files = [{"id": address["file_id"]}]

    assert code_of(client, "files.completeUploadExternal", files=files, channel_id=channel) == code
    assert code_of(client, "files.info", file=address["file_id"]) == "file_not_found"


def test_a_home_tab_has_a_hash_that_guards_it(client: WebClient) -> None:
    old = client.views_publish(user_id="U0MAYA", view=HOME)["view"]["hash"]
    client.views_publish(user_id="U0MAYA", view=HOME, hash=old)

    assert code_of(client, "views.publish", user_id="U0MAYA", view=HOME, hash=old) == "hash_conflict"
    assert code_of(client, "views.publish", user_id="U0NOBODY", view=HOME) == "user_not_found"
    assert code_of(client, "views.update", view_id="V0NONE", view=HOME) == "not_found"


def test_a_view_that_breaks_a_limit_says_where(client: WebClient) -> None:
    view = {"type": "home", "blocks": [{"type": "divider"}] * 101}

    with pytest.raises(SlackApiError) as error:
        client.views_publish(user_id="U0MAYA", view=view)

    assert error.value.response["error"] == "invalid_arguments"
    assert error.value.response["response_metadata"]["messages"] == [
        "[ERROR] no more than 100 items allowed [json-pointer:/view/blocks]"
    ]


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("chat.postMessage", {"channel": "C0GENERAL"}, "no_text"),
        ("chat.postMessage", {"text": "t"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C0GENERAL", "blocks": "{"}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": "C0GENERAL", "blocks": [1]}, "invalid_blocks_format"),
        (
            "chat.postMessage",
            {"channel": "C0GENERAL", "text": "t", "metadata": {}},
            "invalid_metadata_format",
        ),
        ("chat.update", {"channel": "C0GENERAL", "ts": "1.0", "text": "t"}, "message_not_found"),
        ("chat.getPermalink", {"channel": "C0GENERAL"}, "message_not_found"),
        ("conversations.history", {"channel": "C0GENERAL", "oldest": "early"}, "invalid_ts_oldest"),
        ("conversations.members", {"channel": "general", "limit": 0.5}, "invalid_arguments"),
        ("reactions.get", {"channel": "C0GENERAL", "timestamp": "1.0"}, "message_not_found"),
        ("views.open", {"trigger_id": "x", "view": HOME}, "invalid_arguments"),
        ("views.open", {"trigger_id": "x"}, "invalid_arguments"),
        ("files.getUploadURLExternal", {"filename": "a"}, "invalid_arguments"),
        ("files.completeUploadExternal", {"files": "[]"}, "invalid_arguments"),
        ("files.info", {}, "file_not_found"),
    ],
)
def test_bad_arguments_have_a_code(client: WebClient, method: str, arguments: Any, code: str) -> None:
    assert code_of(client, method, **arguments) == code


def test_other_methods_can_be_limited_by_the_minute(config: SandboxConfig) -> None:
    with Sandbox(replace(config, calls_per_minute={"users.info": 2}), monotonic=lambda: 0.0) as sandbox:
        client = WebClient(token=config.bot_token, base_url=sandbox.api_url, timeout=PATIENCE)
        client.users_info(user="U0MAYA")
        client.users_info(user="U0MAYA")

        assert code_of(client, "users.info", user="U0MAYA") == "ratelimited"


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain"])
def test_a_broken_body_is_an_error_of_slack_and_not_of_the_server(sandbox: Sandbox, kind: str) -> None:
    answer = requests.post(
        f"{sandbox.api_url}auth.test", data=b"\xff{", headers={"content-type": kind}, timeout=PATIENCE
    )

    assert answer.json()["error"] == "not_authed"


def test_arguments_may_come_in_the_query_and_as_a_form_with_files(sandbox: Sandbox) -> None:
    token = sandbox.config.bot_token
    query = requests.get(f"{sandbox.api_url}users.info?user=U0MAYA&token={token}", timeout=PATIENCE).json()
    form = requests.post(
        f"{sandbox.api_url}users.info",
        files={"user": (None, "U0MAYA"), "token": (None, token)},
        timeout=PATIENCE,
    ).json()

    assert query["user"]["id"] == form["user"]["id"] == "U0MAYA"
