"""The documents of the house: each package has a README, and what they name exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.places import ROOT

PACKAGES = (
    "routing",
    "storage",
    "bot",
    "bot/http",
    "bot/slack",
    "bot/delivery",
    "bot/usecases",
    "bot/sandbox",
)
DOCUMENTS = tuple(ROOT / name / "README.md" for name in (*PACKAGES, "tests"))
DECISIONS = sorted((ROOT / ".github" / "decisions").glob("*.md"))
CHECKED = (*DOCUMENTS, ROOT / ".github" / "CONTRIBUTING.md", *DECISIONS)
CODE = re.compile(r"`([^`\n]+)`")
PLACE = re.compile(r"[\w.-]+(/[\w.-]+)*/?")
ENDS = (".py", ".md", ".js", ".toml", ".json", ".example", ".template", "/")
LINK = re.compile(r"\]\(([^)#:]+)\)")


def places(document: Path) -> Iterator[str]:
    """Every file and folder that a document names."""
    text = document.read_text()
    yield from LINK.findall(text)
    for code in CODE.findall(text):
        is_pattern = "00NN" in code  # how files are numbered
        if PLACE.fullmatch(code) and not is_pattern and (code.endswith(ENDS) or is_path(code)):
            yield code


def is_path(code: str) -> bool:
    return code.partition("/")[0] in {"bot", "routing", "storage", "tests", "deploy"} and "/" in code


@pytest.mark.parametrize("document", CHECKED, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_exists(document: Path) -> None:
    homes = (document.parent, ROOT, ROOT / ".github")
    assert [place for place in places(document) if not any((home / place).exists() for home in homes)] == []


def test_each_package_says_how_to_add_to_it() -> None:
    assert [str(path) for path in DOCUMENTS if "\n## How to add\n" not in path.read_text()] == []


def test_the_documents_are_linked_from_the_first_page() -> None:
    first = (ROOT / "README.md").read_text()
    linked = {".github/CONTRIBUTING.md", ".github/CHANGELOG.md", "routing/README.md", "bot/README.md"}
    assert linked <= set(LINK.findall(first))


def test_each_decision_has_its_number_and_three_parts() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    parts = [re.findall(r"^\*\*(\w+)\.\*\*", path.read_text(), re.MULTILINE) for path in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    assert all(names == ["Context", "Decision", "Consequences"] for names in parts)
