"""Reads the rule by which a case's answers are weighed: that in force when it opened, whatever came later."""

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
    # Read once: what a version says never changes, and clicks come in bursts.
    if version not in ctx.past_rules:
        if len(ctx.past_rules) >= MOST_KEPT:
            ctx.past_rules.clear()
        document = consensus_rules.document(tx, version)
        # Another form is that of a later version of ours, which ran here before.
        is_readable = document is not None and document["form"] == RULE_FORM
        ctx.past_rules[version] = (
            ConsensusRule.from_json(document["rule"]) if document and is_readable else None
        )
    return ctx.past_rules.get(version)
