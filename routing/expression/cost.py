"""How long an expression may take, judged from its parts and the size of what it reads, before it is run.

Figures are nanoseconds of a core, from above; they need not be exact, only grow as the evaluator does. The
library copies whatever an expression reads, and a loop reads again for each entry.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import product

from routing.errors import InvalidExpression
from routing.expression.arithmetic import ARITHMETIC, is_fraction
from routing.expression.choices import membership
from routing.expression.kinds import KEYED_BY_TEXT, kind_of
from routing.expression.pattern_cost import pattern_work
from routing.expression.syntax import Node

LIMIT = 20e6
"""The most that a rule may take in the thread that stores all posts."""
VISIT, ENTRY, TURN = 150.0, 150.0, 400.0
COPY, MAKE, SCAN, PARSE = 0.1, 6.0, 1.0, 5.0


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a prediction holds: entries of its largest map, bytes of its text, bytes of all else."""

    entries: int
    text: int
    rest: int


ORDINARY = Extent(20, 2_000, 2_000)
LARGEST = Extent(100, 1 << 20, 1 << 20)
"""No body that the API takes holds more: 100 labels, 50 fields, 50 scores, 20 slices, 1 MiB."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of `factor * entries**i * text**j * rest**k`, by `(i, j, k)`."""

    terms: Mapping[tuple[int, int, int], float]

    def __add__(self, other: "Amount") -> "Amount":
        keys = {**self.terms, **other.terms}
        return Amount({key: self.terms.get(key, 0.0) + other.terms.get(key, 0.0) for key in keys})

    def __mul__(self, other: "Amount") -> "Amount":
        products: dict[tuple[int, int, int], float] = {}
        for (left, factor), (right, other_factor) in product(self.terms.items(), other.terms.items()):
            key = left[0] + right[0], left[1] + right[1], left[2] + right[2]
            products[key] = products.get(key, 0.0) + factor * other_factor
        return Amount(products)

    def times(self, factor: float) -> "Amount":
        """The amount `factor` times."""
        return Amount({key: value * factor for key, value in self.terms.items()})

    def at(self, extent: Extent) -> float:
        """Its value for a prediction that holds so much."""
        entries, text, rest = extent.entries, extent.text, extent.rest
        powers = self.terms.items()
        return math.fsum(factor * entries**i * text**j * rest**k for (i, j, k), factor in powers)


def _constant(value: float) -> Amount:
    return Amount({(0, 0, 0): value})


NOTHING = _constant(0.0)
ENTRIES = Amount({(1, 0, 0): 1.0})
TEXT, REST = Amount({(0, 1, 0): 1.0}), Amount({(0, 0, 1): 1.0})


@dataclass(frozen=True, slots=True)
class Weight:
    """What a part of an expression takes to evaluate; its value's bytes, entries, and bytes of an entry."""

    work: Amount
    size: Amount = NOTHING
    entries: Amount = NOTHING
    entry: Amount = NOTHING


@dataclass(frozen=True, slots=True)
class Work:
    """The nanoseconds that an expression may take; `is_small` whatever the API may bring."""

    amount: Amount
    is_small: bool

    def fits(self, extent: Extent) -> bool:
        """Whether it may be run on so much."""
        return self.is_small or self.amount.at(extent) <= LIMIT


def work_of(node: Node) -> Work:
    """What the expression takes.

    Raises InvalidExpression, as `what is wrong; mend`, where that is too long for an ordinary prediction.
    """
    amount = _weight(node, {}, is_repeated=False).work
    if amount.at(ORDINARY) > LIMIT:
        raise InvalidExpression(
            "it takes too long to judge; repeat less in it, or have the service send a field"
        )
    return Work(amount, amount.at(LARGEST) <= LIMIT)


def _sum(amounts: list[Amount]) -> Amount:
    return reduce(Amount.__add__, amounts, NOTHING)


