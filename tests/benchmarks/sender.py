"""How close the senders keep each channel to Slack's pace, and whether a critical case goes first."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import StringIO
from itertools import pairwise
from pathlib import Path

from bot import log
from bot.clock import SystemClock
from bot.delivery.deliveries import Deliveries
from bot.delivery.sender.durations import Tempo
from bot.http.case_parser import Parser
from bot.sandbox import Sandbox, SandboxConfig
from bot.settings import Secrets
from bot.slack.api.gateway import WebClientGateway
from bot.slack.api.web_calls import slack_client
from bot.usecases.context import Context
from bot.usecases.intake.receive import Posting
from storage.delivery import projections
from storage.engine.database import Database
from tests.benchmarks.figure import Figure, at_least, at_most
from tests.http import shop

SECONDS = 20
CHANNELS = ("C0GENERAL", "C0DIGITS", "C0ONCOLOGY", "C0LEADS")
CROWDED, OTHERS = CHANNELS[0], CHANNELS[1:]
WAITING = {CROWDED: 1_000, **dict.fromkeys(OTHERS, 2 * SECONDS)}

SERVICE = """
[services.shop]
tasks = [{tasks}]
secret_env = ["SHOP_SECRET"]
"""
TASK = """
[channels.{name}]
id = "{channel_id}"

[tasks.{name}]
question = "Is this payment fraud?"
labels = [
    {{ name = "fraud", description = "somebody else pays", example = "a stolen card" }},
    {{ name = "legitimate", description = "the customer pays", example = "a usual order" }},
]

[[tasks.{name}.tiers]]
name = "critical"
when = "input.fields.amount > 1000.0"
channel = "{name}"
accept_above = "always_review"
due_in = "1h"

[[tasks.{name}.tiers]]
name = "ordinary"
channel = "{name}"
accept_above = "always_review"
due_in = "4h"
"""


def policy_text() -> str:
    """A task for each channel, each with a critical and an ordinary tier."""
    names = [channel_id.lower() for channel_id in CHANNELS]
    tasks = [
        TASK.format(name=name, channel_id=channel_id)
        for name, channel_id in zip(names, CHANNELS, strict=True)
    ]
    return SERVICE.format(tasks=", ".join(f'"{name}"' for name in names)) + "".join(tasks)


@dataclass(frozen=True)
class Scene:
    """The bot's senders before a local Slack with its usual pace."""

    ctx: Context
    slack: Sandbox
    deliveries: Deliveries

    def post(self, channel_id: str, name: str, count: int = 1, amount: float = 499.0) -> str:
        """Post cases for a channel as a service does; the id of the last."""
        parser = Parser(self.ctx)
        shown = {"text": "Two payments within a minute.", "fields": {"amount": amount}}
        bodies = [
            shop.case(f"{channel_id}-{name}-{number}", task=channel_id.lower(), input=shown)
            for number in range(count)
        ]
        items = tuple(parser.parse(json.dumps(body), "shop", self.ctx.policy) for body in bodies)
        answer = shop.answers(self.ctx, [Posting("shop", items, b"", is_batch=True)])[0]
        self.deliveries.wake_messages()
        return str(answer.body["answers"][-1]["case_id"])

    def sent_at(self, channel_id: str) -> list[float]:
        """When each message was posted to a channel, by Slack's clock."""
        return [float(message.ts) for message in self.slack.state.messages_in(channel_id)]

    def wait_for_messages(self, channel_id: str, count: int) -> None:
        """Return as soon as a channel shows so many."""
        if not self.slack.state.wait_for(lambda _: len(self.sent_at(channel_id)) >= count, 2.0 * SECONDS):
            raise RuntimeError(f"only {len(self.sent_at(channel_id))} messages in {channel_id}")

    def shown_at(self, case_id: str) -> float:
        """When the case's message was posted."""
        with self.ctx.database.read() as tx:
            return float(projections.of_case(tx, case_id)[0].ts or "inf")


@contextmanager
def _scene() -> Iterator[Scene]:
    log.configure(StringIO())
    with Sandbox(SandboxConfig.default()) as slack, tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'sender.sqlite3'}")
        database.upgrade()
        ctx = replace(shop.served(database, policy_text()), clock=SystemClock())
        gateway = WebClientGateway(slack_client(slack.config.bot_token, slack.api_url))
        deliveries = Deliveries(ctx, gateway, Tempo(), Secrets({}))
        yield Scene(ctx, slack, deliveries)
        deliveries.stop()
        database.dispose()


def measure() -> list[Figure]:
    """Each channel's pace while it has a backlog, and what a critical case waits for."""
    with _scene() as scene:
        for channel_id, count in WAITING.items():
            scene.post(channel_id, "ordinary", count)
        scene.deliveries.start()
        scene.wait_for_messages(CROWDED, SECONDS // 2)
        critical = scene.post(CROWDED, "critical", amount=5_000.0)
        stored_at = scene.ctx.clock.wall().timestamp()
        scene.wait_for_messages(CROWDED, SECONDS)
        sent = {channel_id: scene.sent_at(channel_id) for channel_id in CHANNELS}
        shown_at = scene.shown_at(critical)
        refused = sum(scene.slack.stats()["rejected"].values())
    overtaken_by = [at for at in sent[CROWDED] if stored_at < at < shown_at]
    return [
        _pace(sent, refused),
        at_most("sent before a critical case", len(overtaken_by), 0, "", _told(shown_at - stored_at)),
    ]


def _pace(sent: dict[str, list[float]], refused: int) -> Figure:
    """The slowest channel's share of one message a second; a channel that fell silent shows, too."""
    ended_at = max(at for times in sent.values() for at in times)
    shares = [100 * (len(times) - 1) / (max(times[-1], ended_at - 1) - times[0]) for times in sent.values()]
    longest = max(later - earlier for times in sent.values() for earlier, later in pairwise(times))
    detail = f"{len(sent)} channels, longest gap {longest:.2f} s, {refused} refused by Slack"
    return at_least("sender's pace, slowest channel", min(shares), 95, "%", detail)


def _told(waited: float) -> str:
    return f"out after {waited:.2f} s, behind {WAITING[CROWDED]} posted before"
