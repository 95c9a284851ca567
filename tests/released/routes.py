"""Predictions drawn over a policy's tasks, and what the router does with them, but for its reasons: prose."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from routing.policy import Policy, Task, load_policy
from routing.prediction import CaseInput, ModelRef, Origin, Prediction, Submission
from routing.triage.in_force import NOTHING_STANDING, Standing
from routing.triage.router import compile_router
from tests.scenarios.year import ACCOUNT, NAME, WALLET

JsonObject = dict[str, Any]
AT = datetime(2026, 8, 31, 10, tzinfo=UTC)
NOVEL = "zeppelin bassoon glacier marzipan"
FIELDS = ("disposition", "tier", "channel", "quorum", "inclusion_probability", "is_audit", "is_novel")
MEASURED = ("threshold", "calibrated", "calibrator_version", "certificate_id")


def drawn(policy_text: str, name: str, count: int) -> Iterator[JsonObject]:
    """So many predictions for a policy, the same whenever they are asked for.

    Whatever a rule may read is there and of the right type, so that none of them is unreadable.
    """
    policy = load_policy(policy_text, name)
    tasks = list(policy.tasks.values())
    for number in range(count):
        yield _drawn(Random(f"{name}:{number}"), policy, tasks[number % len(tasks)], f"{name}-{number}")


def _drawn(rng: Random, policy: Policy, task: Task, external_id: str) -> JsonObject:
    confidence = round(rng.uniform(1 / len(task.label_names), 0.9999), 6)
    label, *others = rng.sample(task.label_names, len(task.label_names))
    shares = [rng.random() for _ in others]
    rest = {name: (1 - confidence) * share / sum(shares) for name, share in zip(others, shares, strict=True)}
    has_probabilities = rng.random() < 0.7 or task.name != "payment"
    words = rng.choices(rng.choice((ACCOUNT, ACCOUNT, WALLET, NOVEL)).split(), k=6)
    service = next(key for key, service in policy.services.items() if task.name in service.tasks)
    slices = {
        "paid_by": rng.choice(("account", "wallet")),
        "country": rng.choice(("nl", "de")),
        "clinic": rng.choice(("north", "south", "east")),
    }
    slices |= {name: "yes" for name in ("lapses", "closed") if rng.random() < 0.2}
    return {
        "service": service,
        "external_id": external_id,
        "task": task.name,
        "label": label,
        "confidence": confidence,
        "probabilities": {label: confidence, **rest} if has_probabilities else None,
        "model": [NAME, rng.choice(("1.0", "2.0", "3.0"))],
        "text": " ".join(words),
        "fields": {"amount": rng.choice((5, 450, 600, 12_000))} if task.name != "payment" else {},
        "slices": slices,
        "kind": rng.choice(("production", "production", "production", "synthetic", "red_team")),
        "due_in": rng.choice((None, None, 1_800, 10_000_000)),
    }


def submission_of(kept: JsonObject) -> Submission:
    """The prediction as the router takes it."""
    due_in = kept["due_in"]
    model = ModelRef(*kept["model"])
    return Submission(
        service=kept["service"],
        external_id=kept["external_id"],
        task=kept["task"],
        input=CaseInput(kept["text"], kept["fields"]),
        prediction=Prediction(kept["label"], kept["confidence"], model, kept["probabilities"]),
        occurred_at=AT,
        slices=kept["slices"],
        due_in=None if due_in is None else timedelta(seconds=due_in),
        origin=Origin(kept["kind"]),
    )


def routed(
    policy_text: str, kept: list[JsonObject], draw_key: bytes, standing: Standing = NOTHING_STANDING
) -> list[JsonObject]:
    """What the policy says of each prediction under what is in force."""
    router = compile_router(load_policy(policy_text, "policy.toml"))
    return [_outcome(router.route(submission_of(prediction), draw_key, standing)) for prediction in kept]


def _outcome(routing: Any) -> JsonObject:
    named = {name: getattr(routing, name) for name in (*FIELDS, *MEASURED)}
    outcome = named | {"disposition": str(routing.disposition), "due_in": routing.due_in.total_seconds()}
    assert not any(isinstance(value, float) and math.isnan(value) for value in outcome.values())
    return outcome
