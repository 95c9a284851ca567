"""What import-linter cannot see, read from the syntax tree of every module."""

import ast
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source_code import modules, name_of, tree_of
from tests.places import ROOT

VAGUE = {"utils", "helpers", "common", "misc", "base", "core", "manager", "service"}
ENUMS = {"Enum", "StrEnum", "Code"}
CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)?")
UNCHECKED_CHANNELS = ("bot/sandbox/", "bot/demo/", "bot/starter/", "bot/commands/init.py")
"""The local Slack and the people in it, and what an operator has just typed."""
TIME_READERS = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}


def calls(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Every call of the form `owner.attribute(…)`, as that pair of names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            yield name, node.func.attr


def functions() -> Iterator[tuple[str, int]]:
    for path in modules():
        if "migrations" in path.parts:
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                end = node.end_lineno or node.lineno
                yield f"{name_of(path)}:{node.lineno} {node.name}", end - node.lineno + 1


def offenders(*, allowed: set[str], forbidden: set[tuple[str, str]]) -> list[str]:
    return [
        f"{name_of(path)}: {owner}.{attribute}()"
        for path in modules()
        if name_of(path) not in allowed
        for owner, attribute in calls(tree_of(path))
        if (owner, attribute) in forbidden
    ]


def test_every_import_contract_is_kept() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    report = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert f"Contracts: {len(contracts)} kept, 0 broken." in report.stdout, report.stdout + report.stderr


def test_only_the_clock_reads_the_time() -> None:
    assert offenders(allowed={"bot/clock.py"}, forbidden=TIME_READERS) == []


def test_only_the_database_module_ends_a_transaction() -> None:
    ends = {(owner, end) for owner in ("tx", "connection", "session") for end in ("commit", "rollback")}
    assert offenders(allowed={"storage/engine/database.py"}, forbidden=ends) == []


def test_no_module_is_imported_by_a_computed_name() -> None:
    assert offenders(allowed={"bot/cli.py"}, forbidden={("importlib", "import_module")}) == []


def test_only_settings_reads_the_environment() -> None:
    readers = [
        name_of(path)
        for path in modules()
        if name_of(path) != "bot/settings.py"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    assert readers == []


def test_importing_a_module_calls_nothing_that_acts() -> None:
    acting = {"print", "open", "connect", "run", "start", "serve", "write_text", "read_text", "mkdir"}
    found = []
    for path in modules():
        for node in tree_of(path).body:
            call = node.value if isinstance(node, ast.Expr) else None
            if isinstance(call, ast.Call):
                function = call.func
                name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
                if name in acting:
                    found.append(f"{name_of(path)}:{node.lineno} {name}")
    assert found == []


def test_every_value_of_an_enum_is_a_code_and_no_prose() -> None:
    prose = [
        f"{name_of(path)}: {ast.unparse(member)}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and {ast.unparse(base) for base in node.bases} & ENUMS
        for member in node.body
        if isinstance(member, ast.Assign)
        and isinstance(member.value, ast.Constant)
        and isinstance(member.value.value, str)
        and not CODE.fullmatch(member.value.value)
    ]
    assert prose == []


def test_a_slack_channel_is_a_value_and_no_bare_text() -> None:
    bare = [
        f"{name_of(path)}:{node.lineno} {ast.unparse(node)}"
        for path in modules()
        if not name_of(path).startswith(UNCHECKED_CHANNELS)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None
        if re.fullmatch(r"(\w+_)?channel(_id)?", ast.unparse(getattr(node, "target", node)).split(":")[0])
        if re.search(r"\bstr\b", ast.unparse(node.annotation))
    ]
    assert bare == []


def test_every_module_begins_with_its_purpose() -> None:
    silent = [name_of(path) for path in modules() if not ast.get_docstring(tree_of(path))]
    assert silent == []


def test_no_module_has_a_vague_name() -> None:
    assert [name_of(path) for path in modules() if path.stem in VAGUE] == []


def test_no_function_exceeds_forty_lines() -> None:
    assert [(where, size) for where, size in functions() if size > 40] == []


def test_functions_are_short() -> None:
    assert statistics.median(size for _, size in functions()) <= 11


def test_no_module_exceeds_three_hundred_lines() -> None:
    sizes = {name_of(path): path.read_text().count("\n") for path in modules()}
    assert {name: size for name, size in sizes.items() if size > 300} == {}


def test_the_top_level_holds_only_what_the_layout_names() -> None:
    tracked = subprocess.run(
        ["git", "ls-tree", "--name-only", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if tracked.returncode != 0:
        pytest.skip("not a git checkout: the top level cannot be told from build output")
    allowed = {"bot", "routing", "storage", "tests", "deploy", "pyproject.toml", "README.md"}
    assert {name for name in tracked.stdout.split() if not name.startswith(".")} <= allowed


@pytest.mark.parametrize("module", ["bot.http.app", "bot.slack.app", "bot.process.wiring"])
def test_the_serving_path_does_not_import_numerics(module: str) -> None:
    heavy = ("numpy", "scipy", "sklearn", "matplotlib")
    program = f"import sys, {module}; print([name for name in {heavy} if name in sys.modules])"
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


RECORDED = {
    "predictions",
    "cases",
    "labels",
    "abstentions",
    "decisions",
    "contests",
    "decision_feed",
    "steps",
}
WRITERS = {"insert", "update", "delete", "insert_in", "add_once", "add_new", "ensure", "forget"}


def test_only_the_record_writes_the_tables_that_it_covers() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules()
        if name_of(path) not in {"storage/record/record.py", "storage/record/completion.py"}
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and writes_recorded(node)
    ]
    assert found == []


def writes_recorded(call: ast.Call) -> bool:
    """Whether it builds a statement that changes one of the tables, other than through the record."""
    function = call.func
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    owner = getattr(getattr(function, "value", None), "id", "")
    of = {node.id for argument in call.args for node in ast.walk(argument) if isinstance(node, ast.Name)}
    return name in WRITERS and owner != "record" and bool(of & RECORDED)


def test_a_statement_beside_the_record_would_be_seen() -> None:
    beside = ("sa.update(cases).where(x)", "add_once(tx, labels, row)", "sa.delete(decisions)")
    assert all(writes_recorded(found_call(text)) for text in (*beside, "forget(tx, steps.c.row_id, at)"))
    assert not writes_recorded(found_call("record.add_once(tx, labels, row)"))
    assert not writes_recorded(found_call("sa.select(cases)"))


def found_call(text: str) -> ast.Call:
    return next(
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") != "where"
    )


def test_the_bot_opens_no_database_without_saying_which_keys_sign() -> None:
    keyless = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules()
        if path.is_relative_to(ROOT / "bot")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "Database"
        and "keyring" not in {keyword.arg for keyword in node.keywords}
    ]
    assert keyless == []
