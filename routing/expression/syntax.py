"""The parts of a CEL expression that has compiled: what it reads, compares and repeats, and where.

The library that evaluates CEL keeps its syntax tree to itself; the grammar is that of the language's
definition (github.com/google/cel-spec, doc/langdef.md), without messages, which no prediction holds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cel

from routing.errors import InvalidExpression

Path = tuple[str, ...]
MAX_DEPTH = 90  # the library's parser gives up at 96; our own stack bears four times as much
LOOPS = ("all", "exists", "exists_one", "map", "filter")
PRECEDENCE = {
    "||": 1,
    "&&": 2,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in"), 3),
    **dict.fromkeys(("+", "-"), 4),
    **dict.fromkeys(("*", "/", "%"), 5),
}
WORDS = {"true": "bool", "false": "bool", "null": "null"}
TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<text>(?:[bB]?[rR](?:\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"]*"|'[^']*'))
        |(?:[bB]?(?:\"{3}(?:\\.|.)*?\"{3}|'{3}(?:\\.|.)*?'{3}|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')))
    |(?P<number>0[xX][0-9a-fA-F]+[uU]?|\d*\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+[uU]?)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<mark>&&|\|\||[=!<>]=|[-+*/%<>!?:.,()\[\]{}])""",
    re.X | re.S,
)


@dataclass(frozen=True)  # no slots: parts of an expression remember what was worked out of them
class Node:
    """A part of an expression: what it is (`op`), its own word or operator, and its parts.

    `op` is "text", "bytes", "number", "bool" or "null" for a literal; "name", or "bound" by a loop; "select",
    "index", "has", "call", "method", "loop", "not", "negative", "either" (?:), "list", "map", or "binary".
    """

    op: str
    word: str = ""
    parts: tuple["Node", ...] = ()

    @cached_property
    def depth(self) -> int:
        """How deep its parts are nested."""
        return 1 + max((part.depth for part in self.parts), default=0)

    @cached_property
    def path(self) -> Path | None:
        """Names from a variable down to what is read, where they are all written out."""
        if self.op == "name":
            return (self.word,)
        owner = self.parts[0].path if self.op in {"select", "index"} else None
        if owner is None:
            return None
        if self.op == "select":
            return (*owner, self.word)
        key = self.parts[1]
        return (*owner, key.value) if key.op == "text" else None

    @cached_property
    def literal(self) -> Any:
        """What a literal stands for."""
        # By the library that evaluates it: its escapes and suffixes are not Python's.
        return cel.compile(self.word).execute()

    @property
    def value(self) -> str:
        """The text that a literal stands for."""
        return str(self.literal)

    def within(self) -> Iterator["Node"]:
        """Itself and all its parts."""
        yield self
        for part in self.parts:
            yield from part.within()


def syntax(source: str) -> Node:
    """The parts of a `source` that has compiled.

    Raises InvalidExpression, as `what is wrong; mend`, for messages and what is nested too deep.
    """
    try:
        return _Reader(source).whole()
    except (IndexError, RecursionError):
        raise InvalidExpression("it is nested too deep; put it in simpler terms") from None


class _Reader:
    """Reads tokens from left to right, by precedence."""

    def __init__(self, source: str) -> None:
        # `finditer` passes over what is no token: only a source that CEL has compiled may come here.
        matches = TOKEN.finditer(source)
        self._tokens = [(match.lastgroup, match[0]) for match in matches if match.lastgroup != "space"]
        self._place = 0
        self._bound: list[str] = []

    def whole(self) -> Node:
        node = self._either()
        if self._place != len(self._tokens):
            raise InvalidExpression(f"`{self._word()}` does not belong there; see cel.dev for the syntax")
        return node

    def _word(self) -> str | None:
        return self._tokens[self._place][1] if self._place < len(self._tokens) else None

    def _take(self) -> tuple[str | None, str]:
        token = self._tokens[self._place]
        self._place += 1
        return token

    def _takes(self, word: str) -> bool:
        is_there = self._word() == word
        self._place += is_there
        return is_there

    def _node(self, op: str, word: str, *parts: Node) -> Node:
        node = Node(op, word, parts)
        if node.depth > MAX_DEPTH:
            raise InvalidExpression(f"it is nested {node.depth} deep; use at most {MAX_DEPTH}")
        return node

    def _either(self) -> Node:
        condition = self._binary(1)
        if not self._takes("?"):
            return condition
        # As the grammar has it: only behind the colon another condition may follow without brackets.
        then = self._binary(1)
        self._takes(":")
        return self._node("either", "?", condition, then, self._either())

    def _binary(self, least: int) -> Node:
        left = self._unary()
        while PRECEDENCE.get(word := self._word() or "", 0) >= least:
            self._take()
            right = self._binary(PRECEDENCE[word] + 1)
            # A chain of the same connective is a single part, so that sixty conditions are not sixty deep.
            chained = left.parts if word in {"&&", "||"} and left.word == word else (left,)
            left = self._node("binary", word, *chained, right)
        return left

    def _unary(self) -> Node:
        word = self._word()
        if word not in {"!", "-"}:
            return self._member()
        count = 0
        while self._takes(word):
            count += 1
        operand = self._member()
        # Of an even number two stay, not none: `!!text` has to fail as CEL has it.
        for _ in range(2 - count % 2):
            operand = self._node("not" if word == "!" else "negative", word, operand)
        return operand

    def _member(self) -> Node:
        node = self._primary()
        while True:
            if self._takes("."):
                node = self._selected(node, self._take()[1])
            elif self._takes("["):
                node = self._node("index", "[", node, *self._listed("]"))
            else:
                return node

    def _selected(self, owner: Node, name: str) -> Node:
        if not self._takes("("):
            return self._node("select", name, owner)
        if name not in LOOPS:
            return self._node("method", name, owner, *self._listed(")"))
        self._bound.append(self._word() or "")
        loop = self._node("loop", name, owner, *self._listed(")"))
        self._bound.pop()
        return loop

    def _primary(self) -> Node:
        kind, word = self._take()
        if kind == "text":
            return self._node("bytes" if word[0] in "bB" else "text", word)
        if kind == "number" or word in WORDS:
            return self._node(WORDS.get(word, "number"), word)
        if word == "(":
            inner = self._either()
            self._takes(")")
            return inner
        if word == "[":
            return self._node("list", word, *self._listed("]"))
        if word == "{":
            return self._node("map", word, *self._listed("}"))
        return self._named(word)

    def _named(self, name: str) -> Node:
        if self._word() == "{":
            raise InvalidExpression("it makes a message, which no prediction holds; compare single values")
        if not self._takes("("):
            return self._node("bound" if name in self._bound else "name", name)
        arguments = self._listed(")")
        return self._node("has" if name == "has" else "call", name, *arguments)

    def _listed(self, end: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while not self._takes(end):
            items.append(self._either())
            if not (self._takes(",") or self._takes(":")) and self._word() != end:
                raise InvalidExpression(f"`{self._word()}` does not belong there; see cel.dev for the syntax")
        return tuple(items)
