"""What can be known about a tier's `when` before any prediction comes.

Checked: attributes of `prediction`, `input` and `service`; texts compared with `prediction.label`, `kind` or
`service.name` and keys of `prediction.probabilities`, where they stand as literals beside each other; and
that the expression gives true or false for every label on a made-up prediction. Not checked: names of fields
and slices, which only the services know, and what is computed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile

from routing.errors import InvalidExpression
from routing.expression import MACRO, Expression, Facts
from routing.finding import Known
from routing.prediction import CaseInput, Image, Kind, ModelRef, Prediction, Submission

ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "prediction": ("label", "confidence", "margin", "entropy", "probabilities"),
    "input": ("text", "fields", "link", "has_image"),
    "service": ("name",),
}
TOKEN = re.compile(
    r"""(?P<text>"[^"\\]*"|'[^'\\]*')|(?P<path>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)|(?P<mark>[=!]=|\S)"""
)
PROBE_AT = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The texts that a tier's expression may compare with."""

    labels: tuple[str, ...]
    services: tuple[str, ...]

    def of(self, path: str) -> Known | None:
        """The values that the fact at `path` can have, if they are known."""
        values = {
            "prediction.label": self.labels,
            "kind": tuple(str(kind) for kind in Kind),
            "service.name": self.services,
        }
        return Known(values[path]) if path in values else None


Token = tuple[str, str]


def expression_problems(source: str, vocabulary: Vocabulary) -> tuple[tuple[str, str], ...]:
    """Everything wrong with a `when`, as pairs of problem and mend."""
    try:
        expression = Expression.compile(source)
    except InvalidExpression as error:
        problem, _, mend = error.detail.rpartition("; ")
        return ((problem, mend),)
    tokens = [(match.lastgroup or "", match[0]) for match in TOKEN.finditer(source)]
    static = (*_attributes(tokens, set(MACRO.findall(source))), *_literals(tokens, vocabulary))
    return static or tuple(_probed(expression, vocabulary))


def _attributes(tokens: list[Token], bound: set[str]) -> Iterator[tuple[str, str]]:
    for kind, text in tokens:
        owner, *rest = text.split(".")
        if kind != "path" or owner in bound or not rest:
            continue
        known = Known(ATTRIBUTES.get(owner, ()))
        if known.names and rest[0] not in known.names:
            yield f"`{owner}` has no `{rest[0]}`", known.mend(rest[0], "attribute")


def _literals(tokens: list[Token], vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    for place, (kind, path) in enumerate(tokens):
        if kind != "path":
            continue
        if path == "prediction.probabilities":
            compared, known = _index(tokens, place), Known(vocabulary.labels)
        elif path.startswith("prediction.probabilities."):
            compared, known = [path.split(".")[2]], Known(vocabulary.labels)
        else:
            compared, known = _compared(tokens, place), vocabulary.of(path) or Known(())
        for text in compared:
            if known.names and text not in known.names:
                yield f"{path} is never {text!r}", known.mend(text, "value")


def _index(tokens: list[Token], place: int) -> list[str]:
    following = tokens[place + 1 : place + 3]
    is_index = [kind for kind, _ in following] == ["mark", "text"] and following[0][1] == "["
    return [following[1][1][1:-1]] if is_index else []


def _compared(tokens: list[Token], place: int) -> list[str]:
    """Literals beside `==`, `!=` or in the list after `in`, next to the path at `place`."""
    before, after = tokens[max(0, place - 2) : place], tokens[place + 1 : place + 3]
    beside = [
        pair[1][1][1:-1]
        for pair in (before[::-1], after)
        if [kind for kind, _ in pair] == ["mark", "text"] and pair[0][1] in {"==", "!="}
    ]
    return beside + (_listed(tokens[place + 3 :]) if [text for _, text in after] == ["in", "["] else [])


def _listed(tokens: list[Token]) -> list[str]:
    items = takewhile(lambda token: token[1] != "]", tokens)
    return [text[1:-1] for kind, text in items if kind == "text"]


def _probed(expression: Expression, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    for label in vocabulary.labels:
        try:
            expression.matches_as_cel_has_it(Facts(_probe(label, vocabulary)))
        except InvalidExpression as error:
            if not error.detail.startswith("no field"):
                yield error.detail, "let it give true or false for every prediction"
                return


def _probe(label: str, vocabulary: Vocabulary) -> Submission:
    share = 1 / len(vocabulary.labels)
    prediction = Prediction(label, share, ModelRef("probe", "0"), dict.fromkeys(vocabulary.labels, share))
    shown = CaseInput(text="text", link="https://example.com", image=Image("image"))
    return Submission("probe", "probe", "probe", shown, prediction, PROBE_AT)
