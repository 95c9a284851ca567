"""A submission as CEL sees it: the variables that a `when` may read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import cel

from routing.expression.cost import Extent
from routing.expression.syntax import Node, Path
from routing.prediction import Submission

Read = Callable[[Submission], object]

ATTRIBUTES: Mapping[str, Mapping[str, Read]] = {
    "prediction": {
        "label": lambda submission: submission.prediction.label,
        "confidence": lambda submission: _float(submission.prediction.confidence),
        "margin": lambda submission: submission.prediction.margin,
        "entropy": lambda submission: submission.prediction.entropy,
        "probabilities": lambda submission: dict(submission.prediction.probabilities or {}),
    },
    "input": {
        "text": lambda submission: submission.input.text,
        "fields": lambda submission: dict(submission.input.fields),
        "link": lambda submission: submission.input.link,
        "has_image": lambda submission: submission.input.image is not None,
    },
    "service": {"name": lambda submission: submission.service},
}
WHOLE: Mapping[str, Read] = {
    "slices": lambda submission: dict(submission.slices),
    "scores": lambda submission: {name: float(score) for name, score in submission.prediction.scores.items()},
    "origin": lambda submission: str(submission.origin),
    "kind": lambda submission: str(submission.origin),
}
VARIABLES = ("prediction", "input", "slices", "scores", "service", "origin")
OLD_NAMES: Mapping[str, str] = {"kind": "origin"}
"""What version 0.1 called a variable, and its name now; policies of then go on."""
EVERYTHING = frozenset((name,) for name in (*VARIABLES, *OLD_NAMES))


def _float(value: float | None) -> float | None:
    # JSON's 1 is a whole number to CEL, which compares it with no fraction.
    return None if value is None else float(value)


class Facts:
    """A submission's facts, converted at most once for however many expressions.

    Only what is `wanted` is converted: fields that no rule names may be many, long or odd.
    """

    __slots__ = ("_context", "_submission", "_values", "_wanted")

    def __init__(self, submission: Submission, wanted: frozenset[Path] = EVERYTHING) -> None:
        self._submission = submission
        self._wanted = wanted
        self._values: dict[str, Any] | None = None
        self._context: cel.Context | None = None

    def context(self) -> cel.Context:
        """The converted facts. Raises ValueError for text that is not Unicode (lone surrogates)."""
        if self._context is None:
            self._context = cel.Context(variables=self._read())
        return self._context

    def extent(self) -> Extent:
        """How much they hold."""
        values = self._read()
        shown, prediction = values.get("input", {}), values.get("prediction", {})
        named = (values.get("slices", {}), values.get("scores", {}))
        maps = (shown.get("fields", {}), prediction.get("probabilities", {}), *named)
        texts = (
            shown.get("link"),
            prediction.get("label"),
            *(text for held in maps for text in (*held, *held.values())),
        )
        return Extent(max(map(len, maps)), _length(shown.get("text")), sum(map(_length, texts)))

    def _read(self) -> dict[str, Any]:
        if self._values is None:
            whole, parts = _plan(self._wanted)
            submission = self._submission
            self._values = {name: read(submission) for name, read in whole}
            for name, reads in parts:
                self._values[name] = {attribute: read(submission) for attribute, read in reads}
        return self._values


def wanted_by(node: Node) -> frozenset[Path]:
    """What an expression reads: variables, their attributes, and single fields where they are written out."""
    return frozenset(_paths(node))


def _paths(node: Node) -> Iterator[Path]:
    key, *rest = node.parts or (node,)
    if node.path is not None:
        yield node.path
    elif node.word == "in" and key.op == "text" and rest[0].path == ("input", "fields"):
        yield ("input", "fields", key.value)
    else:
        for part in node.parts:
            yield from _paths(part)


Plan = tuple[tuple[tuple[str, Read], ...], tuple[tuple[str, tuple[tuple[str, Read], ...]], ...]]


@lru_cache(maxsize=256)
def _plan(wanted: frozenset[Path]) -> Plan:
    """How to read what is wanted: the variables that are read whole, and those of which parts are."""
    names = {path[0] for path in wanted}
    whole = tuple((name, read) for name, read in WHOLE.items() if name in names)
    return whole, tuple((name, _parts(name, wanted)) for name in ATTRIBUTES if name in names)


def _parts(name: str, wanted: Iterable[Path]) -> tuple[tuple[str, Read], ...]:
    paths = [path[1:] for path in wanted if path[0] == name]
    attributes = ATTRIBUTES[name]
    if () in paths:
        return tuple(attributes.items())
    reads = {path[0]: attributes[path[0]] for path in paths if path[0] in attributes}
    if "fields" in reads and ("fields",) not in paths:
        reads["fields"] = _fields(tuple({path[1] for path in paths if path[0] == "fields"}))
    return tuple(reads.items())


def _fields(names: tuple[str, ...]) -> Read:
    def read(submission: Submission) -> object:
        fields = submission.input.fields
        return {name: fields[name] for name in names if name in fields}

    return read


def _length(value: object) -> int:
    """The bytes of a text, from above, without encoding it."""
    if not isinstance(value, str):
        return 8
    return len(value) if value.isascii() else 4 * len(value)
