"""Submitted windows, translated into what an expert wants; what is wrong stands under its field."""

from collections.abc import Callable, Mapping

from bot.slack.blocks import control_ids
from bot.slack.blocks.text import unmarked
from bot.slack.hear.interactions import Desk, NextView, Refusals, log
from bot.slack.hear.payloads import WindowSubmission
from bot.slack.hear.replay_submission import take_replay
from bot.slack.show.private_answers import label_needed
from bot.slack.show.review_windows import whole_rationale
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.contest import Objection, contest
from bot.usecases.review.hand_over import HandOver, abstain, escalate_now, hand_over
from bot.usecases.review.outcome import Outcome, RecordedAct, RepeatedAct, Snooze
from bot.usecases.review.reply_questions import words_asked_about
from routing.label import ExpertConfidence, Mark, Obstacle, Via

_CONFIDENCE = {level.value: level for level in ExpertConfidence}
_MARKS = {mark.value: mark for mark in Mark}


def _close(desk: Desk, submitted: WindowSubmission, outcome: Outcome, field: str) -> Refusals:
    """Close the window if something was recorded; else the reason why not, under `field`."""
    log.info(
        "slack.window",
        case=submitted.screen.case_id,
        person=submitted.expert.user_id,
        outcome=type(outcome).__name__,
    )
    desk.wake()
    message = desk.words(outcome)
    # A repeated submission closes the window, too: to the person it is done, whichever of the two was first.
    if not isinstance(outcome, RecordedAct | RepeatedAct | Snooze):
        return {field: unmarked(message.text)} if message else {}
    if submitted.screen.response_url:
        desk.settle(submitted.screen, submitted.expert, message or desk.receipt(outcome))
    elif message and submitted.screen.channel_id:
        person, screen = submitted.expert.user_id, submitted.screen
        desk.later(desk.gateway.ephemeral, screen.channel_id, person, message, screen.thread_ts or None)
    return {}


def take_label(desk: Desk, submitted: WindowSubmission) -> Refusals:
    """The label window, for a first answer and for a correction."""
    act, reply_ts = submitted.act, submitted.screen.reply_ts
    words = words_asked_about(desk.ctx, act, reply_ts) if reply_ts else ""
    submission = ExpertAnswer(
        act=act,
        label=submitted.field("label") or "",
        via=Via.MODAL,
        rationale=whole_rationale(submitted.field("rationale"), words),
        reason_code=submitted.field("reason_code"),
        expert_confidence=_CONFIDENCE.get(submitted.field("confidence") or ""),
        is_correction=submitted.is_correction,
        mark=_MARKS.get(submitted.field("mark") or ""),
    )
    outcome = answer(desk.ctx, submission)
    needed = label_needed(outcome)
    return {"rationale": needed} if needed else _close(desk, submitted, outcome, "label")


def take_abstention(desk: Desk, submitted: WindowSubmission) -> Refusals:
    """*Can't tell*; a window of before "bad input" could be chosen says that something is missing."""
    is_bad = submitted.field("obstacle") == Obstacle.BAD_INPUT.value
    obstacle = Obstacle.BAD_INPUT if is_bad else Obstacle.MISSING
    outcome = abstain(desk.ctx, submitted.act, submitted.field("note"), obstacle)
    return _close(desk, submitted, outcome, "note")


def take_contest(desk: Desk, submitted: WindowSubmission) -> Refusals:
    """*Object*."""
    objection = Objection(submitted.act, submitted.field("reason") or "", submitted.field("label"))
    return _close(desk, submitted, contest(desk.ctx, objection), "reason")


def take_escalation(desk: Desk, submitted: WindowSubmission) -> Refusals:
    """*Escalate*."""
    outcome = escalate_now(desk.ctx, submitted.act, submitted.field("note"))
    return _close(desk, submitted, outcome, "note")


def take_hand_over(desk: Desk, submitted: WindowSubmission) -> Refusals:
    """*Reassign*, *Snooze*, or both from a single window."""
    wish = HandOver(submitted.field("person"), submitted.field("until"))
    outcome = hand_over(desk.ctx, submitted.act, wish)
    return _close(desk, submitted, outcome, next(iter(submitted.fields), "person"))


WINDOWS: Mapping[str, Callable[[Desk, WindowSubmission], Refusals | NextView]] = {
    control_ids.LABEL_VIEW: take_label,
    control_ids.ABSTAIN_VIEW: take_abstention,
    control_ids.ESCALATE_VIEW: take_escalation,
    control_ids.CONTEST_VIEW: take_contest,
    control_ids.REASSIGN_VIEW: take_hand_over,
    control_ids.SNOOZE_VIEW: take_hand_over,
    control_ids.HAND_OVER_VIEW: take_hand_over,
    control_ids.REPLAY_VIEW: take_replay,
}
"""What each window does when submitted, by its callback id."""
