"""The world of a story: the real application between a real service and a real local Slack."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from string import Template
from typing import Any, TypeVar

import requests

from bot.delivery.sender.durations import Tempo
from bot.process.scheduler import run
from bot.process.ticks import HOUR
from bot.process.wiring import Application, build
from bot.sandbox import Sandbox, SandboxConfig, SlackChannel
from bot.settings import Secrets, Settings, parse_audit_keys
from bot.slack.api.gateway import WebClientGateway
from bot.slack.api.web_calls import slack_client
from routing.policy import load_policy
from storage import audit
from tests.patience import PATIENCE, eventually, patient
from tests.scenarios.inbox import Inbox, inbox
from tests.scenarios.people import AIKO, JONAS, LEADS, MAYA, NADIA, PAYMENTS, SAM, Case, Expert
from tests.scenarios.shop import Shop, prediction
from tests.worlds.clocks import MONDAY, MovableClock

T = TypeVar("T")
POLICY = Path(__file__).with_name("policy.toml").read_text(encoding="utf-8")
AUDIT_KEYS = "stories:a-key-for-the-record"
SECRET = "whsec_c2Vjb25kIGxvb2sgc2NlbmFyaW9zIQ=="
AT_ONCE = Tempo(
    post_every=timedelta(0),
    update_every=timedelta(0),
    read_every=timedelta(0),
    turn_in=timedelta(0),
    thread_in=timedelta(0),
)
"""Nothing waits for the clock, which stands still: what waits for another thread tries again at once."""


@dataclass
class World:
    """Everything a story happens in; `is_socket` says how Slack reaches the application."""

    clock: MovableClock
    slack: Sandbox
    shop: Shop
    policy_text: str
    database_url: str
    is_socket: bool
    tempo: Tempo = AT_ONCE
    application: Application | None = None
    ticked: dict[str, datetime] = field(default_factory=dict)

    @property
    def app(self) -> Application:
        """The running application."""
        assert self.application is not None, "the application does not run"
        return self.application

    @property
    def inbox(self) -> Inbox:
        """Where the shop receives callbacks."""
        return self.shop.inbox

    def start(self) -> None:
        """Start the application on what the database holds; returns when Slack and members are known."""
        policy = load_policy(self.policy_text, "policy.toml")
        settings = self._settings()
        client = slack_client(settings.slack_bot_token, settings.slack_api_url)
        self.application = build(
            settings,
            policy,
            self.clock,
            gateway=WebClientGateway(client, PATIENCE),
            tempo=self.tempo,
            save_within=PATIENCE,
        )
        self.application.start()
        self.ticked = {tick.name: self.clock.now() for tick in self.app.ticks.all() if not tick.is_at_start}
        if not self.is_socket:
            self.slack.connect_url(f"{self.application.url}/slack/events")
        self.tick()

    def stop(self) -> None:
        """Stop the application, as SIGTERM does."""
        if self.application is not None:
            self.application.stop()
            self.application = None

    def restart(self) -> None:
        """Stop and start it."""
        self.stop()
        self.start()

    def tick(self) -> None:
        """Do once, now, what the application does from time to time, and wake its senders.

        What it does by the hour is done if an hour has passed.
        """
        now = self.clock.now()
        for tick in self.app.ticks.all():
            last = self.ticked.get(tick.name)
            if last is None or tick.every < HOUR or not last <= now < last + tick.every:
                self.ticked[tick.name] = now
                run(tick)
        self.app.deliveries.wake()

    def advance(self, duration: timedelta) -> None:
        """Let `duration` pass at once; whatever became due is done."""
        self.clock.advance(duration)
        self.tick()

    def move_to(self, moment: datetime) -> None:
        """Let time pass until `moment`."""
        self.clock.move_to(moment)
        self.tick()

    def person(self, user_id: str) -> Expert:
        """A person of the local Slack."""
        return Expert(self.slack.url, user_id)

    def post_case(
        self,
        external_id: str = "order-1",
        task: str = "fraud",
        label: str = "fraud",
        confidence: float = 0.7,
        **more: Any,
    ) -> Case:
        """The shop posts a case that a person has to look at, and its message appears."""
        answer = self.shop.post(prediction(external_id, task, label, confidence, **more))
        assert answer.status_code == 202, answer.text
        assert answer.json()["disposition"] == "review", answer.json()
        case = Case(answer.json()["case_id"], external_id)
        self.eventually(lambda: self.person(SAM).messages_of(case))
        return case

    def audited(self, case: Case) -> list[str]:
        """What the audit trail says was done to the case, oldest first; fails if its chain is broken."""
        with self.app.ctx.database.read() as tx:
            assert audit.verify(tx).ok
            return [entry.action for entry in audit.of_subject(tx, case.case_id, 100)]

    def eventually(self, condition: Callable[[], T]) -> T:
        """What `condition` returns as soon as it is true; fails when that takes too long."""
        return eventually(condition)

    def settle(self) -> None:
        """Wait until nothing is on its way any more: from Slack, to Slack or to the shop."""
        self.eventually(lambda: self.slack.wait_idle() and not self._has_backlog())

    def _has_backlog(self) -> bool:
        ready = requests.get(f"{self.app.url}/readyz", timeout=PATIENCE).json()
        return ready["oldest_undelivered_for"] is not None

    def _settings(self) -> Settings:
        config = self.slack.config
        return Settings(
            secrets=Secrets({"SHOP_SECRET": SECRET}),
            database_url=self.database_url,
            draw_key=b"a key for the stories' draws",
            audit_keys=parse_audit_keys(AUDIT_KEYS, "the stories"),
            slack_bot_token=config.bot_token,
            slack_app_token=config.app_token if self.is_socket else None,
            slack_signing_secret=config.signing_secret,
            slack_api_url=self.slack.api_url,
            port=0,
        )


def slack_config() -> SandboxConfig:
    """The bank: the payments desk, its leads, and no pace but the bot's own."""
    channels = (
        SlackChannel(PAYMENTS, "payments-desk", (MAYA, JONAS, AIKO, NADIA, SAM), "Payments that need a look"),
        SlackChannel(LEADS, "leads", (NADIA, SAM), "Digests and overdue cases"),
    )
    return replace(patient(SandboxConfig.default()), channels=channels, user_groups=(), pace=0.0)


@contextmanager
def running_world(
    database_url: str,
    *,
    is_socket: bool,
    policy_text: str = POLICY,
    start: datetime = MONDAY,
    tempo: Tempo = AT_ONCE,
) -> Iterator[World]:
    """A world whose application runs; everything ends with the block."""
    clock = MovableClock(start)
    with Sandbox(slack_config(), clock) as slack, inbox(SECRET) as mail:
        shop = Shop(lambda: world.app.url, SECRET, mail)
        text = Template(policy_text).safe_substitute(callback_url=mail.url)
        world = World(clock, slack, shop, text, database_url, is_socket, tempo)
        try:
            world.start()
            yield world
        finally:
            world.stop()
