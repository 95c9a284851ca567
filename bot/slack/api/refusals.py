"""The table "Slack says no": what Slack may answer instead of doing what it is asked, and what follows.

Codes are those that Slack documents for the methods that the bot calls
(https://docs.slack.dev/reference/methods, each method's table of errors).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum


class Consequence(StrEnum):
    """What becomes of a message that Slack refuses."""

    RETRY = "retry"  # the same call may succeed in a moment
    MEND = "mend"  # another form of it may: the bot changes it by itself
    HOLD = "hold"  # it will once something is repaired: it waits, and goes by itself
    DEAD = "dead"  # a person has to act, and sees it


class Breadth(Enum):
    """What else the same refusal would meet."""

    WORKSPACE = "workspace"
    CHANNEL = "channel"
    MESSAGE = "message"


class Recast(Enum):
    """How a message is mended."""

    PICTURE = "picture"  # without its picture
    BLOCKS = "blocks"  # as text
    LENGTH = "length"  # shorter, and as text
    METADATA = "metadata"  # bare of everything
    ANEW = "anew"  # as a new message: the old message is gone
    REPLY = "reply"  # in the thread of the old message, which may not be changed
    CHANNEL = "channel"  # outside the thread, which is closed


@dataclass(frozen=True, slots=True)
class Refusal:
    """What becomes of a refused call; `mend` says to people what to do. `tries`: no more than so many."""

    outcome: Consequence
    mend: str
    reach: Breadth = Breadth.MESSAGE
    recast: Recast | None = None
    tries: int | None = None


NO_BOT = "not_a_bot_token"
NO_APP = "not_an_app_token"
ROTATES = "rotating_token"
"""Codes of our own, for tokens that Slack takes though nothing here works with them."""
OTHER_WORKSPACE = "other_workspace"
"""A code of our own, for a channel where the bot's token does not reach."""

_REINSTALL = "Install the app again from the manifest and put the new bot token in SLACK_BOT_TOKEN."
_SCOPES = "Add the scope in the app's settings (the manifest lists all) and install again."
_NETWORK = "The workspace lets no app in from this network: ask a workspace admin to allow its address."
_LET_POST = "Ask a workspace admin to let apps post in this channel."
_CHANNEL_ID = "Check the channel's id in the policy; invite the bot if the channel is private."
_INVITE = "Invite the bot: type /invite @Second Look in the channel."
_REOPEN = "The click was too long ago for Slack to open a window; click again."
_DEFECT = "This is a defect of Second Look; report it with the case's id."
_UPDATE = "Slack has withdrawn this method; install a newer Second Look."
_NO_PICTURE = "It is shown without its picture."
_LATER = "It is tried again by itself."


def _hold(mend: str, reach: Breadth) -> Refusal:
    return Refusal(Consequence.HOLD, mend, reach)


def _mend(mend: str, recast: Recast) -> Refusal:
    return Refusal(Consequence.MEND, mend, recast=recast)


def _rows(refusal: Refusal, codes: str) -> dict[str, Refusal]:
    return dict.fromkeys(codes.split(), refusal)


_RETRIED = _rows(
    Refusal(Consequence.RETRY, _LATER),
    """external_channel_migrating fatal_error fetch_members_failed file_update_failed
            internal_error invalid_cursor list_record_comment_fetch_failed message_limit_exceeded
            rate_limited ratelimited request_timeout service_unavailable streaming_state_conflict
            team_added_to_org update_failed""",
) | {"thread_not_found": Refusal(Consequence.RETRY, "The thread's first message is posted anew.", tries=8)}

