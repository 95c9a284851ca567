"""Links to the messages of listed cases."""

from bot.slack.api.gateway import SlackGateway
from bot.slack.api.permalinks import address_of
from bot.slack.show.home import Permalink
from bot.usecases.review.worklist import Board


def permalinks(gateway: SlackGateway, board: Board) -> Permalink:
    """Fetches the address of each listed case's message; a case without an address is listed without."""
    addresses = {
        listed.case.case_id: address_of(gateway, listed.channel_id, listed.ts) for listed in board.cases
    }
    return lambda listed: addresses.get(listed.case.case_id)
