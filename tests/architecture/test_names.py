"""Names are nouns: no pronoun stands for a thing, and no two classes share a name."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source_code import modules, name_of, tree_of

PRONOUNS = frozenset({"one", "found", "known", "given", "said", "told"})
"""They fit everything, so that a reader has to look up what they stand for."""
MOST_IN_1000_LINES = 8
"""In all words of the source; well-kept projects have 2 to 7."""
READABLE = frozenset(
    {"one", "scalar_one", "scalar_one_or_none", "one_or_none", "found", "given_at", "told_at"}
)
"""Attributes that SQLAlchemy, columns and kept digests have: they may be read."""
KEPT = frozenset(
    {
        ("routing/digest/model_quality.py", "found"),
        ("bot/usecases/thresholds/threshold_table.py", "found"),
        ("storage/measured/alarms.py", "told_at"),
    }
)
"""Where a key of kept digests or a column is made: both outlive a version."""


def identifiers(path: Path) -> Iterator[tuple[int, str]]:
    """Every name that a module makes or uses, with its line."""
    for node in ast.walk(tree_of(path)):
        line = getattr(node, "lineno", 0)
        match node:
            case ast.Name(id=name) | ast.arg(arg=name):
                yield line, name
            case ast.Attribute(attr=name) if name not in READABLE:
                yield line, name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield line, name
            case ast.keyword(arg=str(name)):
                yield line, name


def test_no_name_holds_a_pronoun() -> None:
    vague = {
        f"{name_of(path)}:{line} {name}"
        for path in modules()
        if "versions" not in path.parts
        for line, name in identifiers(path)
        if PRONOUNS.intersection(name.lower().split("_")) and (name_of(path), name) not in KEPT
    }
    assert sorted(vague) == []


def test_pronouns_are_rare_in_all_words_of_the_source() -> None:
    texts = [path.read_text() for path in modules()]
    pronouns = re.compile(rf"\b(?:{'|'.join(PRONOUNS)})\b", re.IGNORECASE)
    count = sum(len(pronouns.findall(text)) for text in texts)
    lines = sum(text.count("\n") for text in texts)
    assert count * 1000 / lines <= MOST_IN_1000_LINES


def test_one_class_name_is_one_class() -> None:
    homes = defaultdict(set)
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].add(name_of(path))
    assert {name: sorted(paths) for name, paths in homes.items() if len(paths) > 1} == {}
