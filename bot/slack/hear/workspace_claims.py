"""What Slack's payloads say of where a person or a channel belongs: each kind says it in another place."""

from typing import Any

from bot.slack.blocks.message import JsonObject
from bot.slack.blocks.screens import channel_of
from bot.slack.blocks.text import text_in
from bot.usecases.installation import Home, IdentityClaim
from routing.slack_channel import ChannelId

LONGEST_NAME = 80
"""Of a person's name (Slack's limit of display names)."""


def object_in(value: Any) -> JsonObject:
    """The JSON object that `value` is; an empty object for anything else."""
    return value if isinstance(value, dict) else {}


def organizations(body: JsonObject) -> dict[str, str]:
    """The organizations that a payload names outright, by workspace."""
    team, authorizations = object_in(body.get("team")), body.get("authorizations")
    granted = authorizations if isinstance(authorizations, list) else []
    pairs = [
        (body.get("team_id"), body.get("enterprise_id")),
        (body.get("context_team_id"), body.get("context_enterprise_id")),
        (team.get("id"), team.get("enterprise_id")),
        *((object_in(grant).get("team_id"), object_in(grant).get("enterprise_id")) for grant in granted),
    ]
    texts = ((text_in(team_id), text_in(enterprise_id)) for team_id, enterprise_id in pairs)
    return {team_id: enterprise_id for team_id, enterprise_id in texts if team_id and enterprise_id}


def channel_in(body: JsonObject, channel_id: Any, home: Home) -> ChannelId | None:
    """The channel with this id in a payload; None for what is no id.

    Of another workspace if Slack says that the payload came through that. A shared channel has the same id
    in all workspaces, so where a person belongs says nothing of it (Slack's documentation of Slack Connect).
    """
    text, team_id = text_in(channel_id), text_in(body.get("context_team_id"))
    is_ours = home.serves(team_id, organizations(body).get(team_id, ""))
    return channel_of(text if is_ours else f"{team_id}/{text}")


def interaction_claim(body: JsonObject) -> IdentityClaim:
    """Of whoever clicked, submitted a window or typed a command.

    `team` is where the interaction began, so a stranger's is the stranger's own (Slack's reference of
    interaction payloads); `user.team_id` may be the organization's id or any of its workspaces.
    """
    user, team = object_in(body.get("user")), object_in(body.get("team"))
    place = text_in(team.get("id")) or text_in(body.get("team_id"))
    named = organizations(body)
    outright = (user, object_in(user.get("enterprise_user")), object_in(body.get("enterprise_user")))
    around = {named.get(place, ""), text_in(object_in(body.get("enterprise")).get("id"))} - {""}
    return IdentityClaim(
        user_id=text_in(user.get("id")) or text_in(body.get("user_id")),
        team_id=text_in(user.get("team_id")) or place,
        enterprise_id=next(filter(None, (text_in(source.get("enterprise_id")) for source in outright)), ""),
        # Two organizations around a person prove neither: in doubt nobody is taken for ours.
        place=(place, around.pop()) if len(around) == 1 else ("", ""),
        organizations=named,
    )


def name_in(person: JsonObject) -> str:
    """What a payload calls a person: as others see them, else by the name they log in with."""
    profile = object_in(person.get("profile"))
    names = (
        *(profile.get(name) for name in ("display_name", "real_name")),
        *(person.get(name) for name in ("display_name", "real_name", "name", "username")),
    )
    return next(filter(None, (text_in(name, LONGEST_NAME).strip() for name in names)), "")


def message_claim(body: JsonObject, event: JsonObject) -> IdentityClaim:
    """Of whoever wrote the message in `event`, or whom another event is about.

    Shared replies and files may come without a team; then that of the whole payload counts, which is a
    stranger's own, while ours is called the context's (Slack's documentation of Slack Connect). Where it is
    ours, that is no proof unless Slack says that no other company shares the channel.
    """
    profile = object_in(event.get("user_profile"))
    names = (event.get("user_team"), event.get("team"), event.get("source_team"), profile.get("team"))
    own = next(filter(None, map(text_in, names)), "")
    named, outer = organizations(body), text_in(body.get("team_id"))
    is_external = body.get("is_ext_shared_channel")
    is_home_tab = event.get("type") == "app_home_opened"  # nobody's place but the person's own
    may_be_external = is_external is True or (is_external is not False and not is_home_tab)
    return IdentityClaim(
        user_id=text_in(event.get("user")),
        team_id=own or outer,
        enterprise_id=text_in(object_in(event.get("enterprise_user")).get("enterprise_id")),
        place=("", "") if is_external is True else (outer, named.get(outer, "")),
        organizations=named,
        is_framed=not own and may_be_external,
    )
