"""What `route` costs beside its CEL expressions, and what one expression costs."""

import timeit
from dataclasses import replace
from itertools import count

from routing.evidence.grant import Grant
from routing.expression.expression import Expression
from routing.expression.facts import Facts
from routing.policy import load_policy
from routing.prediction import CaseInput, ModelRef, Prediction, Submission
from routing.triage.in_force import Standing
from routing.triage.router import compile_router
from tests.benchmarks.figure import Figure, at_most
from tests.worlds.clocks import FRIDAY
from tests.worlds.contexts import DRAW_KEY
from tests.worlds.policies import SHOP

CALLS = 2_000
ROUNDS = 5
WHENS = ("has(input.fields.amount) && input.fields.amount > 1000.0", "prediction.label == 'fraud'")


def submission() -> Submission:
    """A payment of the tests' shop."""
    shown = CaseInput("Two payments within a minute. " * 15, {f"field {n}": "x" * 40 for n in range(12)})
    shown = replace(shown, fields={**shown.fields, "amount": 499.0})
    prediction = Prediction("fraud", 0.95, ModelRef("payments", "3"), {"fraud": 0.95, "legitimate": 0.05})
    return Submission("shop", "payment-1", "fraud", shown, prediction, FRIDAY, slices={"country": "PT"})


def measure() -> list[Figure]:
    """Microseconds of each, the best of some rounds."""
    audited = SHOP.replace("audit = 0.0", "audit = 0.05")
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
    sliced = _sliced() - made
    return [
        at_most("route beside its expressions", beside, 50, "us", f"whole {whole - made:.1f} us"),
        at_most(
            "route with 20 slices certified", sliced - costs[WHENS[0]], 50, "us", f"whole {sliced:.1f} us"
        ),
        *(at_most(f"CEL {when[:32]}", cost, 40, "us", "with its facts") for when, cost in costs.items()),
    ]


def _sliced() -> float:
    """Microseconds of a route by the certified threshold of the rest beside 20 slices."""
    names = ", ".join(f'"country={place}"' for place in range(20))
    promise = f"accept_above = {{ error = 0.02, confidence = 0.95, slices = [{names}] }}\naudit = 0.05"
    policy = load_policy(SHOP.replace("accept_above = 0.9\naudit = 0.0", promise), "policy.toml")
    promised = policy.task("fraud").tier("ordinary").certified
    assert promised is not None
    grants = {
        ("fraud", "ordinary", "payments", "3", cell.key): Grant(
            cell.key, 0.9, promised.promise, policy.task("fraud").labels_digest, None, cell.key
        )
        for cell in promised.cells
    }
    router, standing, numbers, one = (
        compile_router(policy),
        Standing(thresholds=grants),
        count(),
        submission(),
    )
    assert router.route(one, DRAW_KEY, standing).certificate_id == promised.cells[-1].key
    return _microseconds(
        lambda: router.route(replace(one, external_id=f"p{next(numbers)}"), DRAW_KEY, standing)
    )


def _microseconds(call: object) -> float:
    best = min(timeit.repeat(call, number=CALLS, repeat=ROUNDS))  # type: ignore[arg-type]  # a callable
    return best / CALLS * 1e6
