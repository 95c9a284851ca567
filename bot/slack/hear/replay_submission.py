"""The submitted window of a replay: what is wrong is said under its field, what is right is tried."""

from bot.errors import BotError
from bot.policy.tier_change import Rule, TierChange
from bot.slack.blocks.message import JsonObject
from bot.slack.blocks.text import label_text
from bot.slack.hear.interactions import Desk, NextView, Refusals, log
from bot.slack.hear.payloads import Submitted
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


def take_replay(desk: Desk, submitted: Submitted) -> Refusals | NextView:
    """*Replay*: show that it is being worked on, and what came of it when it is done."""
    refusals = _misfilled(submitted)
    if refusals:
        return refusals
    proposed = propose.propose(desk.ctx, submitted.expert, _change(submitted))
    log.info("slack.replay", person=submitted.expert.user_id, outcome=type(proposed).__name__)
    if isinstance(proposed, LeadRefusal):
        return {"tier": proposed.reason}
    if not isinstance(proposed, PolicyTrial):
        return _under_fields(submitted, proposed)
    desk.after_ack(_show, desk, submitted.view_id, proposed)
    return NextView(working_view())


def _misfilled(submitted: Submitted) -> Refusals:
    """What no check of a policy is needed for."""
    needed = _NEEDS.get(submitted.field("rule") or "", ())
    found: Refusals = {}
    for name in ("threshold", "error", "confidence"):
        given = submitted.field(name)
        if given is None and name in needed:
            found[name] = _NEEDED
        elif given is not None and name not in needed:
            found[name] = _NOT_NEEDED
    for name in _NUMBERS:
        given = submitted.field(name)
        if given is not None and _number(given) is None:
            found.setdefault(name, _NO_NUMBER)
    return found


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _change(submitted: Submitted) -> TierChange:
    task, _, tier = (submitted.field("tier") or "").partition("/")
    return TierChange(
        task, tier, _rule(submitted), _number(submitted.field("audit")), submitted.field("due_in")
    )


def _rule(submitted: Submitted) -> Rule | None:
    rule = submitted.field("rule")
    if rule == THRESHOLD:
        return _number(submitted.field("threshold"))
    if rule == PROMISE:
        values = {name: _number(submitted.field(name)) for name in ("error", "confidence")}
        return {name: value for name, value in values.items() if value is not None}
    return ALWAYS_REVIEW if rule == ALWAYS_REVIEW else None


def _under_fields(submitted: Submitted, findings: tuple[Finding, ...]) -> Refusals:
    """Each finding under the field it is about; several under one of them as several sentences."""
    said: Refusals = {}
    for finding in findings:
        name = _field_of(submitted, finding)
        said[name] = f"{said[name]}. {_words(finding)}" if name in said else _words(finding)
    return {name: label_text(words, LONGEST_REFUSAL) for name, words in said.items()}


def _words(finding: Finding) -> str:
    return f"{finding.problem}; {finding.mend}"


def _field_of(submitted: Submitted, finding: Finding) -> str:
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
    desk.gateway.update_view(view_id, view)
    desk.after_late_ack(desk.gateway.update_view, view_id, view)
