"""What a local Slack is made of: team, people, channels, tokens, transport and pace."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

BOT_SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:join",
        "channels:read",
        "chat:write",
        "commands",
        "dnd:read",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "reactions:read",
        "reactions:write",
        "team:read",
        "usergroups:read",
        "users:read",
        "users:read.email",
    }
)
APP_SCOPES = frozenset({"connections:write"})
VERIFICATION_TOKEN = "local-verification-token"  # noqa: S105


@dataclass(frozen=True)
class SlackTeam:
    """The workspace."""

    id: str
    name: str
    domain: str


@dataclass(frozen=True)
class BotUser:
    """The app's bot user; `icon` is the name of an emoji that the page shows as its picture."""

    user_id: str
    bot_id: str
    app_id: str
    name: str
    icon: str


@dataclass(frozen=True)
class SlackUser:
    """A member of the workspace; `tz` is an IANA zone, `color` a hex color without `#`."""

    id: str
    name: str
    real_name: str
    title: str
    tz: str
    color: str
    email: str
    is_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    is_snoozing: bool = False


@dataclass(frozen=True)
class SlackChannel:
    """A channel with its members' user ids; `has_bot` says whether the app was invited."""

    id: str
    name: str
    members: tuple[str, ...]
    topic: str = ""
    is_private: bool = False
    has_bot: bool = True


@dataclass(frozen=True)
class UserGroup:
    """A user group with its members' user ids."""

    id: str
    handle: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class SlashCommand:
    """A slash command that the app registered."""

    command: str
    description: str
    usage_hint: str


@dataclass(frozen=True)
class SandboxConfig:
    """Everything a local Slack starts with.

    `pace` is how many `chat.postMessage` a second a channel takes before 429, after `burst` at once
    (`pace` 0: no limit); `calls_per_minute` limits other methods for the whole workspace.
    `request_url` receives signed HTTP while no Socket Mode connection is open; None: Socket Mode only.
    `retry_delays` are the seconds before each retry of an event; `ack_seconds` Slack's 3 s.
    `port` 0 takes a free one.
    """

    team: SlackTeam
    bot: BotUser
    people: tuple[SlackUser, ...]
    channels: tuple[SlackChannel, ...]
    user_groups: tuple[UserGroup, ...]
    bot_token: str
    app_token: str
    signing_secret: str
    commands: tuple[SlashCommand, ...]
    request_url: str | None = None
    bot_scopes: frozenset[str] = BOT_SCOPES
    app_scopes: frozenset[str] = APP_SCOPES
    pace: float = 1.0
    burst: int = 3
    calls_per_minute: Mapping[str, int] = field(default_factory=dict)
    retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    port: int = 0

    @classmethod
    def default(cls) -> Self:
        """A small bank: seven people over the world, four channels, tokens that work here only."""
        return cls(
            team=SlackTeam("T0ACMEBANK", "Acme Bank", "acme-bank"),
            bot=BotUser("U0SECONDLOOK", "B0SECONDLOOK", "A0SECONDLOOK", "Second Look", ":eyes:"),
            people=_PEOPLE,
            channels=_CHANNELS,
            user_groups=(
                UserGroup("S0DIGITS", "digit-readers", "Digit readers", ("U0MAYA", "U0JONAS", "U0AIKO")),
                UserGroup("S0ONCOLOGY", "oncology", "Oncology board", ("U0AIKO", "U0DIEGO", "U0NADIA")),
            ),
            bot_token="xoxb-local-0000000000-second-look",  # noqa: S106
            app_token="xapp-1-LOCAL-0000000000-second-look",  # noqa: S106
            signing_secret="local-signing-secret",  # noqa: S106
            commands=(
                SlashCommand(
                    "/secondlook",
                    "Cases that need a second look",
                    "next | queue | mine | digest | replay | help",
                ),
            ),
        )


def _person(user_id: str, name: str, real_name: str, title: str, tz: str, color: str) -> SlackUser:
    return SlackUser(user_id, name, real_name, title, tz, color, f"{name}@acme-bank.example")


_PEOPLE = (
    _person("U0MAYA", "maya", "Maya Okafor", "Senior document examiner", "Europe/London", "4a6fa5"),
    _person("U0JONAS", "jonas", "Jonas Weber", "Document examiner", "Europe/Berlin", "c2703d"),
    _person("U0AIKO", "aiko", "Aiko Tanaka", "Pathologist", "Asia/Tokyo", "8e5ea2"),
    _person("U0DIEGO", "diego", "Diego Herrera", "Oncologist", "America/Mexico_City", "2f8f6b"),
    _person("U0NADIA", "nadia", "Nadia Rahman", "Chief of oncology", "Asia/Dhaka", "b8475f"),
    _person("U0SAM", "sam", "Sam Whitfield", "Team lead, model quality", "America/New_York", "5b7f2b"),
    _person("U0PRIYA", "priya", "Priya Nair", "Data scientist", "Asia/Kolkata", "a6842c"),
)
_EVERYONE = tuple(person.id for person in _PEOPLE)
_CHANNELS = (
    SlackChannel("C0GENERAL", "general", _EVERYONE, "Everybody, everything"),
    SlackChannel(
        "C0DIGITS", "digits-experts", ("U0MAYA", "U0JONAS", "U0AIKO", "U0SAM"), "Which digit is it?"
    ),
    SlackChannel(
        "C0ONCOLOGY",
        "oncology-experts",
        ("U0AIKO", "U0DIEGO", "U0NADIA", "U0SAM"),
        "Every prediction of a benign tumor gets a second look",
    ),
    SlackChannel(
        "C0LEADS", "second-look-leads", ("U0NADIA", "U0SAM", "U0PRIYA"), "Digests and overdue cases"
    ),
)
