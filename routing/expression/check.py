"""What can be checked of a tier's `when` before any prediction comes.

Checked: attributes of `prediction`, `input` and `service`; texts compared with `prediction.label`, `origin`
or `service.name` and keys of `prediction.probabilities`, where they are written out; and that the expression
gives true or false for labels on a made-up prediction. Not checked: names of fields, slices and
scores, which only the services know, and what is computed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product

from routing.errors import InvalidExpression
from routing.expression.expression import Expression
from routing.expression.facts import Facts
from routing.expression.kinds import PROBABILITIES
from routing.expression.syntax import Node, Path
from routing.finding import ExistingNames
from routing.prediction import POSTED_ORIGINS, CaseInput, Image, ModelRef, Prediction, Submission

ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "prediction": ("label", "confidence", "margin", "entropy", "probabilities"),
    "input": ("text", "fields", "link", "has_image"),
    "service": ("name",),
}
MOST_PROBED = 100
"""Labels differ in nothing that a rule could stumble over; a thousand of them take seconds."""
PROBE_AT = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The texts that a tier's expression may compare with; `earlier` has labels' names by those before."""

    labels: tuple[str, ...]
    services: tuple[str, ...]
    earlier: Mapping[str, str] = field(default_factory=dict)

    @property
    def label_choices(self) -> ExistingNames:
        """The labels, by their present names."""
        return ExistingNames(self.labels, self.earlier)

    def of(self, path: str) -> ExistingNames | None:
        """The values that the fact at `path` can have, where the policy lists them."""
        if path == "prediction.label":
            return self.label_choices
        values = {
            **dict.fromkeys(("origin", "kind"), tuple(map(str, POSTED_ORIGINS))),
            "service.name": self.services,
        }
        return ExistingNames(values[path]) if path in values else None


def expression_problems(source: str, vocabulary: Vocabulary) -> tuple[tuple[str, str], ...]:
    """Everything wrong with a `when`, as pairs of problem and mend."""
    try:
        expression = Expression.compile(source)
    except InvalidExpression as error:
        problem, _, mend = error.detail.rpartition("; ")
        return ((problem, mend),)
    parts = tuple(expression.tree.within())
    static = (*_attributes(parts), *_literals(parts, vocabulary))
    return static or tuple(_probed(expression, vocabulary))


def _attributes(parts: tuple[Node, ...]) -> Iterator[tuple[str, str]]:
    for owner, name in (part.path for part in parts if part.path is not None and len(part.path) == 2):
        attributes = ExistingNames(ATTRIBUTES.get(owner, ()))
        if attributes.names and name not in attributes.names:
            yield f"`{owner}` has no `{name}`", attributes.mend(name, "attribute")


def _literals(parts: tuple[Node, ...], vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    for part in parts:
        for read, text in _compared(part):
            path = ".".join(read)
            existing = vocabulary.of(path) or ExistingNames(())
            if existing.names and text not in existing.names:
                yield f"{path} is never {text!r}", existing.mend(text, "value")
        if part.path is not None and len(part.path) == 3 and part.path[:2] == PROBABILITIES:
            existing, name = vocabulary.label_choices, part.path[2]
            if name not in existing.names:
                read = part.path if part.op == "select" else PROBABILITIES
                yield f"{'.'.join(read)} is never {name!r}", existing.mend(name, "value")


def _compared(part: Node) -> Iterator[tuple[Path, str]]:
    """The facts and the texts that a part of an expression compares with each other."""
    if part.op != "binary" or part.word not in {"==", "!=", "in"}:
        return
    left, right = part.parts
    pairs = product([left], right.parts) if right.op == "list" else [(left, right), (right, left)]
    for read, literal in pairs:
        if read.path is not None and literal.op == "text":
            yield read.path, literal.value


def _probed(expression: Expression, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    for label in vocabulary.labels[:MOST_PROBED]:
        facts = Facts(_probe(label, vocabulary), expression.variables)
        try:
            expression.matches_as_cel_has_it(facts)
        except InvalidExpression as error:
            # The words are `expression._reason`'s; what fields there are, only the services know.
            if not (error.detail.startswith("no field") or _is_judged(expression, facts)):
                yield error.detail, "let it give true or false for every prediction"
                return


def _is_judged(expression: Expression, facts: Facts) -> bool:
    """Whether the strict form can what CEL cannot: arithmetic of whole numbers with fractions."""
    try:
        expression.matches(facts)
    except InvalidExpression:
        return False
    return True


def _probe(label: str, vocabulary: Vocabulary) -> Submission:
    share = 1 / len(vocabulary.labels)
    prediction = Prediction(label, share, ModelRef("probe", "0"), dict.fromkeys(vocabulary.labels, share))
    shown = CaseInput(text="text", link="https://example.com", image=Image("image"))
    return Submission("probe", "probe", "probe", shown, prediction, PROBE_AT)
