"""The first sentences of a digest, each with the buttons that act on it."""

from collections.abc import Iterator, Sequence

from bot.slack.blocks.builders import actions, button, plain, section
from bot.slack.blocks.control_ids import packed
from bot.slack.blocks.message import JsonObject
from routing.digest.headline import Deed, Headline

SENTENCE = 500
_BUTTONS = {
    Deed.REVIEW_THRESHOLD: "Look at it…",
    Deed.OPEN_SLICE: "See the cases…",
    Deed.OPEN_CASES: "See the cases…",
    Deed.ASK_AUDITS: "Check more now…",
}
_CONFIRM: JsonObject = {
    "title": plain("Check more for a week?", 100),
    "text": plain(
        "About 50 more cases that would have gone through by themselves are drawn at random and sent to "
        "experts, over the next seven days. It cannot be taken back.",
        300,
    ),
    "confirm": plain("Check them", 30),
    "deny": plain("Not now", 30),
}


def headline_blocks(digest_key: str, headlines: Sequence[Headline]) -> Iterator[JsonObject]:
    """Each sentence with what can be done about it, and a way to hear no more of it."""
    for number, headline in enumerate(headlines, start=1):
        value = packed(digest=digest_key, number=number)
        yield section(plain(headline.words, SENTENCE))
        yield actions(f"headline~{number}", *_buttons(headline, number, value))


def _buttons(headline: Headline, number: int, value: str) -> Iterator[JsonObject]:
    if headline.deed in _BUTTONS:  # a newer version may have written deeds that this version cannot do
        does = button(f"{headline.deed.value}:{number}", _BUTTONS[headline.deed], value)
        if headline.deed is Deed.ASK_AUDITS:
            does["confirm"] = _CONFIRM
        yield does
    if headline.deed is Deed.OPEN_SLICE:
        yield button(f"check_slice:{number}", "Check more of it", value)
    yield button(f"mute:{number}", "Mute for 4 weeks", value)
