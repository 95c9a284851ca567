"""A rule in words, for people who never saw the policy: "amount is at least 500 and country is PT"."""

from collections.abc import Mapping
from functools import lru_cache

from routing.errors import InvalidExpression
from routing.expression.facts import wanted_by
from routing.expression.kinds import PROBABILITIES, SCORES
from routing.expression.syntax import Node, Path, syntax

Titles = Mapping[str, str]
"""What people read for a label, by the label's name."""
COMPARISONS: Mapping[str, str] = {
    "==": "is",
    "!=": "is not",
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
}
OPPOSITES: Mapping[str, str] = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
MIRRORED: Mapping[str, str] = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
SURENESS: Mapping[str, str] = {
    "==": "exactly ",
    "<": "less than ",
    "<=": "at most ",
    ">": "more than ",
    ">=": "at least ",
}
FINDS: Mapping[str, tuple[str, str]] = {
    "contains": ("contains", "does not contain"),
    "startsWith": ("begins with", "does not begin with"),
    "endsWith": ("ends in", "does not end in"),
}
CONVERSIONS = ("int", "uint", "double", "string")
NAMES: Mapping[Path, str] = {
    ("input", "text"): "the text",
    ("input", "link"): "the link",
    ("input", "has_image"): "a picture",
    ("input", "fields"): "the fields",
    ("prediction", "label"): "the model's answer",
    ("prediction", "confidence"): "the model's sureness",
    ("prediction", "margin"): "the model's lead over its second choice",
    ("prediction", "entropy"): "the model's indecision",
    PROBABILITIES: "what the model gives each answer",
    SCORES: "the scores",
    ("slices",): "the properties",
    ("service", "name"): "the service",
    **dict.fromkeys((("origin",), ("kind",)), "the origin"),
}
SHARES = (("prediction", "confidence"), ("prediction", "margin"))
MOST_NAMED = 4


class _Wordless(Exception):
    """There are no plain words for this part."""


def plain_words(source: str, titles: Titles) -> str | None:
    """What holds of the cases that a rule takes; None for a rule too odd for words."""
    try:
        return _words(_parsed(source), titles)
    except (InvalidExpression, _Wordless):
        return None


def rule_words(source: str, titles: Titles) -> str:
    """What holds of the cases that a rule takes; of a rule too odd for words, what it is about.

    `source` is an expression that has been checked.
    """
    words = plain_words(source, titles)
    if words is not None:
        return words
    try:
        wanted = wanted_by(_parsed(source))
    except InvalidExpression:
        return "a rule of the team applies"
    names = sorted({_name(path) for path in wanted if len(path) > 1 or path in NAMES})
    about = f" about {_listed(names[:MOST_NAMED], 'and')}" if names else ""
    return f"a rule of the team{about} applies"


@lru_cache(maxsize=256)
def _parsed(source: str) -> Node:
    return syntax(source)


def _words(node: Node, titles: Titles, holds: bool = True) -> str:
    """The part in words, or with `holds` False its opposite. Raises _Wordless."""
    if node.op == "not":
        return _words(node.parts[0], titles, not holds)
    if node.op == "has":
        return f"{_value_name(node.parts[0])} is {'there' if holds else 'missing'}"
    if node.op == "either" and node.parts[2].word == "false" and holds:
        return _words(Node("binary", "&&", node.parts[:2]), titles)
    if node.op == "binary":
        if node.word in ("&&", "||"):
            return _joined(node, titles, holds)
        return (_membership if node.word == "in" else _comparison)(node, titles, holds)
    if node.op == "method":
        return _search(node, holds)
    return _truth(node, holds)


def _search(node: Node, holds: bool) -> str:
    """A text that is looked for in another."""
    owner, *sought = node.parts
    if node.word not in FINDS or len(sought) != 1 or sought[0].op != "text":
        raise _Wordless
    return f"{_value_name(owner)} {FINDS[node.word][not holds]} “{sought[0].value}”"


def _truth(node: Node, holds: bool) -> str:
    """What is true or false by itself."""
    if node.path is None:
        raise _Wordless
    if node.path == ("input", "has_image"):
        return "there is a picture" if holds else "there is no picture"
    return f"{_name(node.path)} is {'yes' if holds else 'no'}"


