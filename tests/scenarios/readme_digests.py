"""The digests that the README quotes: what the leads of the simulated year read in three of its weeks."""

import re
from collections.abc import Iterator
from itertools import pairwise

from tests.places import ROOT
from tests.scenarios.weekly import JsonObject
from tests.scenarios.words import buttons

FIRST, ORDINARY, BAD = 0, 25, 31
SECTION = "## How to read the digest\n"
_QUOTE = re.compile(r"(?:^> ?.*\n)+", re.MULTILINE)


def quotes() -> list[str]:
    """What the README's section about digests quotes, on one line each: it may be wrapped anywhere."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition(SECTION)[2].partition("\n## ")[0]
    return [
        " ".join(re.sub(r"^> ?", "", quote, flags=re.MULTILINE).split()) for quote in _QUOTE.findall(text)
    ]


def as_quoted(digest: JsonObject) -> str:
    """A digest as the README has it: its days, the week, and each sentence with what can be done at once."""
    header, week, *_ = digest["blocks"]
    numbered = (f"{number}. {line}" for number, line in enumerate(_sentences(digest), start=1))
    return " ".join((f"**{header['text']['text']}:** {week['text']['text']}", *numbered))


def _sentences(digest: JsonObject) -> Iterator[str]:
    blocks = digest["blocks"]
    for section, actions in pairwise(blocks):
        if section["type"] == "section" and actions["type"] == "actions":
            offered = [words for words in buttons({"blocks": [actions]}) if not words.startswith("Mute")]
            yield " ".join((section["text"]["text"], *(f"`{words}`" for words in offered)))
