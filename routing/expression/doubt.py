"""Why an expression could not be judged, in words for people: the innermost part that fails, and its values.

The words name fields and kinds of value, never a value: they are counted, and stand in messages.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from routing.expression.choices import membership
from routing.expression.kinds import MAY_BE_ABSENT, PROBABILITIES, SCORES
from routing.expression.syntax import Node, Path

FAILED = object()
LONGEST = 160
Evaluate = Callable[[Node], object]
"""The value of a part, or FAILED."""

KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),  # before the numbers: Python's booleans are numbers
    ((int, float), "a number"),
    (str, "text"),
    (datetime, "a time"),
    (timedelta, "a duration"),
    (bytes, "bytes"),
)
NAMES: Mapping[Path, str] = {
    ("input", "text"): "the text",
    ("input", "link"): "the link",
    ("prediction", "margin"): "the margin",
    ("prediction", "entropy"): "the entropy",
    PROBABILITIES: "the list of probabilities",
    ("slices",): "the list of slices",
    SCORES: "the list of scores",
}
ENTRIES: Mapping[Path, str] = {
    ("slices",): "the slice ",
    SCORES: "the score ",
    PROBABILITIES: "the probability of ",
}
NUMBER, TEXT, TRUTH = "a number", "text", "true or false"
OPERANDS: Mapping[str, str] = {
    **dict.fromkeys(("-", "*", "/", "%"), NUMBER),
    **dict.fromkeys(("contains", "startsWith", "endsWith", "matches", "size"), TEXT),
    **dict.fromkeys(("!", "&&", "||", "?"), TRUTH),
}
CONVERSIONS: Mapping[str, str] = {
    **dict.fromkeys(("int", "uint", "double"), NUMBER),
    "timestamp": "a time",
    "duration": "a duration",
    "string": TEXT,
}


def cause(node: Node, evaluate: Evaluate) -> str:
    """What kept `node` from being judged: "amount is text, a number is needed"."""
    value = evaluate(node)
    if value is not FAILED:
        return f"it gives {_kind(value)}, true or false is needed"
    # Cut: it is stored with each prediction, and counted by its words.
    return _innermost(node, evaluate)[:LONGEST]


def _innermost(node: Node, evaluate: Evaluate) -> str:
    if node.path is not None:
        return f"{_name(node)} is missing"
    if node.op == "has":
        return f"{_name(node.parts[0])} is empty"
    for part in _evaluated(node, evaluate):
        if evaluate(part) is FAILED:
            return _innermost(part, evaluate)
    return _own(node, evaluate)


def _evaluated(node: Node, evaluate: Evaluate) -> tuple[Node, ...]:
    """The parts that had to be evaluated and can be by themselves: a loop's body cannot."""
    if node.op == "loop":
        return node.parts[:1]
    if node.word in {"==", "!="} and all(part.op == "list" for part in node.parts):
        pairs = zip(*(part.parts for part in node.parts), strict=False)
        return tuple(Node("binary", "==", pair) for pair in pairs)
    if node.op == "either":
        condition, then, other = node.parts
        return condition, then if evaluate(condition) is True else other
    return node.parts


def _own(node: Node, evaluate: Evaluate) -> str:
    """What is wrong with a part whose own parts can all be read."""
    read = [(part, evaluate(part)) for part in _evaluated(node, evaluate)]
    empty = next((part for part, value in read if value is None and part.op != "null"), None)
    if empty is not None:
        return f"{_name(empty)} is {'missing' if empty.path in MAY_BE_ABSENT else 'empty'}"
    absent = next((part for part, value in read if part.path == PROBABILITIES and not value), None)
    if absent is not None and node.word != "in":
        return f"{_name(absent)} is missing"
    simpler = membership(*node.parts) if node.word == "in" else None
    if simpler is not None:
        return _innermost(simpler, evaluate)
    if node.op == "loop":
        return _of_loop(read[0])
    if node.op == "index":
        return "what it looks up is missing"
    if node.word in CONVERSIONS:
        return f"{_name(read[0][0])} cannot be read as {CONVERSIONS[node.word]}"
    if node.word in OPERANDS:
        return _of_operands(node.word, read)
    return _of_two(node, read)


def _of_loop(read: tuple[Node, object]) -> str:
    choice, value = read
    if isinstance(value, list | dict):
        return "a value that it goes through is of another kind than it needs"
    return f"{_name(choice)} is {_kind(value)}, a list is needed"


def _of_operands(word: str, read: list[tuple[Node, object]]) -> str:
    needed = OPERANDS[word]
    wrong = next(((part, value) for part, value in read if _kind(value) != needed), None)
    if wrong is not None:
        return f"{_name(wrong[0])} is {_kind(wrong[1])}, {needed} is needed"
    return _of_numbers(word, read) if needed == NUMBER else "its pattern cannot be read"


def _of_numbers(word: str, read: list[tuple[Node, object]]) -> str:
    if word in {"/", "%"} and read[1][1] == 0:
        return "it divides by zero"
    fraction = next((part for part, value in read if isinstance(value, float)), None)
    whole = next((part for part, value in read if not isinstance(value, float)), None)
    if fraction is not None and word == "%":
        return f"{_name(fraction)} is a fraction, a whole number is needed"
    if fraction is not None and whole is not None:
        both = f"{_name(whole)} is a whole number and {_name(fraction)} a fraction"
        return f"{both}, numbers of one kind are needed"
    return "a number gets too large"


def _of_two(node: Node, read: list[tuple[Node, object]]) -> str:
    """Two values that cannot be compared or added."""
    if len(read) != 2:
        return "it could not be worked out"
    (left, value), (right, other) = read
    if node.word == "in" and isinstance(other, dict):
        return _of_key(left, value, right, other)
    if node.word in {"==", "!="} and isinstance(value, list | dict) | isinstance(other, list | dict):
        return "it compares lists or maps; single values are needed"
    if _kind(value) == _kind(other) == NUMBER:
        return _of_numbers(node.word, read)
    if right.path is not None and left.path is not None:
        return f"{_name(left)} is {_kind(value)} and {_name(right)} is {_kind(other)}"
    if left.path is None and right.path is not None:
        (left, value), (right, other) = (right, other), (left, value)
    return f"{_name(left)} is {_kind(value)}, {_needed(other)} is needed"


def _of_key(left: Node, value: object, right: Node, keys: Iterable[object]) -> str:
    """What was looked for among the keys of a map."""
    if right.path is not None and isinstance(value, str):
        return f"{value} is empty" if left.op == "text" else "what it looks for is empty"
    needed = TEXT if right.path is not None else _needed(list(keys))
    return f"{_name(left)} is {_kind(value)}, {needed} is needed"


def _needed(value: object) -> str:
    if isinstance(value, list):
        return " or ".join(dict.fromkeys(_kind(item) for item in value))
    return _kind(value)


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    return next((words for kind, words in KINDS if isinstance(value, kind)), "several values")


def _name(node: Node) -> str:
    if node.path is None:
        inner = next((part for part in node.within() if part.path is not None), None)
        return "a value" if inner is None else f"what it makes of {_name(inner)}"
    entry = ENTRIES.get(node.path[:-1], "")
    return NAMES.get(node.path) or f"{entry}{node.path[-1]}"
