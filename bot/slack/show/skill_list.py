"""The private list of how often experts are right, for their leads."""

from collections.abc import Sequence
from itertools import accumulate

from bot.slack.blocks.builders import bullets, context, paragraph, plain, rich_text, run
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.blocks.text import escape, label_text
from bot.usecases.lead.expert_skills import TaskSkills
from bot.words.skill_words import FOOTNOTE, lead_skill_line

ROOM = 8_000
"""Characters of lines at most: Slack takes 10,000 in all blocks together."""
_NOTHING = "Nothing is settled by others, too, so far."


def skills_message(listed: tuple[TaskSkills, ...]) -> Message:
    """Every task with a line for each person, as many as a message holds, and how to read them."""
    parts, spoken, room, left = list[JsonObject](), list[str](), ROOM, 0
    for row in listed:
        title, lines = label_text(row.task.question, 300), _lines(row)
        shown = _fitting(lines, room - len(title))
        left += len(lines) - len(shown)
        room -= len(title) + sum(map(len, shown))
        if shown:
            parts += [paragraph(run(title, "bold")), bullets(paragraph(run(line)) for line in shown)]
            spoken += [title, *shown]
    more = f"{left} more lines are not shown. {FOOTNOTE}" if left else FOOTNOTE
    text = escape(label_text("\n".join(spoken), 2_500), 2_500)
    return Message(f"{text}\n{more}", (rich_text(*parts), context(plain(more, 400))))


def _fitting(lines: Sequence[str], room: int) -> Sequence[str]:
    """The first lines for which there is room."""
    ends = accumulate(len(line) for line in lines)
    return lines[: sum(end <= room for end in ends)]


def _lines(row: TaskSkills) -> list[str]:
    """A line for each person."""
    names = [f"{person.name} (paused for now)" if person.is_paused else person.name for person in row.people]
    people = zip(names, row.people, strict=True)
    lines = [label_text(lead_skill_line(name, person.skills), 400) for name, person in people]
    return lines or [_NOTHING]
