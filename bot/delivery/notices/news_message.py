"""The words of news: what happened, its details, examples, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.blocks.builders import bullets, context, paragraph, plain, rich_text, run
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.blocks.text import escape, label_text
from bot.usecases.outgoing import News

SENTENCE_LONGEST = 1_000
DETAILS = 8


@dataclass(frozen=True, slots=True)
class Example:
    """A case that news shows: what it is called, and the address of its message if it has any."""

    name: str
    permalink: str | None


def news_message(news: News, examples: Sequence[Example]) -> Message:
    """The message; whatever comes from cases stands in rich text, where nothing is interpreted."""
    sentence = label_text(news.sentence, SENTENCE_LONGEST)
    details = [label_text(detail, 500) for detail in news.details[:DETAILS]]
    parts: list[JsonObject] = [paragraph(run(sentence, "bold"))]
    if details:
        parts.append(bullets(paragraph(run(detail)) for detail in details))
    if examples:
        parts.append(paragraph(run("Examples:")))
        parts.append(bullets(paragraph(_example(example)) for example in examples))
    blocks = [rich_text(*parts)]
    if news.advice:
        blocks.append(context(plain(news.advice, 500)))
    names = ", ".join(example.name for example in examples)
    texts = (sentence, *details, f"Examples: {names}" if names else "", news.advice)
    return Message("\n".join(escape(text, 600) for text in texts if text)[:3_500], tuple(blocks))


def _example(example: Example) -> JsonObject:
    name = label_text(example.name, 150)
    if example.permalink is None:
        return run(name)
    return {"type": "link", "url": example.permalink, "text": name}
