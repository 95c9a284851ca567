"""An expression as it is evaluated: what CEL would answer with a silent false, it fails on instead.

CEL says of values of two kinds that they are not equal, and of a field that holds null that it is there.
A rule that looks for `amount == 500` would so pass over the text "500" as if it had been judged. Ordered
comparison does fail on two kinds, and costs as little, so it is asked first: `a == b` becomes
`a < b ? false : a == b`. What `&&` and `||` make of a failure stays the language's: a side that decides
alone still decides.
"""

from collections.abc import Callable, Mapping

from routing.errors import InvalidExpression
from routing.expression.arithmetic import ARITHMETIC, arithmetic, converted
from routing.expression.choices import choices, membership
from routing.expression.kinds import MAY_BE_ABSENT, PROBABILITIES, is_certain, kind_of
from routing.expression.syntax import Node

Form = Callable[[str, list[str]], str]

FORMS: Mapping[str, Form] = {
    "select": lambda word, parts: f"{parts[0]}.{word}",
    "index": lambda _, parts: f"{parts[0]}[{parts[1]}]",
    "method": lambda word, parts: f"{parts[0]}.{word}({', '.join(parts[1:])})",
    "loop": lambda word, parts: f"{parts[0]}.{word}({', '.join(parts[1:])})",
    "call": lambda word, parts: f"{word}({', '.join(parts)})",
    "either": lambda _, parts: f"({parts[0]} ? {parts[1]} : {parts[2]})",
    "list": lambda _, parts: f"[{', '.join(parts)}]",
    "map": lambda _, parts: f"{{{', '.join(map(': '.join, zip(parts[::2], parts[1::2], strict=True)))}}}",
}
MAX_WRITTEN = 50_000  # a part that is compared is written twice, so nested comparisons grow fast


def strict(node: Node) -> str:
    """The expression's strict form, as CEL.

    Raises InvalidExpression, as `what is wrong; mend`, for what gets too long to be evaluated.
    """
    written = _written(node)
    if len(written) > MAX_WRITTEN:
        raise InvalidExpression("it compares what it has compared too often; put it in simpler terms")
    return written


def _written(node: Node) -> str:
    if not node.parts:
        return {"list": "[]", "map": "{}"}.get(node.op) or (
            f"{node.word}()" if node.op == "call" else node.word
        )
    if node.op == "has":
        return _present(node.parts[0])
    if node.op == "negative" and node.parts[0].op == "number":
        return f"{node.word}{node.parts[0].word}"
    if node.op == "binary":
        return _binary(node)
    parts = [strict(part) for part in node.parts]
    if (node.op, node.word) == ("call", "double"):
        return converted(node.parts[0], parts[0])
    if node.op == "loop" or _is_size(node):
        parts[0] = _filled(node.parts[0], parts[0])
    if node.op == "either" and node.parts[2].op == "either":
        parts[2] = parts[2][1:-1]  # a chain of conditions needs no brackets, of which the library takes 96
    form = FORMS.get(node.op)
    return form(node.word, parts) if form else f"{node.word}({parts[0]})"


def _filled(node: Node, written: str) -> str:
    """Where a prediction gives a confidence only, its probabilities have no size and no entries."""
    # Of an empty map every name fails, whatever the labels are called.
    return f"(size({written}) > 0 ? {written} : {written}.none)" if node.path == PROBABILITIES else written


def _is_size(node: Node) -> bool:
    return node.word == "size" and node.op in {"call", "method"}


def _compared(node: Node, other: Node) -> str:
    """A side of a comparison; who compares with nothing asks whether there are probabilities."""
    if _is_size(node) and node.parts[0].path == PROBABILITIES and other.word == "0":
        return f"size({strict(node.parts[0])})"
    written = strict(node)
    return written if _is_empty(other) else _filled(node, written)


def _binary(node: Node) -> str:
    if node.word in {"==", "!="}:
        return _equal(node.word, *node.parts)
    if node.word == "in":
        return _among(*node.parts)
    if node.word in ARITHMETIC:
        left, right = node.parts
        return arithmetic(node.word, left, right, strict(left), strict(right))
    if node.word in {"&&", "||"}:
        return "(" + f" {node.word} ".join(map(strict, node.parts)) + ")"
    left, right = node.parts
    return f"({_compared(left, right)} {node.word} {_compared(right, left)})"


def _present(read: Node) -> str:
    """A field that holds null is neither there nor absent; the places for what may be absent are."""
    path = strict(read)
    if read.path in MAY_BE_ABSENT:
        return f"({path} != null)"
    # `null < 0` is asked only because CEL fails on it.
    return f"(has({path}) && ({path} != null || {path} < 0))"


def _equal(word: str, left: Node, right: Node) -> str:
    if left.op == right.op == "list" and len(left.parts) == len(right.parts) > 0:
        pairs = zip(left.parts, right.parts, strict=True)
        equal = " && ".join(_equal("==", *pair) for pair in pairs)
        return f"({equal})" if word == "==" else f"!({equal})"
    first, second = _compared(left, right), _compared(right, left)
    plain = f"{first} {word} {second}"
    if _is_settled(left, right):
        return f"({plain})"
    return f"({first} < {second} ? {'false' if word == '==' else 'true'} : {plain})"


def _is_settled(left: Node, right: Node) -> bool:
    """Whether CEL's own equality answers: values of the same kind, and null, which the author asked about.

    Lists and maps are of the same kind only if all that they hold is, unless either is empty or shorter.
    """
    kinds = {kind_of(left), kind_of(right)}
    if "null" in kinds:
        return True
    if not kinds & {"list", "map"}:
        return len(kinds) == 1 and None not in kinds
    is_sized = len(kinds) == 1 and (left.op == right.op == "list" or _is_empty(left) or _is_empty(right))
    return is_sized or (is_certain(left) and is_certain(right))


def _is_empty(node: Node) -> bool:
    return node.op in {"list", "map"} and not node.parts


def _among(item: Node, choice: Node) -> str:
    simpler = membership(item, choice)
    if simpler is not None:
        return strict(simpler)
    key, among = strict(item), strict(choice)
    plain = f"{key} in {among}"
    if choice.path == ("input", "fields"):
        plain = f"{plain} && ({among}[{key}] != null || {among}[{key}] < 0)"
    if choice.path is not None:
        # The comparison with '' is there only to fail on what is no text.
        return f"({plain})" if kind_of(item) == "text" else f"(({key} < '' ? true : true) ? {plain} : false)"
    guards = _guards(item, key, choice)
    return f"({' || '.join(guards)} ? {plain} : false)" if guards else f"({plain})"


def _guards(item: Node, key: str, choice: Node) -> list[str]:
    """For each kind among the choices, a test that fails on an item of another kind and holds on its own.

    None are needed where the item is of a kind that is among them.
    """
    by_kind = {kind_of(part): part for part in choices(choice)}
    if kind_of(item) in by_kind:
        return []
    return [
        f"{key} == null" if kind == "null" else f"({key} < {strict(part)} ? true : true)"
        for kind, part in by_kind.items()
    ]
