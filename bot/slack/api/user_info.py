"""A person as Slack tells of them."""

from dataclasses import dataclass

from bot.slack.blocks.message import JsonObject

SLACKBOT = "USLACKBOT"
"""Slack's own program, which says of itself that it is none."""


@dataclass(frozen=True, slots=True)
class UserInfo:
    """A person as Slack knows them; `timezone` is an IANA name.

    On Enterprise Grid, `enterprise_id` is their organization and `teams` those of its workspaces they are in.
    """

    user_id: str
    team_id: str
    name: str
    timezone: str
    is_active: bool
    is_bot: bool
    is_guest: bool
    is_stranger: bool
    enterprise_id: str = ""
    teams: tuple[str, ...] = ()


def user_info_of(user: JsonObject) -> UserInfo:
    """The person in an answer of `users.info`."""
    profile = user.get("profile") or {}
    organization = user.get("enterprise_user") or {}
    name = (
        profile.get("display_name") or profile.get("real_name") or user.get("real_name") or user.get("name")
    )
    return UserInfo(
        user_id=str(user["id"]),
        team_id=str(user.get("team_id", "")),
        name=str(name or user["id"]),
        timezone=str(user.get("tz") or "UTC"),
        is_active=not user.get("deleted", False),
        is_bot=bool(user.get("is_bot") or user.get("is_workflow_bot") or user["id"] == SLACKBOT),
        is_guest=bool(user.get("is_restricted", False) or user.get("is_ultra_restricted", False)),
        is_stranger=bool(user.get("is_stranger", False)),
        enterprise_id=str(organization.get("enterprise_id") or ""),
        teams=tuple(str(team) for team in organization.get("teams") or ()),
    )
