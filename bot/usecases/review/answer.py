"""Takes an expert's answer: records the label, settles the case, queues what follows."""

from dataclasses import dataclass

from bot.usecases.context import Context
from bot.usecases.review.access import Act, Sitting, not_allowed, sit_down
from bot.usecases.review.announce import show
from bot.usecases.review.outcome import (
    AlreadyDecided,
    Gone,
    NotAllowed,
    Outcome,
    RationaleNeeded,
    Recorded,
    Repeated,
)
from bot.usecases.review.settle import settle_case
from routing.case.case import Case, record_label
from routing.label import ExpertConfidence, Label, Rationale, Via
from storage.cases import labels, thread_replies
from storage.delivery import claimed_events

_UNKNOWN_LABEL = "This task has no such label. Nothing was recorded; please use the case's own message."
_UNKNOWN_CODE = "This task has no such reason code. Nothing was recorded; please use the case's own message."


@dataclass(frozen=True, slots=True)
class Answer:
    """What an expert answered, and on which surface. `is_correction`: meant for a case that is decided."""

    act: Act
    label: str
    via: Via
    rationale: str | None = None
    reason_code: str | None = None
    expert_confidence: ExpertConfidence | None = None
    is_correction: bool = False


def answer(ctx: Context, given: Answer) -> Outcome:
    """Record an answer in one transaction. Raises DatabaseUnavailable, with nothing recorded."""
    with ctx.database.write() as tx:
        sitting = sit_down(ctx, tx, given.act)
        if isinstance(sitting, Gone):
            return sitting
        return give(sitting, given)


def give(sitting: Sitting, given: Answer) -> Outcome:
    """Record `given` in the transaction of `sitting`, unless something speaks against it."""
    objection = _objection(sitting, given)
    if objection is not None:
        return objection
    if not claimed_events.claim(sitting.tx, given.act.key, sitting.now):
        return Repeated(sitting.case)
    return _recorded(sitting, given)


def _objection(sitting: Sitting, given: Answer) -> Outcome | None:
    refusal = _tampering(sitting, given) or not_allowed(sitting)
    if refusal is not None:
        return refusal
    if _adds_nothing(sitting.case, given):
        return Repeated(sitting.case)
    is_correction = given.is_correction and sitting.case.takes_answer_of(given.act.expert)
    if not sitting.case.is_waiting and not is_correction:
        return AlreadyDecided(sitting.case)
    predicted = sitting.case.submission.prediction.label
    if sitting.task.rationale.requires(given.label, predicted) and not given.rationale:
        return RationaleNeeded(sitting.case, given.label)
    return None


def _adds_nothing(case: Case, given: Answer) -> bool:
    """A double click: this person's answer in force says all of it already."""
    own = case.label_of(given.act.expert)
    if own is None or own.label != given.label:
        return False
    text, code = (own.rationale.text, own.rationale.reason_code) if own.rationale else ("", None)
    said = (
        (given.rationale, text),
        (given.reason_code, code),
        (given.expert_confidence, own.expert_confidence),
    )
    return all(not new or new == old for new, old in said)


def _tampering(sitting: Sitting, given: Answer) -> Gone | NotAllowed | None:
    """Refuses, on record, what no control of ours offers."""
    if given.label not in sitting.task.label_names:
        sitting.record("act.refused", why="unknown_label", label=given.label[:80])
        return Gone(_UNKNOWN_LABEL)
    if given.reason_code is not None and given.reason_code not in sitting.task.reason_codes:
        sitting.record("act.refused", why="unknown_reason_code", reason_code=given.reason_code[:80])
        return Gone(_UNKNOWN_CODE)
    return None


def _label(sitting: Sitting, given: Answer) -> Label:
    act = given.act
    has_reason = given.rationale or given.reason_code
    return Label(
        label_id=sitting.ctx.new_id("label"),
        case_id=act.case_id,
        expert=act.expert,
        round=sitting.case.next_round(act.expert),
        answer=sitting.task.asks.answer(given.label),
        labeled_at=sitting.now,
        via=given.via,
        screen_version=act.screen.version,
        rationale=Rationale(given.rationale or "", given.reason_code) if has_reason else None,
        expert_confidence=given.expert_confidence,
    )


def _recorded(sitting: Sitting, given: Answer) -> Outcome:
    label = _label(sitting, given)
    if not labels.add(sitting.tx, label):
        return Repeated(sitting.case)
    thread_replies.settle(sitting.tx, label.case_id, label.expert)
    case = settle_case(sitting, record_label(sitting.case, label), label.screen_version)
    show(sitting, case)
    sitting.record(
        "label.recorded",
        label_id=label.label_id,
        label=label.label,
        round=label.round,
        via=label.via.value,
        screen_version=label.screen_version,
        supersedes=given.is_correction or label.round > 1,
    )
    return Recorded(case, label)
