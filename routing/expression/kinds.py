"""What kind of value each part of an expression gives, as far as that stands in the expression itself."""

from collections.abc import Mapping

from routing.expression.syntax import Node, Path

SCORES: Path = ("scores",)
KINDS: Mapping[Path, str] = {
    **dict.fromkeys((("prediction",), ("input",), ("service",)), "map"),
    ("prediction", "label"): "text",
    ("prediction", "probabilities"): "map",
    ("input", "fields"): "map",
    ("input", "has_image"): "bool",
    ("slices",): "map",
    SCORES: "map",
    ("service", "name"): "text",
    **dict.fromkeys((("origin",), ("kind",)), "text"),
}
PROBABILITIES: Path = ("prediction", "probabilities")
KEYED_BY_TEXT: tuple[Path, ...] = (("input", "fields"), ("slices",), SCORES, PROBABILITIES)
ENTRIES: Mapping[Path, str] = {
    ("prediction", "probabilities"): "number",
    SCORES: "number",
    ("slices",): "text",
}
MAY_BE_ABSENT: tuple[Path, ...] = (
    ("input", "text"),
    ("input", "link"),
    ("prediction", "confidence"),
    ("prediction", "margin"),
    ("prediction", "entropy"),
)
"""Facts that every prediction has a place for, with null in it where there is nothing."""
RESULTS: Mapping[str, str] = {
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in", "&&", "||", "!"), "bool"),
    **dict.fromkeys(("contains", "startsWith", "endsWith", "matches", "has"), "bool"),
    **dict.fromkeys(("all", "exists", "exists_one"), "bool"),
    **dict.fromkeys(("map", "filter"), "list"),
    **dict.fromkeys(("size", "int", "uint", "double"), "number"),
    "string": "text",
    "timestamp": "time",
    "duration": "duration",
}
LITERALS = ("text", "bytes", "number", "bool", "null", "list", "map")


def kind_of(node: Node) -> str | None:
    """The kind of the value, None where only a prediction can tell (fields, what may be absent)."""
    if node.op in LITERALS:
        return node.op
    if node.op == "either":
        kinds = {kind_of(part) for part in node.parts[1:]}
        return kinds.pop() if len(kinds) == 1 else None
    if node.op == "negative" or (node.op == "binary" and node.word in {"+", "-", "*", "/", "%"}):
        kinds = {kind_of(part) for part in node.parts}
        return kinds.pop() if len(kinds) == 1 else None
    if node.op in {"binary", "not", "has", "call", "method", "loop"}:
        return RESULTS.get(node.word)
    return None if node.path is None else KINDS.get(node.path) or ENTRIES.get(node.path[:-1])


def is_certain(node: Node, bound: frozenset[str] = frozenset()) -> bool:
    """Whether the kinds of all that is in its value are certain, however deep it holds them."""
    if node.op == "bound":
        return node.word in bound
    if node.path is not None:
        # All but the fields, which come first: a service puts values of any kind into those.
        return kind_of(node) is not None and (node.path in KEYED_BY_TEXT[1:] or kind_of(node) != "map")
    if node.op != "loop":
        return all(is_certain(part, bound) for part in node.parts)
    choice, name, *bodies = node.parts
    inner = bound | {name.word}
    is_certain_choice = choice.path in KEYED_BY_TEXT or is_certain(choice, bound)
    return is_certain_choice and all(is_certain(body, inner) for body in bodies)
