"""Why a person is asked about a case, in sentences: the rule that took it, and what kept it from passing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.slack.blocks.text import single_line
from routing.case.case import Case
from routing.expression.rule_words import rule_words
from routing.triage.novelty import UNLIKE

if TYPE_CHECKING:
    from routing.policy import Task, Tier

ALWAYS = "always_review"


def why_asked(case: Case, task: Task, tier: Tier | None) -> str:
    """The reasons in a line of sentences; never a rule's expression, nor a name of the policy.

    Told from what triage decided, not by its own `reasons`, which are for services. `tier` None: it is in no
    policy any more.
    """
    return " ".join(_sentence(reason) for reason in _reasons(case, task, tier))


def _sentence(reason: str) -> str:
    words = single_line(reason)
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith(('.', '!', '?', '…')) else '.'}"


def _reasons(case: Case, task: Task, tier: Tier | None) -> Iterator[str]:
    routing = case.routing
    if not case.submission.prediction.label:
        # Nothing of the rule, nor of how sure the model is: a rule may be about the answer that is hidden.
        yield "to hear what you find by yourself; some cases are chosen for that at random"
    elif routing.unreadable is not None:
        yield f"its rule could not be judged, so a person looks: {routing.unreadable}"
    elif routing.is_audit:
        yield "it was drawn to be checked at random, to see how often the model is right"
    elif tier is not None:
        yield from _of_rule(task, tier)
        yield from _of_confidence(case, tier)
    yield from _of_novelty(case)
    if tier is not None and routing.due_in < tier.due_in:
        yield "the service needs the answer sooner than usual"


def _of_rule(task: Task, tier: Tier) -> Iterator[str]:
    is_always = tier.accept_above == ALWAYS
    if tier.because:
        yield tier.because
    elif tier.when.strip() != "true":
        tail = "; such cases are always looked at" if is_always else ""
        yield f"{rule_words(tier.when, {name: task.title(name) for name in task.label_names})}{tail}"
    elif is_always:
        yield "every such case is looked at"


def _of_confidence(case: Case, tier: Tier) -> Iterator[str]:
    routing, raw = case.routing, case.submission.prediction.confidence
    if tier.accept_above == ALWAYS:
        return
    if raw is None:
        yield "the model does not say how sure it is"
    elif routing.threshold is not None and not routing.is_novel:
        limit = f"{100 * routing.threshold:.3g}\u00a0%"
        yield f"the model is less sure than {limit}, from where such cases go through by themselves"
    elif routing.threshold is None:
        yield "so far too few answers show how often the model is right in such cases"


def _of_novelty(case: Case) -> Iterator[str]:
    """What is new about the case: triage says it in words, after a beginning of its own."""
    unlike = (reason for reason in case.routing.reasons if reason.startswith(UNLIKE))
    for reason in unlike:
        news = reason.removeprefix(UNLIKE).partition(", and tier ")[0]
        yield f"it is unlike what was answered before:{news}"
