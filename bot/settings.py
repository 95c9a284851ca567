"""The only reader of the environment: addresses, tokens and the secrets that the policy names."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bot.errors import SettingsInvalid

SHORTEST_DRAW_KEY = 16
SHORTEST_AUDIT_SECRET = 16
AUDIT_KEY = re.compile(rf"([A-Za-z0-9._-]{{1,40}}):([^\s,]{{{SHORTEST_AUDIT_SECRET},}})")
HIGHEST_PORT = 65_535


class Secrets:
    """The values behind the environment variables that the policy names; its `repr` shows none of them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._values = dict(environ)

    def __repr__(self) -> str:
        return "Secrets(hidden)"

    def get(self, name: str) -> str:
        """The secret in variable `name`; raises SettingsInvalid where it is missing or empty."""
        value = self._values.get(name, "")
        if not value:
            raise SettingsInvalid(f"{name} is not set; the policy names it: put the secret in that variable.")
        return value

    def missing(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of `names` that are not set, in order."""
        return tuple(name for name in names if not self._values.get(name))


@dataclass(frozen=True, slots=True)
class Settings:
    """How this process reaches its database, its policy, Slack and its callers.

    `audit_keys` are pairs of id and secret, the first of which signs; `folder` is where the env file is.
    """

    secrets: Secrets
    database_url: str = field(default="sqlite:///secondlook.sqlite3", repr=False)
    policy_path: Path = Path("policy.toml")
    draw_key: bytes | None = field(default=None, repr=False)
    audit_keys: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    slack_bot_token: str | None = field(default=None, repr=False)
    slack_app_token: str | None = field(default=None, repr=False)
    slack_signing_secret: str | None = field(default=None, repr=False)
    slack_api_url: str = "https://slack.com/api/"
    host: str = "127.0.0.1"
    port: int = 8080
    folder: Path = Path()

    def need_draw_key(self) -> bytes:
        """The key of every random draw; raises SettingsInvalid where it is not set."""
        if self.draw_key is None:
            raise SettingsInvalid(
                "SECONDLOOK_DRAW_KEY is not set; `secondlook init` writes one: at least 16 random characters."
            )
        return self.draw_key

    def need_bot_token(self) -> str:
        """Slack's bot token; raises SettingsInvalid where it is not set."""
        if self.slack_bot_token is None:
            raise SettingsInvalid("SLACK_BOT_TOKEN is not set; copy it from OAuth & Permissions of your app.")
        return self.slack_bot_token


def read_settings(environ: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")) -> Settings:
    """The settings from `environ` (default: the process's environment) over the lines of `env_file`.

    Raises SettingsInvalid naming every variable that is wrong.
    """
    lines = _anchored(read_env_file(env_file), env_file.parent) if env_file else {}
    values = {**lines, **(os.environ if environ is None else environ)}
    errors = _errors(values)
    if errors:
        raise SettingsInvalid(" ".join(errors))
    folder = env_file.parent if env_file is not None else Path()
    return _settings({name: value for name, value in values.items() if value}, folder)


def read_env_file(path: Path) -> dict[str, str]:
    """The `NAME=value` lines of a file: comments and blank lines skipped, a pair of quotes taken off.

    A missing file has no lines.
    """
    if not path.is_file():
        return {}
    lines = (line.strip().removeprefix("export ") for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): _unquoted(value.strip()) for name, equals, value in pairs if equals}


def parse_audit_keys(text: str, where: str) -> tuple[tuple[str, bytes], ...]:
    """The keys of `id:secret,id:secret`; raises SettingsInvalid, naming `where` it stands and no secret."""
    if not text:
        return ()
    matches = [AUDIT_KEY.fullmatch(part.strip()) for part in text.split(",")]
    keys = tuple((match[1], match[2].encode()) for match in matches if match is not None)
    if len(keys) < len(matches) or len(dict(keys)) < len(keys):
        raise SettingsInvalid(
            f"{where} is not a list of keys; write id:secret,id:secret with an id of its own for each, and "
            f"at least {SHORTEST_AUDIT_SECRET} random characters without spaces as the secret."
        )
    return keys


def _anchored(values: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The same values with the file's relative paths starting at its folder, wherever somebody types."""
    anchored = dict(values)
    if anchored.get("SECONDLOOK_POLICY"):
        anchored["SECONDLOOK_POLICY"] = str(folder / anchored["SECONDLOOK_POLICY"])
    scheme, is_file, path = anchored.get("SECONDLOOK_DATABASE_URL", "").partition("sqlite:///")
    if is_file and not scheme:
        anchored["SECONDLOOK_DATABASE_URL"] = f"sqlite:///{folder / path}"
    return anchored


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if is_quoted else value


def _errors(values: Mapping[str, str]) -> list[str]:
    """What is wrong with each variable; never the value of a secret."""
    port = values.get("SECONDLOOK_PORT") or "0"
    key = values.get("SECONDLOOK_DRAW_KEY") or ""
    messages = []
    if not (port.isascii() and port.isdigit() and int(port[:9]) <= HIGHEST_PORT):
        messages.append(f"SECONDLOOK_PORT is {port!r}; give a number from 0 to {HIGHEST_PORT}.")
    if key and len(key) < SHORTEST_DRAW_KEY:
        short = f"SECONDLOOK_DRAW_KEY is too short; give at least {SHORTEST_DRAW_KEY} random characters."
        messages.append(short)
    if not _is_address(values.get("SLACK_API_URL", "")):
        messages.append("SLACK_API_URL is not an address; begin it with https://.")
    try:
        parse_audit_keys(values.get("SECONDLOOK_AUDIT_KEYS") or "", "SECONDLOOK_AUDIT_KEYS")
    except SettingsInvalid as error:
        messages.append(error.detail)
    return messages


def _is_address(value: str) -> bool:
    if not value:
        return True
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _settings(values: Mapping[str, str], folder: Path) -> Settings:
    """The settings from variables that were checked and are not empty."""
    key = values.get("SECONDLOOK_DRAW_KEY")
    return Settings(
        secrets=Secrets(values),
        database_url=values.get("SECONDLOOK_DATABASE_URL", "sqlite:///secondlook.sqlite3"),
        policy_path=Path(values.get("SECONDLOOK_POLICY", "policy.toml")),
        draw_key=key.encode() if key else None,
        audit_keys=parse_audit_keys(values.get("SECONDLOOK_AUDIT_KEYS", ""), "SECONDLOOK_AUDIT_KEYS"),
        slack_bot_token=values.get("SLACK_BOT_TOKEN"),
        slack_app_token=values.get("SLACK_APP_TOKEN"),
        slack_signing_secret=values.get("SLACK_SIGNING_SECRET"),
        slack_api_url=values.get("SLACK_API_URL", "https://slack.com/api/"),
        host=values.get("SECONDLOOK_HOST", "127.0.0.1"),
        port=int(values.get("SECONDLOOK_PORT", "8080")),
        folder=folder,
    )
