"""Whether Slack knows the two tokens, which scopes they carry, and how far the clocks are apart."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot.doctor.finding import CheckFinding, fail, ok, warn
from bot.slack.api.failures import NO_BOT, SlackFailure, SlackPermanent
from bot.slack.api.token_kinds import kind_of, refusal, wrong_app_token, wrong_bot_token
from bot.slack.api.web_calls import call

SIGNATURE_WINDOW = timedelta(minutes=5)
NOTICEABLE = timedelta(seconds=30)
RECEIPTS = "reactions:write"
"""The scope that the bot can do without: installations from before it asked for it go on working."""
REINSTALL = "Paste deploy/slack-manifest.yaml into your app's settings (App Manifest) and install it again."


@dataclass(frozen=True, slots=True)
class Identity:
    """Who Slack says the bot is; `scopes` is None where Slack does not say, `answered_at` likewise.

    `bot_id` is empty for a token that is a person's or an app's.
    """

    team_id: str
    team: str
    user_id: str
    scopes: frozenset[str] | None
    answered_at: datetime | None
    bot_id: str = ""


def identify(client: WebClient) -> Identity:
    """Ask `auth.test`; raises SlackFailure."""
    headers: dict[str, str] = {}

    def ask() -> SlackResponse:
        response = client.auth_test()
        headers.update((name.lower(), str(value)) for name, value in response.headers.items())
        return response

    answer = call("auth.test", ask)
    return Identity(
        team_id=str(answer.get("team_id", "")),
        team=str(answer.get("team", "")),
        user_id=str(answer.get("user_id", "")),
        scopes=_scopes(headers.get("x-oauth-scopes")),
        answered_at=_moment(headers.get("date")),
        bot_id=str(answer.get("bot_id") or ""),
    )


def check_bot_token(client: WebClient, token: str | None) -> tuple[Identity | None, CheckFinding]:
    """Whether the bot token is a bot's, lasts, and is in use at Slack; who the bot is, if so."""
    if token is None:
        mend = "Copy it from your app's OAuth & Permissions page (xoxb-…) after installing the app."
        return None, fail("bot token", "SLACK_BOT_TOKEN is not set.", mend)
    wrong = wrong_bot_token(token)
    if wrong is not None:
        return None, fail("bot token", f"This is {kind_of(token)}.", wrong.mend)
    try:
        identity = identify(client)
    except SlackPermanent as failure:
        return None, fail("bot token", f"Slack refuses it ({failure.code}).", failure.mend)
    except SlackFailure as failure:
        return None, fail("bot token", str(failure), "Check the network to Slack, and SLACK_API_URL.")
    if not (identity.team_id and identity.user_id and identity.bot_id):
        return None, fail("bot token", "Slack knows no bot by this token.", refusal(NO_BOT).mend)
    return identity, ok("bot token", f"workspace {identity.team}")


def check_scopes(identity: Identity, wanted: frozenset[str]) -> CheckFinding:
    """Whether the bot token carries every scope of the manifest."""
    if identity.scopes is None:
        return warn(
            "scopes", "Slack does not say which scopes the bot token has.", "Nothing, if Slack works."
        )
    missing = sorted(wanted - identity.scopes)
    if missing == [RECEIPTS]:
        what = f"The bot token lacks {RECEIPTS}: typed answers are acknowledged by a private line."
        return warn("scopes", what, REINSTALL)
    if missing:
        return fail("scopes", f"The bot token lacks {', '.join(missing)}.", REINSTALL)
    return ok("scopes", f"all {len(wanted)} of the manifest")


def check_app_token(client: WebClient, token: str | None, signing_secret: str | None) -> CheckFinding:
    """Whether clicks can arrive: by Socket Mode, or without an app token by signed HTTP."""
    if token is None and signing_secret is None:
        mend = "Set SLACK_APP_TOKEN (xapp-…, scope connections:write), or SLACK_SIGNING_SECRET for HTTP."
        return fail("app token", "Neither an app token nor a signing secret: no click would arrive.", mend)
    if token is None:
        return ok("app token", "none: Slack calls /slack/events over HTTP, checked by the signing secret")
    wrong = wrong_app_token(token)
    if wrong is not None:
        return fail("app token", f"This is {kind_of(token)}.", wrong.mend)
    try:
        call("apps.connections.open", client.apps_connections_open, app_token=token)
    except SlackFailure as failure:
        return _app_token_failure(failure)
    return ok("app token", "Socket Mode opens")


def _app_token_failure(failure: SlackFailure) -> CheckFinding:
    code = failure.code if isinstance(failure, SlackPermanent) else ""
    mends = {
        "missing_scope": "Give the app token the scope connections:write (Basic Information).",
        "not_allowed_token_type": "SLACK_APP_TOKEN takes the app token, xapp-…",
    }
    default = "Make a new app token (Basic Information, App-Level Tokens) for SLACK_APP_TOKEN."
    if isinstance(failure, SlackPermanent):
        return fail("app token", f"Slack refuses it ({code}).", mends.get(code, default))
    return fail("app token", str(failure), "Try again; check the network to Slack.")


def check_clock(identity: Identity, now: datetime) -> CheckFinding:
    """How far this machine's clock is from Slack's; signatures older than 5 minutes are refused."""
    if identity.answered_at is None:
        return warn("clock", "Slack's answer carries no date to compare with.", "Keep NTP running.")
    skew = abs(now - identity.answered_at)
    if skew < NOTICEABLE:
        return ok("clock", "agrees with Slack's")
    what = f"{skew.total_seconds():.0f} s away from Slack's."
    mend = "Let the machine set its clock by NTP: signatures hold for 5 minutes only."
    return fail("clock", what, mend) if skew > SIGNATURE_WINDOW else warn("clock", what, mend)


def _scopes(header: str | None) -> frozenset[str] | None:
    if header is None:
        return None
    return frozenset(scope.strip() for scope in header.split(",") if scope.strip())


def _moment(header: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None  # without a zone it cannot be compared with `now`
