"""The doctor tells good tokens from bad ones, and a right clock from a wrong one."""

import dataclasses
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from slack_sdk import WebClient

from bot.doctor.finding import CheckStatus
from bot.doctor.tokens import (
    Identity,
    check_app_token,
    check_bot_token,
    check_clock,
    check_scopes,
    identify,
)
from bot.sandbox import Sandbox, SlackFault
from bot.slack.api.failures import SlackPermanent
from bot.slack.api.web_calls import slack_client
from tests.patience import PATIENCE

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
IDENTITY = Identity("T0ACMEBANK", "Acme Bank", "U0SECONDLOOK", frozenset({"chat:write"}), NOON)


def test_slack_says_who_the_bot_is_and_what_it_may_do(slack: Sandbox, client: WebClient) -> None:
    identity = identify(client)
    assert (identity.team_id, identity.user_id) == (slack.config.team.id, slack.config.bot.user_id)
    assert identity.scopes == slack.config.bot_scopes


class DatedAnswer(BaseHTTPRequestHandler):
    """Slack's own servers date their answers, but do not always name the scopes."""

    def do_POST(self) -> None:
        self.send_response_only(200)
        self.send_header("Date", "Fri, 20 Nov 2026 12:00:00 GMT")
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"ok": true, "team_id": "T1"}')

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


def test_the_moment_and_the_scopes_are_read_from_the_answers_headers() -> None:
    server = HTTPServer(("127.0.0.1", 0), DatedAnswer)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    identity = identify(slack_client("xoxb-1", f"http://127.0.0.1:{server.server_port}/", timeout=PATIENCE))
    thread.join()
    server.server_close()
    assert (identity.answered_at, identity.scopes) == (NOON, None)


def test_a_revoked_token_is_refused(slack: Sandbox, client: WebClient) -> None:
    slack.faults.add(SlackFault("token_revoked"))
    with pytest.raises(SlackPermanent, match="token_revoked"):
        identify(client)


def test_scopes_that_are_missing_are_named() -> None:
    finding = check_scopes(IDENTITY, frozenset({"chat:write", "users:read", "commands"}))
    assert finding.status is CheckStatus.FAIL
    assert "commands, users:read" in finding.what
    assert "manifest" in finding.mend


def test_the_scope_for_receipts_may_be_missing() -> None:
    finding = check_scopes(IDENTITY, frozenset({"chat:write", "reactions:write"}))
    assert finding.status is CheckStatus.WARN
    assert "private line" in finding.what


def test_more_scopes_than_needed_are_fine() -> None:
    assert check_scopes(IDENTITY, frozenset()).status is CheckStatus.OK


def test_a_slack_that_names_no_scopes_is_worth_a_look() -> None:
    silent = dataclasses.replace(IDENTITY, scopes=None)
    assert check_scopes(silent, frozenset({"chat:write"})).status is CheckStatus.WARN


def test_a_good_app_token_opens_socket_mode(slack: Sandbox, client: WebClient) -> None:
    assert check_app_token(client, slack.config.app_token, None).status is CheckStatus.OK


def test_a_wrong_app_token_is_refused_without_being_shown(client: WebClient) -> None:
    finding = check_app_token(client, "xapp-1-wrong-hush", None)
    assert finding.status is CheckStatus.FAIL
    assert finding.mend
    assert "hush" not in repr(finding)


def test_the_bot_token_in_the_app_tokens_place_is_told(slack: Sandbox, client: WebClient) -> None:
    finding = check_app_token(client, slack.config.bot_token, None)
    assert finding.status is CheckStatus.FAIL
    assert "xapp-" in finding.mend


def test_an_app_token_without_its_scope_is_told(slack: Sandbox, client: WebClient) -> None:
    slack.faults.add(SlackFault("error", method="apps.connections.open", error="missing_scope"))
    assert "connections:write" in check_app_token(client, slack.config.app_token, None).mend


def test_a_slack_that_is_down_is_not_called_a_wrong_token(slack: Sandbox, client: WebClient) -> None:
    slack.faults.add(SlackFault("down"))
    finding = check_app_token(client, slack.config.app_token, None)
    assert finding.status is CheckStatus.FAIL
    assert "Try again" in finding.mend


def test_without_app_token_the_signing_secret_serves() -> None:
    assert check_app_token(slack_client(None), None, "secret").status is CheckStatus.OK


def test_without_either_no_click_arrives() -> None:
    finding = check_app_token(slack_client(None), None, None)
    assert finding.status is CheckStatus.FAIL
    assert "SLACK_APP_TOKEN" in finding.mend


@pytest.mark.parametrize(
    ("skew", "status"),
    [
        (timedelta(seconds=-20), CheckStatus.OK),
        (timedelta(seconds=31), CheckStatus.WARN),
        (timedelta(minutes=5), CheckStatus.WARN),
        (timedelta(minutes=-6), CheckStatus.FAIL),
    ],
)
def test_a_clock_is_right_within_half_a_minute_and_useless_beyond_five(
    skew: timedelta, status: CheckStatus
) -> None:
    assert check_clock(IDENTITY, NOON + skew).status is status


def test_an_answer_without_a_date_leaves_the_clock_unchecked() -> None:
    assert check_clock(dataclasses.replace(IDENTITY, answered_at=None), NOON).status is CheckStatus.WARN


@pytest.mark.parametrize(
    ("token", "kind", "mend"),
    [
        ("xoxp-1-hush", "a user token", "xoxb-…"),
        ("xapp-1-hush", "an app token", "xoxb-…"),
        ("xoxa-2-hush", "a legacy workspace token", "xoxb-…"),
        ("xoxs-1-hush", "a session's token", "xoxb-…"),
        ("xoxe.xoxp-1-hush", "a user token that expires", "xoxb-…"),
        ("xoxe.xoxb-1-hush", "a bot token that expires", "rotation off"),
        ("xoxe-1-hush", "a refresh token", "rotation off"),
    ],
)
def test_a_token_of_another_kind_in_the_bot_tokens_place_is_told(
    client: WebClient, token: str, kind: str, mend: str
) -> None:
    identity, finding = check_bot_token(client, token)
    assert identity is None
    assert finding.status is CheckStatus.FAIL
    assert kind in finding.what
    assert mend in finding.mend
    assert "hush" not in repr(finding)


@pytest.mark.parametrize("token", ["xoxb-1-hush", "xoxp-1-hush", "xoxe.xoxb-1-hush", "xoxe-1-hush"])
def test_a_token_of_another_kind_in_the_app_tokens_place_is_told(client: WebClient, token: str) -> None:
    finding = check_app_token(client, token, None)
    assert finding.status is CheckStatus.FAIL
    assert "xapp-" in finding.mend
    assert "hush" not in repr(finding)


def test_a_token_by_which_slack_knows_no_bot_is_refused() -> None:
    server = HTTPServer(("127.0.0.1", 0), DatedAnswer)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    unmarked = slack_client(
        "a-token-of-no-known-kind", f"http://127.0.0.1:{server.server_port}/", timeout=PATIENCE
    )
    identity, finding = check_bot_token(unmarked, unmarked.token)
    thread.join()
    server.server_close()
    assert identity is None
    assert finding.status is CheckStatus.FAIL
    assert "no bot" in finding.what


def test_the_bots_own_token_is_fine(slack: Sandbox, client: WebClient) -> None:
    identity, finding = check_bot_token(client, client.token)
    assert identity is not None
    assert identity.bot_id == slack.config.bot.bot_id
    assert finding.status is CheckStatus.OK
