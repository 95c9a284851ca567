"""What the author of a tier's rule may not have meant: how it takes facts that are absent or of another kind.

Each rule is tried on predictions with and without each field that it reads, with text, whole numbers,
fractions, truth values and null in it, without a text, and with a confidence only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

from routing.errors import InvalidExpression
from routing.expression.expression import Expression
from routing.expression.facts import OLD_NAMES, Facts
from routing.expression.kinds import MAY_BE_ABSENT, SCORES
from routing.expression.syntax import Node, Path
from routing.finding import Finding
from routing.policy.model import Task
from routing.policy.threshold import CertifiedThreshold
from routing.policy.tier import Tier
from routing.prediction import CaseInput, ModelRef, Prediction, Scalar, Submission

MAPS: tuple[Path, ...] = (("input", "fields"), ("slices",), SCORES, ("prediction", "probabilities"))
KINDS: tuple[Scalar, ...] = ("text", 7, 0.5, True, False, None)
MOST_VALUES = 16
MOST_LABELS = 4
ABSENT = object()
MEANT = 'or say that it is meant: `when_unreadable = "review"`'
PROBED_AT = datetime(2000, 1, 1, tzinfo=UTC)


def rule_advice(key: str, task: Task) -> Iterator[Finding]:
    """Advice on the rules of a task's tiers."""
    for place, tier in enumerate(task.tiers):
        expression = Expression.compile(tier.when)
        for old in sorted({path[0] for path in expression.variables} & OLD_NAMES.keys()):
            problem = f"`{old}` is called `{OLD_NAMES[old]}` now; the next version takes no other name"
            yield Finding(f"{key}.tiers.{tier.name}.when", problem, f"write `{OLD_NAMES[old]}`")
        if not expression.is_always_true and "when_unreadable" not in tier.model_fields_set:
            yield from _advice(f"{key}.tiers.{tier.name}.when", expression, task, task.tiers[place:])


def _advice(key: str, expression: Expression, task: Task, tiers: Sequence[Tier]) -> Iterator[Finding]:
    doubt = _always_fails(expression, task)
    if doubt is not None:
        problem = f"no prediction can be judged by it, so all of them are looked at: {doubt}"
        yield Finding(key, problem, "compare values of one kind")
        return
    asked = _asked(expression.tree)
    for path in _read(expression.tree):
        if path not in asked:
            problem = (
                f"it reads `{_dotted(path)}` without asking whether it is there; if not, all is looked at"
            )
            yield Finding(key, problem, f"write `{_has(path)} && …` or `{_lacks(path)} || …`, {MEANT}")
    looser = next((tier for tier in tiers[1:] if _strictness(tier) < _strictness(tiers[0])), None)
    for path in asked:
        if looser is not None and _lets_absence_through(expression, task, path):
            problem = (
                f"without `{_dotted(path)}` this tier is passed over, and {looser.name} lets more through"
            )
            yield Finding(key, problem, f"write `{_lacks(path)} || …`, {MEANT}")


def _strictness(tier: Tier) -> float:
    """A number that is higher the less the tier accepts."""
    if isinstance(tier.accept_above, CertifiedThreshold):
        return 1 - tier.accept_above.error
    return 2.0 if tier.accept_above == "always_review" else float(tier.accept_above)


def _asked(tree: Node) -> tuple[Path, ...]:
    """What the rule asks whether it is there: `has(x)`, `'x' in input.fields`, `x == null`."""
    return tuple(dict.fromkeys(path for node in tree.within() for path in _asked_by(node)))


def _asked_by(node: Node) -> Iterator[Path]:
    is_null = node.word in {"==", "!="} and any(part.op == "null" for part in node.parts)
    if node.op == "has" or is_null:
        yield from (part.path for part in node.parts if part.path and _may_be_absent(part.path))
    elif node.word == "in" and node.parts[0].op == "text" and node.parts[1].path in MAPS:
        yield (*(node.parts[1].path or ()), node.parts[0].value)


def _read(tree: Node) -> tuple[Path, ...]:
    """What the rule reads that may be absent."""
    paths = (node.path for node in tree.within())
    return tuple(dict.fromkeys(path for path in paths if path and _may_be_absent(path)))


def _may_be_absent(path: Path) -> bool:
    # Without a confidence all is reviewed, whatever the rule asks.
    is_named = path in MAY_BE_ABSENT and path != ("prediction", "confidence")
    return is_named or path[:-1] in MAPS


def _dotted(path: Path) -> str:
    return (
        ".".join(path)
        if all(name.isidentifier() for name in path)
        else f"{'.'.join(path[:-1])}[{path[-1]!r}]"
    )


def _has(path: Path) -> str:
    is_dotted = all(name.isidentifier() for name in path)
    return f"has({_dotted(path)})" if is_dotted else f"{path[-1]!r} in {'.'.join(path[:-1])}"


