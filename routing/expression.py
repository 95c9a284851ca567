"""The `when` of a tier: CEL, compiled once, checked against its task, evaluated on a prediction's facts."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import cel

from routing.errors import InvalidExpression
from routing.prediction import Submission

MAX_LENGTH = 1_000
MAX_MACROS = 3
VARIABLES = ("prediction", "input", "slices", "service", "kind")
FUNCTIONS = (
    *("size", "contains", "startsWith", "endsWith", "matches"),
    *("int", "uint", "double", "string", "timestamp", "duration"),
)
MACRO = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(\s*([A-Za-z_]\w*)\s*,")
STRING = re.compile(r"""r?("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""", re.S)
FACTS_FAILED = (ValueError, TypeError, KeyError, RuntimeError, IndexError, OverflowError)


class Facts:
    """A submission as CEL sees it, converted at most once for however many expressions."""

    __slots__ = ("_context", "_submission", "_wanted")

    def __init__(self, submission: Submission, wanted: frozenset[str] = frozenset(VARIABLES)) -> None:
        self._submission = submission
        self._wanted = wanted
        self._context: cel.Context | None = None

    def context(self) -> cel.Context:
        """The converted facts. Raises ValueError for text that is not Unicode (lone surrogates)."""
        if self._context is None:
            variables = {name: VALUES[name](self._submission) for name in self._wanted}
            self._context = cel.Context(variables=variables)
        return self._context


def _prediction(submission: Submission) -> dict[str, Any]:
    prediction = submission.prediction
    return {
        "label": prediction.label,
        "confidence": float(prediction.confidence),
        "margin": prediction.margin,
        "entropy": prediction.entropy,
        "probabilities": dict(prediction.probabilities or {}),
    }


def _input(submission: Submission) -> dict[str, Any]:
    shown = submission.input
    return {
        "text": shown.text,
        "fields": dict(shown.fields),
        "link": shown.link,
        "has_image": shown.image is not None,
    }


VALUES: Mapping[str, Callable[[Submission], object]] = {
    "prediction": _prediction,
    "input": _input,
    "slices": lambda submission: dict(submission.slices),
    "service": lambda submission: {"name": submission.service},
    "kind": lambda submission: str(submission.kind),
}


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled CEL expression; `variables` are those of the facts that it reads."""

    source: str
    variables: frozenset[str]
    program: Any

    @classmethod
    def compile(cls, source: str) -> "Expression":
        """Compile, and refuse what is too long, reads unknown variables or loops too deep.

        Raises InvalidExpression as `what is wrong; mend`.
        """
        if len(source) > MAX_LENGTH:
            raise InvalidExpression(f"it has {len(source)} characters; use at most {MAX_LENGTH}")
        try:
            program = cel.compile(source)
        except ValueError as error:
            raise InvalidExpression(f"{_place(error)}; see cel.dev for the syntax") from None
        problem = _unfit(program, source)
        if problem:
            raise InvalidExpression(problem)
        return cls(source, frozenset(program.variables()) & frozenset(VARIABLES), program)

    @property
    def is_always_true(self) -> bool:
        """Whether it is the catch-all `true`."""
        return self.source.strip() == "true"

    def matches(self, facts: Facts) -> bool:
        """Whether the facts match. Raises InvalidExpression if they do not have what it reads."""
        if self.is_always_true:
            return True
        try:
            result = self.program.execute(facts.context())
        except FACTS_FAILED as error:
            raise InvalidExpression(_reason(error)) from None
        if not isinstance(result, bool):
            raise InvalidExpression(f"it gives {result!r} instead of true or false")
        return result


def _unfit(program: cel.Program, source: str) -> str | None:
    bound = MACRO.findall(STRING.sub("''", source))
    if len(bound) > MAX_MACROS:
        return f"it loops {len(bound)} times; use at most {MAX_MACROS} of all, exists, map, filter"
    unknown = sorted(set(program.variables()) - set(VARIABLES) - set(bound))
    if unknown:
        return f"it does not know `{unknown[0]}`; use {', '.join(VARIABLES)}"
    foreign = sorted(name for name in program.functions() if name.isidentifier() and name not in FUNCTIONS)
    if foreign:
        return f"it does not know `{foreign[0]}()`; use {', '.join(FUNCTIONS)}"
    return None


def _place(error: ValueError) -> str:
    found = re.search(r"<input>:\d+:(\d+): (?:Syntax error: )?([^\n]{1,120})", str(error))
    return f"character {found[1]}: {_plainly(found[2])}" if found else "it is not valid CEL"


def _plainly(complaint: str) -> str:
    """The parser's complaint without its list of all that could have stood there."""
    short = re.sub(r" expecting \{.*", "", complaint).strip()
    return short.replace("mismatched input '<EOF>'", "it ends too soon").replace("'<EOF>'", "the end")


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"no field `{error.args[0]}`"
    first_line = str(error).split("\n", 1)[0]
    return first_line.split(". ")[0][:160]
