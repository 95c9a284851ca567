"""Submitted windows, translated into what an expert wants; what is wrong is said under its field."""

from collections.abc import Callable, Mapping

from bot.slack import ids
from bot.slack.desk import Desk, NextView, Refusals, log
from bot.slack.modals import whole_rationale
from bot.slack.payloads import Submitted
from bot.slack.private import label_needed
from bot.slack.replay_window import take_replay
from bot.slack.text import unmarked
from bot.usecases.answering import Answer, answer
from bot.usecases.asking import words_asked_about
from bot.usecases.handing import HandOver, abstain, escalate_now, hand_over
from bot.usecases.outcome import Outcome, Recorded, Repeated, Snoozed
from bot.usecases.sitting import Act
from routing.label import ExpertConfidence, Via


def act_of(submitted: Submitted) -> Act:
    """Who acts on which case, in which window."""
    place = submitted.place
    return Act(
        case_id=place.case_id,
        expert=submitted.expert,
        key=submitted.key,
        channel_id=place.channel_id,
        ts=place.ts,
        screen_version=place.version,
        name=submitted.name,
    )


def _confidence(submitted: Submitted) -> ExpertConfidence | None:
    known = {level.value: level for level in ExpertConfidence}
    return known.get(submitted.field("confidence") or "")


def _close(desk: Desk, submitted: Submitted, outcome: Outcome, field: str) -> Refusals:
    """Close the window if something was recorded; else the reason why not, under `field`."""
    log.info(
        "slack.window",
        case=submitted.place.case_id,
        person=submitted.expert.user_id,
        outcome=type(outcome).__name__,
    )
    desk.wake()
    message = desk.words(outcome)
    if not isinstance(outcome, Recorded | Repeated | Snoozed):
        return {field: unmarked(message.text)} if message else {}
    if submitted.place.response_url:
        desk.settle(submitted.place, submitted.expert, message or desk.receipt(outcome))
    elif message and submitted.place.channel_id:
        person = submitted.expert.user_id
        place = submitted.place
        desk.later(desk.gateway.ephemeral, place.channel_id, person, message, place.thread_ts or None)
    return {}


def take_label(desk: Desk, submitted: Submitted) -> Refusals:
    """The label window, for a first answer and for a correction."""
    act, reply_ts = act_of(submitted), submitted.place.reply_ts
    words = words_asked_about(desk.ctx, act, reply_ts) if reply_ts else ""
    given = Answer(
        act=act,
        label=submitted.field("label") or "",
        via=Via.MODAL,
        rationale=whole_rationale(submitted.field("rationale"), words),
        reason_code=submitted.field("reason_code"),
        expert_confidence=_confidence(submitted),
        is_correction=submitted.is_correction,
    )
    outcome = answer(desk.ctx, given)
    needed = label_needed(outcome)
    return {"rationale": needed} if needed else _close(desk, submitted, outcome, "label")


def take_abstention(desk: Desk, submitted: Submitted) -> Refusals:
    """*Can't tell*."""
    outcome = abstain(desk.ctx, act_of(submitted), submitted.field("note"))
    return _close(desk, submitted, outcome, "note")


def take_escalation(desk: Desk, submitted: Submitted) -> Refusals:
    """*Escalate*."""
    outcome = escalate_now(desk.ctx, act_of(submitted), submitted.field("note"))
    return _close(desk, submitted, outcome, "note")


def take_hand_over(desk: Desk, submitted: Submitted) -> Refusals:
    """*Reassign*, *Snooze*, or both from one window."""
    wish = HandOver(submitted.field("person"), submitted.field("until"))
    outcome = hand_over(desk.ctx, act_of(submitted), wish)
    return _close(desk, submitted, outcome, next(iter(submitted.fields), "person"))


WINDOWS: Mapping[str, Callable[[Desk, Submitted], Refusals | NextView]] = {
    ids.LABEL_VIEW: take_label,
    ids.ABSTAIN_VIEW: take_abstention,
    ids.ESCALATE_VIEW: take_escalation,
    ids.REASSIGN_VIEW: take_hand_over,
    ids.SNOOZE_VIEW: take_hand_over,
    ids.HAND_OVER_VIEW: take_hand_over,
    ids.REPLAY_VIEW: take_replay,
}
"""What each window does when submitted, by its callback id."""