def _lacks(path: Path) -> str:
    asked = _has(path)
    return f"!{asked}" if asked.startswith("has(") else f"!({asked})"


def _always_fails(expression: Expression, task: Task) -> str | None:
    """Why the rule cannot be judged on any probe; None where it can on some."""
    doubt = None
    for value in (ABSENT, *_values(expression)):
        for sent in _probes(task, expression, value):
            facts = Facts(sent, expression.variables)
            if _answer(expression, facts) is not None:
                return None
            doubt = expression.doubt(facts)
    return doubt


def _lets_absence_through(expression: Expression, task: Task, path: Path) -> bool:
    """Whether the rule holds for some value of the fact, and with the rest alike not without it."""
    values = _values(expression)
    for rest in values:
        for sent in _probes(task, expression, rest):
            absent = _without(sent, path)
            if _judged(expression, absent) is False and any(
                _judged(expression, _with(absent, path, value)) is True for value in values
            ):
                return True
    return False


def _judged(expression: Expression, sent: Submission) -> bool | None:
    return _answer(expression, Facts(sent, expression.variables))


def _answer(expression: Expression, facts: Facts) -> bool | None:
    try:
        return expression.matches(facts)
    except InvalidExpression:
        return None


def _names(expression: Expression, owner: Path) -> list[str]:
    """What of the fields or slices the rule names."""
    return sorted(path[len(owner)] for path in expression.variables if path[:-1] == owner)


def _values(expression: Expression) -> tuple[Scalar, ...]:
    """A value of each kind, and those around what the rule compares with."""
    literals = [part for part in expression.tree.within() if part.op in {"text", "number"}]
    near: list[Scalar] = []
    for literal in literals:
        if literal.op == "text":
            near.append(literal.value)
        else:
            number = float(literal.literal)
            near += [number - 1, number, number + 1]
    return tuple(dict.fromkeys([*KINDS, *near]))[:MOST_VALUES]


def _probes(task: Task, expression: Expression, value: Scalar | object) -> Iterator[Submission]:
    """Predictions with this value in all that the rule names: whole, without a text, or a confidence only."""
    fields: dict[str, Any] = {}
    slices: dict[str, str] = {}
    scores: dict[str, float] = {}
    if value is not ABSENT:
        fields = dict.fromkeys(_names(expression, ("input", "fields")), value)
        slices = dict.fromkeys(_names(expression, ("slices",)), str(value))
        scores = dict.fromkeys(_names(expression, SCORES), _number(value))
    labels = task.label_names
    even = 1 / len(labels)
    shares = dict.fromkeys(labels, even)
    for label, text, probabilities in product(labels[:MOST_LABELS], ("text", None), (shares, None)):
        prediction = Prediction(label, even, ModelRef("probe", "0"), probabilities, scores)
        shown = CaseInput(text, fields, "https://example.com")
        yield Submission("probe", "probe", task.name, shown, prediction, PROBED_AT, slices=slices)


def _number(value: Scalar | object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _without(sent: Submission, path: Path) -> Submission:
    shown = sent.input
    if path[0] == "scores":
        scores = {name: score for name, score in sent.prediction.scores.items() if name != path[1]}
        return replace(sent, prediction=replace(sent.prediction, scores=scores))
    if path[0] == "prediction":
        return replace(sent, prediction=replace(sent.prediction, probabilities=None))
    if path[0] == "slices":
        return replace(sent, slices={name: text for name, text in sent.slices.items() if name != path[1]})
    if path[1] == "fields":
        fields = {name: value for name, value in shown.fields.items() if name != path[2]}
        return replace(sent, input=replace(shown, fields=fields))
    return replace(sent, input=replace(shown, text=None) if path[1] == "text" else replace(shown, link=None))


def _with(sent: Submission, path: Path, value: Scalar) -> Submission:
    shown, prediction = sent.input, sent.prediction
    if path[0] == "scores":
        scores = {**prediction.scores, path[1]: _number(value)}
        return replace(sent, prediction=replace(prediction, scores=scores))
    if path[0] == "prediction":
        own = prediction.confidence or 0.0
        share = value if isinstance(value, float) and 0 <= value <= 1 else own
        name = path[-1] if path[:-1] == ("prediction", "probabilities") else "another"
        shares = {prediction.label: own, name: share}
        return replace(sent, prediction=replace(prediction, probabilities=shares))
    if path[0] == "slices":
        return replace(sent, slices={**sent.slices, path[1]: str(value)})
    if path[1] == "fields":
        return replace(sent, input=replace(shown, fields={**shown.fields, path[2]: value}))
    if path[1] == "text":
        return replace(sent, input=replace(shown, text=str(value)))
    return replace(sent, input=replace(shown, link=str(value)))
