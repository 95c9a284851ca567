"""The direct message of whoever is asked by name: the case without its prediction, and what came of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.slack.blocks.builders import context, mrkdwn, paragraph, rich_text, run
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.blocks.text import escape, label_text, moment
from bot.slack.show.case_message import circumstances_parts, picture_block, present, question_blocks
from bot.slack.show.case_words import due_words, label_title
from bot.slack.show.controls import blind_controls
from bot.slack.show.input_blocks import (
    DECIDED,
    REVIEW,
    evidence_block,
    input_block,
    is_cut,
    show_all_block,
    wish_block,
)
from bot.slack.show.spoken_text import blind_text
from routing.case.ask import Ask, AskPurpose, AskState
from routing.case.case import CaseStatus
from routing.case.late_answer import is_unanswered
from routing.case.second_opinion import blinded
from routing.case.trial import without_own_id

if TYPE_CHECKING:
    from bot.slack.show.scene import Scene

_WHY = (
    "A second opinion, asked of you alone. What the model and others say is hidden until you have answered."
)
_AGAIN = (
    "Nobody has answered this in time, so it is asked of you. What the model says is hidden until you have "
    "answered."
)
_LATE = "Your time for this ran out, and it was handed on. You can still answer."
_HANDED_ON = "Somebody else is asked. Thank you for saying so."
_NOT_NEEDED = "Nobody has to answer this any more. Nothing was recorded of you."


def ask_message(scene: Scene, ask: Ask) -> Message:
    """The message for `ask` that shows the case of `scene` as it is for that person."""
    metadata = {"case_id": scene.case.case_id, "version": str(scene.version)}
    ending = _ending(scene, ask)
    scene = replace(scene, case=without_own_id(blinded(scene.case, ask.expert), scene.tier))
    if ending is None:
        lead = _lead(scene, ask)
        return Message(blind_text(scene, lead, is_open=True), _open_blocks(scene, lead), metadata)
    return Message(blind_text(scene, ending, is_open=False), _closed_blocks(scene, ending), metadata)


def _ending(scene: Scene, ask: Ask) -> str | None:
    """What came of the ask, in mrkdwn; None while the person may answer."""
    case, own = scene.case, scene.case.label_of(ask.expert)
    if own is not None:
        thanks = f"Thank you: you answered {escape(label_title(scene.task, own.label), 120)}."
        decision = case.decision
        if decision is None or decision.label == own.label:
            return thanks
        return f"{thanks} It was decided otherwise: {escape(label_title(scene.task, decision.label), 120)}."
    if ask.state is AskState.DECLINED:
        return _HANDED_ON
    if ask.purpose is AskPurpose.FOLLOW_UP and is_unanswered(case):
        return None  # also when its time ran out: the numbers wait for the answer
    # A disagreement is for those who settle it: an answer beside theirs would be refused.
    return None if case.status is CaseStatus.OPEN else _NOT_NEEDED


def _lead(scene: Scene, ask: Ask) -> str:
    if ask.state is AskState.LAPSED or scene.now >= ask.lease_until:
        return f"{_LATE} {due_words(scene.case, scene.now)}."
    why = _AGAIN if ask.purpose is AskPurpose.FOLLOW_UP else _WHY
    return f"{why} It is yours until {moment(ask.lease_until)}."


def _open_blocks(scene: Scene, lead: str) -> tuple[JsonObject, ...]:
    submission = scene.case.submission
    return present(
        *question_blocks(scene.task.question),
        context(mrkdwn(f":eyes: {lead}"), *circumstances_parts(scene.case, REVIEW.slices)),
        input_block(submission.input, REVIEW),
        picture_block(scene),
        show_all_block(scene.screen) if is_cut(scene.case, REVIEW) else None,
        wish_block(submission, REVIEW),
        evidence_block(submission, REVIEW),
        blind_controls(scene.task, scene.screen),
    )


def _closed_blocks(scene: Scene, ending: str) -> tuple[JsonObject, ...]:
    case_input = scene.case.submission.input
    title = label_text(scene.task.question, 300)
    shown = circumstances_parts(scene.case, DECIDED.slices)
    return present(
        context(mrkdwn(ending)),
        rich_text(paragraph(run(title, "bold"))),
        input_block(case_input, DECIDED),
        context(*shown) if shown else None,
    )
