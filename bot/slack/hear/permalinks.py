"""Links to the messages of listed cases."""

from bot.slack.api.failures import SlackFailure
from bot.slack.api.gateway import SlackGateway
from bot.slack.show.home import Permalink
from bot.usecases.review.worklist import Board, Listed


def permalinks(gateway: SlackGateway, board: Board) -> Permalink:
    """Fetches the address of each listed case's message; a case without one is listed without."""
    found = {listed.case.case_id: _permalink(gateway, listed) for listed in board.cases}
    return lambda listed: found.get(listed.case.case_id)


def _permalink(gateway: SlackGateway, listed: Listed) -> str | None:
    if listed.ts is None:
        return None
    try:
        return gateway.permalink(listed.channel_id, listed.ts)
    except SlackFailure:
        return None
