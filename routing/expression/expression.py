"""The `when` of a tier: CEL, compiled once, checked against its task, evaluated on a prediction's facts."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cel

from routing.errors import InvalidExpression
from routing.expression.cost import Work, work_of
from routing.expression.doubt import FAILED, cause
from routing.expression.facts import OLD_NAMES, VARIABLES, Facts, wanted_by
from routing.expression.strict_form import strict
from routing.expression.syntax import Node, Path, syntax

MAX_LENGTH = 1_000
MAX_MACROS = 3
FUNCTIONS = (
    *("size", "contains", "startsWith", "endsWith", "matches"),
    *("int", "uint", "double", "string", "timestamp", "duration"),
)
TOO_LARGE = "the input is too large for this rule"


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled CEL expression; `variables` are the facts that it reads, each as a path of names.

    It is strict: what CEL would answer with a silent false, such as a text compared with a number, fails.
    """

    source: str
    variables: frozenset[Path]
    program: Any
    tree: Node
    work: Work

    @classmethod
    def compile(cls, source: str) -> "Expression":
        """Compile, and refuse what is too long, reads unknown variables, or takes too long to evaluate.

        Raises InvalidExpression as `what is wrong; mend`.
        """
        if len(source) > MAX_LENGTH:
            raise InvalidExpression(f"it has {len(source)} characters; use at most {MAX_LENGTH}")
        try:
            program, tree = cel.compile(source), syntax(source)
            problem = _unfit(program, tree)
            if problem:
                raise InvalidExpression(problem)
            return cls(source, wanted_by(tree), _program(strict(tree)), tree, work_of(tree))
        except ValueError as error:
            raise InvalidExpression(f"{_place(error)}; see cel.dev for the syntax") from None

    @property
    def is_always_true(self) -> bool:
        """Whether it is the catch-all `true`."""
        return self.source.strip() == "true"

    def matches(self, facts: Facts) -> bool:
        """Whether the facts match. Raises InvalidExpression if that cannot be judged, for whatever reason."""
        # Not evaluated: the last tier has to take what no rule can read, too.
        if self.is_always_true:
            return True
        # Before it is run: the library cannot be stopped once it has begun.
        if not (self.work.is_small or self.work.fits(facts.extent())):
            raise InvalidExpression(TOO_LARGE)
        return _truth(self.program, facts)

    def matches_as_cel_has_it(self, facts: Facts) -> bool:
        """The same where a silent false is an answer. Raises InvalidExpression."""
        return _truth(_program(self.source), facts)

    def doubt(self, facts: Facts) -> str:
        """Why the facts cannot be judged, for people: which field or value, and what is wrong with it."""
        if not self.work.fits(facts.extent()):
            return TOO_LARGE
        try:
            facts.context()
        except ValueError:
            return "the input holds characters that no rule can read"
        return cause(self.tree, lambda part: _part(part, facts))


# Bounded: parts of rules in doubt are compiled, too, and policies come and go while the process runs.
@lru_cache(maxsize=1024)
def _program(source: str) -> Any:
    return cel.compile(source)


def _part(part: Node, facts: Facts) -> object:
    try:
        return _executed(_program(strict(part)), facts)
    except InvalidExpression:
        return FAILED


def _truth(program: Any, facts: Facts) -> bool:
    result = _executed(program, facts)
    if not isinstance(result, bool):
        raise InvalidExpression(f"it gives {result!r} instead of true or false")
    return result


def _executed(program: Any, facts: Facts) -> object:
    try:
        return program.execute(facts.context())
    except Exception as error:
        raise InvalidExpression(_reason(error)) from error
    except BaseException as error:
        # A panic of the library is no Exception, and must not end the thread that stores all posts.
        if type(error).__name__ != "PanicException":
            raise
        raise InvalidExpression("the evaluator gave up") from error


def _unfit(program: cel.Program, tree: Node) -> str | None:
    parts = tuple(tree.within())
    loops = sum(part.op == "loop" for part in parts)
    if loops > MAX_MACROS:
        return f"it loops {loops} times; use at most {MAX_MACROS} of all, exists, map, filter"
    unknown = sorted({part.word for part in parts if part.op == "name"} - {*VARIABLES, *OLD_NAMES})
    if unknown:
        return f"it does not know `{unknown[0]}`; use {', '.join(VARIABLES)}"
    foreign = sorted(name for name in program.functions() if name.isidentifier() and name not in FUNCTIONS)
    if foreign:
        return f"it does not know `{foreign[0]}()`; use {', '.join(FUNCTIONS)}"
    return None


def _place(error: ValueError) -> str:
    match = re.search(r"<input>:\d+:(\d+): (?:Syntax error: )?([^\n]{1,120})", str(error))
    return f"character {match[1]}: {_plainly(match[2])}" if match else "it is not valid CEL"


def _plainly(complaint: str) -> str:
    """The parser's complaint without its list of all that could have stood there."""
    short = re.sub(r" expecting \{.*", "", complaint).strip()
    return short.replace("mismatched input '<EOF>'", "it ends too soon").replace("'<EOF>'", "the end")


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"no field `{error.args[0]}`"
    if isinstance(error, ZeroDivisionError):
        return "it divides by zero"
    first_line = str(error).split("\n", 1)[0]
    return first_line.split(". ")[0][:160]
