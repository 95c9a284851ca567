"""The address of a message, or none: what is listed without a link is better than what is not listed."""

import structlog

from bot.slack.api.failures import SlackFailure
from bot.slack.api.gateway import SlackGateway
from routing.slack_channel import ChannelId

log = structlog.get_logger()


def address_of(
    gateway: SlackGateway, channel_id: ChannelId | None, ts: str | None, event: str = "", **about: str
) -> str | None:
    """The message's permalink; None if it was not posted, or Slack does not tell it.

    The latter is logged as `event` with what it is `about`, if that has a name.
    """
    if not ts or channel_id is None:
        return None
    try:
        return gateway.permalink(channel_id, ts)
    except SlackFailure as error:
        if event:
            log.info(event, **about, reason=str(error))
        return None
