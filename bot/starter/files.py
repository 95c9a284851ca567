"""Fills the templates in and writes them; never over a file that exists."""

import base64
import os
import secrets
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template

from bot.errors import BotError

POLICY = "policy.toml"
ENV = ".env"
MANIFEST = "slack-manifest.yaml"
CASE = "first-case.json"
PRIVATE = {ENV}
PLACEHOLDER_CHANNEL = "C0123456789"


class StarterRefused(BotError):
    """The starter files were not written."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the files are filled with; empty text where the operator has still to fill it in."""

    draw_key: str
    service_secret: str
    bot_token: str = ""
    app_token: str = ""
    channel_id: str = ""
    audit_keys: str = ""


def random_draw_key() -> str:
    """A key of 256 random bits for the draws of audits."""
    return secrets.token_urlsafe(32)


def random_service_secret() -> str:
    """A signing secret of 256 random bits in the form of Standard Webhooks."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def template(name: str) -> str:
    """The text of a packaged template."""
    return files("bot.starter").joinpath(name).read_text(encoding="utf-8")


def render(answers: Answers) -> dict[str, str]:
    """The files' texts by name."""
    return {
        POLICY: template("policy.toml").replace(
            PLACEHOLDER_CHANNEL, answers.channel_id or PLACEHOLDER_CHANNEL
        ),
        ENV: Template(template("env.template")).substitute(
            draw_key=answers.draw_key,
            audit_keys=answers.audit_keys,
            service_secret=answers.service_secret,
            bot_token=answers.bot_token,
            app_token=answers.app_token,
        ),
        MANIFEST: template(MANIFEST),
        CASE: template(CASE),
    }


def write(directory: Path, texts: dict[str, str]) -> None:
    """Write every file, the env file readable by its owner only.

    Raises StarterRefused, having written nothing, where any of them exists; or where the disk refuses.
    """
    existing = [name for name in texts if os.path.lexists(directory / name)]
    if existing:
        raise StarterRefused(
            f"{directory} already has {', '.join(existing)}: name another directory, or move them away."
        )
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            _create(directory / name, text, 0o600 if name in PRIVATE else 0o644)
    except OSError as error:
        raise StarterRefused(f"{error.strerror}: {error.filename}.") from error


def _create(path: Path, text: str, mode: int) -> None:
    # The mode at creation, and O_EXCL: no moment in which others read the secrets, no file written over.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
