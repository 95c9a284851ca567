"""Reads the rule by which a case's answers are weighed: that in force when it opened, whatever came later."""

from contextlib import suppress
from typing import Any

from bot.usecases.context import Context
from bot.usecases.review.access import Sitting
from routing.case.case import Case
from routing.case.weighing import Weighing
from routing.evidence.expert_confusions import RULE_FORM, ConsensusRule
from storage.engine.database import Transaction
from storage.measured import consensus_rules

MOST_KEPT = 50
"""Rules in memory, about a megabyte each at most."""


def weighing_of(sitting: Sitting, case: Case) -> Weighing | None:
    """How the answers to the case are weighed; None where they are counted."""
    rule = _rule(sitting.ctx, sitting.tx, case.consensus_version)
    return None if rule is None else Weighing.of(rule, case, sitting.task)


def _rule(ctx: Context, tx: Transaction, version: str | None) -> ConsensusRule | None:
    if version is None:
        return None
    # Read once: what a version says never changes, and clicks come in bursts. Other threads clear it.
    with suppress(KeyError):
        return ctx.past_rules[version]
    rule = _read(consensus_rules.document(tx, version))
    if len(ctx.past_rules) >= MOST_KEPT:
        ctx.past_rules.clear()
    ctx.past_rules[version] = rule
    return rule


def _read(document: dict[str, Any] | None) -> ConsensusRule | None:
    """None for another form, which is that of a later version of ours that ran here before."""
    if document is None or document["form"] != RULE_FORM:
        return None
    return ConsensusRule.from_json(document["rule"])