def _joined(node: Node, titles: Titles, holds: bool) -> str:
    """Conditions joined; one that only guards another is left out."""
    is_and = (node.word == "&&") == holds
    named = [part for part in node.parts if not (is_and and _is_guard(part, holds))] or list(node.parts)
    phrases = [_words(part, titles, holds) for part in named]
    if not is_and:
        return " or ".join(phrases)
    mixed = [
        f"either {phrase}" if " or " in phrase and part.word in ("&&", "||") else phrase
        for part, phrase in zip(named, phrases, strict=True)
    ]
    return " and ".join(mixed if len(mixed) > 1 else phrases)


def _is_guard(part: Node, holds: bool) -> bool:
    is_presence = part.op == "has" or (part.word == "!=" and part.parts[-1].op == "null")
    is_listed = part.word == "in" and part.parts[0].op == "text"
    return holds and (is_presence or is_listed)


def _comparison(node: Node, titles: Titles, holds: bool) -> str:
    if node.word not in COMPARISONS:
        raise _Wordless
    left, right = node.parts
    word = node.word if holds else OPPOSITES[node.word]
    if left.op in ("text", "number", "negative", "bool", "null"):
        left, right, word = right, left, MIRRORED.get(word, word)
    if right.op == "null":
        return f"{_value_name(left)} is {'missing' if word == '==' else 'there'}"
    if right.op == "bool" and word in ("==", "!="):
        return _words(left, titles, (right.word == "true") == (word == "=="))
    path = _path(left)
    if path == ("prediction", "label") and word in ("==", "!="):
        says = "the model says" if word == "==" else "the model does not say"
        return f"{says} {_label(right, titles)}"
    if path == ("prediction", "confidence") and right.op == "number" and word in SURENESS:
        return f"the model is {SURENESS[word]}{_share(right)} sure"
    is_share = path in SHARES or path[: len(PROBABILITIES)] == PROBABILITIES
    other = _share(right) if is_share and right.op == "number" else _value(right)
    return f"{_value_name(left, titles)} {COMPARISONS[word]} {other}"


def _membership(node: Node, titles: Titles, holds: bool) -> str:
    item, choice = node.parts
    if item.op == "text" and choice.path is not None:
        return f"{_name((*choice.path, item.value))} is {'there' if holds else 'missing'}"
    if choice.op != "list" or not choice.parts:
        raise _Wordless
    if _path(item) == ("prediction", "label"):
        says = "the model says" if holds else "the model does not say"
        return f"{says} {_listed([_label(part, titles) for part in choice.parts], 'or')}"
    is_among = "is" if holds else "is not"
    return f"{_value_name(item)} {is_among} {_listed([_value(part) for part in choice.parts], 'or')}"


def _path(node: Node) -> Path:
    """The path of what is compared, also where it is read as another kind. Raises _Wordless."""
    inner = node.parts[0] if node.op == "call" and node.word in CONVERSIONS else node
    if inner.path is None:
        if node.op == "call" and node.word == "size":
            return ()
        raise _Wordless
    return inner.path


def _value_name(node: Node, titles: Titles | None = None) -> str:
    if node.op == "call" and node.word == "size":
        return f"the length of {_name(_path(node.parts[0]))}"
    return _name(_path(node), titles)


def _name(path: Path, titles: Titles | None = None) -> str:
    if path[:-1] == PROBABILITIES:
        return f"what the model gives {(titles or {}).get(path[-1], path[-1])}"
    return NAMES.get(path) or (f"the score {path[-1]}" if path[:-1] == SCORES else path[-1])


def _value(node: Node) -> str:
    if node.op == "text":
        return node.value or "empty"
    if node.op in ("number", "negative"):
        return f"{_number(node):,.10g}"
    return _value_name(node)


def _label(node: Node, titles: Titles) -> str:
    if node.op != "text":
        raise _Wordless
    return titles.get(node.value, node.value)


def _share(node: Node) -> str:
    return f"{100 * _number(node):.4g}\u00a0%"


def _number(node: Node) -> float:
    if node.op == "negative":
        return -_number(node.parts[0])
    if node.op != "number":
        raise _Wordless
    return float(node.literal)


def _listed(words: list[str], last: str) -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else words[0]
