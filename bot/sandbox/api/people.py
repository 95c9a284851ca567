"""auth.*, team.*, bots.*, users.*, usergroups.* and dnd.*: who is who."""

from bot.sandbox.api.call import ApiMethod, Call, paged
from bot.sandbox.config import SlackUser, UserGroup
from bot.sandbox.errors import ApiError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.people import api_user

DND_PEOPLE = 50
SNOOZE_SECONDS = 3600


def auth_test(call: Call) -> JsonObject:
    """auth.test."""
    config = call.workspace.config
    return {
        "url": f"{call.workspace.url}/",
        "team": config.team.name,
        "user": call.workspace.state.people[config.bot.user_id].name,
        "team_id": config.team.id,
        "user_id": config.bot.user_id,
        "bot_id": config.bot.bot_id,
        "is_enterprise_install": False,
    }


def team_info(call: Call) -> JsonObject:
    """team.info."""
    team = call.workspace.config.team
    shown: JsonObject = {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": ""}
    return {"team": {**shown, "icon": {"image_default": True}}}


def bots_info(call: Call) -> JsonObject:
    """bots.info."""
    bot = call.workspace.config.bot
    if (call.text("bot") or bot.bot_id) != bot.bot_id:
        raise ApiError("bot_not_found")
    shown: JsonObject = {"id": bot.bot_id, "deleted": False, "name": bot.name, "app_id": bot.app_id}
    return {"bot": {**shown, "user_id": bot.user_id, "updated": 0, "icons": {}}}


def _shown(call: Call, person: SlackUser) -> JsonObject:
    now = call.workspace.state.clock.now()
    with_email = "users:read.email" in call.scopes
    return api_user(person, call.workspace.config.team.id, now, with_email=with_email)


def users_info(call: Call) -> JsonObject:
    """users.info."""
    person = call.workspace.state.people.get(call.required("user", "user_not_found"))
    if person is None:
        raise ApiError("user_not_found")
    return {"user": _shown(call, person)}


def users_list(call: Call) -> JsonObject:
    """users.list."""
    everyone = [_shown(call, person) for person in call.workspace.state.people.values()]
    items, cursor = call.page(everyone)
    return {**paged("members", items, cursor), "cache_ts": call.workspace.state.now_seconds()}


def lookup_by_email(call: Call) -> JsonObject:
    """users.lookupByEmail: active people only."""
    email = call.required("email", "users_not_found").lower()
    for person in call.workspace.state.people.values():
        if person.email.lower() == email and not person.deleted and not person.is_bot:
            return {"user": _shown(call, person)}
    raise ApiError("users_not_found")


def _group(call: Call, group: UserGroup) -> JsonObject:
    shown: JsonObject = {
        "id": group.id,
        "team_id": call.workspace.config.team.id,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "description": "",
        "date_delete": 0,
        "user_count": len(group.members),
    }
    return shown | ({"users": list(group.members)} if call.flag("include_users") else {})


def usergroups_list(call: Call) -> JsonObject:
    """usergroups.list."""
    return {"usergroups": [_group(call, group) for group in call.workspace.state.user_groups.values()]}


def usergroups_users_list(call: Call) -> JsonObject:
    """usergroups.users.list: deactivated people are left out."""
    state = call.workspace.state
    group = state.user_groups.get(call.required("usergroup", "no_such_subteam"))
    if group is None:
        raise ApiError("no_such_subteam")
    people = [state.people[user_id] for user_id in group.members if user_id in state.people]
    return {"users": [person.id for person in people if not person.deleted]}


def _dnd(call: Call, person: SlackUser) -> JsonObject:
    now = call.workspace.state.now_seconds()
    if not person.is_snoozing:
        return {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}
    return {"dnd_enabled": True, "next_dnd_start_ts": now - 1, "next_dnd_end_ts": now + SNOOZE_SECONDS}


def dnd_info(call: Call) -> JsonObject:
    """dnd.info."""
    person = call.workspace.state.people.get(call.required("user", "user_not_found"))
    if person is None:
        raise ApiError("user_not_found")
    return {**_dnd(call, person), "snooze_enabled": person.is_snoozing}


def dnd_team_info(call: Call) -> JsonObject:
    """dnd.teamInfo: at most 50 people; unknown people are left out."""
    wanted = call.required("users").split(",")
    if len(wanted) > DND_PEOPLE:
        raise ApiError("too_many_users")
    people = call.workspace.state.people
    return {"users": {user_id: _dnd(call, people[user_id]) for user_id in wanted if user_id in people}}


METHODS = {
    "auth.test": ApiMethod(auth_test, token="any"),  # noqa: S106
    "bots.info": ApiMethod(bots_info, ("users:read",)),
    "dnd.info": ApiMethod(dnd_info, ("dnd:read",)),
    "dnd.teamInfo": ApiMethod(dnd_team_info, ("dnd:read",)),
    "team.info": ApiMethod(team_info, ("team:read",)),
    "usergroups.list": ApiMethod(usergroups_list, ("usergroups:read",)),
    "usergroups.users.list": ApiMethod(usergroups_users_list, ("usergroups:read",)),
    "users.info": ApiMethod(users_info, ("users:read",)),
    "users.list": ApiMethod(users_list, ("users:read",)),
    "users.lookupByEmail": ApiMethod(lookup_by_email, ("users:read.email",)),
}
