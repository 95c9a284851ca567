"""The windows in which an expert answers, abstains, escalates, reassigns or snoozes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.slack.blocks import control_ids
from bot.slack.blocks.builders import (
    bullets,
    field,
    link,
    modal,
    option,
    paragraph,
    person,
    plain,
    rich_text,
    run,
    select,
    with_blocks,
)
from bot.slack.blocks.message import JsonObject
from bot.slack.blocks.screens import metadata
from bot.slack.blocks.text import cut, label_text, length
from bot.slack.show.case_words import label_title, rationale_of, sureness
from bot.slack.show.label_lookup import chooser
from bot.usecases.review.screen import Screen
from bot.words.mark_words import MARKS
from bot.words.own_confidence_words import SURENESS
from routing.case.case import Case
from routing.case.decision import Decision
from routing.label import Mark, Obstacle

if TYPE_CHECKING:
    from routing.policy import Task

RADIO = 5
RATIONALE_LENGTH = 2_000
SNOOZES = {"1h": "1 hour", "4h": "4 hours", "tomorrow": "Until tomorrow morning"}
_OBSTACLES = {
    Obstacle.MISSING: "Something is missing that I need to know",
    Obstacle.BAD_INPUT: "The input is bad: broken, unreadable, or not for this question",
}
_STATEMENTS, _STATED = 20, 300
_ENOUGH = "A sentence is enough."


@dataclass(frozen=True, slots=True)
class Draft:
    """What a label window is prefilled with; who `settles` a disagreement may mark it."""

    label: str | None = None
    rationale: str | None = None
    is_correction: bool = False
    settles: bool = False
    mark: Mark | None = None


def _introduction(case: Case, task: Task) -> JsonObject:
    prediction = case.submission.prediction
    runs = [run(label_text(task.question, 300), "bold")]
    if prediction.label:  # else it is hidden from whoever opens the window
        runs += [
            run("\nThe model says "),
            run(label_title(task, prediction.label), "bold"),
            run(f", {sureness(case)}."),
        ]
    guideline = link(task.guideline)
    if guideline:
        runs += [run("\nGuideline: "), guideline]
    return rich_text(paragraph(*runs))


def _label_field(case: Case, task: Task, draft: Draft) -> JsonObject:
    options = [
        option(spec.shown, spec.token, description=spec.description.strip() or None)
        for spec in task.asks.options
    ]
    token = task.token(draft.label) if draft.label else None
    chosen = [choice for choice in options if choice["value"] == token]
    initial = {"initial_option": chosen[0]} if chosen else {}
    element = chooser("label", "Choose an answer", options)
    if len(options) <= RADIO:
        element = {"type": "radio_buttons", "options": options}
    chosen_field = field("label", "Your answer", {**element, **initial}, False)
    # Whether a reason is needed shows as soon as the answer is chosen.
    return {**chosen_field, "dispatch_action": True} if _depends(case, task) else chosen_field


def _depends(case: Case, task: Task) -> bool:
    """Whether some answers need a reason and others do not."""
    return len({_is_needed(case, task, label) for label in task.label_names}) > 1


def _examples(task: Task) -> list[JsonObject]:
    """What the policy gives as an example of each label, where there are few enough to be read."""
    labels = [label for label in task.asks.options[: RADIO + 1] if label.example]
    if not labels or len(task.label_names) > RADIO:
        return []
    lines = (
        paragraph(run(label_text(label.shown, 75), "bold"), run(f": {label_text(label.example or '', 300)}"))
        for label in labels
    )
    return [rich_text(paragraph(run("For example:")), bullets(lines))]


def _text_field(block_id: str, label: str, is_optional: bool, hint: str, initial: str = "") -> JsonObject:
    element: JsonObject = {"type": "plain_text_input", "multiline": True, "max_length": RATIONALE_LENGTH}
    if initial:
        element["initial_value"] = cut(initial, RATIONALE_LENGTH)
    return field(block_id, label, element, is_optional, hint)


def _rationale_field(case: Case, task: Task, draft: Draft) -> JsonObject:
    is_open = draft.label not in task.label_names and _depends(case, task)
    hint = f"{_ENOUGH} Needed when you disagree with the model." if is_open else _ENOUGH
    if length(draft.rationale or "") > RATIONALE_LENGTH:
        hint = "What you wrote is longer than fits here. Leave this as it is, and all of it is kept."
    label = draft.label if draft.label in task.label_names else None
    is_optional = not _is_needed(case, task, label or case.submission.prediction.label)
    return _text_field("rationale", "Why?", is_optional, hint, draft.rationale or "")


def _is_needed(case: Case, task: Task, label: str) -> bool:
    predicted = task.present_name(case.submission.prediction.label)
    return task.rationale.requires(task.present_name(label), predicted)  # a control may carry a token


def label_chosen(view: JsonObject, case: Case, task: Task, label: str) -> JsonObject | None:
    """The label window once a label is chosen in it: says whether that needs a reason.

    `view` is the window as Slack tells of it; None where it says so already.
    """
    is_optional = not _is_needed(case, task, label)
    blocks = [
        {**block, "optional": is_optional} if block.get("block_id") == "rationale" else block
        for block in view["blocks"]
    ]
    return None if blocks == view["blocks"] else with_blocks(view, blocks)


def whole_rationale(shown: str | None, words: str) -> str | None:
    """What a person gave as the reason: all their `words`, of which the window had room for a part only."""
    begun = cut(words, RATIONALE_LENGTH)
    return words if begun != words and (shown or "").split() == begun.split() else shown


def _reason_code_field(task: Task) -> list[JsonObject]:
    if not task.reason_codes:
        return []
    options = [option(code, code) for code in task.reason_codes[:100]]  # what Slack takes in a select
    return [field("reason_code", "Kind of reason", select("reason_code", "Choose", options), True)]


def _mark_field(draft: Draft) -> list[JsonObject]:
    if not draft.settles:
        return []
    options = [option(words, mark.value) for mark, words in MARKS.items()]
    chosen = [choice for choice in options if draft.mark is not None and choice["value"] == draft.mark.value]
    element: JsonObject = {"type": "radio_buttons", "options": options}
    initial = {"initial_option": chosen[0]} if chosen else {}
    hint = "Your lead gets a list of what is marked."
    return [field("mark", "What does the disagreement show?", {**element, **initial}, True, hint)]


def label_view(case: Case, task: Task, screen: Screen, draft: Draft) -> JsonObject:
    """The window for a label with rationale, reason code and the expert's own confidence."""
    levels = [option(words, level.value) for level, words in SURENESS.items()]
    blocks = [
        _introduction(case, task),
        _label_field(case, task, draft),
        *_examples(task),
        _rationale_field(case, task, draft),
        *_reason_code_field(task),
        field("confidence", "How sure are you?", {"type": "radio_buttons", "options": levels}, True),
        *_mark_field(draft),
    ]
    title = "Correct the decision" if draft.is_correction else "Answer this case"
    return modal(control_ids.LABEL_VIEW, title, blocks, metadata(screen, draft.is_correction), "Save")


