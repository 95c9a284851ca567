"""Every check in the order of mending, from what this machine knows to what Slack says."""

from collections.abc import Iterator
from datetime import datetime

from slack_sdk import WebClient

from bot.doctor.active_policy import check_active_policy
from bot.doctor.callbacks import check_callbacks
from bot.doctor.database import check_database
from bot.doctor.finding import CheckFinding
from bot.doctor.limits import check_limits
from bot.doctor.manifest import wanted_scopes
from bot.doctor.open_cases import check_open_cases
from bot.doctor.policy import check_draw_key, check_policy, check_secrets
from bot.doctor.record_keys import check_audit_keys
from bot.doctor.rules import check_rules
from bot.doctor.tokens import check_app_token, check_bot_token, check_clock, check_scopes
from bot.doctor.workspace import check_channels, check_groups, check_people, check_quorums
from bot.settings import Settings
from bot.slack.api.web_calls import slack_client
from routing.policy import Policy


def examine(settings: Settings, now: datetime) -> Iterator[CheckFinding]:
    """Each finding as soon as it is there; `now` is the wall clock's."""
    policy, finding = check_policy(settings.policy_path, settings.policy_origin)
    yield finding
    yield check_draw_key(settings)
    yield check_audit_keys(settings)
    if policy is not None:
        yield from check_secrets(policy, settings.secrets)
    yield from check_database(settings.database_url, now, settings.database_origin)
    if policy is not None:
        yield from check_active_policy(settings.database_url, policy, now)
        yield from check_open_cases(settings.database_url, policy)
        yield from check_rules(settings.database_url, policy, now)
    yield from _slack(settings, policy, now)
    if policy is not None:
        yield from check_callbacks(policy)


def _slack(settings: Settings, policy: Policy | None, now: datetime) -> Iterator[CheckFinding]:
    client = slack_client(settings.slack_bot_token, settings.slack_api_url)
    identity, finding = check_bot_token(client, settings.slack_bot_token)
    yield finding
    yield check_app_token(client, settings.slack_app_token, settings.slack_signing_secret)
    if identity is not None:
        yield check_scopes(identity, wanted_scopes())
        yield check_clock(identity, now)
    if policy is not None:
        yield from _workspace(client if identity else None, policy, now)


def _workspace(client: WebClient | None, policy: Policy, now: datetime) -> Iterator[CheckFinding]:
    if client is not None:
        yield from check_channels(client, policy)
        yield from check_groups(client, policy)
        yield from check_people(client, policy)
        yield from check_quorums(client, policy)
    yield from check_limits(client, policy, now)
