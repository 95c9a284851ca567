"""The part of a message that says what was decided, by whom, when and why."""

from bot.slack.blocks.builders import (
    bullets,
    context,
    date,
    mrkdwn,
    paragraph,
    person,
    plain,
    quotation,
    rich_text,
    run,
)
from bot.slack.blocks.message import JsonObject
from bot.slack.blocks.text import label_text, moment
from bot.slack.show.case_words import (
    certainty_words,
    concordance,
    doubts_of,
    label_title,
    marks_of,
    method_words,
    rationale_of,
)
from bot.slack.show.scene import Scene
from routing.case.contest import ContestOutcome
from routing.case.decision import Decision
from routing.case.objection import outcome_of
from routing.label import ExpertId

_RATIONALES = 3
_LONGEST_RATIONALE = 600
_PEOPLE = 5
_OBJECTIONS, _OBJECTION = 3, 300
_EARLIER = 5  # each is two elements of the ten that a context takes


def _people_runs(experts: tuple[ExpertId, ...]) -> list[JsonObject]:
    shown = experts[:_PEOPLE]
    runs = [run(" — by " if shown else " — by default")]
    for number, expert in enumerate(shown):
        between = " and " if number == len(shown) - 1 else ", "
        runs += [run(between)] * (number > 0) + [person(expert.user_id)]
    rest = len(experts) - len(shown)
    return [*runs, run(f" and {rest} more")] if rest else runs


def _quoted(why: str) -> JsonObject:
    shown = label_text(why, _LONGEST_RATIONALE)
    rest = [run(" (only the beginning is shown; all of it is kept)", "italic")] if shown != why else []
    return quotation(run(shown), *rest)


def decision_block(scene: Scene, decision: Decision) -> JsonObject:
    """Who decided what, when, how and why, and how that stands to the model."""
    how = method_words(scene.case, decision)
    first = [
        run("✓ "),
        run(label_title(scene.task, decision.label), "bold"),
        *_people_runs(decision.decided_by),
        run(f" ({how}), " if how else ", "),
        date(decision.decided_at),
    ]
    labels = [label for label in scene.case.current_labels if label.label == decision.label]
    quotations = [_quoted(why) for why in map(rationale_of, labels) if why][:_RATIONALES]
    comparison = " ".join(
        filter(None, (concordance(scene.case, decision, scene.task), certainty_words(decision)))
    )
    marks = [paragraph(run(f"{words}.")) for words in marks_of(scene.case)]
    return rich_text(paragraph(*first), *quotations, *marks, paragraph(run(comparison)))


def doubts_block(scene: Scene) -> JsonObject | None:
    """Who could not tell, and what they missed, for whoever looks next; None where everybody could."""
    doubts = [paragraph(run(doubt)) for doubt in doubts_of(scene.case, scene.names)]
    return rich_text(bullets(doubts)) if doubts else None


def expired_block() -> JsonObject:
    """That nobody answered in time."""
    return rich_text(paragraph(run("Closed without a decision", "bold"), run(": nobody answered in time.")))


def _change(scene: Scene) -> str:
    """What the last decision is to the one before it."""
    before = len(scene.case.decisions) - 1
    about = [contest for contest in scene.case.contests if contest.sequence == before]
    is_upheld = any(outcome_of(scene.case, contest) is ContestOutcome.UPHELD for contest in about)
    return "Upheld after an objection" if is_upheld else "Corrected"


def objections_block(scene: Scene) -> JsonObject | None:
    """Who objected to an earlier decision, and why; None if nobody did.

    Whoever put their own answer in its place is quoted beside that.
    """
    objections = [contest for contest in scene.case.contests if not contest.is_override]
    lines = [
        paragraph(person(contest.expert.user_id), run(f" objected: {label_text(contest.reason, _OBJECTION)}"))
        for contest in objections[-_OBJECTIONS:]
    ]
    return rich_text(bullets(lines)) if lines else None


def history_block(scene: Scene) -> JsonObject | None:
    """The decisions that were superseded; None if there are none."""
    earlier = scene.case.decisions[:-1]
    if not earlier:
        return None
    elements = []
    for number, decision in enumerate(earlier[-_EARLIER:]):
        begin = "" if number else f"{_change(scene)}. Before: "
        title = plain(f"{begin}{label_title(scene.task, decision.label, 60)}", 100)
        elements += [title, mrkdwn(moment(decision.decided_at))]
    return context(*elements)