def _weight(node: Node, bound: Mapping[str, Amount], *, is_repeated: bool) -> Weight:
    if node.op == "loop":
        return _loop(node, bound, is_repeated=is_repeated)
    if node.path is not None:
        return _read(node)
    if node.op == "bound":
        size = bound[node.word]
        return Weight(_constant(VISIT) + size.times(COPY), size, ENTRIES, size)
    simpler = membership(*node.parts) if node.word == "in" else None
    if simpler is not None:
        return _among(node, simpler, bound, is_repeated=is_repeated)
    parts = [_weight(part, bound, is_repeated=is_repeated) for part in node.parts]
    size, work = _sum([part.size for part in parts]), _sum(_works(node, parts))
    own = _constant(VISIT)
    if node.op in {"list", "map"}:
        return Weight(work + own + size.times(MAKE), size, _constant(len(parts)), size)
    if node.op in {"call", "method"} or node.word in {"==", "!=", "in", "+"} or node.op == "has":
        return _operation(node, work, size)
    if not parts:
        return Weight(own, _constant(len(node.word)))
    return Weight(
        work + own + size.times(COPY),
        size,
        _sum([part.entries for part in parts]),
        _sum([part.entry for part in parts]),
    )


def _works(node: Node, parts: list[Weight]) -> list[Amount]:
    """What the parts of an operation take: numbers may be written four times, see `arithmetic`."""
    if node.op != "binary" or node.word not in ARITHMETIC:
        return [part.work for part in parts]
    left, right = node.parts
    is_mixed = is_fraction(left) != is_fraction(right)
    repeated = [is_mixed or left.op != "binary", is_mixed or right.op != "binary" or node.word == "/"]
    return [
        part.work.times(4) if is_repeated else part.work
        for part, is_repeated in zip(parts, repeated, strict=True)
    ]


def _read(node: Node) -> Weight:
    """What a fact takes to read: an entry of a map takes a copy of the map."""
    path = node.path or ()
    is_map = kind_of(node) == "map" or len(path) == 1
    in_map = is_map or any(path[: len(owner)] == owner for owner in KEYED_BY_TEXT)
    held = {("input", "text"): TEXT, ("input",): TEXT + REST}.get(path, REST)
    work = _constant(VISIT) + held.times(COPY) + (ENTRIES.times(ENTRY) if in_map else NOTHING)
    is_short = kind_of(node) in {"number", "bool"} or is_fraction(node)
    size = _constant(8.0) if is_short else held
    return Weight(work, size, ENTRIES if is_map else NOTHING, size)


def _operation(node: Node, work: Amount, size: Amount) -> Weight:
    own = _constant(VISIT)
    if node.word == "matches":
        return Weight(work + own + _matching(node, size), NOTHING)
    if node.word == "+":
        return Weight(work + own + size.times(MAKE), size, _constant(len(node.parts)) * ENTRIES, size)
    if node.word in {"==", "!=", "in"} or node.op == "has":
        # Written more than once in the strict form: see `strict_form`.
        return Weight(work.times(3) + own + size.times(3 * COPY), NOTHING)
    scan = PARSE if node.word in {"int", "uint", "double", "timestamp", "duration"} else SCAN
    return Weight(work + own + size.times(scan), size)


def _among(node: Node, simpler: Node, bound: Mapping[str, Amount], *, is_repeated: bool) -> Weight:
    """What it takes to look for an item: in a list that is worked out, a comparison for each entry."""
    if simpler.op != "loop":
        return _weight(simpler, bound, is_repeated=is_repeated)
    item, among = (_weight(part, bound, is_repeated=is_repeated) for part in node.parts)
    turn = item.work.times(3) + (item.size + among.entry).times(3 * COPY) + _constant(TURN + 3 * VISIT)
    return Weight(among.work + among.entries * turn)


def _matching(node: Node, size: Amount) -> Amount:
    pattern = node.parts[-1]
    if pattern.op != "text":
        raise InvalidExpression("the pattern of `matches` is not written out; write it in quotes")
    needed = pattern_work(pattern.value)
    return _constant(needed.compiling) + size.times(needed.per_byte)


def _loop(node: Node, bound: Mapping[str, Amount], *, is_repeated: bool) -> Weight:
    choice, name, *bodies = node.parts
    over = _weight(choice, bound, is_repeated=is_repeated)
    is_open = choice.op != "list"
    if is_open and is_repeated:
        raise InvalidExpression(
            "it loops within a loop over what a service sends; take one loop after the other"
        )
    inner = {**bound, name.word: over.entry}
    weights = [_weight(body, inner, is_repeated=is_repeated or is_open) for body in bodies]
    turn = _sum([weight.work for weight in weights]) + _constant(TURN)
    work = over.work + over.entries * turn
    if node.word not in {"map", "filter"}:
        return Weight(work)
    entry = weights[-1].size if node.word == "map" else over.entry
    size = over.entries * entry
    return Weight(work + size.times(MAKE), size, over.entries, entry)
