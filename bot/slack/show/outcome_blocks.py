"""The part of a message that says what was decided, by whom, when and why."""

from bot.slack.blocks.builders import context, date, paragraph, person, plain, quotation, rich_text, run
from bot.slack.blocks.message import JsonObject
from bot.slack.blocks.text import fallback, label_text
from bot.slack.show.case_words import concordance, label_title, method_words, rationale_of
from bot.slack.show.scene import Scene
from routing.case.decision import Decision
from routing.label import ExpertId

_RATIONALES = 3
_LONGEST_RATIONALE = 600
_PEOPLE = 5


def _people_runs(experts: tuple[ExpertId, ...]) -> list[JsonObject]:
    runs = [run(" — by " if experts else " — by default")]
    for number, expert in enumerate(experts[:_PEOPLE]):
        runs += [run(", ")] * (number > 0) + [person(expert.user_id)]
    return runs


def _quoted(why: str) -> JsonObject:
    shown = label_text(why, _LONGEST_RATIONALE)
    rest = [run(" (only the beginning is shown; all of it is kept)", "italic")] if shown != why else []
    return quotation(run(shown), *rest)


def decision_block(scene: Scene, decision: Decision) -> JsonObject:
    """Who decided what, when, how and why, and how that stands to the model."""
    how = method_words(decision)
    first = [
        run("✓ "),
        run(label_title(scene.task, decision.label), "bold"),
        *_people_runs(decision.decided_by),
        run(f" {how}, " if how else ", "),
        date(decision.decided_at),
    ]
    labels = [label for label in scene.case.current_labels if label.label == decision.label]
    quotations = [_quoted(why) for why in map(rationale_of, labels) if why][:_RATIONALES]
    comparison = concordance(scene.case, decision, scene.task)
    return rich_text(paragraph(*first), *quotations, paragraph(run(comparison)))


def expired_block() -> JsonObject:
    """That nobody answered in time."""
    return rich_text(paragraph(run("Closed without a decision", "bold"), run(": nobody answered in time.")))


def history_block(scene: Scene) -> JsonObject | None:
    """The decisions that were superseded; None if there are none."""
    earlier = scene.case.decisions[:-1]
    if not earlier:
        return None
    words = [
        f"{label_title(scene.task, decision.label, 60)} ({fallback(decision.decided_at)})"
        for decision in earlier[-5:]
    ]
    return context(plain(f"Corrected. Before: {'; '.join(words)}", 600))
