"""What kind a token is, by its first characters: each kind opens other doors (Slack's token types)."""

from bot.slack.api.failures import NO_APP, NO_BOT, ROTATES, SlackPermanent
from bot.slack.api.refusals import refusal as table_row

_KINDS = {
    "xoxb-": "a bot token",
    "xapp-": "an app token",
    "xoxp-": "a user token",
    "xoxa-": "a legacy workspace token",
    "xoxr-": "a refresh token",
    "xoxs-": "a session's token",
    "xoxc-": "a session's token",
    "xoxd-": "a session's cookie",
    "xoxe.xoxb-": "a bot token that expires within 12 hours",
    "xoxe.xoxp-": "a user token that expires within 12 hours",
    "xoxe-": "a refresh token",
    "xwfp-": "a workflow's token",
}
_ROTATING = ("xoxe.xoxb-", "xoxe-", "xoxr-")
"""Token rotation is on: the token that works today is refused tomorrow."""


def kind_of(token: str) -> str | None:
    """What the token is, in words; None where its beginning says nothing."""
    return next((kind for start, kind in _KINDS.items() if token.startswith(start)), None)


def wrong_bot_token(token: str) -> SlackPermanent | None:
    """The refusal of a token that is surely no lasting bot token; Slack itself judges any other."""
    # Unknown beginnings pass: Slack may give tokens another form before this list knows it.
    if token.startswith("xoxb-") or kind_of(token) is None:
        return None
    return refusal(ROTATES if token.startswith(_ROTATING) else NO_BOT)


def wrong_app_token(token: str) -> SlackPermanent | None:
    """The refusal of a token that is surely no app token; Slack itself judges any other."""
    is_other = kind_of(token) is not None and not token.startswith("xapp-")
    return refusal(NO_APP) if is_other else None


def refusal(code: str) -> SlackPermanent:
    """The failure for a code of our own."""
    return SlackPermanent(code, table_row(code, "auth.test").mend)
