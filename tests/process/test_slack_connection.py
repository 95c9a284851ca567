"""Who the bot is, by what Slack answers: a token that is no bot's is refused in one sentence."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bot.process.slack_connection import BotAccount, who_am_i
from bot.sandbox import Sandbox, SandboxConfig
from bot.slack.api.failures import SlackPermanent
from bot.slack.api.web_calls import slack_client
from bot.slack.app import BotIdentity
from tests.patience import PATIENCE

KNOWN = {"ok": True, "team_id": "T0ACME", "user_id": "U0BOT", "bot_id": "B0BOT"}


@contextmanager
def answering(answer: object) -> Iterator[str]:
    """The address of a Slack that answers one call."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the tests' output clean."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        thread.join()
        server.server_close()


def test_the_bot_is_who_the_local_slack_says_it_is() -> None:
    with Sandbox(SandboxConfig.default()) as slack:
        identified = who_am_i(slack_client(slack.config.bot_token, slack.api_url, timeout=PATIENCE))
        bot = slack.config.bot
    assert identified == BotAccount(slack.config.team.id, BotIdentity(bot.user_id, bot.bot_id))


def test_on_grid_the_organization_is_learned_from_the_answer() -> None:
    with answering(KNOWN | {"enterprise_id": "E0ACME", "is_enterprise_install": False}) as url:
        identified = who_am_i(slack_client("xoxb-1", url, timeout=PATIENCE))
    assert identified.identity.enterprise_id == "E0ACME"


@pytest.mark.parametrize("missing", ["bot_id", "user_id", "team_id"])
@pytest.mark.parametrize("value", [None, ""])
def test_an_answer_that_names_no_bot_is_refused(missing: str, value: str | None) -> None:
    with (
        answering(KNOWN | {missing: value}) as url,
        pytest.raises(SlackPermanent, match="SLACK_BOT_TOKEN takes the bot token"),
    ):
        who_am_i(slack_client("xoxb-1", url, timeout=PATIENCE))


@pytest.mark.parametrize("token", ["xoxp-1", "xapp-1", "xoxe.xoxb-1", "xoxe-1", "xoxs-1"])
def test_a_token_of_another_kind_is_refused_without_asking(token: str) -> None:
    with pytest.raises(SlackPermanent, match="xoxb-…"):
        who_am_i(slack_client(token, "http://127.0.0.1:9/"))
