"""Sets the demo up: a local Slack, Second Look itself, the service that posts, and a database of its own."""

import base64
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from string import Template

from bot.clock import FastClock
from bot.delivery.sender.durations import Tempo
from bot.demo.experts import Skill
from bot.demo.script import Mode
from bot.demo.traffic import Poster, Receiver
from bot.process.wiring import Application, build
from bot.sandbox import Sandbox, SandboxConfig
from bot.settings import Secrets, Settings
from routing.policy import Policy, load_policy

NEWCOMER = "U0SAM"
DIGITS, ONCOLOGY, LEADS = "C0DIGITS", "C0ONCOLOGY", "C0LEADS"
URGENT = "missed-cancer"
"""The tier that is due within the hour, and nothing for a visitor who looks around first."""
SKILLS = (
    Skill("U0MAYA", DIGITS, 0.99),
    Skill("U0JONAS", DIGITS, 0.96),
    Skill("U0AIKO", DIGITS, 0.93),
    Skill("U0NADIA", ONCOLOGY, 0.99),
    Skill("U0DIEGO", ONCOLOGY, 0.95),
    Skill("U0AIKO", ONCOLOGY, 0.92),
)


DRAW_KEY = b"the demo draws the same audits every time"
"""Not secret, unlike a real key: the same cases and the same seed are to give the same report."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs in a demo, started."""

    clock: FastClock
    sandbox: Sandbox
    application: Application
    receiver: Receiver
    poster: Poster
    mode: Mode
    digest_at: datetime


def new_secret() -> str:
    """A fresh secret in the form of Standard Webhooks."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def demo_policy(callback_url: str, digest_at: datetime, quorum: int) -> Policy:
    """The demo's policy: its digest is due at that minute, each case is decided by `quorum` answers."""
    text = resources.files("bot.demo").joinpath("policy.toml").read_text(encoding="utf-8")
    filled = Template(text).substitute(
        callback_url=callback_url,
        digits_channel=DIGITS,
        oncology_channel=ONCOLOGY,
        leads_channel=LEADS,
        oncology_lead="U0NADIA",
        quorum=quorum,
        digest_day=f"{digest_at:%a}".lower(),
        digest_at=f"{digest_at:%H:%M}",
    )
    return load_policy(filled, "demo policy")


def demo_settings(folder: Path, slack: Sandbox, secret: str) -> Settings:
    """Settings for a run whose files are all in `folder`."""
    return Settings(
        secrets=Secrets({"DEMO_SERVICE_SECRET": secret}),
        database_url=f"sqlite:///{folder / 'demo.sqlite3'}",
        draw_key=DRAW_KEY,
        slack_bot_token=slack.config.bot_token,
        slack_app_token=slack.config.app_token,
        slack_signing_secret=slack.config.signing_secret,
        slack_api_url=f"{slack.url}/api/",
        port=0,
    )


@contextmanager
def stage(folder: Path, clock: FastClock, mode: Mode, port: int) -> Iterator[Stage]:
    """Start everything and stop it again."""
    secret = new_secret()
    with ExitStack() as stack:
        config = replace(SandboxConfig.default(), pace=mode.pace, burst=max(3, round(mode.pace)), port=port)
        slack = stack.enter_context(Sandbox(config, clock))
        receiver = Receiver(secret)
        receiver.start()
        stack.callback(receiver.stop)
        # On the minute, as policies have it: a minute too early would be a week too late.
        digest_at = (clock.now() + mode.digest_after).replace(second=0, microsecond=0)
        policy = demo_policy(receiver.url, digest_at, mode.quorum)
        settings = demo_settings(folder, slack, secret)
        application = build(settings, policy, clock, tempo=_tempo(clock, mode.pace))
        application.start()
        stack.callback(application.stop)
        poster = Poster(application.url, secret, clock.wall)
        yield Stage(clock, slack, application, receiver, poster, mode, digest_at)


def _tempo(clock: FastClock, pace: float) -> Tempo:
    return Tempo(
        speed=clock.speed,
        post_every=timedelta(seconds=1 / pace),
        update_every=timedelta(seconds=min(1.2, 1 / pace)),
    )
