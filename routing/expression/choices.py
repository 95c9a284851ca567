"""What `in` asks, in terms that fail where CEL says that a value of another kind is not among the choices."""

from collections.abc import Iterator

from routing.expression.kinds import kind_of
from routing.expression.syntax import Node

NESTED = ("list", "map")


def membership(item: Node, choice: Node) -> Node | None:
    """The same question as comparisons of single values; None where `in` itself can be asked strictly.

    That is so of maps, and of lists of literals.
    """
    terms = tuple(_terms(choice))
    if len(terms) > 1:
        return _any([Node("binary", "in", (item, term)) for term in terms])
    (term,) = terms
    if term.op == "either":
        condition, *lists = term.parts
        return Node("either", "?", (condition, *(Node("binary", "in", (item, part)) for part in lists)))
    if term.op in NESTED:
        return _of_literal(item, term, is_whole=term is choice)
    is_map_or_field = term.path is not None
    return None if is_map_or_field else _loop(item, term)


def choices(literal: Node) -> tuple[Node, ...]:
    """What can be among a list or a map that is written out: its entries, or its keys."""
    return literal.parts[:: 2 if literal.op == "map" else 1]


def _terms(choice: Node) -> Iterator[Node]:
    """The lists that are added up, with literals beside each other put together."""
    if choice.op != "binary" or choice.word != "+":
        yield choice
        return
    *before, left = _terms(choice.parts[0])
    yield from before
    first, *after = _terms(choice.parts[1])
    if left.op == first.op == "list":
        yield Node("list", "[", left.parts + first.parts)
    else:
        yield from (left, first)
    yield from after


def _of_literal(item: Node, literal: Node, *, is_whole: bool) -> Node | None:
    parts = choices(literal)
    plain = tuple(part for part in parts if kind_of(part) not in {None, *NESTED})
    if is_whole and len(plain) == len(parts):
        return None
    asked = [Node("binary", "in", (item, Node("list", "[", plain)))] if plain or not parts else []
    equal = [Node("binary", "==", (item, part)) for part in parts if part not in plain]
    return _any(asked + equal)


def _any(asked: list[Node]) -> Node:
    return asked[0] if len(asked) == 1 else Node("binary", "||", tuple(asked))


def _loop(item: Node, choice: Node) -> Node:
    name, taken = "choice", {node.word for node in item.within()}
    # Bound by the loop, a name that the item reads would mean the entry.
    while name in taken:
        name += "_"
    entry = Node("bound", name)
    return Node("loop", "exists", (choice, entry, Node("binary", "==", (item, entry))))
