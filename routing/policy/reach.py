"""Which tiers of a task no prediction ever reaches, as far as the rules alone can tell.

Told of rules that read nothing but the label, the confidence, the origin and the service: of these every
value can be tried, the confidence around each number that a rule names.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import product

from routing.errors import InvalidExpression
from routing.expression.expression import Expression
from routing.expression.facts import Facts
from routing.expression.syntax import Path
from routing.policy.model import Task
from routing.policy.tier import Tier
from routing.prediction import POSTED_ORIGINS, CaseInput, ModelRef, Origin, Prediction, Submission

LABEL: Path = ("prediction", "label")
CONFIDENCE: Path = ("prediction", "confidence")
SERVICE: Path = ("service", "name")
ORIGINS: tuple[Path, ...] = (("origin",), ("kind",))
TRIED = frozenset({LABEL, CONFIDENCE, SERVICE, *ORIGINS})
GRID = 20
NEAR = 1e-9
MOST_PROBES = 20_000
"""More would be felt by who waits for `policy check`."""
MODEL, NOTHING_SEEN = ModelRef("probe", "0"), CaseInput()
PROBED_AT = datetime(2000, 1, 1, tzinfo=UTC)


def tiers_out_of_reach(task: Task, services: Collection[str]) -> Iterator[Tier]:
    """The tiers whose rule never holds, or of which those before take all there is; `services` may post."""
    rules = [(tier, Expression.compile(tier.when)) for tier in task.tiers]
    tried = [(tier, rule) for tier, rule in rules if TRIED.issuperset(rule.variables)]
    left = _probes(task, services, [rule for _, rule in tried])
    # Without probes no rule takes anything: every tier would look out of reach.
    for tier, rule in tried if left else ():
        # A rule that is not tried may take nothing: what is left is left to those behind it.
        taken = _taken(rule, left)
        if taken is not None and not taken:
            yield tier
        left = [sent for number, sent in enumerate(left) if number not in (taken or ())]


def _taken(rule: Expression, sent: Sequence[Submission]) -> set[int] | None:
    """Which of these it holds for; None where it cannot judge them, of which other advice speaks."""
    try:
        return {number for number, probe in enumerate(sent) if rule.matches(Facts(probe, rule.variables))}
    except InvalidExpression:
        return None


def _probes(task: Task, services: Collection[str], rules: Sequence[Expression]) -> list[Submission]:
    """A prediction for each combination of values that the rules tell apart; none if they are too many."""
    read = {path for rule in rules for path in rule.variables}
    labels = task.label_names if LABEL in read else task.label_names[:1]
    senders = tuple(services) if SERVICE in read and services else ("probe",)
    origins = POSTED_ORIGINS if read.intersection(ORIGINS) else (Origin.PRODUCTION,)
    shares = _confidences(rules) if CONFIDENCE in read else (0.5,)
    if len(labels) * len(senders) * len(origins) * len(shares) > MOST_PROBES:
        return []
    return [
        Submission(
            sender, "probe", task.name, NOTHING_SEEN, Prediction(label, share, MODEL), PROBED_AT, origin
        )
        for label, sender, origin, share in product(labels, senders, origins, shares)
    ]


def _confidences(rules: Sequence[Expression]) -> tuple[float, ...]:
    numbers = (float(part.literal) for rule in rules for part in rule.tree.within() if part.op == "number")
    near = (number + step for number in numbers for step in (-NEAR, 0.0, NEAR))
    grid = (step / GRID for step in range(GRID + 1))
    return tuple(sorted({share for share in (*near, *grid) if 0 <= share <= 1}))
