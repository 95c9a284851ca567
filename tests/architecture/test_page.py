"""The local Slack's page: its modules fit together, and its JavaScript passes a type checker and a linter."""

import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.places import ROOT

PAGE = ROOT / "bot" / "sandbox" / "page"
DENO = Path(sys.executable).parent / "deno"
CONFIG = Path(__file__).parent / "page.json"
IMPORT = re.compile(r"^import (?:\{([^}]*)\} from )?\"([^\"]+)\";$", re.MULTILINE)
EXPORT = re.compile(r"^export (?:async )?(?:function|class|const|let) (\w+)", re.MULTILINE)
LINK = re.compile(r"(?:href|src)=\"/page/([^\"]+)\"")


def scripts() -> list[Path]:
    return sorted(PAGE.rglob("*.js"))


def imports(script: Path) -> Iterator[tuple[Path, set[str]]]:
    """Every module that a script imports, with the names that it takes from it."""
    for names, address in IMPORT.findall(script.read_text()):
        taken = {name.strip().split(" as ")[0] for name in names.split(",")}
        yield (script.parent / address).resolve(), taken - {""}


def folder(path: Path) -> str:
    return path.relative_to(PAGE).parts[0]


def linked() -> set[str]:
    return set(LINK.findall((PAGE / "index.html").read_text()))


def checked(*arguments: str, cache: Path) -> tuple[int, str]:
    """Runs Deno's own tools; nothing is fetched and nothing runs but the check."""
    if not DENO.exists():
        pytest.skip(
            "Deno publishes no program for this platform, so nothing here reads the page's JavaScript."
        )
    environment = os.environ | {"DENO_DIR": str(cache), "DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1"}
    command = [str(DENO), *arguments[:1], f"--config={CONFIG}", *arguments[1:]]
    report = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return report.returncode, report.stdout + report.stderr


def test_every_import_of_the_page_is_a_relative_file_that_exports_the_name() -> None:
    broken = [
        f"{script.relative_to(PAGE)}: {sorted(missing) or module.name}"
        for script in scripts()
        for module, names in imports(script)
        if (missing := names - set(EXPORT.findall(module.read_text() if module.exists() else "")))
        or not names
    ]
    assert broken == []
    assert all(text.count("import ") == len(IMPORT.findall(text)) for text in map(statements, scripts()))


def statements(script: Path) -> str:
    """The lines of a script that begin an import, so that none escapes the pattern."""
    return "\n".join(line for line in script.read_text().splitlines() if line.startswith("import"))


def test_every_file_of_the_page_is_reached_from_its_document() -> None:
    reached: set[Path] = set()
    waiting = [PAGE / name for name in linked()]
    while waiting:
        path = waiting.pop()
        reached.add(path)
        if path.suffix == ".js":
            waiting += [module for module, _ in imports(path) if module not in reached]
    assert reached == {path for path in PAGE.rglob("*.*") if path.name != "index.html"}


def test_folders_of_the_page_make_no_circle() -> None:
    graph: dict[str, set[str]] = defaultdict(set)
    for script in scripts():
        if script.parent != PAGE:
            graph[folder(script)] |= {folder(module) for module, _ in imports(script)} - {folder(script)}
    assert (
        not {name for others in graph.values() for name in others} - graph.keys()
    )  # none of those at the top
    assert list(TopologicalSorter(graph).static_order())


def test_every_module_of_the_page_begins_with_its_purpose() -> None:
    assert [path.name for path in scripts() if not path.read_text().startswith("/** ")] == []


def test_the_type_checker_finds_nothing_in_the_page(tmp_path: Path) -> None:
    code, report = checked("check", "--no-remote", str(PAGE / "app.js"), cache=tmp_path)
    assert code == 0, report


def test_the_linter_finds_nothing_in_the_page(tmp_path: Path) -> None:
    code, report = checked("lint", str(PAGE), cache=tmp_path)
    assert code == 0, report


@pytest.mark.parametrize(
    ("kind", "text", "complaint"),
    [
        (
            "check",
            "const step = [1, 2].find((each) => each > 1);\nexport const next = step + 1;\n",
            "TS18048",
        ),
        ("check", 'document.getElementById("root").focus();\n', "TS2531"),
        ("lint", "export const isZero = (value) => value == 0;\n", "eqeqeq"),
    ],
)
def test_a_fault_in_a_script_would_be_reported(kind: str, text: str, complaint: str, tmp_path: Path) -> None:
    script = tmp_path / "script.js"
    script.write_text(text)
    code, report = checked(kind, str(script), cache=tmp_path / "cache")
    assert code != 0
    assert complaint in report
