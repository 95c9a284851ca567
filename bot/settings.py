"""The only reader of the environment: addresses, tokens and the secrets that the policy names."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from bot.env_file import read_env_file
from bot.errors import SettingsInvalid

SHORTEST_DRAW_KEY = 16
SHORTEST_AUDIT_SECRET = 16
AUDIT_KEY = re.compile(rf"([A-Za-z0-9._-]{{1,40}}):([^\s,]{{{SHORTEST_AUDIT_SECRET},}})")
HIGHEST_PORT = 65_535
ENVIRONMENT = "the environment"
NO_ORIGINS: Mapping[str, str] = MappingProxyType({})


class Secrets:
    """The values behind the environment variables that the policy names; its `repr` shows none of them.

    `origins` says of each variable where it is set.
    """

    def __init__(self, environ: Mapping[str, str], origins: Mapping[str, str] = NO_ORIGINS) -> None:
        self._values = dict(environ)
        self._origins = dict(origins)

    def __repr__(self) -> str:
        return "Secrets(hidden)"

    def get(self, name: str) -> str:
        """The secret in variable `name`; raises SettingsInvalid where it is missing or empty."""
        value = self._values.get(name, "")
        if not value:
            raise SettingsInvalid(f"{name} is not set; the policy names it: put the secret in that variable.")
        return value

    def place(self, name: str) -> str:
        """The variable's name, and where it is set."""
        return f"{name} (set in {self._origins[name]})" if name in self._origins else name

    def origin(self, name: str) -> str:
        """Where the variable is set, in words; empty where nobody knows."""
        return self._origins.get(name, "")

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

    @property
    def policy_origin(self) -> str:
        """Where the policy's path is set, in words; empty where it is the usual one."""
        return self.secrets.origin("SECONDLOOK_POLICY")

    @property
    def database_origin(self) -> str:
        """Where the database's address is set, as a sentence."""
        origin = self.secrets.origin("SECONDLOOK_DATABASE_URL")
        return f"SECONDLOOK_DATABASE_URL is {f'set in {origin}' if origin else 'not set'}."

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

    Raises SettingsInvalid naming every variable that is wrong, and where it is set.
    """
    folder = env_file.parent if env_file is not None else Path()
    lines = read_env_file(env_file) if env_file is not None else {}
    # What a shell has from this very file says the same as the file: its paths start there, too.
    others = {
        name: value
        for name, value in (os.environ if environ is None else environ).items()
        if lines.get(name) != value
    }
    values = {**_anchored(lines, folder), **others}
    origins = {**dict.fromkeys(lines, str(env_file)), **dict.fromkeys(others, ENVIRONMENT)}
    errors = [f"{message} It is set in {origins[name]}." for name, message in _errors(values)]
    if errors:
        raise SettingsInvalid(" ".join(errors))
    present = {name: value for name, value in values.items() if value}
    return _settings(present, Secrets(present, origins), folder)


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


def _errors(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is wrong with each variable, by its name; never the value of a secret."""
    port = values.get("SECONDLOOK_PORT") or "0"
    key = values.get("SECONDLOOK_DRAW_KEY") or ""
    messages: list[tuple[str, str]] = []
    if not (port.isascii() and port.isdigit() and int(port[:9]) <= HIGHEST_PORT):
        wrong = f"SECONDLOOK_PORT is {port!r}; give a number from 0 to {HIGHEST_PORT}."
        messages.append(("SECONDLOOK_PORT", wrong))
    if key and len(key) < SHORTEST_DRAW_KEY:
        short = f"SECONDLOOK_DRAW_KEY is too short; give at least {SHORTEST_DRAW_KEY} random characters."
        messages.append(("SECONDLOOK_DRAW_KEY", short))
    if not _is_address(values.get("SLACK_API_URL", "")):
        messages.append(("SLACK_API_URL", "SLACK_API_URL is not an address; begin it with https://."))
    try:
        parse_audit_keys(values.get("SECONDLOOK_AUDIT_KEYS") or "", "SECONDLOOK_AUDIT_KEYS")
    except SettingsInvalid as error:
        messages.append(("SECONDLOOK_AUDIT_KEYS", error.detail))
    return messages


def _is_address(value: str) -> bool:
    if not value:
        return True
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _settings(values: Mapping[str, str], secrets: Secrets, folder: Path) -> Settings:
    """The settings from variables that were checked and are not empty."""
    key = values.get("SECONDLOOK_DRAW_KEY")
    return Settings(
        secrets=secrets,
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
