"""People as the Web API and the page give them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.sandbox.config import BotUser, SlackUser
from bot.sandbox.json_types import JsonObject


def bot_person(bot: BotUser) -> SlackUser:
    """The app's bot user as a member of the workspace."""
    name = bot.name.lower().replace(" ", "_")
    return SlackUser(bot.user_id, name, bot.name, "", "America/Los_Angeles", "4a154b", "", is_bot=True)


def api_user(person: SlackUser, team_id: str, now: datetime, *, with_email: bool) -> JsonObject:
    """The person as `users.info` gives it."""
    local = now.astimezone(ZoneInfo(person.tz))
    offset = local.utcoffset()
    profile: JsonObject = {
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "title": person.title,
        "team": team_id,
    }
    if with_email and not person.is_bot:
        profile["email"] = person.email
    return {
        "id": person.id,
        "team_id": team_id,
        "name": person.name,
        "real_name": person.real_name,
        "color": person.color,
        "deleted": person.deleted,
        "tz": person.tz,
        "tz_label": local.tzname() or person.tz,
        "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
        "profile": profile,
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.is_restricted,
        "is_ultra_restricted": False,
        "is_stranger": False,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": 0,
    }


def page_person(person: SlackUser) -> JsonObject:
    """The person as the page gets it."""
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "title": person.title,
        "color": person.color,
        "tz": person.tz,
        "is_bot": person.is_bot,
        "deleted": person.deleted,
        "is_restricted": person.is_restricted,
    }
