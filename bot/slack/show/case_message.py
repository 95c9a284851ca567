"""The message of a case in its channel: waiting for answers, decided, or closed without a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.slack.blocks.builders import context, header, mrkdwn, paragraph, plain, rich_text, run
from bot.slack.blocks.message import JsonObject, Message
from bot.slack.blocks.text import label_text, length, mention, moment
from bot.slack.show import spoken_text
from bot.slack.show.case_words import (
    VEILED,
    circumstances,
    differ,
    due_words,
    happened_words,
    label_title,
    percent,
    progress,
    sureness,
)
from bot.slack.show.controls import LATE_MENUS, asked_controls, closed_controls, decided_controls
from bot.slack.show.input_blocks import (
    DECIDED,
    REVIEW,
    evidence_block,
    image_block,
    input_block,
    is_cut,
    show_all_block,
    wish_block,
)
from bot.slack.show.outcome_blocks import (
    decision_block,
    doubts_block,
    expired_block,
    history_block,
    objections_block,
)
from bot.slack.show.questions.question_list import open_controls
from bot.slack.show.scene import Scene
from bot.slack.show.why_words import why_asked
from routing.case.adjudication import adjudicators_left
from routing.case.case import Case, CaseStatus
from routing.case.decision import Decision
from routing.case.objection import is_contestable, takes_late_answer
from routing.case.second_opinion import hides_answers, veiled
from routing.case.trial import without_own_id
from routing.label import ExpertId

if TYPE_CHECKING:
    from routing.policy import Task, Tier

__all__ = ["DEFAULT_UNDO_FOR", "Message", "case_message"]

HEADER = 150  # what Slack takes in a header block
DEFAULT_UNDO_FOR = timedelta(minutes=10)


def case_message(
    case: Case,
    task: Task,
    tier: Tier | None,
    now: datetime,
    names: Mapping[ExpertId, str],
    *,
    version: int = 0,
    image_file_id: str | None = None,
    has_picture: bool = True,
    undo_for: timedelta = DEFAULT_UNDO_FOR,
    contest_for: timedelta | None = None,
) -> Message:
    """The message that shows `case` as it is at `now`.

    `version` is the projection's wanted version: answers say on which screen people gave them.
    `image_file_id` is the uploaded file of an input that came as bytes; `has_picture` False: Slack does not
    take the picture, and the message says so. `tier` None: it left the policy.
    """
    scene = Scene(case, task, tier, now, names, version, undo_for, image_file_id, has_picture, contest_for)
    return message_of(scene)


def message_of(scene: Scene) -> Message:
    """The same for a scene; without the prediction, where chance hides it until the decision."""
    scene = replace(scene, case=without_own_id(veiled(scene.case), scene.tier))
    case, metadata = scene.case, {"case_id": scene.case.case_id, "version": str(scene.version)}
    if hides_answers(case):
        return Message(spoken_text.hidden_text(scene), _hidden_blocks(scene), metadata)
    decision = case.decision
    if decision is not None:
        return Message(spoken_text.decided_text(scene, decision), _decided_blocks(scene, decision), metadata)
    if case.status is CaseStatus.EXPIRED:
        return Message(spoken_text.expired_text(scene), _expired_blocks(scene), metadata)
    return Message(spoken_text.open_text(scene), _open_blocks(scene), metadata)


def present(*blocks: JsonObject | None) -> tuple[JsonObject, ...]:
    """Those of the blocks that are there."""
    return tuple(block for block in blocks if block is not None)


def question_blocks(question: str) -> tuple[JsonObject, ...]:
    """The question as a header; where it is longer than Slack's header takes, as bold text."""
    is_short = length(question) <= HEADER
    return (header(question) if is_short else rich_text(paragraph(run(label_text(question, 300), "bold"))),)


def _status_line(scene: Scene) -> JsonObject:
    case = scene.case
    parts = [f":hourglass_flowing_sand: {due_words(case, scene.now)}"]
    if case.assigned_to:
        parts.append(f"Assigned to {mention(case.assigned_to.user_id)}")
    if case.snoozed_until and case.snoozed_until > scene.now:
        parts.append(f"Reminders sleep until {moment(case.snoozed_until)}")
    if case.contest or case.status is CaseStatus.DISPUTED:
        parts.append(_who_decides(scene))
    answers = progress(case)
    if answers:
        parts.append(answers)
    happened = happened_words(case)
    if happened:
        parts.append(happened)
    return context(mrkdwn("  ·  ".join(parts)), *circumstances_parts(case, REVIEW.slices))