_HELD = {
    **_rows(
        _hold(_REINSTALL, Breadth.WORKSPACE),
        "account_inactive invalid_auth team_access_not_granted token_expired token_revoked",
    ),
    **_rows(_hold(_NETWORK, Breadth.WORKSPACE), "accesslimited"),
    **_rows(_hold(_UPDATE, Breadth.WORKSPACE), "deprecated_endpoint method_deprecated"),
    NO_BOT: _hold(
        "SLACK_BOT_TOKEN takes the bot token, xoxb-…, from OAuth & Permissions of your app.",
        Breadth.WORKSPACE,
    ),
    NO_APP: _hold(
        "SLACK_APP_TOKEN takes the app token, xapp-…, from Basic Information of your app.", Breadth.WORKSPACE
    ),
    ROTATES: _hold(
        "Turn token rotation off in your app's settings and use the bot token, xoxb-…, it shows then.",
        Breadth.WORKSPACE,
    ),
    "not_authed": _hold("Set SLACK_BOT_TOKEN.", Breadth.WORKSPACE),
    # Of what posts: without its scope no message goes anywhere, so all of them wait.
    "missing_scope": _hold(_SCOPES, Breadth.WORKSPACE),
    "not_allowed_token_type": _hold(
        "SLACK_BOT_TOKEN takes the xoxb-… token, SLACK_APP_TOKEN the xapp-… one.", Breadth.WORKSPACE
    ),
    "ekm_access_denied": _hold("The workspace's admins have suspended posting: ask them.", Breadth.WORKSPACE),
    "enterprise_is_restricted": _hold(
        "The organization lets no app do this: ask its admins to approve Second Look.", Breadth.WORKSPACE
    ),
    "org_login_required": _hold("The workspace moves to an organization; wait for it.", Breadth.WORKSPACE),
    "two_factor_setup_required": _hold(
        "Whoever installed the app has to set up two-factor authentication.", Breadth.WORKSPACE
    ),
    "unknown_method": _hold(
        "SLACK_API_URL does not point to Slack or to the local Slack.", Breadth.WORKSPACE
    ),
    **_rows(_hold(_CHANNEL_ID, Breadth.CHANNEL), "channel_not_found invalid_channel team_not_found"),
    **_rows(_hold(_INVITE, Breadth.CHANNEL), "access_denied no_permission not_in_channel"),
    **_rows(
        _hold("Unarchive the channel, or name another one in the policy.", Breadth.CHANNEL),
        "is_archived is_inactive",
    ),
    **_rows(
        _hold(_LET_POST, Breadth.CHANNEL),
        """channel_is_limited_access posting_to_channel_denied restricted_action
            restricted_action_read_only_channel restricted_action_thread_only_channel""",
    ),
    "messages_tab_disabled": _hold(
        "Switch on the Messages tab in the app's settings, under App Home.", Breadth.CHANNEL
    ),
    **_rows(
        _hold(
            "The channel is shared with another company, whose admins forbid this: ask them.", Breadth.CHANNEL
        ),
        "slack_connect_canvas_sharing_blocked slack_connect_lists_sharing_blocked",
    ),
}

_MENDED = {
    **_rows(
        _mend("Slack does not take it as it is; it is shown without pictures, or as text.", Recast.BLOCKS),
        """block_mismatch invalid_arguments invalid_attachments invalid_blocks
            invalid_blocks_format markdown_text_conflict msg_blocks_too_long too_many_attachments
            too_many_contact_cards""",
    ),
    "slack_connect_file_link_sharing_blocked": _mend(_NO_PICTURE, Recast.PICTURE),
    **_rows(_mend("It is too long for Slack; it is shortened.", Recast.LENGTH), "msg_too_long"),
    **_rows(
        _mend("It is posted without its hidden mark.", Recast.METADATA),
        """invalid_metadata_format invalid_metadata_schema metadata_must_be_sent_from_app
            metadata_too_large""",
    ),
    "message_not_found": _mend("The message is gone; it is posted anew.", Recast.ANEW),
    "cant_update_message": _mend("The message belongs to another app; it is posted anew.", Recast.ANEW),
    "edit_window_closed": _mend(
        "The workspace forbids editing messages this old; what is new is told in the thread.", Recast.REPLY
    ),
    **_rows(
        _mend("The thread is closed; it is told in the channel.", Recast.CHANNEL),
        """cannot_reply_to_message restricted_action_non_threadable_channel
            restricted_action_thread_locked""",
    ),
}

