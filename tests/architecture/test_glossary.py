"""The glossary is law: no name in the code uses a word that it replaces by another."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.places import ROOT

ANOTHER_MEANING = {
    ("item", "storage/delivery"): "an item of the outbox",
    ("item", "bot/usecases"): "an item of the outbox, or of a posted batch",
    ("item", "bot/http"): "an item of a posted batch or of the feed, as the released API has it",
    ("item", "routing/policy/loading.py"): "an item of a list in the policy's file",
    ("result", "bot/slack/show/replay_windows.py"): "what a replay came to",
    ("result", "storage/sql/column_types.py"): "SQLAlchemy's name",
    ("score", "routing/measures"): "a proper score, or a classifier's score, as the literature has it",
    ("score", "storage/evidence/model_evidence.py"): "every prediction's scores, as the measures take them",
    ("standing", "bot/usecases"): "the value that holds what is in force, and how far a case has come",
    ("standing", "routing/triage/in_force.py"): "the value that holds what is in force",
    ("standing", "storage/measured/certificates.py"): "certificates in force",
    ("user", "bot/slack/api"): "Slack's word",
    ("user", "storage/experts.py"): "Slack's id of a person",
    ("client", "bot/slack/api"): "slack_sdk's web client",
    ("verdict", "bot/delivery/sender/verdicts.py"): "what a failed call means for its row",
    ("verdict", "bot/words/calibration_words.py"): "what a check of confidences came to",
}
"""Where a word of the last column is used for something else; the local Slack speaks Slack's words."""


def banned() -> set[str]:
    """The single words of the glossary's last column, and those of several joined as a name joins them."""
    text = (ROOT / "routing" / "README.md").read_text()
    rows = re.findall(r"^\| .+? \| .+? \|(.*)\|$", text.partition("## Glossary")[2], re.MULTILINE)
    cells = [cell.strip() for cell in rows if cell.strip() not in {"", "not"}]
    return {word.strip().replace(" ", "_") for cell in cells for word in cell.split(",")}


def parts_of(name: str) -> str:
    """A name in lower case with its parts apart: `PostedItems` and `posted_items` are `_posted_items_`."""
    return "_" + re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).strip("_").lower() + "_"


def uses(word: str, name: str) -> bool:
    return any(f"_{form}_" in parts_of(name) for form in (word, f"{word}s"))


def names() -> Iterator[tuple[str, str]]:
    """Every module, class and function outside the local Slack, with where it is."""
    for package in ("bot", "routing", "storage"):
        for path in sorted((ROOT / package).rglob("*.py")):
            place = str(path.relative_to(ROOT))
            if place.startswith("bot/sandbox/"):
                continue
            yield place, path.stem
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                    yield place, node.name


def test_no_name_uses_a_word_that_the_glossary_replaces() -> None:
    words = banned()
    wrong = [
        f"{place} {name}: {word}"
        for place, name in names()
        for word in words
        if uses(word, name)
        and not any(word == other and place.startswith(home) for other, home in ANOTHER_MEANING)
    ]
    assert len(words) > 25
    assert wrong == []


def test_no_exception_of_the_glossary_is_idle() -> None:
    used = {
        (word, home)
        for place, name in names()
        for word, home in ANOTHER_MEANING
        if place.startswith(home) and uses(word, name)
    }
    assert set(ANOTHER_MEANING) - used == set()


@pytest.mark.parametrize("name", ["ticket", "OpenTickets", "_ticket_of", "matchRate", "match_rates"])
def test_a_replaced_word_is_seen_in_any_form_of_a_name(name: str) -> None:
    assert any(uses(word, name) for word in banned())