def _who_decides(scene: Scene) -> str:
    """What is in dispute, and who has the last word, in mrkdwn."""
    contest = scene.case.contest
    why = "The experts disagree" if differ(scene.case) else "The answers are not sure enough"
    what = f"{mention(contest.expert.user_id)} objects to the decision" if contest else why
    if scene.case.status is not CaseStatus.DISPUTED:
        return f"*{what}*, one more answer is asked"
    seniors = ", ".join(map(mention, adjudicators_left(scene.case, scene.tier) if scene.tier else ()))
    return f"*{what}*, the last word has {seniors or 'a senior expert'}"


def _prediction_block(scene: Scene) -> JsonObject:
    prediction = scene.case.submission.prediction
    if not prediction.label:
        return rich_text(paragraph(run(VEILED)))
    sure = run(f", {sureness(scene.case)}.")
    says = [run("The model says "), run(label_title(scene.task, prediction.label), "bold"), sure]
    others = [
        f"{label_title(scene.task, label, 60)} ({percent(probability)})"
        for label, probability in prediction.runners_up(3)
    ]
    if others:
        says.append(run(f" Otherwise {', '.join(others)}."))
    return rich_text(paragraph(*says))


def picture_block(scene: Scene) -> JsonObject | None:
    """The picture of the input, if it has any."""
    image = scene.case.submission.input.image
    return image_block(image, scene.image_file_id, is_taken=scene.has_picture)


def circumstances_parts(case: Case, most: int) -> tuple[JsonObject, ...]:
    """The circumstances of a case for a line of small print; nothing where there are none."""
    words = circumstances(case, most)
    return (plain(words, 700),) if words else ()


def _circumstances(scene: Scene) -> JsonObject | None:
    shown = circumstances_parts(scene.case, REVIEW.slices)
    return context(*shown) if shown else None


def _small_print(scene: Scene) -> JsonObject:
    case = scene.case
    model = case.submission.prediction.model
    why = why_asked(case, scene.task, scene.tier)
    source = f"From {case.submission.service}"
    if model.name:  # else it is hidden with its prediction
        source = f"Model {model.name} {model.version} · from {case.submission.service}"
    return context(plain(f"Why you: {why}", 520), plain(source, 200))


def _open_blocks(scene: Scene) -> tuple[JsonObject, ...]:
    submission = scene.case.submission
    return present(
        *question_blocks(scene.task.question),
        _status_line(scene),
        input_block(submission.input, REVIEW),
        picture_block(scene),
        show_all_block(scene.screen) if is_cut(scene.case, REVIEW) else None,
        _prediction_block(scene),
        wish_block(submission, REVIEW),
        evidence_block(submission, REVIEW),
        doubts_block(scene),
        _small_print(scene),
        _controls(scene),
    )


def _controls(scene: Scene) -> JsonObject:
    if scene.case.ask_at is not None:
        return asked_controls(scene.screen)
    return open_controls(scene.task, scene.case.submission.prediction.label, scene.screen)


def _hidden_blocks(scene: Scene) -> tuple[JsonObject, ...]:
    return present(
        *question_blocks(scene.task.question),
        rich_text(paragraph(run("✓ "), run("Answered", "bold"), run(f". {spoken_text.HIDDEN_WHY}"))),
        input_block(scene.case.submission.input, DECIDED),
        picture_block(scene),
        _circumstances(scene),
        # Nothing that time or the answer itself would change: a claim is not to be told from agreement.
        decided_controls(scene.screen, has_undo=False, is_contestable=False),
    )


def _decided_blocks(scene: Scene, decision: Decision) -> tuple[JsonObject, ...]:
    # Over at the end itself: the redrawing that takes the button away may come at that very moment.
    has_undo = bool(decision.decided_by) and scene.now < decision.decided_at + scene.undo_for
    return present(
        *question_blocks(scene.task.question),
        decision_block(scene, decision),
        input_block(scene.case.submission.input, DECIDED),
        picture_block(scene),
        history_block(scene),
        objections_block(scene),
        _circumstances(scene),
        *_decided_controls(scene, has_undo),
    )


def _decided_controls(scene: Scene, has_undo: bool) -> tuple[JsonObject, ...]:
    case, now, contest_for = scene.case, scene.now, scene.contest_for
    if not takes_late_answer(case, now, contest_for):
        return (decided_controls(scene.screen, has_undo, is_contestable(case, now, contest_for)),)
    still = f"It can still be answered. {progress(case) or ''}".strip()
    predicted = case.submission.prediction.label
    return context(plain(still, 200)), open_controls(scene.task, predicted, scene.screen, LATE_MENUS)


def _expired_blocks(scene: Scene) -> tuple[JsonObject, ...]:
    return present(
        *question_blocks(scene.task.question),
        expired_block(),
        input_block(scene.case.submission.input, DECIDED),
        picture_block(scene),
        _circumstances(scene),
        closed_controls(scene.screen),
    )
