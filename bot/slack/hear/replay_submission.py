"""The submitted window of a replay: what is wrong stands under its field, what is right is tried."""

from bot.errors import BotError
from bot.policy.tier_change import Rule, TierChange
from bot.slack.blocks.message import JsonObject
from bot.slack.blocks.text import label_text
from bot.slack.hear.interactions import Desk, NextView, Refusals, log
from bot.slack.hear.payloads import WindowSubmission
from bot.slack.show.replay_windows import (
    ALWAYS_REVIEW,
    PROMISE,
    THRESHOLD,
    failed_view,
    result_view,
    working_view,
)
from bot.usecases.lead import propose
from bot.usecases.lead.access import LeadRefusal
from bot.usecases.lead.propose import PolicyTrial
from routing.finding import Finding
from storage.errors import DatabaseUnavailable

LONGEST_REFUSAL = 300
_NEEDS = {THRESHOLD: ("threshold",), PROMISE: ("error", "confidence")}
_NUMBERS = ("threshold", "error", "confidence", "audit")
_NO_NUMBER = "This is no number: write one such as 0.95, with a point."
_NEEDED = "Needed for what you chose above."
_NOT_NEEDED = "What you chose above has no use for it: leave this empty, or choose otherwise."
_NOT_READ = "The predictions could not be read just now. Please try again in a moment."
_BROKEN = "This went wrong, and the log says how. Nothing was changed."


def take_replay(desk: Desk, submitted: WindowSubmission) -> Refusals | NextView:
    """*Replay*: show that it is being worked on, and what came of it when it is done."""
    refusals = _misfilled(submitted)
    if refusals:
        return refusals
    task, _, tier = (submitted.field("tier") or "").partition("/")
    audit = _number(submitted.field("audit"))
    change = TierChange(task, tier, _rule(submitted), audit, submitted.field("due_in"))
    proposed = propose.propose(desk.ctx, submitted.expert, change)
    log.info("slack.replay", person=submitted.expert.user_id, outcome=type(proposed).__name__)
    if isinstance(proposed, LeadRefusal):
        return {"tier": proposed.reason}
    if not isinstance(proposed, PolicyTrial):
        return _under_fields(submitted, proposed)
    desk.after_ack(_show, desk, submitted.view_id, proposed)
    return NextView(working_view())


def _misfilled(submitted: WindowSubmission) -> Refusals:
    """What no check of a policy is needed for."""
    needed = _NEEDS.get(submitted.field("rule") or "", ())
    refusals: Refusals = {}
    for name in ("threshold", "error", "confidence"):
        text = submitted.field(name)
        if text is None and name in needed:
            refusals[name] = _NEEDED
        elif text is not None and name not in needed:
            refusals[name] = _NOT_NEEDED
    for name in _NUMBERS:
        text = submitted.field(name)
        if text is not None and _number(text) is None:
            refusals.setdefault(name, _NO_NUMBER)
    return refusals


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _rule(submitted: WindowSubmission) -> Rule | None:
    rule = submitted.field("rule")
    if rule == THRESHOLD:
        return _number(submitted.field("threshold"))
    if rule == PROMISE:
        values = {name: _number(submitted.field(name)) for name in ("error", "confidence")}
        return {name: value for name, value in values.items() if value is not None}
    return ALWAYS_REVIEW if rule == ALWAYS_REVIEW else None


def _under_fields(submitted: WindowSubmission, findings: tuple[Finding, ...]) -> Refusals:
    """Each finding under the field it is about; several under a field as several sentences."""
    sentences: dict[str, list[str]] = {}
    for finding in findings:
        name = _field_of(submitted, finding)
        sentences.setdefault(name, []).append(f"{finding.problem}; {finding.mend}")
    return {name: label_text(". ".join(words), LONGEST_REFUSAL) for name, words in sentences.items()}


def _field_of(submitted: WindowSubmission, finding: Finding) -> str:
    head, _, last = finding.key.rpartition(".")
    if head.endswith(".accept_above"):
        return last
    rule = "threshold" if submitted.field("rule") == THRESHOLD else "rule"
    return {"accept_above": rule, "audit": "audit", "due_in": "due_in"}.get(last, "tier")


def _show(desk: Desk, view_id: str, trial: PolicyTrial) -> None:
    """Replay, and put what came of it in the window, whatever it is."""
    try:
        view = result_view(trial, desk.replay(trial.policy, trial.change.task))
    except BotError as error:
        view = failed_view(str(error))
    except DatabaseUnavailable as error:
        log.warning("slack.replay_not_read", error=str(error))
        view = failed_view(_NOT_READ)
    except Exception:
        _put(desk, view_id, failed_view(_BROKEN))
        raise
    _put(desk, view_id, view)


def _put(desk: Desk, view_id: str, view: JsonObject) -> None:
    # Twice: an ack that came late would put up the waiting window over the result.
    desk.gateway.update_view(view_id, view)
    desk.after_late_ack(desk.gateway.update_view, view_id, view)