def _decided_block(case: Case, task: Task, decision: Decision) -> JsonObject:
    """What was decided, and what everybody answered and why."""
    lines = [
        paragraph(
            person(label.expert.user_id),
            run(" says "),
            run(label_title(task, label.label), "bold"),
            run(f": {label_text(why, _STATED)}" if (why := rationale_of(label)) else ""),
        )
        for label in case.current_labels[-_STATEMENTS:]
    ]
    decided = paragraph(run("Decided: "), run(label_title(task, decision.label), "bold"), run("."))
    return rich_text(decided, *([bullets(lines)] if lines else []))


def contest_view(case: Case, task: Task, decision: Decision, screen: Screen, is_decisive: bool) -> JsonObject:
    """The window for an objection to `decision`, with the reason and what the person would say instead."""
    options = [
        option(spec.shown, spec.token, description=spec.description.strip() or None)
        for spec in task.asks.options
        if spec.name != decision.label
    ]
    hint = "It takes the place of the decision at once." if is_decisive else "You need not say."
    follows = "Others decide it anew; the decision stands until then. Everybody can object once."
    blocks = [
        _introduction(case, task),
        _decided_block(case, task, decision),
        rich_text(paragraph(run(follows))),
        _text_field("reason", "What is wrong with the decision?", False, _ENOUGH),
        field("label", "What would you say?", chooser("label", "Choose an answer", options), True, hint),
    ]
    return modal(control_ids.CONTEST_VIEW, "Object to the decision", blocks, metadata(screen), "Object")


def abstain_view(case: Case, task: Task, screen: Screen) -> JsonObject:
    """The window for "can't tell" and "bad input"."""
    reasons = [option(words, obstacle.value) for obstacle, words in _OBSTACLES.items()]
    chosen = {"type": "radio_buttons", "options": reasons, "initial_option": reasons[0]}
    blocks = [
        _introduction(case, task),
        field("obstacle", "What keeps you from answering?", chosen, False),
        _text_field("note", "What is missing, or wrong with it?", True, "It helps whoever looks next."),
    ]
    return modal(control_ids.ABSTAIN_VIEW, "Can't tell", blocks, metadata(screen), "Save")


def escalate_view(case: Case, task: Task, screen: Screen) -> JsonObject:
    """The window that confirms an escalation: it cannot be taken back."""
    note = _text_field("note", "Why?", True, "Shown to the people who are asked next.")
    text = rich_text(paragraph(run("The next people are asked now. That cannot be taken back.")))
    blocks = [_introduction(case, task), text, note]
    return modal(control_ids.ESCALATE_VIEW, "Escalate", blocks, metadata(screen), "Escalate")


def _person_field(is_optional: bool) -> JsonObject:
    element = {"type": "users_select", "placeholder": plain("Choose a person", 150)}
    return field(
        "person", "Who should answer?", element, is_optional, "Only people who may answer this case."
    )


def _snooze_field(is_optional: bool) -> JsonObject:
    options = [option(words, key) for key, words in SNOOZES.items()]
    chooser = select("until", "Choose", options)
    hint = "Reminders to you and in the thread wait; the due time stays, and others are asked in time."
    return field("until", "Remind me later", chooser, is_optional, hint)


def reassign_view(screen: Screen) -> JsonObject:
    """The window that hands the case to somebody."""
    return modal(control_ids.REASSIGN_VIEW, "Reassign", [_person_field(False)], metadata(screen), "Reassign")


def snooze_view(screen: Screen) -> JsonObject:
    """The window that puts reminders off."""
    return modal(control_ids.SNOOZE_VIEW, "Snooze", [_snooze_field(False)], metadata(screen), "Snooze")


def hand_over_view(screen: Screen) -> JsonObject:
    """The window that does either, for messages whose menu has no room for both."""
    blocks = [_person_field(True), _snooze_field(True)]
    return modal(control_ids.HAND_OVER_VIEW, "Reassign or snooze", blocks, metadata(screen), "Save")