_DEAD = {
    **_rows(
        Refusal(Consequence.DEAD, "Check the person's id in the policy."), "user_not_found users_not_found"
    ),
    **_rows(
        Refusal(Consequence.DEAD, "The bot cannot see this person; name somebody else."),
        "invalid_user_combination user_is_restricted user_not_visible",
    ),
    "user_disabled": Refusal(Consequence.DEAD, "The person has left; name somebody else."),
    "user_not_in_channel": Refusal(Consequence.DEAD, "The person is not in that channel; nothing was shown."),
    "cannot_dm_bot": Refusal(Consequence.DEAD, "The id in the policy is a bot's; name a person."),
    "no_such_subteam": Refusal(Consequence.DEAD, "Check the user group's id in the policy."),
    "subteam_max_users_exceeded": Refusal(Consequence.DEAD, "Use a smaller user group."),
    OTHER_WORKSPACE: Refusal(
        Consequence.DEAD, "The channel is in another workspace, where this bot does not post."
    ),
    "method_not_supported_for_channel_type": Refusal(
        Consequence.DEAD, "The id in the policy is not a channel's; name a channel."
    ),
    **_rows(Refusal(Consequence.DEAD, _REOPEN), "exchanged_trigger_id expired_trigger_id invalid_trigger_id"),
    "hash_conflict": Refusal(Consequence.DEAD, "The window has changed meanwhile; try again."),
    "not_found": Refusal(Consequence.DEAD, "The window has been closed; open it again."),
    "not_enabled": Refusal(Consequence.DEAD, "Switch on the Home tab in the app's settings, under App Home."),
    **_rows(
        Refusal(Consequence.DEAD, _DEFECT),
        """as_user_not_supported cant_broadcast_message duplicate_channel_not_found
            duplicate_external_id duplicate_message_not_found invalid_arg_name invalid_array_arg
            invalid_charset invalid_form_data invalid_json invalid_limit
            invalid_metadata_filter_keys invalid_post_type invalid_ts_latest invalid_ts_oldest
            is_bot missing_argument missing_post_type missing_profile_id
            no_dual_broadcast_content_update no_text not_enough_users not_implemented too_many_users
            users_list_not_supplied view_too_large""",
    ),
}

_UPLOAD = {
    **_rows(
        _mend("Uploads are not allowed in this workspace; it is shown without its picture.", Recast.PICTURE),
        """file_upload_size_restricted file_uploads_disabled not_allowed_token_type
            storage_limit_reached""",
    ),
    "missing_scope": _mend(f"It is shown without its picture. {_SCOPES}", Recast.PICTURE),
    **_rows(
        _mend(_NO_PICTURE, Recast.PICTURE),
        """access_denied alt_txt_too_large blocked_file_type channels_limit_exceeded file_not_found
            invalid_arguments invalid_blocks missing_argument snippet_too_large unknown_snippet_type
            unknown_subtype""",
    ),
}
"""A picture that cannot be uploaded keeps no case from the experts."""

_VIEW = _rows(Refusal(Consequence.DEAD, _DEFECT), "invalid_arguments invalid_blocks invalid_blocks_format")
"""Whoever clicked reads that no window opened, and clicks again."""

_REACTION = _rows(
    Refusal(Consequence.DEAD, "The reply counts all the same; only its mark is missing."),
    """already_reacted bad_timestamp invalid_name message_not_found no_access no_item_specified
            not_reactable thread_locked too_many_emoji too_many_reactions""",
)

REFUSALS: Mapping[str, Refusal] = {**_RETRIED, **_HELD, **_MENDED, **_DEAD}
"""By code, whatever was called."""
BY_METHOD: Mapping[str, Mapping[str, Refusal]] = {
    "files.completeUploadExternal": _UPLOAD,
    "files.getUploadURLExternal": _UPLOAD,
    "reactions.add": {**_REACTION, "missing_scope": _hold(_SCOPES, Breadth.MESSAGE)},
    **dict.fromkeys(("views.open", "views.publish", "views.update"), _VIEW),
    **{
        method: {"missing_scope": _hold(_SCOPES, Breadth.MESSAGE)}
        for method in (
            "conversations.history",
            "conversations.members",
            "conversations.open",
            "conversations.replies",
            "usergroups.users.list",
            "users.info",
        )
    },
}
"""Where a method's code means something else: what reads needs other scopes than what posts."""

CURABLE = {
    code: row.outcome is Consequence.HOLD
    for code, row in REFUSALS.items()
    if row.outcome is not Consequence.DEAD
}
"""What is worth another try if it died of these: True after every repair, False if nothing else was tried."""
LOOK_UPS = frozenset({"conversations.history", "conversations.replies"})
"""Methods that only look: their refusal says nothing about what an earlier attempt did."""


def refusal(code: str, method: str = "") -> Refusal:
    """What becomes of a call to `method` that Slack answers with `code`; an unknown code is for a person."""
    own = BY_METHOD.get(method, {}).get(code)
    unknown = Refusal(
        Consequence.DEAD, f"Slack's documentation of {method or 'the method'} explains this code."
    )
    return own or REFUSALS.get(code, unknown)
