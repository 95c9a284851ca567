"""Takes an expert's answer: records the label, settles the case, queues what follows."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.usecases.context import Context
from bot.usecases.review.access import Act, Sitting, not_allowed, sit_down
from bot.usecases.review.announce import show
from bot.usecases.review.asked import answered, is_asked, is_blind, may_answer_after_all
from bot.usecases.review.outcome import (
    AlreadyDecided,
    Dismissal,
    NotAllowed,
    Outcome,
    RationaleNeeded,
    RecordedAct,
    RepeatedAct,
)
from bot.usecases.review.reveal import reveal
from bot.usecases.review.settle import settle_case
from routing.case.adjudication import is_adjudication, is_sealed
from routing.case.case import Case, CaseStatus, record_label, resume
from routing.case.schedule import expires_at
from routing.case.second_opinion import HIDDEN, veiled
from routing.label import ExpertConfidence, Label, Mark, Rationale, Via
from storage.cases import labels, thread_replies
from storage.delivery import claimed_events

SECOND = timedelta(seconds=1)
_UNKNOWN_LABEL = "This task has no such label. Nothing was recorded; please use the case's own message."
_UNKNOWN_CODE = "There is no such kind of reason. Nothing was recorded; please use the case's own message."


@dataclass(frozen=True, slots=True)
class ExpertAnswer:
    """What an expert answered, and on which surface. `is_correction`: meant for a case that is decided.

    `mark` is what they say of the disagreement that it settles; of any other answer it is passed over.
    """

    act: Act
    label: str
    via: Via
    rationale: str | None = None
    reason_code: str | None = None
    expert_confidence: ExpertConfidence | None = None
    is_correction: bool = False
    mark: Mark | None = None


def answer(ctx: Context, new: ExpertAnswer) -> Outcome:
    """Record an answer in a transaction. Raises DatabaseUnavailable, with nothing recorded."""
    with ctx.database.write() as tx:
        sitting = sit_down(ctx, tx, new.act)
        if isinstance(sitting, Dismissal):
            return sitting
        return give(sitting, new)


def give(sitting: Sitting, new: ExpertAnswer) -> Outcome:
    """Record the `new` answer in the transaction of `sitting`, unless something speaks against it."""
    # A button of before a label was renamed carries its old name.
    new = replace(new, label=sitting.task.present_name(new.label))
    objection = _objection(sitting, new)
    if objection is not None:
        return objection
    # Only now: an act that is refused, or lacks its reason, must not use its key up.
    if not claimed_events.claim(sitting.tx, new.act.key, sitting.now):
        return RepeatedAct(sitting.case)
    return _recorded(sitting, new)


def _objection(sitting: Sitting, new: ExpertAnswer) -> Outcome | None:
    refusal = _tampering(sitting, new) or not_allowed(sitting)
    if refusal is not None:
        return refusal
    # Before the question whether it is too late: a double click must not read that somebody was faster.
    if _adds_nothing(sitting.case, new):
        return RepeatedAct(sitting.case)
    if _is_asked_of_others(sitting, new):
        return AlreadyDecided(sitting.case)
    is_correction = new.is_correction and sitting.case.takes_answer_of(new.act.expert)
    if not sitting.case.is_waiting and not is_correction and not _is_taken_late(sitting):
        return AlreadyDecided(sitting.case)
    if not new.rationale and sitting.task.rationale.requires(new.label, _predicted(sitting, new)):
        return RationaleNeeded(sitting.case, new.label)
    return None


def _is_taken_late(sitting: Sitting) -> bool:
    policy, expert = sitting.ctx.policy, sitting.act.expert
    return may_answer_after_all(sitting.tx, sitting.case, expert, sitting.now, policy)


def _predicted(sitting: Sitting, new: ExpertAnswer) -> str:
    """What the model said, as far as the expert may know: to be asked why would tell them of it."""
    if is_blind(sitting.tx, sitting.case, new.act.expert):
        return HIDDEN.label
    return sitting.task.present_name(veiled(sitting.case).submission.prediction.label)


def _is_asked_of_others(sitting: Sitting, new: ExpertAnswer) -> bool:
    """Whether a second opinion is asked of people by name, from whom alone the prediction is hidden."""
    case, expert = sitting.case, new.act.expert
    if case.ask_at is None or case.label_of(expert) is not None:
        return False
    return not is_blind(sitting.tx, case, expert)


def _adds_nothing(case: Case, answer: ExpertAnswer) -> bool:
    """A double click: this person's answer in force says all of it already."""
    own = case.label_of(answer.act.expert)
    if own is None or own.label != answer.label:
        return False
    text, code = (own.rationale.text, own.rationale.reason_code) if own.rationale else ("", None)
    parts = (
        (answer.rationale, text),
        (answer.reason_code, code),
        (answer.expert_confidence, own.expert_confidence),
        (answer.mark, own.mark),
    )
    return all(not new or new == old for new, old in parts)


