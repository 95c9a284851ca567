"""The messages about a pause: to leads with what they can decide, to the person with how to object."""

from bot.slack.blocks import control_ids
from bot.slack.blocks.builders import actions, button, paragraph, rich_text, run
from bot.slack.blocks.control_ids import packed
from bot.slack.blocks.message import Message
from bot.slack.blocks.text import escape, label_text
from bot.usecases.outgoing import PauseNews, PauseOccasion
from bot.words.pause_words import PauseWords

_END = (control_ids.PAUSE_END, "End the pause")
_LEADS = {
    PauseOccasion.PROPOSED: ((control_ids.PAUSE_NOW, "Pause for now"), (control_ids.PAUSE_NOT, "Not now")),
    PauseOccasion.BEGUN: (_END,),
    PauseOccasion.PROTESTED: (_END,),
}
_PERSON = {PauseOccasion.BEGUN: ((control_ids.PAUSE_PROTEST, "I see it otherwise"),)}


def pause_message(news: PauseNews, words: PauseWords, by: str) -> Message:
    """The message of that occasion; `by` is the name of who decided, empty where nobody did."""
    first, rest = _sentences(news, words, by)
    buttons = (_LEADS if news.team else _PERSON).get(news.occasion, ())
    value = packed(pause=news.pause_id)
    controls = [button(action, words, value) for action, words in buttons]
    bold, plain_text = label_text(f"{first}.", 600), label_text(rest, 1_500)
    blocks = [rich_text(paragraph(run(bold, "bold"), run(f"\n{plain_text}")))]
    blocks += [actions(f"pause~{news.pause_id}~{news.occasion.value}", *controls)] if controls else []
    return Message(escape(f"{bold} {plain_text}", 2_500), tuple(blocks))


def _sentences(news: PauseNews, words: PauseWords, by: str) -> tuple[str, str]:
    if not news.team:
        return words.back() if news.occasion is PauseOccasion.ENDED else words.to_person()
    if news.occasion is PauseOccasion.BEGUN:
        return words.begun(by)
    if news.occasion is PauseOccasion.ENDED:
        return words.ended(by)
    return words.protested() if news.occasion is PauseOccasion.PROTESTED else words.proposed()
