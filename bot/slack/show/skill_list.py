"""The private list of how often experts are right, for their leads."""

from collections.abc import Iterator

from bot.slack.blocks.builders import context, paragraph, plain, rich_text, run
from bot.slack.blocks.message import Message
from bot.slack.blocks.text import escape, label_text
from bot.usecases.lead.expert_skills import TaskSkills
from bot.words.skill_words import FOOTNOTE, lead_skill_line

ROOM = 8_000
"""Characters of lines at most: Slack takes 10,000 in all blocks together."""
_NOTHING = "Nothing is settled by others, too, so far."


def skills_message(listed: tuple[TaskSkills, ...]) -> Message:
    """Every task with a line for each person, as many as a message holds, and how to read them."""
    shown, left = _fitting([line for row in listed for line in _lines(row)])
    more = f"{left} more lines are not shown. {FOOTNOTE}" if left else FOOTNOTE
    spoken = label_text("\n".join(line for line, _ in shown), 2_500)
    lines = (paragraph(run(line, "bold") if is_title else run(line)) for line, is_title in shown)
    return Message(f"{escape(spoken, 2_500)}\n{more}", (rich_text(*lines), context(plain(more, 400))))


_Line = tuple[str, bool]


def _fitting(lines: list[_Line]) -> tuple[list[_Line], int]:
    """The first lines for which there is room, and how many are left."""
    room, shown = ROOM, list[_Line]()
    for line, is_title in lines:
        room -= len(line) + 1
        if room < 0:
            break
        shown.append((line, is_title))
    return shown, len(lines) - len(shown)


def _lines(row: TaskSkills) -> Iterator[_Line]:
    """The question, which is a title, and a line for each person."""
    yield label_text(row.task.question, 300), True
    if not row.people:
        yield _NOTHING, False
    for person in row.people:
        yield label_text(lead_skill_line(person.name, person.skills), 400), False
