"""What `route` costs beside its CEL expressions, and what one expression costs."""

import timeit
from dataclasses import replace
from itertools import count

from routing.expression import Expression, Facts
from routing.policy import load_policy
from routing.prediction import CaseInput, ModelRef, Prediction, Submission
from routing.router import compile_router
from tests.benchmarks.figure import Figure, at_most
from tests.http.shop import DRAW_KEY, NOW, POLICY

CALLS = 2_000
ROUNDS = 5
WHENS = ("has(input.fields.amount) && input.fields.amount > 1000.0", "prediction.label == 'fraud'")


def submission() -> Submission:
    """A payment of the tests' shop."""
    shown = CaseInput("Two payments within a minute. " * 15, {f"field {n}": "x" * 40 for n in range(12)})
    shown = replace(shown, fields={**shown.fields, "amount": 499.0})
    prediction = Prediction("fraud", 0.95, ModelRef("payments", "3"), {"fraud": 0.95, "legitimate": 0.05})
    return Submission("shop", "payment-1", "fraud", shown, prediction, NOW, slices={"country": "PT"})


def measure() -> list[Figure]:
    """Microseconds of each, the best of some rounds."""
    audited = POLICY.replace("audit = 0.0", "audit = 0.05")
    router = compile_router(load_policy(audited, "policy.toml"))
    numbers = count()
    one = submission()
    whole = _microseconds(lambda: router.route(replace(one, external_id=f"p{next(numbers)}"), DRAW_KEY))
    made = _microseconds(lambda: replace(one, external_id=f"p{next(numbers)}"))
    expressions = {when: Expression.compile(when) for when in WHENS}
    costs = {
        when: _microseconds(lambda e=expression: e.matches(Facts(one, e.variables)))
        for when, expression in expressions.items()
    }
    beside = whole - made - costs[WHENS[0]]
    return [
        at_most("route beside its expressions", beside, 50, "us", f"whole {whole - made:.1f} us"),
        *(at_most(f"CEL {when[:32]}", cost, 40, "us", "with its facts") for when, cost in costs.items()),
    ]


def _microseconds(call: object) -> float:
    best = min(timeit.repeat(call, number=CALLS, repeat=ROUNDS))  # type: ignore[arg-type]  # a callable
    return best / CALLS * 1e6
