"""The bot's listeners over a running local Slack, and a person at its page."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import requests

from bot.sandbox import Sandbox, SandboxConfig, SlackChannel, SlackTeam, SlackUser
from bot.slack.api.web_calls import slack_client
from bot.slack.api.web_gateway import WebClientGateway
from bot.slack.app import BotIdentity, build_app, build_socket_handler
from bot.slack.blocks.message import JsonObject
from bot.slack.show.case_message import case_message
from routing.case.case import Case
from tests.patience import PATIENCE, patient
from tests.slack.serving import served
from tests.slack.workspace import no_replay
from tests.worlds.desk import World
from tests.worlds.people import ANN, BEN, CAROL, CHANNEL, CHANNEL_ID, STRANGER, TEAM


def _person(user_id: str) -> SlackUser:
    name = user_id[2:].lower()
    return SlackUser(user_id, name, name.title(), "", "Europe/Berlin", "336699", f"{name}@example.com")


def config() -> SandboxConfig:
    """The tests' small world as a workspace."""
    members = (ANN.user_id, BEN.user_id, CAROL.user_id)
    return replace(
        patient(SandboxConfig.default()),
        team=SlackTeam(TEAM, "Shop", "shop"),
        people=tuple(_person(expert.user_id) for expert in (ANN, BEN, CAROL, STRANGER)),
        channels=(SlackChannel(CHANNEL, "fraud", members), SlackChannel("C0000000002", "seniors", members)),
        user_groups=(),
        pace=0.0,
    )


def gateway_of(sandbox: Sandbox, timeout: int = 10) -> WebClientGateway:
    """The bot's own gateway to the local Slack; windows have as long as everything else."""
    return WebClientGateway(slack_client(sandbox.config.bot_token, sandbox.api_url, timeout), timeout)


@dataclass
class LocalSlack:
    """A world whose messages are in a local Slack."""

    world: World
    sandbox: Sandbox
    gateway: WebClientGateway

    def post(self, case: Case) -> str:
        """Post the case's message as delivery does."""
        task = self.world.policy.task(case.submission.task)
        message = case_message(case, task, task.tiers[0], self.world.clock.now(), {}, version=1)
        ts = self.gateway.post(CHANNEL_ID, message)
        self.world.post(case, ts)
        return ts

    def page(self, path: str, user_id: str = ANN.user_id, **body: Any) -> JsonObject:
        """What the page does for a person."""
        answer: JsonObject = requests.post(
            f"{self.sandbox.url}/ui/{path}", json={"as": user_id, **body}, timeout=PATIENCE
        ).json()
        return answer

    def look(self, path: str, user_id: str = ANN.user_id, **query: str) -> JsonObject:
        """What the page shows a person."""
        answer: JsonObject = requests.get(
            f"{self.sandbox.url}/ui/{path}", params={"as": user_id, **query}, timeout=PATIENCE
        ).json()
        return answer

    def click(self, ts: str, action_id: str, user_id: str = ANN.user_id, **given: Any) -> JsonObject:
        """Click a control of a message."""
        blocks = next(one for one in self._messages(user_id) if one["ts"] == ts)["blocks"]
        block, element = next(
            (block, element)
            for block in blocks
            for element in block.get("elements", [])
            if element.get("action_id") == action_id
        )
        where = {"channel": CHANNEL, "ts": ts, "block_id": block["block_id"], "action_id": action_id}
        value = {"value": element["value"]} if "value" in element else {}
        return self.page("action", user_id, **where, type=element["type"], **(value | given))

    def _messages(self, user_id: str) -> list[JsonObject]:
        found: list[JsonObject] = self.look("messages", user_id, channel=CHANNEL)["messages"]
        return found

    def wait_for_private(self, user_id: str, count: int = 1) -> list[str]:
        """The texts only this person sees in the channel."""
        assert self.sandbox.state.wait_for(lambda state: len(state.ephemerals_of(user_id)) >= count, PATIENCE)
        return [message.text for message in self.sandbox.state.ephemerals_of(user_id)]


@contextmanager
def connected(world: World, transport: str) -> Iterator[LocalSlack]:
    """A local Slack with the bot's listeners behind it, by `http` or `socket`."""
    with Sandbox(config()) as sandbox:
        gateway = gateway_of(sandbox)
        bot = sandbox.config.bot
        app = build_app(
            world.ctx,
            gateway,
            signing_secret=sandbox.config.signing_secret,
            identity=BotIdentity(bot.user_id, bot.bot_id),
            wake=lambda: None,
            replay=no_replay,
        )
        local = LocalSlack(world, sandbox, gateway)
        if transport == "http":
            with served(app, sandbox.config.signing_secret) as url:
                sandbox.connect_url(url)
                yield local
        else:
            handler = build_socket_handler(
                app, sandbox.config.app_token, slack_client(sandbox.config.bot_token, sandbox.api_url)
            )
            handler.connect()  # type: ignore[no-untyped-call]  # has no types in slack_bolt
            assert sandbox.wait_connected()
            try:
                yield local
            finally:
                handler.client.auto_reconnect_enabled = False
                sandbox.drop_sockets()
                with suppress(AttributeError):  # slack_sdk's reader and its close() race for the socket
                    handler.close()  # type: ignore[no-untyped-call]  # has no types in slack_bolt
        app.listener_runner.listener_executor.shutdown()
