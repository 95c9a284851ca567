"""The lists of cases, page by page: on the Home tab, and as private answers to the command."""

from collections.abc import Callable, Mapping

from bot.slack.api.permalinks import address_of
from bot.slack.blocks.control_ids import unpacked
from bot.slack.blocks.message import Message
from bot.slack.hear.interactions import Desk
from bot.slack.hear.payloads import Click
from bot.slack.hear.permalinks import permalinks
from bot.slack.hear.private_messages import tell_privately
from bot.slack.show import marked_list
from bot.slack.show.home import LISTED, Worklist, home_view, mine_message, next_message, queue_message
from bot.slack.show.marked_list import marked_message
from bot.slack.show.private_answers import NOT_READ, say
from bot.usecases.lead import gaps
from bot.usecases.lead.access import LeadRefusal
from bot.usecases.review import worklist
from routing.label import ExpertId
from storage.errors import DatabaseUnavailable

LAST_PAGE = 999


def next_case(desk: Desk, expert: ExpertId) -> Message:
    """The most urgent case for the person."""
    board = worklist.mine(desk.ctx, expert, 1)
    return next_message(board, permalinks(desk.gateway, board))


def queue_page(desk: Desk, expert: ExpertId, page: int = 0) -> Message:
    """A page of what waits where the person may answer."""
    board = worklist.queue(desk.ctx, expert, LISTED, page)
    return queue_message(board, permalinks(desk.gateway, board))


def mine_page(desk: Desk, expert: ExpertId, page: int = 0) -> Message:
    """A page of what waits for the person, and their numbers."""
    board = worklist.mine(desk.ctx, expert, LISTED, page)
    return mine_message(board, permalinks(desk.gateway, board))


def gaps_page(desk: Desk, expert: ExpertId, page: int = 0) -> Message:
    """A page of the disagreements that were marked, for a lead."""
    marked = gaps.page_of(desk.ctx, expert, LISTED, page)
    if isinstance(marked, LeadRefusal):
        return say(marked.reason)
    addresses = {
        each.case.case_id: url
        for each in marked.cases
        if (url := address_of(desk.gateway, each.channel_id, each.ts))
    }
    return marked_message(marked, LISTED, addresses)


def publish_home(desk: Desk, expert: ExpertId, page: int = 0) -> None:
    """Show the person their Home tab."""
    board = worklist.mine(desk.ctx, expert, LISTED, page)
    desk.gateway.publish_home(expert.user_id, home_view(board, permalinks(desk.gateway, board)))


PAGES: Mapping[str, Callable[[Desk, ExpertId, int], Message]] = {
    Worklist.QUEUE: queue_page,
    Worklist.MINE: mine_page,
    marked_list.NAME: gaps_page,
}


def take_list_page(desk: Desk, click: Click) -> None:
    """*Back* or *Next* under a list: another page in its place, after the ack."""
    values = unpacked(click.value)
    which, number = values.get("list"), str(values.get("page"))
    # Cut before it is read: Python refuses to read endless digits, and the value comes from outside.
    page = min(int(number[:6]), LAST_PAGE) if number.isascii() and number.isdigit() else 0
    if which == Worklist.HOME:
        desk.later(publish_home, desk, click.expert, page)
    elif isinstance(which, str) and which in PAGES and click.response_url:
        desk.later(_turn, desk, click, PAGES[which], page)


def _turn(desk: Desk, click: Click, shown: Callable[[Desk, ExpertId, int], Message], page: int) -> None:
    try:
        message = shown(desk, click.expert, page)
    except DatabaseUnavailable:
        tell_privately(desk.gateway.respond, click.response_url, say(NOT_READ))
        raise
    tell_privately(desk.gateway.replace, click.response_url, message)
