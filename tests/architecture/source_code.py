"""The source's modules and their syntax trees, read once for all rules."""

import ast
from functools import cache
from pathlib import Path

from tests.places import ROOT

PACKAGES = ("bot", "routing", "storage")


@cache
def modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree_of(path: Path) -> ast.Module:
    """The module's syntax tree; nobody changes it."""
    return ast.parse(path.read_text())
