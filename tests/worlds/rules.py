"""Rules that weigh answers, for tests of what is decided by them."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from routing.evidence.calibrator import IDENTITY
from routing.evidence.expert_confusions import (
    RULE_FORM,
    ConsensusRule,
    ExpertConfusions,
    Matrix,
    StatedCertainty,
)
from routing.policy import Task
from storage.engine.database import Database
from storage.measured import consensus_rules
from storage.measured.consensus_rules import StoredRule
from tests.worlds.clocks import FRIDAY


def skilled(labels: Sequence[str], skill: float) -> Matrix:
    """Somebody who is right so often, and else says any other label alike."""
    rest = (1 - skill) / (len(labels) - 1)
    return tuple(tuple(skill if column == row else rest for column in labels) for row in labels)


def rule_of(
    labels: Sequence[str],
    skills: Mapping[str, float] | None = None,
    *,
    skill: float = 0.9,
    voice: float = 1.0,
    states: bool = True,
) -> ConsensusRule:
    """Experts of these `skills` by user id, others of `skill`; the model counts for at most `voice` nats."""
    even = (1 / len(labels),) * len(labels)
    matrices = {user: skilled(labels, own) for user, own in (skills or {}).items()}
    alone = ExpertConfusions(tuple(labels), even, skilled(labels, skill), matrices)
    heard = ExpertConfusions(tuple(labels), even, skilled(labels, skill), matrices, 1.0, voice)
    certainty = StatedCertainty(IDENTITY, 250, 0.01) if states else None
    return ConsensusRule("experts", heard, alone, 250, {"experts": 0.9}, certainty)


def store_rule(database: Database, task: Task, rule: ConsensusRule, sequence: int = 1) -> str:
    """Put a rule in force; the version that names it."""
    document = {"form": RULE_FORM, "figures": {"answers": 500, "settled": rule.n}, "rule": rule.to_json()}
    version = sha256(repr(document).encode()).hexdigest()[:12]
    stored = StoredRule(task.name, sequence, version, task.labels_digest, document, FRIDAY)
    with database.write() as tx:
        assert consensus_rules.add(tx, stored)
    return version
