"""The ways a call to Slack fails, told apart by what to do next, each code with its mend."""

from datetime import timedelta

from bot.errors import BotError


class SlackFailure(BotError):
    """The call to Slack failed."""


class SlackRetryable(SlackFailure):
    """Slack did not take the call; the same call may succeed later."""

    def __init__(self, code: str, retry_after: timedelta | None = None) -> None:
        super().__init__(f"({code})")
        self.code = code
        self.retry_after = retry_after


class SlackPermanent(SlackFailure):
    """Slack refuses this call, and will again until something is changed."""

    def __init__(self, code: str, mend: str) -> None:
        super().__init__(f"({code}) {mend}")
        self.code = code
        self.mend = mend


class SlackUnknownOutcome(SlackFailure):
    """The answer was lost: Slack may have done it. Look the attempt up before calling again."""

    def __init__(self, code: str) -> None:
        super().__init__(f"({code})")
        self.code = code


class OverLimits(BotError):
    """The message or view breaks a limit of Slack and was not sent."""


RETRYABLE = frozenset(
    {"ratelimited", "rate_limited", "message_limit_exceeded", "service_unavailable", "team_added_to_org"}
)
UNKNOWN = frozenset({"internal_error", "fatal_error", "request_timeout"})

NO_BOT = "not_a_bot_token"
NO_APP = "not_an_app_token"
ROTATES = "rotating_token"
"""Codes of our own, for tokens that Slack takes though nothing here works with them."""

_REINSTALL = "Install the app again from the manifest and put the new bot token in SLACK_BOT_TOKEN."
_REOPEN = "The click was too long ago for Slack to open a window; click again."
MENDS: dict[str, str] = {
    "channel_not_found": "Check the channel's id in the policy; invite the bot if the channel is private.",
    "not_in_channel": "Invite the bot: type /invite @Second Look in the channel.",
    "is_archived": "Unarchive the channel, or name another one in the policy.",
    "restricted_action": "Ask a workspace admin to let apps post in this channel.",
    "restricted_action_read_only_channel": "Ask a workspace admin to let apps post in this channel.",
    "message_not_found": "The message is gone; it is posted anew.",
    "cant_update_message": "The message belongs to another app; it is posted anew.",
    "edit_window_closed": "The workspace forbids editing messages this old; allow it for apps.",
    "is_inactive": "The message is in a frozen thread; nothing can be done.",
    "thread_not_found": "The thread's first message is gone; it is posted anew.",
    "invalid_blocks": "This is a defect of Second Look; the paths below say where.",
    "msg_too_long": "This is a defect of Second Look; report it with the case's id.",
    "msg_blocks_too_long": "This is a defect of Second Look; report it with the case's id.",
    "view_too_large": "This is a defect of Second Look; report it with the case's id.",
    "not_authed": "Set SLACK_BOT_TOKEN.",
    "invalid_auth": _REINSTALL,
    "token_revoked": _REINSTALL,
    "token_expired": _REINSTALL,
    "account_inactive": _REINSTALL,
    "missing_scope": "Add the scope in the app's settings (the manifest lists all) and install again.",
    NO_BOT: "SLACK_BOT_TOKEN takes the bot token, xoxb-…, from OAuth & Permissions of your app.",
    NO_APP: "SLACK_APP_TOKEN takes the app token, xapp-…, from Basic Information of your app.",
    ROTATES: "Turn token rotation off in your app's settings and use the bot token, xoxb-…, it shows then.",
    "not_allowed_token_type": "SLACK_BOT_TOKEN takes the xoxb-… token, SLACK_APP_TOKEN the xapp-… one.",
    "user_not_found": "Check the person's id in the policy.",
    "user_disabled": "The person has left; name somebody else.",
    "user_not_in_channel": "The person is not in that channel; nothing was shown.",
    "cannot_dm_bot": "The id in the policy is a bot's; name a person.",
    "no_such_subteam": "Check the user group's id in the policy.",
    "subteam_max_users_exceeded": "Use a smaller user group.",
    "expired_trigger_id": _REOPEN,
    "exchanged_trigger_id": _REOPEN,
    "invalid_trigger_id": _REOPEN,
    "hash_conflict": "The window has changed meanwhile; try again.",
    "not_found": "The window has been closed; open it again.",
    "unknown_method": "SLACK_API_URL does not point to Slack or to the local Slack.",
}


def mend_for(code: str, method: str) -> str:
    """What a person can do about Slack's error `code` in answer to `method`."""
    return MENDS.get(code, f"Slack's documentation of {method} explains this code.")