def _tampering(sitting: Sitting, new: ExpertAnswer) -> Dismissal | NotAllowed | None:
    """Refuses, on record, what no control of ours offers."""
    if new.label not in sitting.task.label_names:
        sitting.record("act.refused", why="unknown_label", label=new.label[:80])
        return Dismissal(_UNKNOWN_LABEL)
    if new.reason_code is not None and new.reason_code not in sitting.task.reason_codes:
        sitting.record("act.refused", why="unknown_reason_code", reason_code=new.reason_code[:80])
        return Dismissal(_UNKNOWN_CODE)
    return None


def _label(sitting: Sitting, new: ExpertAnswer) -> Label:
    act = new.act
    has_reason = new.rationale or new.reason_code
    settles = is_adjudication(sitting.case, sitting.tier, act.expert, sitting.ctx.team_id)
    return Label(
        label_id=sitting.ctx.new_id("label"),
        case_id=act.case_id,
        expert=act.expert,
        round=sitting.case.next_round(act.expert),
        answer=sitting.task.asks.answer(new.label),
        labeled_at=sitting.now,
        via=new.via,
        screen_version=act.screen.version,
        rationale=Rationale(new.rationale or "", new.reason_code) if has_reason else None,
        expert_confidence=new.expert_confidence,
        is_adjudication=settles,
        is_sealed=is_sealed(sitting.case, act.expert, is_adjudication=bool(settles)),
        is_assigned=is_asked(sitting.tx, sitting.case, act.expert),
        shown_at=_shown_at(sitting, new),
        mark=new.mark if settles else None,
    )


def _waiting(sitting: Sitting) -> Case:
    """The case, which waits again if it was closed for want of this answer."""
    case = sitting.case
    if case.status is not CaseStatus.EXPIRED:
        return case
    return resume(case, expires_at(sitting.tier, sitting.task.hours, sitting.now))


def _shown_at(sitting: Sitting, new: ExpertAnswer) -> datetime | None:
    """Since when the person had the window before them; None where that is not known, or cannot be."""
    moment = new.act.screen.shown_at if new.via is Via.MODAL else None
    # It came back from Slack, in whole seconds: of a case that opened in this second it may lie before.
    is_sane = moment is not None and sitting.case.opened_at - SECOND < moment <= sitting.now
    return moment if is_sane else None


def _recorded(sitting: Sitting, new: ExpertAnswer) -> Outcome:
    label = _label(sitting, new)
    # The round is taken: whatever brought it about, nothing may be announced twice.
    if not labels.add(sitting.tx, label):
        return RepeatedAct(sitting.case)
    thread_replies.settle(sitting.tx, label.case_id, label.expert)
    answered(sitting.tx, sitting.case, label.expert)
    case = settle_case(sitting, record_label(_waiting(sitting), label), label.screen_version)
    show(sitting, case)
    reveal(sitting, label)
    sitting.record(
        "label.recorded",
        label_id=label.label_id,
        label=label.label,
        round=label.round,
        via=label.via.value,
        screen_version=label.screen_version,
        supersedes=new.is_correction or label.round > 1,
    )
    return RecordedAct(case, label)
