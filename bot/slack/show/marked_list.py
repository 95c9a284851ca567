"""The private list of disagreements that were marked, page by page."""

from collections.abc import Mapping

from bot.slack.blocks.builders import actions, button, open_link, plain, section
from bot.slack.blocks.control_ids import packed
from bot.slack.blocks.message import Message
from bot.slack.blocks.text import escape
from bot.usecases.lead.gaps import MarkedPage
from bot.words.mark_words import MARKS
from bot.words.numbers import counted

NAME = "gaps"
_NOTHING = (
    "No disagreement is marked. Whoever settles one can mark it in the window in which they answer: as a gap "
    "in the guideline, or as one in which both answers are defensible."
)


def marked_message(page: MarkedPage, limit: int, links: Mapping[str, str]) -> Message:
    """The page, with a link to each message that has an address."""
    if not page.cases:
        return Message(_NOTHING, (section(plain(_NOTHING, 300)),))
    first, last = page.skipped + 1, page.skipped + len(page.cases)
    some = f", {first} to {last} are shown here" if len(page.cases) < page.total else ""
    head = f"{counted(page.total, 'disagreement')} {'was' if page.total == 1 else 'were'} marked{some}."
    blocks, lines = [section(plain(head, 200))], [head]
    for number, listed in enumerate(page.cases):
        case, link = listed.case, links.get(listed.case.case_id)
        words = f"{MARKS[case.mark]}. {case.task}, decided {case.decided}: {case.begins}"
        blocks.append(section(plain(words, 400), open_link(number, link) if link else None))
        lines.append(f"• {escape(words, 400)}")
    number = page.skipped // limit
    pages = {"← Back": number - 1, "Next →": number + 1}
    buttons = [
        button(f"list:{other}", words, packed(list=NAME, page=str(other)))
        for words, other in pages.items()
        if 0 <= other * limit < page.total
    ]
    blocks += [actions(f"list~{NAME}~{number}", *buttons)] if buttons else []
    return Message("\n".join(lines), tuple(blocks))
