"""Arithmetic in the strict form: whole numbers with fractions, and nothing that is infinite.

JSON tells 200 from 200.5, so a service may send both kinds for a field; CEL has no arithmetic between them.
Division of fractions follows IEEE 754, section 7.3: what is divided by zero is infinite, and so is compared.
"""

from routing.expression.kinds import PROBABILITIES, SCORES, kind_of
from routing.expression.syntax import Node

ARITHMETIC = ("+", "-", "*", "/")
INFINITE = "1 / 0"  # which CEL fails on


def is_fraction(node: Node) -> bool:
    """Whether the value is a fraction if it is a number."""
    if node.op == "number":
        return (
            not node.word.lower().startswith("0x") and not node.word.isdecimal() and node.word[-1] not in "uU"
        )
    if node.op == "negative" or (node.op == "binary" and node.word in ARITHMETIC):
        return any(map(is_fraction, node.parts))
    if node.op == "either":
        return all(map(is_fraction, node.parts[1:]))
    path = node.path or ()
    return (
        (node.op, node.word) == ("call", "double")
        or path == ("prediction", "confidence")
        or path[:-1] in (PROBABILITIES, SCORES)
    )


def arithmetic(word: str, left: Node, right: Node, first: str, second: str) -> str:
    """`left` and `right`, written as `first` and `second`, added, subtracted, multiplied or divided."""
    result = _of_the_same_kind(word, (left, first), (right, second))
    # Fractions divide by zero without a word, and what is infinite compares as if it were a number.
    if word == "/" and not (right.op == "number" and right.literal != 0):
        return f"({second} == 0 ? {INFINITE} : {result})"
    return f"({result})"


def converted(node: Node, written: str) -> str:
    """What `double()` makes of a value: texts such as "inf" and "1e400" are no numbers to compare with."""
    value = f"double({written})"
    # Infinity times 0 is no number, which equals nothing.
    return value if kind_of(node) == "number" else f"({value} * 0.0 == 0.0 ? {value} : {INFINITE})"


def _of_the_same_kind(word: str, *sides: tuple[Node, str]) -> str:
    (left, first), (right, second) = sides
    if is_fraction(left) or is_fraction(right):
        return f" {word} ".join(_fraction(*side) for side in sides)
    plain = f"{first} {word} {second}"
    open_ = [written for node, written in sides if node.path is not None and kind_of(node) is None]
    if len(open_) == 2:
        return f"type({first}) == type({second}) ? {plain} : {_double(first)} {word} {_double(second)}"
    if open_ and any(kind_of(node) == "number" for node, _ in sides):
        fractions = f" {word} ".join(text if text in open_ else f"double({text})" for _, text in sides)
        return f"type({open_[0]}) == double ? {fractions} : {plain}"
    return plain


def _fraction(node: Node, written: str) -> str:
    if is_fraction(node) or kind_of(node) not in {"number", None}:
        return written
    return f"double({written})" if kind_of(node) == "number" else _double(written)


def _double(written: str) -> str:
    """A number as a fraction; fails on text, which CEL would convert."""
    return f"double({written} < 0 ? {written} : {written})"
